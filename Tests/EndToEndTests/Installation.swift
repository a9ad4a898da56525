import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import RunJournal
import TestSupport

/// The command line with a home and a working folder of its own, and an environment made from nothing.
struct Installation: Sendable {
    /// The working folder, which also holds everything else.
    let folder: URL
    let program: URL

    /// `ETL_DASH_HOME`.
    var home: String { folder.appending(path: "state").path }
    /// Where the workers on this machine load clusters.
    var database: String { home + "/news.sqlite" }

    /// Calls `body` with an installation and removes it afterwards.
    ///
    /// - Parameter isCopied: Whether the program is a copy far from the folder in which it was built.
    static func with<Value: Sendable>(
        isCopied: Bool = false,
        _ body: (Installation) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryFolder { folder in
            let folder = folder.resolvingSymlinksInPath()
            var program = try BuiltBinary.etlDash()
            if isCopied {
                let copy = folder.appending(path: "etl-dash")
                try FileManager.default.copyItem(at: program, to: copy)
                program = copy
            }
            return try await body(Installation(folder: folder, program: program))
        }
    }

    // MARK: - Running

    /// Starts the command line and ends it, should it still run, when `body` returns.
    func start<Value: Sendable>(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil,
        _ body: (ChildProgram) async throws -> Value
    ) async throws -> Value {
        try await withChildProgram(
            [program.path] + arguments,
            environment: surroundings.merging(environment) { $1 },
            in: folder,
            input: input,
            body
        )
    }

    /// Runs the command line to its end.
    func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil,
        within limit: Duration = .seconds(120)
    ) async throws -> ChildProgram.Outcome {
        try await start(arguments, environment: environment, input: input) { try await $0.waitForEnd(within: limit) }
    }

    var surroundings: [String: String] {
        ["PATH": "/usr/bin:/bin", "HOME": folder.path, "ETL_DASH_HOME": home, "LANG": "C.UTF-8"]
    }

    // MARK: - Files

    /// Writes a file into the working folder and gives its name.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: folder.appending(path: name))
        return name
    }

    func json(_ name: String) throws -> JSONValue {
        try JSONCoding.decode(JSONValue.self, from: Data(contentsOf: folder.appending(path: name)))
    }

    // MARK: - Runs

    /// The ids of the runs that are kept.
    var runs: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: home + "/runs")) ?? []).sorted()
    }

    /// The events in the journal of the only run.
    func events() async throws -> [Event] {
        let runs = runs
        guard runs.count == 1 else { throw Surprise(description: "there is not one run but \(runs)") }
        let folder = RunStore(home: home).folder(of: runs[0])
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        var events: [Event] = []
        while case let page = try await journal.events(after: events.last?.seq ?? 0, limit: 500), !page.isEmpty {
            events += page
        }
        try journal.close()
        return events
    }

    /// What a table of clusters holds: its rows and the articles in them by flashpoint.
    func clusters(of day: String) async throws -> (rows: Int, articles: [String: Int]) {
        let queue = try DatabaseQueue(path: database)
        return try await queue.read { database in
            let sql = "SELECT flashpoint_id, count(*), sum(article_count) FROM news_clusters_\(day) GROUP BY 1"
            let rows = try Row.fetchAll(database, sql: sql)
            let articles = rows.map { row -> (String, Int) in (row[0], row[2]) }
            return (rows.reduce(0) { $0 + ($1[1] as Int) }, Dictionary(uniqueKeysWithValues: articles))
        }
    }

    struct Surprise: Error, CustomStringConvertible {
        let description: String
    }
}

extension ChildProgram.Outcome {
    /// The JSON answer, when standard output holds nothing else.
    func answer() throws -> JSONValue { try JSONCoding.decode(JSONValue.self, from: output) }

    /// The events that `--events` printed.
    func events() throws -> [Event] {
        try outputLines.map { try JSONCoding.decode(Event.self, from: Data($0.utf8)) }
    }
}

extension JSONValue {
    /// A result without what differs from run to run.
    var withoutSeconds: JSONValue {
        guard case .object(var members) = self else { return self }
        members["seconds"] = nil
        return .object(members)
    }
}

extension String {
    var isCompletedFlashpoint: Bool { contains(" completed flashpoint ") }
}
