import ArgumentParser
import Coordination
import FoundationEssentials
import RunJournal
import Settings

/// `etl-dash logs`.
struct LogsCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print the log of a run.",
        discussion: """
            Each line has its time in UTC, its level, the worker or - for the run as a whole, and its message. With \
            --follow it goes on until the run has ended and nobody drives it, or until Ctrl-C.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @Option(
        name: .customLong("worker"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only lines about this worker; may be given several times.", valueName: "n")
    )
    var workers: [Int] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The least severe level: DEBUG, INFO, WARNING or ERROR (default: all there is).",
            valueName: "level"
        )
    )
    var level: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only the last lines, so many.", valueName: "n"))
    var tail: Int?

    @Flag(name: .shortAndLong, help: "Go on with the lines that come.")
    var follow = false

    @Option(parsing: .unconditional, help: .setting(.color, "auto|always|never"))
    var color: String?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        let filter = try filter
        if let tail, tail < 0 { throw UsageProblem("--tail \(tail): give 0 or more") }
        let settings = try settingsFile.load([.color: color].compactMapValues(\.self))
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        try expectWorkers(of: folder)
        let style = LogStyle(
            hasColours: CommandOutput.hasColours(settings, environment: ProcessInfo.processInfo.environment)
        )
        return try await CommandOutput.printing {
            let follower = LogFollower(
                folder: folder,
                clock: ContinuousClock(),
                follows: follow,
                tail: tail,
                filter: filter
            )
            try await follower.follow { lines in
                // Also where nothing is printed for long, so that nobody waits for a reader that is gone.
                StreamWriter.standardOutput.look()
                try await CommandOutput.print(Array(lines.map { style.text(of: $0) + "\n" }.joined().utf8))
            } waiting: {
                await StreamWriter.standardError.write(
                    "Nobody drives run \(folder.run) now; etl-dash resume \(folder.run) goes on with it\n"
                )
            }
        }
    }

    /// Refuses workers that the run does not have, as far as its journal can be read.
    private func expectWorkers(of folder: RunFolder) throws(UsageProblem) {
        guard let most = workers.max(), let count = try? RunStore.header(of: folder).workers, most > count else {
            return
        }
        throw UsageProblem("--worker \(most): run \(folder.run) has workers 1 to \(count)")
    }

    private var filter: LogFilter {
        get throws(UsageProblem) {
            var filter = LogFilter(workers: Set(workers))
            if let wrong = workers.first(where: { $0 < 1 }) {
                throw UsageProblem("--worker \(wrong): workers are numbered from 1")
            }
            guard let level else { return filter }
            guard let least = LogLevel(rawValue: level.uppercased()) else {
                let levels = LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageProblem("--level: \(level.debugDescription) is no level; give one of \(levels)")
            }
            filter.level = least
            return filter
        }
    }
}
