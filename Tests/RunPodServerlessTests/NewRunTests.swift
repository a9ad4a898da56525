import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("A new run", .timeLimit(.minutes(5)))
struct NewRunTests {
    private func settings(_ folder: URL, _ more: [String: String] = [:]) throws -> Settings {
        let environment = ["ETL_DASH_HOME": folder.appending(path: "state").path].merging(more) { $1 }
        return try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    /// A moment on 2 October 2025.
    private let sources = NewRun.Sources(wallTime: { 1_759_406_671_120 }, chance: { 0.5 })

    private func runs(_ folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "state/runs").path)) ?? []
    }

    private static let fine = #"{"id":"a","feeds":[{"url":"http://127.0.0.1:9/"}]}"#

    @Test(
        "A batch that can't be used leaves nothing behind",
        arguments: [
            nil, "", "[]", "[\(fine)", "[\(fine),{}]", "[\(fine),\(fine)]", "{\"id\":1}", "\(fine)\n\(fine)\n",
        ]
    )
    func badBatch(text: String?) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "batch.json")
            if let text { try Data(text.utf8).write(to: file) }
            await #expect(throws: (any Error).self) {
                try await NewRun.create(from: .path(file.path), settings: settings(folder))
            }
            #expect(runs(folder) == [])
        }
    }

    @Test(
        "Flashpoints that can't be a batch leave nothing behind",
        arguments: [
            [], [Flashpoint(id: "a"), Flashpoint(id: "a")],
        ]
    )
    func badFlashpoints(flashpoints: [Flashpoint]) async throws {
        try await withTemporaryFolder { folder in
            await #expect(throws: (any Error).self) {
                try await NewRun.create(from: .flashpoints(flashpoints), settings: settings(folder))
            }
            #expect(runs(folder) == [])
        }
    }

    @Test("What says more about a run is on disk before there is a run that could be gone on with without it")
    func marksFirst() async throws {
        try await withTemporaryFolder { folder in
            let settings = try settings(folder, ["RUNPOD_WORKERS": "2"])
            let seen = Mutex<[String]>([])
            let run = try await NewRun.create(
                from: .flashpoints([Flashpoint(id: "a"), Flashpoint(id: "b")]),
                settings: settings,
                kind: .remote,
                sources: sources,
                marks: ["mine": [1]]
            ) { _ in
                let home = folder.appending(path: "state").path
                let runs = try? await RunStore(home: home).runs()
                guard let run = runs?.first, case .failure(let error) = run.plan, error.reason == .unfinished else {
                    return
                }
                let files = (try? FileManager.default.contentsOfDirectory(atPath: run.folder.path)) ?? []
                seen.withLock { $0 = files }
            }
            let files = seen.withLock { $0 }
            #expect(files.contains("remote") && files.contains("mine"), "\(files)")
            #expect(RemoteRun.isMarked(run))
        }
    }

    @Test("The plan is on disk with the settings of its day, and nothing was submitted")
    func plan() async throws {
        try await withTemporaryFolder { folder in
            let flashpoints = (0..<10).map {
                Flashpoint(id: "fp-\($0)", feeds: [Feed(url: "http://127.0.0.1:9/\($0)")])
            }
            let settings = try settings(
                folder,
                [
                    "RUNPOD_WORKERS": "4", "ETL_RETRIES": "2", "ETL_MAX_FAILURES": "20%", "ETL_CHUNK_MAX": "2",
                    "ETL_BREAKER": "7",
                ]
            )
            let run = try await NewRun.create(
                from: .flashpoints(flashpoints),
                settings: settings,
                sources: sources
            )
            #expect(run.run.hasPrefix("20251002-"))
            #expect(runs(folder) == [run.run])
            let journal = try await SQLiteJournal.open(run, for: .reading)
            let plan = try await journal.loadPlan()
            #expect(plan.header.date == "2025-10-02")
            #expect(plan.header.trigger == "manual")
            #expect(plan.header.shares == [3, 3, 2, 2])
            #expect(plan.header.chunks == [2, 2, 1, 1])
            #expect(plan.policy.retries == 2)
            #expect(plan.policy.maxFailures == 2)
            #expect(plan.policy.identicalFailures == 7)
            #expect(try await journal.events(after: 0, limit: 10) == [])
            try journal.close()
        }
    }
}
