import Flashpoints
import FoundationEssentials
import RunPodServerless
import SampleNews
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("The manager", .timeLimit(.minutes(5)))
struct RunPodServerlessManagerTests {
    private func settings(_ folder: URL, _ more: [String: String] = [:]) throws -> Settings {
        let environment = ["ETL_DASH_HOME": folder.appending(path: "state").path].merging(more) { $1 }
        return try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    private func settings(_ environment: [String: String] = [:]) throws -> Settings {
        try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    private func flashpoints(_ count: Int) -> [Flashpoint] { (0..<count).map { Flashpoint(id: "fp-\($0)") } }

    // MARK: - Shares

    @Test(
        "An even split keeps the order, sizes differing by one at most",
        arguments: [
            (12, 4, [3, 3, 3, 3]), (10, 4, [3, 3, 2, 2]), (7, 4, [2, 2, 2, 1]), (3, 4, [1, 1, 1, 0]), (5, 1, [5]),
            (0, 3, [0, 0, 0]),
        ]
    )
    func even(count: Int, workers: Int, sizes: [Int]) throws {
        let manager = RunPodServerlessManager(workers: workers, settings: try settings())
        let shares = manager.distributeFlashpoints(flashpoints(count))
        #expect(shares.map(\.count) == sizes)
        #expect(shares.flatMap { $0 } == flashpoints(count))
    }

    @Test("A balanced split puts the longest first onto the least loaded")
    func balanced() throws {
        let manager = RunPodServerlessManager(workers: 2, settings: try settings(["ETL_STRATEGY": "balanced"]))
        let weights: [Double] = [1, 1, 1, 9, 2, 4]
        let batch = weights.enumerated().map { Flashpoint(id: "fp-\($0)", weight: $1) }
        let shares = manager.distributeFlashpoints(batch)
        #expect(shares.flatMap { $0 }.count == 6)
        #expect(Set(shares.flatMap { $0 }.map(\.id)).count == 6)
        #expect(shares.map { $0.map(\.cost).reduce(0, +) }.sorted() == [9, 9])
    }

    // MARK: - Runs

    @Test("Results come in the order of the input, nil for what failed")
    func results() async throws {
        try await withTemporaryFolder { folder in
            try await SampleSite.run(latencyScale: 0) { site in
                var batch = Array(SampleNews.flashpoints(site: site).suffix(3))
                batch.insert(Flashpoint(id: "gone", feeds: [Feed(url: "\(site.absoluteString)/nowhere")]), at: 1)
                let manager = RunPodServerlessManager(workers: 1, settings: try settings(folder))
                let results = try await manager.distributeToWorkers(batch, date: "2025-01-01", cleanup: true)
                #expect(results.count == 4)
                #expect(results[1] == nil)
                for index in [0, 2, 3] {
                    let cluster = try #require(results[index]?["clusters"]?.arrayValue?.first)
                    #expect(cluster["flashpoint_id"]?.stringValue == batch[index].id)
                }
            }
        }
    }

    @Test("A run is watched and commanded while it goes, and its report has the failures")
    func watchedRun() async throws {
        let gate = Gate()
        let script: ScriptedServer.Script = { _ in .answer(404).after(gate) }
        try await withScriptedServer(script) { server in
            try await withTemporaryFolder { folder in
                let batch = (0..<3).map { Flashpoint(id: "fp-\($0)", feeds: [Feed(url: "\(server.url)/\($0)")]) }
                let manager = RunPodServerlessManager(workers: 1, settings: try settings(folder))
                let names = Mutex<[String]>([])
                let report = try await manager.withRun(batch, date: "2025-01-01") { run in
                    #expect(run.id.hasPrefix("20250101-"))
                    #expect(run.shares == [3])
                    let events = run.events
                    try await server.waitForRequests(1)
                    #expect(await run.pause() == .accepted)
                    #expect(await run.proceed() == .accepted)
                    guard case .unknown = await run.cancelWorker(2) else {
                        Issue.record("there is no worker 2")
                        return
                    }
                    gate.open()
                    for await batch in events { names.withLock { $0 += batch.map(\.name) } }
                }
                #expect(!report.ok)
                #expect(report.results == [nil, nil, nil])
                #expect(report.failures.keys.sorted() == [0, 1, 2])
                #expect(report.failures.values.allSatisfy { $0.kind == .permanent })
                let told = names.withLock { $0 }
                #expect(told.first == "run.planned")
                #expect(told.last == "run.ended")
                #expect(told.contains("run.paused") && told.contains("run.continued"))
                #expect(told.count { $0 == "flashpoint.settled" } == 3)
            }
        }
    }

    @Test("A run that is cancelled ends with what it has")
    func cancelledRun() async throws {
        let script: ScriptedServer.Script = { _ in .hang }
        try await withScriptedServer(script) { server in
            try await withTemporaryFolder { folder in
                let batch = (0..<3).map { Flashpoint(id: "fp-\($0)", feeds: [Feed(url: "\(server.url)/\($0)")]) }
                let manager = RunPodServerlessManager(workers: 1, settings: try settings(folder))
                let report = try await manager.withRun(batch) { run in
                    try await server.waitForRequests(1)
                    #expect(await run.cancel() == .accepted)
                }
                #expect(!report.ok)
                #expect(report.results == [nil, nil, nil])
                #expect(report.failures.isEmpty, "cancelled is not failed")
            }
        }
    }

    @Test("A run that is told to stop says which one can be resumed")
    func stoppedRun() async throws {
        let script: ScriptedServer.Script = { _ in .hang }
        try await withScriptedServer(script) { server in
            try await withTemporaryFolder { folder in
                let batch = [Flashpoint(id: "fp", feeds: [Feed(url: server.url)])]
                let manager = RunPodServerlessManager(workers: 1, settings: try settings(folder))
                let id = Mutex("")
                let error = await #expect(throws: RunPodServerlessError.self) {
                    _ = try await manager.withRun(batch) { run in
                        id.withLock { $0 = run.id }
                        try await server.waitForRequests(1)
                        await run.stop()
                    }
                }
                #expect(error?.run == id.withLock { $0 })
            }
        }
    }

    @Test(
        "What the settings don't allow is an error before anything happens",
        arguments: [
            ([:], "workerCommand"),
            (["RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/abc/run"], "RUNPOD_API_KEY"),
        ]
    )
    func refused(environment: [String: String], word: String) async throws {
        try await withTemporaryFolder { folder in
            let manager = RunPodServerlessManager(workers: 4, settings: try settings(folder, environment))
            let error = await #expect(throws: RunPodServerlessError.self) {
                try await manager.distributeToWorkers(flashpoints(4))
            }
            #expect(error?.description.contains(word) == true)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "state/runs").path))
        }
    }
}
