import ETLPipeline
import Flashpoints
import RunPodServerless
import Synchronization
import TestSupport
import Testing

@Suite("A chunk at work", .timeLimit(.minutes(5)))
struct ChunkHandlerTests {
    /// A stage that does what a test says for each flashpoint.
    struct ScriptedStage: Stage {
        let name = "scripted"
        var work: @Sendable (Flashpoint, StageContext) async throws -> Void

        func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
            try await work(state.flashpoint, context)
            return state
        }
    }

    /// The records that came, and a way to wait for more.
    final class Records: Sendable {
        private struct State {
            var records: [StreamRecord] = []
            var watchers: [(count: Int, gate: Gate)] = []
        }

        private let state = Mutex(State())

        var all: [StreamRecord] { state.withLock { $0.records } }

        func add(_ record: StreamRecord) {
            let due = state.withLock { state in
                state.records.append(record)
                let count = state.records.count
                let due = state.watchers.filter { $0.count <= count }.map(\.gate)
                state.watchers.removeAll { $0.count <= count }
                return due
            }
            for gate in due { gate.open() }
        }

        func wait(_ count: Int) async throws {
            let gate = Gate()
            state.withLock { state in
                if state.records.count >= count { gate.open() } else { state.watchers.append((count, gate)) }
            }
            try await gate.wait()
        }
    }

    private func handler(
        clock: TestClock = TestClock(),
        work: @escaping @Sendable (Flashpoint, StageContext) async throws -> Void
    ) -> ChunkHandler<TestClock> {
        let pipeline = Pipeline(stages: [ScriptedStage(work: work)], limits: PipelineLimits(), clock: clock)
        return ChunkHandler(pipeline: pipeline, clock: clock)
    }

    private func input(_ ids: [String], logLevel: String = "INFO", date: String = "2025-01-01") -> JobInput {
        let run = RunReference(
            id: "20250101-abcd",
            worker: 2,
            workers: 4,
            chunk: 2,
            attempt: 1,
            nonce: "n",
            logLevel: logLevel,
            indices: ids.indices.map { 30 + $0 * 2 },
            hashes: ids.map { "hash-of-\($0)" }
        )
        return JobInput(
            date: date,
            trigger: JobInput.workerTrigger,
            cleanup: false,
            flashpoints: ids.map { Flashpoint(id: $0) },
            run: run
        )
    }

    @Test("Records come in order with the run's indices and hashes, and the output is results and end")
    func order() async throws {
        let records = Records()
        let clock = TestClock()
        let handler = handler(clock: clock) { flashpoint, _ in
            clock.advance(by: .milliseconds(1_250))
            if flashpoint.id == "b" { throw Failure(.permanent, stage: "render", "no page") }
        }
        let output = try await handler.process(input(["a", "b", "c"])) { records.add($0) }
        let events = records.all.compactMap { record -> String? in
            switch record {
            case .start(let index, let id): "start \(index) \(id)"
            case .result(let result): "result \(result.index) \(result.id) \(result.hash ?? "-")"
            case .end: "end"
            case .progress, .log, .heartbeat, .coordinated: nil
            }
        }
        #expect(
            events == [
                "start 30 a", "result 30 a hash-of-a", "start 32 b", "result 32 b hash-of-b", "start 34 c",
                "result 34 c hash-of-c", "end",
            ]
        )
        let told = records.all.filter { if case .start = $0 { false } else { true } }
        #expect(output == told)
        guard case .result(let failed) = output[1], case .end(let end) = output[3] else {
            Issue.record("the output is not results and an end: \(output)")
            return
        }
        #expect(failed.outcome == .failure(Failure(.permanent, stage: "render", "no page")))
        #expect(failed.seconds == 1.25)
        #expect(
            end
                == ChunkEnd(
                    ok: false,
                    date: "2025-01-01",
                    trigger: "etl_worker",
                    cleanup: false,
                    workers: 1,
                    seconds: 3.75,
                    processed: 3,
                    failed: 1
                )
        )
    }

    @Test("It says that it is nearly done when the last flashpoint enters the last stage, and not before")
    func nearlyDone() async throws {
        let log = Mutex<[String]>([])
        let stages = [
            ScriptedStage { flashpoint, _ in log.withLock { $0.append("first \(flashpoint.id)") } },
            ScriptedStage { flashpoint, _ in log.withLock { $0.append("last \(flashpoint.id)") } },
        ]
        let clock = TestClock()
        let pipeline = Pipeline(stages: stages, limits: PipelineLimits(), clock: clock)
        let handler = ChunkHandler(pipeline: pipeline, clock: clock)
        let nearlyDone: @Sendable () -> Void = { log.withLock { $0.append("nearly done") } }
        _ = try await handler.process(input(["a", "b"]), nearlyDone: nearlyDone) { _ in }
        #expect(log.withLock { $0 } == ["first a", "last a", "first b", "nearly done", "last b"])
    }

    @Test("A job of somebody else, without a run, has indices of its own and no hashes")
    func foreignJob() async throws {
        let records = Records()
        var job = input(["a", "b"])
        job.run = nil
        let output = try await handler { _, _ in }.process(job) { records.add($0) }
        let results = output.compactMap { if case .result(let result) = $0 { result } else { nil } }
        #expect(results.map(\.index) == [0, 1])
        #expect(results.allSatisfy { $0.hash == nil })
    }

    @Test("A day that is none fails each flashpoint, not the worker")
    func badDate() async throws {
        let output = try await handler { _, _ in }.process(input(["a"], date: "yesterday")) { _ in }
        guard case .result(let result) = output[0], case .failure(let failure) = result.outcome else {
            Issue.record("no failure in \(output)")
            return
        }
        #expect(failure.kind == .permanent)
    }

    @Test("A heartbeat goes out every ten seconds while a stage works")
    func heartbeat() async throws {
        let records = Records()
        let (clock, gate) = (TestClock(), Gate())
        let handler = handler(clock: clock) { _, _ in try await gate.wait() }
        let job = input(["a"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await handler.process(job) { records.add($0) } }
            try await records.wait(1)
            for beats in 1...3 {
                // The heartbeat's sleep and the flashpoint's deadline.
                await clock.waitForSleepers(2)
                clock.advance(by: .seconds(10))
                try await records.wait(1 + beats)
            }
            #expect(records.all.count(where: \.isHeartbeat) == 3)
            guard case .heartbeat(let resident, let cpu) = records.all[1] else {
                Issue.record("the second record is no heartbeat")
                return
            }
            #expect(resident > 0)
            #expect(cpu > 0)
            gate.open()
            try await group.waitForAll()
        }
        #expect(clock.sleeperCount == 0, "the heartbeat ends with the job")
    }

    @Test("A job that is stopped throws, and no result of what it was at goes out")
    func cancellation() async throws {
        let records = Records()
        let handler = handler { flashpoint, _ in
            if flashpoint.id == "b" { try await Gate().wait() }
        }
        let job = input(["a", "b", "c"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await handler.process(job) { records.add($0) }
                }
            }
            try await records.wait(3)
            group.cancelAll()
            try await group.waitForAll()
        }
        let ends = records.all.map { record in
            switch record {
            case .start(_, let id): "start \(id)"
            case .result(let result): "result \(result.id)"
            default: "other"
            }
        }
        #expect(ends == ["start a", "result a", "start b"])
    }

    @Test(
        "DEBUG lines travel only when the run wants them",
        arguments: [("INFO", ["loud"]), ("DEBUG", ["quiet", "loud"])]
    )
    func logLines(level: String, expected: [String]) async throws {
        let records = Records()
        let handler = handler { _, context in
            context.log(.debug, "quiet")
            context.log(.warning, "loud")
        }
        _ = try await handler.process(input(["a"], logLevel: level)) { records.add($0) }
        let lines = records.all.compactMap { if case .log(_, let message) = $0 { message } else { nil } }
        #expect(lines == expected)
    }

    @Test("Progress goes out once a second, not with every page")
    func progress() async throws {
        let records = Records()
        let handler = handler { _, context in
            for done in 1...50 { context.progress(done, of: 50) }
        }
        _ = try await handler.process(input(["a"])) { records.add($0) }
        let told = records.all.compactMap { record -> String? in
            if case .progress(let index, let stage, let done, let of) = record {
                "\(index) \(stage) \(done)/\(of)"
            } else {
                nil
            }
        }
        #expect(told == ["30 scripted 1/50"])
    }
}

extension StreamRecord {
    fileprivate var isHeartbeat: Bool { if case .heartbeat = self { true } else { false } }
}
