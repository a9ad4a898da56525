import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("A run that a job on the endpoint coordinates", .serialized, .timeLimit(.minutes(5)))
struct RemoteRunTests {
    private struct Left: Sendable {
        var departure: RunLauncher.Departure
        var events: [Event]
        var folder: RunFolder

        var answer: RunAnswer? {
            if case .ended(let answer) = departure { answer } else { nil }
        }

        /// The names of the events about attempts, for each worker.
        func attempts(_ name: String) -> [Int] {
            events.filter { $0.name == name }.compactMap { event in
                switch event.body {
                case .attemptIntended(let ref, _, _, _), .attemptAccepted(let ref, _),
                    .attemptStarted(let ref, _, _, _), .attemptEnded(let ref, _):
                    ref.worker
                default: nil
                }
            }
        }
    }

    private func settings(_ home: URL, workers: Int) throws -> Settings {
        try CoordinatorStage.settings(["ETL_DASH_HOME": home.path, "RUNPOD_WORKERS": "\(workers)", "ETL_RETRIES": "0"])
    }

    private func create(_ ids: [String], _ settings: Settings) async throws -> RunFolder {
        try await NewRun.create(
            from: .flashpoints(ids.map { Flashpoint(id: $0) }),
            settings: settings,
            kind: .remote
        )
    }

    /// Drives the run from here while `operate` commands it.
    private func drive(
        _ folder: RunFolder,
        _ settings: Settings,
        _ stage: CoordinatorStage,
        operate: @escaping @Sendable (RunHandle) async throws -> Void = { _ in }
    ) async throws -> Left {
        var launcher = RunLauncher(
            settings: settings,
            mode: .endpoint(stage.client.address, try #require(Credential(CoordinatorStage.token))),
            workerCommand: [],
            environment: [:],
            logger: CoordinatorStage.quiet
        )
        launcher.role = .remote
        let events = Mutex<[Event]>([])
        let departure = try await launcher.drive(folder) { handle in
            let batches = handle.batches()
            async let operation: Void = operate(handle)
            for await batch in batches { events.withLock { $0 += batch } }
            try await operation
        }
        return Left(departure: departure, events: events.withLock { $0 }, folder: folder)
    }

    private func results(_ folder: RunFolder, _ count: Int) async throws -> [String?] {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        defer { try? journal.close() }
        return try await journal.results(in: 0..<count).map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    @Test("One job carries the batch, and what its stream tells becomes the lanes of the run", arguments: [1, 3])
    func watched(workers: Int) async throws {
        try await withTemporaryFolder { home in
            try await CoordinatorStage.with(workers: workers) { stage in
                let settings = try settings(home, workers: workers)
                let ids = ["fp-0", "fp-1", "bad-2", "fp-3", "fp-4", "fp-5"]
                let folder = try await create(ids, settings)
                let left = try await drive(folder, settings, stage)
                let answer = try #require(left.answer)
                #expect(answer.succeeded == 5 && answer.failed == 1 && answer.workers == workers)
                #expect(answer.run == folder.run)
                #expect(stage.begun.begun.sorted() == ids.sorted(), "nothing is done twice")
                let lanes = Array(1...workers)
                #expect(left.attempts("attempt.accepted").sorted() == lanes)
                #expect(Set(left.attempts("attempt.started")) == Set(lanes))
                #expect(left.attempts("attempt.ended").sorted() == lanes)
                let outcomes = try await results(folder, ids.count)
                #expect(outcomes == ids.map { $0.hasPrefix("fp") ? #"{"of":"\#($0)"}"# : nil })
                let settled = left.events.compactMap { event in
                    if case .flashpointSettled(let settlement) = event.body { settlement } else { nil }
                }
                #expect(settled.count == ids.count)
                #expect(settled.allSatisfy { $0.attempts == 1 })
                let jobs = Set(
                    left.events.compactMap { event in
                        if case .attemptAccepted(_, let job) = event.body {
                            job.split(separator: "/").first
                        } else {
                            nil
                        }
                    }
                )
                #expect(jobs.count == 1, "all lanes have a part of one job")
            }
        }
    }

    @Test("A coordinator that can't begin stops the run with its words")
    func cannotBegin() async throws {
        try await withTemporaryFolder { home in
            try await CoordinatorStage.with(workers: 2, extra: ["RUNPOD_API_KEY": ""]) { stage in
                let settings = try settings(home, workers: 2)
                let folder = try await create(["fp-0", "fp-1"], settings)
                let left = try await drive(folder, settings, stage)
                guard case .halted(let failure) = left.departure else {
                    Issue.record("it was not halted: \(left.departure)")
                    return
                }
                #expect(failure.kind == .config)
                #expect(failure.message.contains("RUNPOD_API_KEY is not set"))
                #expect(stage.begun.begun.isEmpty)
            }
        }
    }

    @Test("A run that is stopped goes on without its caller, who finds it again")
    func resumed() async throws {
        try await withTemporaryFolder { home in
            try await CoordinatorStage.with(workers: 2) { stage in
                let settings = try settings(home, workers: 2)
                let folder = try await create(["fp-0", "hang-1", "fp-2", "hang-3"], settings)
                let first = try await drive(folder, settings, stage) { handle in
                    let isBusy = await becomesTrue { stage.begun.begun.count == 4 }
                    #expect(isBusy)
                    await handle.stop()
                }
                guard case .stopped = first.departure else {
                    Issue.record("it was not stopped: \(first.departure)")
                    return
                }
                #expect(stage.begun.stopped.isEmpty, "the jobs go on")
                let second = try await drive(folder, settings, stage) { handle in
                    #expect(await handle.send(.cancelRun) == .accepted)
                }
                let answer = try #require(second.answer)
                #expect(answer.succeeded == 2 && answer.cancelled == 2)
                #expect(stage.begun.begun.count == 4, "nothing is submitted again")
                let isStopped = await becomesTrue { stage.begun.stopped.count == 2 }
                #expect(isStopped)
            }
        }
    }

    @Test("A worker that is cancelled alone leaves the others their work")
    func oneWorkerCancelled() async throws {
        try await withTemporaryFolder { home in
            try await CoordinatorStage.with(workers: 2) { stage in
                let settings = try settings(home, workers: 2)
                let folder = try await create(["fp-0", "fp-1", "hang-2", "hang-3"], settings)
                let left = try await drive(folder, settings, stage) { handle in
                    let isBusy = await becomesTrue { stage.begun.begun.contains("hang-2") }
                    #expect(isBusy)
                    #expect(await handle.send(.cancelWorker(2)) == .accepted)
                }
                let answer = try #require(left.answer)
                #expect(answer.succeeded == 2 && answer.cancelled == 2)
                #expect(stage.begun.stopped == ["hang-2"])
            }
        }
    }

    @Test("An answer without results loses none of them")
    func resultsInStream() async throws {
        try await withTemporaryFolder { home in
            try await CoordinatorStage.with(workers: 2, answerLimit: 4_000) { stage in
                let settings = try settings(home, workers: 2)
                let folder = try await create(["big-0", "big-1", "big-2"], settings)
                let left = try await drive(folder, settings, stage)
                #expect(left.answer?.succeeded == 3)
                #expect(try await results(folder, 3).allSatisfy { $0?.count == 5_002 })
                #expect(stage.begun.begun.count == 3)
            }
        }
    }

    @Test("A batch that is more than one job can carry is an error, and leaves no run")
    func tooLarge() async throws {
        try await withTemporaryFolder { home in
            let settings = try settings(home, workers: 2)
            let folder = try await create(["fp-0", "fp-1"], settings)
            try await RemoteRun.check(folder, settings: settings)
            await #expect(throws: RemoteRun.TooLarge.self) {
                try await RemoteRun.check(folder, settings: settings, limit: 200)
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }
}
