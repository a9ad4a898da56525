import Flashpoints
import RunPodAPI
import Synchronization
import TestSupport
import Testing

@Suite("The loop of a worker", .timeLimit(.minutes(5)))
struct WorkerLoopTests {
    private enum Call: Equatable {
        case streamed(String, JSONValue)
        case finished(String, JobResult, streamed: Bool)
        case abandoned(String)
    }

    /// Hands out the jobs of a list and writes down what is said about them.
    private final class ScriptedSource: JobSource {
        struct Held: HeldJob {
            var job: TakenJob
            var source: ScriptedSource
            var stop: Latch

            func stream(_ record: JSONValue) async {
                await source.beforeStream(record)
                source.calls.withLock { $0.append(.streamed(job.id, record)) }
            }
            func finish(_ result: JobResult, streamed: Bool) async throws {
                let asked = source.asked.withLock { $0 }
                source.askedAtFinish.withLock { $0.append(asked) }
                source.calls.withLock { $0.append(.finished(job.id, result, streamed: streamed)) }
            }
            func stopped() async { await stop.wait() }
            func abandon() { source.calls.withLock { $0.append(.abandoned(job.id)) } }
        }

        private let jobs: Mutex<[String]>
        let stops: [String: Latch]
        let calls = Mutex<[Call]>([])
        /// How often the next job was asked for ahead of its turn.
        let asked = Mutex(0)
        let askedAtFinish = Mutex<[Int]>([])
        let beforeStream: @Sendable (JSONValue) async -> Void

        init(_ jobs: String..., beforeStream: @escaping @Sendable (JSONValue) async -> Void = { _ in }) {
            self.jobs = Mutex(jobs)
            stops = Dictionary(uniqueKeysWithValues: jobs.map { ($0, Latch()) })
            self.beforeStream = beforeStream
        }

        func next() async throws -> Held? {
            try Task.checkCancellation()
            guard let id = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return nil }
            return Held(job: TakenJob(id: id, input: ["n": .string(id)]), source: self, stop: stops[id] ?? Latch())
        }

        func prepareNext() { asked.withLock { $0 += 1 } }

        var log: [Call] { calls.withLock { $0 } }
    }

    @Test("Jobs are worked on one after another, each with its own input")
    func order() async throws {
        let source = ScriptedSource("a", "b")
        try await runWorkerLoop(source) { job, _ in job.input }
        #expect(
            source.log == [
                .finished("a", .output(["n": "a"]), streamed: false),
                .finished("b", .output(["n": "b"]), streamed: false),
            ]
        )
    }

    @Test("The next job is asked for before a result is posted, and earlier when the handler says so")
    func asking() async throws {
        let source = ScriptedSource("a", "b")
        let counts = Mutex<[Int]>([])
        try await runWorkerLoop(source) { job, writer in
            counts.withLock { $0.append(source.asked.withLock { $0 }) }
            if job.id == "b" { writer.prepareNext() }
            counts.withLock { $0.append(source.asked.withLock { $0 }) }
            return 1
        }
        #expect(counts.withLock { $0 } == [0, 0, 1, 2])
        #expect(source.askedAtFinish.withLock { $0 } == [1, 3])
    }

    @Test("Records go out in order, all of them before the result, one at a time")
    func streaming() async throws {
        let posting = Mutex(0)
        let source = ScriptedSource("a") { _ in
            #expect(
                posting.withLock { posting in
                    posting += 1
                    return posting
                } == 1
            )
            await Task.yield()
            posting.withLock { $0 -= 1 }
        }
        try await runWorkerLoop(source) { _, writer in
            for number in Int64(0)..<20 { await writer.write(.integer(number)) }
            return true
        }
        let records = (Int64(0)..<20).map { Call.streamed("a", .integer($0)) }
        #expect(source.log == records + [.finished("a", .output(true), streamed: true)])
    }

    @Test("A handler that throws fails its job with text and the loop goes on")
    func throwing() async throws {
        struct Broken: Error {}
        let source = ScriptedSource("a", "b", "c")
        try await runWorkerLoop(source) { job, _ in
            switch job.id {
            case "a": throw Failure(.permanent, stage: "load", "disk full")
            case "b": throw Broken()
            default: return .null
            }
        }
        #expect(
            source.log == [
                .finished("a", .failed("load: disk full"), streamed: false),
                .finished("b", .failed("Broken()"), streamed: false),
                .finished("c", .output(.null), streamed: false),
            ]
        )
    }

    @Test("A stopped handler is cancelled, nothing of its job is posted, and the next job is taken")
    func stopping() async throws {
        let source = ScriptedSource("a", "b")
        let wasCancelled = Mutex(false)
        try await runWorkerLoop(source) { job, writer in
            guard job.id == "a" else { return 1 }
            source.stops["a"]?.release()
            do {
                try await Gate().wait()
            } catch {
                wasCancelled.withLock { $0 = Task.isCancelled }
                await writer.write("too late")
            }
            return "too late"
        }
        #expect(wasCancelled.withLock { $0 })
        #expect(source.log == [.abandoned("a"), .finished("b", .output(1), streamed: false)])
    }

    @Test("Cancelling the loop cancels the handler and posts nothing")
    func cancelling() async throws {
        let source = ScriptedSource("a", "b")
        let started = Gate()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await runWorkerLoop(source) { _, _ in
                    started.open()
                    try await Gate().wait()
                    return 1
                }
            }
            await #expect(throws: Never.self) { try await started.wait() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(source.log.isEmpty)
    }
}

@Suite("Latch", .timeLimit(.minutes(5)))
struct LatchTests {
    @Test("Everybody who waits, before or after, goes on")
    func release() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await latch.wait() } }
            latch.release()
            latch.release()
            await group.waitForAll()
        }
        await latch.wait()
        #expect(latch.isReleased)
    }

    @Test("A cancelled wait ends, whether it had begun or not")
    func cancelled() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await latch.wait() }
            await group.waitForAll()
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await latch.wait() }
            group.cancelAll()
            await group.waitForAll()
        }
        #expect(!latch.isReleased)
    }
}
