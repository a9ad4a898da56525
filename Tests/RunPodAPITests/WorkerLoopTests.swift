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

            func stream(_ record: JSONValue) async -> Bool {
                await source.beforeStream(record)
                source.calls.withLock { $0.append(.streamed(job.id, record)) }
                return record != "lost"
            }
            func finish(_ result: JobResult, streamed: Bool) async throws {
                try await source.beforeFinish(job.id)
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
        let beforeStream: @Sendable (JSONValue) async -> Void
        let beforeFinish: @Sendable (String) async throws -> Void

        init(
            _ jobs: String...,
            beforeFinish: @escaping @Sendable (String) async throws -> Void = { _ in },
            beforeStream: @escaping @Sendable (JSONValue) async -> Void = { _ in }
        ) {
            self.jobs = Mutex(jobs)
            stops = Dictionary(uniqueKeysWithValues: jobs.map { ($0, Latch()) })
            self.beforeStream = beforeStream
            self.beforeFinish = beforeFinish
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

    @Test("The next job is asked for when a handler is done, and earlier when it says so")
    func asking() async throws {
        let source = ScriptedSource("a", "b")
        let counts = Mutex<[Int]>([])
        try await runWorkerLoop(source) { job, writer in
            counts.withLock { $0.append(source.asked.withLock { $0 }) }
            if job.id == "a" { writer.prepareNext() }
            counts.withLock { $0.append(source.asked.withLock { $0 }) }
            return 1
        }
        #expect(counts.withLock { $0 } == [0, 1, 2, 2])
        #expect(source.asked.withLock { $0 } == 3)
    }

    @Test("The next job begins while a result is on its way, its own result waits for that, and no other is asked for")
    func postingBeside() async throws {
        let hasBegun = Gate()
        let source = ScriptedSource(
            "a",
            "b",
            "c",
            beforeFinish: { id in
                // Nobody would ever open it if the next job waited for this result.
                if id == "a" { try await hasBegun.wait() }
            }
        )
        let asked = Mutex<[Int]>([])
        try await runWorkerLoop(source) { job, writer in
            if job.id == "b" {
                asked.withLock { $0.append(source.asked.withLock { $0 }) }
                writer.prepareNext()
                asked.withLock { $0.append(source.asked.withLock { $0 }) }
                hasBegun.open()
            }
            return job.input
        }
        #expect(asked.withLock { $0 } == [1, 1])
        #expect(source.log == ["a", "b", "c"].map { .finished($0, .output(["n": .string($0)]), streamed: false) })
    }

    @Test("Cancelling the loop gives up a result that is on its way")
    func cancelledPost() async throws {
        let isPosting = Gate()
        let source = ScriptedSource(
            "a",
            "b",
            beforeFinish: { _ in
                isPosting.open()
                try await Gate().wait()
            }
        )
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await runWorkerLoop(source) { job, _ in
                    if job.id == "b" { try await Gate().wait() }
                    return 1
                }
            }
            await #expect(throws: Never.self) { try await isPosting.wait() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(source.log.isEmpty)
    }

    @Test("Who delivers a record learns whether it arrived, after all that were written before it")
    func delivering() async throws {
        let source = ScriptedSource("a")
        let outcomes = Mutex<[Bool]>([])
        try await runWorkerLoop(source) { _, writer in
            await writer.write("first")
            for record in ["there", "lost"] as [JSONValue] {
                let isThere = await writer.deliver(record)
                let posted = source.log.last
                #expect(posted == .streamed("a", record))
                outcomes.withLock { $0.append(isThere) }
            }
            return 1
        }
        #expect(outcomes.withLock { $0 } == [true, false])
    }

    @Test("A record of a stopped job is not delivered, even for a task that nobody has cancelled")
    func deliveringStopped() async throws {
        let hold = Gate()
        let source = ScriptedSource("a", beforeStream: { _ in try? await hold.wait() })
        let outcomes = Mutex<[Bool]>([])
        try await runWorkerLoop(source) { _, writer in
            // Unstructured, as the driver of a coordinator is.
            let task = Task {
                var told: [Bool] = []
                for record in ["one", "two"] as [JSONValue] { told.append(await writer.deliver(record)) }
                return told
            }
            source.stops["a"]?.release()
            let told = await task.value
            outcomes.withLock { $0 = told }
            return 1
        }
        #expect(outcomes.withLock { $0 }.last == false)
        #expect(source.log.last == .abandoned("a"))
    }

    @Test("Records go out in order, all of them before the result, one at a time")
    func streaming() async throws {
        let posting = Mutex(0)
        let source = ScriptedSource(
            "a",
            beforeStream: { _ in
                #expect(
                    posting.withLock { posting in
                        posting += 1
                        return posting
                    } == 1
                )
                await Task.yield()
                posting.withLock { $0 -= 1 }
            }
        )
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
