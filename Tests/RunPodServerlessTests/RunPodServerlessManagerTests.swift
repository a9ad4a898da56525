import Flashpoints
import FoundationEssentials
import RunPodServerless
import Settings
import TestSupport
import Testing

@Suite("RunPodServerlessManager", .timeLimit(.minutes(1)))
struct RunPodServerlessManagerTests {
    private static let paragraph = """
        The harbour of Lorne closed on Monday after divers found a crack in the outer lock gate, the port authority \
        said. Forty ships are waiting in the roads, among them three that carry grain for the mills upstream. \
        Engineers expect to lift the gate on Thursday, if the wind drops, and to weld it on the quay.
        """

    /// Flashpoints whose only page is a file in `folder`; of those in `missing` there is no file.
    private func flashpoints(_ count: Int, in folder: URL, missing: Set<Int> = []) throws -> [Flashpoint] {
        try (0..<count).map { index in
            let page = folder.appending(path: "page-\(index).html")
            let text = "<html><head><title>Lock gate \(index)</title></head><body><article>"
                + "<h1>Lock gate \(index)</h1><p>\(Self.paragraph)</p><p>Number \(index). \(Self.paragraph)</p></article></body></html>"
            if !missing.contains(index) { try Data(text.utf8).write(to: page) }
            return Flashpoint(id: "fp-\(index)", feeds: [Feed(url: "file://\(page.path)")])
        }
    }

    private func settings(_ home: URL) -> Settings {
        var settings = Settings.defaults
        settings.home = home.appending(path: "home")
        return settings
    }

    @Test(
        "Shares are even, in the order of the input, and a worker too many has an empty one",
        arguments: [(12, 4, [3, 3, 3, 3]), (10, 4, [3, 3, 2, 2]), (7, 4, [2, 2, 2, 1]), (3, 4, [1, 1, 1, 0])]
    )
    func evenShares(count: Int, workers: Int, expected: [Int]) {
        let flashpoints = (0..<count).map { Flashpoint(id: "fp-\($0)") }
        let shares = RunPodServerlessManager(workers: workers, settings: .defaults).distributeFlashpoints(flashpoints)
        #expect(shares.map(\.count) == expected)
        #expect(shares.flatMap { $0 } == flashpoints)
    }

    @Test("Balanced shares weigh the feeds")
    func balancedShares() {
        var settings = Settings.defaults
        settings.strategy = .balanced
        let flashpoints = [6, 1, 1, 1, 1, 2].enumerated().map { index, weight in
            Flashpoint(id: "fp-\(index)", weight: Double(weight))
        }
        let shares = RunPodServerlessManager(workers: 2, settings: settings).distributeFlashpoints(flashpoints)
        #expect(shares.map { $0.reduce(0) { $0 + $1.cost } } == [6, 6])
    }

    @Test("One worker processes all in this process and gives results in input order, nil where one failed")
    func inProcess() async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 1, settings: settings(folder))
            let batch = try flashpoints(4, in: folder, missing: [2])
            let results = try await manager.distributeToWorkers(batch, date: "2025-01-01", cleanup: true)
            #expect(results.map { $0 == nil } == [false, false, true, false])
            let ids = results.map { $0?["clusters"]?.arrayValue?.first?["flashpoint_id"]?.stringValue }
            #expect(ids == ["fp-0", "fp-1", nil, "fp-3"])
        }
    }

    @Test("A run can be watched and its report says why a flashpoint failed")
    func watched() async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 1, settings: settings(folder))
            let names = Names()
            let report = try await manager.withRun(try flashpoints(3, in: folder, missing: [0])) { run in
                for await batch in run.events { await names.add(batch.map(\.name)) }
            }
            #expect(!report.ok)
            #expect(report.failures.keys.sorted() == [0])
            #expect(report.failures[0]?.kind == .permanent)
            let seen = await names.all
            #expect(seen.first == "run.planned")
            #expect(seen.last == "run.ended")
            #expect(seen.count { $0 == "flashpoint.settled" } == 3)
        }
    }

    @Test("Commands have receipts that say what became of them")
    func commands() async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 1, settings: settings(folder))
            _ = try await manager.withRun(try flashpoints(2, in: folder)) { run in
                #expect(await run.cancelWorker(7) == .unknown("there is no worker 7; the run has workers 1 to 1"))
            }
        }
    }

    @Test("A batch that can't be run leaves nothing behind")
    func invalidBatch() async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 1, settings: settings(folder))
            let twice = [Flashpoint(id: "same"), Flashpoint(id: "same")]
            let error = try await #require(throws: RunPodServerlessError.self) {
                _ = try await manager.distributeToWorkers(twice)
            }
            #expect(error.description.contains("same"))
            let runs = folder.appending(path: "home/runs").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: runs).isEmpty)
        }
    }

    @Test("Several workers on this machine need to be told how a worker is started")
    func noWorkerCommand() async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 2, settings: settings(folder))
            let error = try await #require(throws: RunPodServerlessError.self) {
                _ = try await manager.distributeToWorkers([Flashpoint(id: "a")])
            }
            #expect(error.description.contains("workerCommand"))
        }
    }
}

private actor Names {
    private(set) var all: [String] = []

    func add(_ names: [String]) { all += names }
}
