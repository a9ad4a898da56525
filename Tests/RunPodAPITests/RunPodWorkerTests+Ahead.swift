import Flashpoints
import RunPodAPI
import Synchronization
import TestSupport
import Testing

/// The job that a worker takes while it still has another.
extension RunPodWorkerTests {
    /// Writes down which jobs have begun.
    private final class Beginnings: Sendable {
        private let ids = Mutex<[String]>([])
        func add(_ id: String) { ids.withLock { $0.append(id) } }
        var all: [String] { ids.withLock { $0 } }
    }

    private static let pings = ["RUNPOD_WEBHOOK_PING": "BASE/ping/$RUNPOD_POD_ID?gpu=x"]

    @Test("The next job is asked for together with the result, and begins without waiting for its acknowledgement")
    func nextWithResult() async throws {
        let acknowledged = Gate()
        let begun = Beginnings()
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")]) { request in
            request.operation == "job-done" && request.target.contains("j1") ? .answer().after(acknowledged) : nil
        }
        try await withWorker(platform, extras: Self.pings) { job, _ in
            begun.add(job.id)
            return "done"
        } _: { bench in
            try await bench.wait(for: 2, "job-take")
            let takes = bench.requests("job-take").map(\.target)
            #expect(takes.map { String($0.suffix(18)) } == ["&job_in_progress=0", "&job_in_progress=1"])
            try await bench.wait("job-done")
            // Both are named while the result is on its way.
            try await bench.ping(naming: "j1%2Cj2")
            let hasBegun = await becomesTrue { begun.all == ["j1", "j2"] }
            #expect(hasBegun)
            #expect(bench.requests("job-done").count == 1, "one result at a time")
            acknowledged.open()
            try await bench.wait(for: 2, "job-done")
            bench.drain.release()
        }
    }

    @Test("A handler that is nearly done has one job taken ahead, never two")
    func nearlyDone() async throws {
        let gate = Gate()
        let begun = Beginnings()
        let platform = Platform(takes: ["j1", "j2", "j3"].map { Self.job($0) })
        try await withWorker(platform, extras: Self.pings) { job, writer in
            begun.add(job.id)
            guard job.id == "j1" else { return "done" }
            writer.prepareNext()
            writer.prepareNext()
            try await gate.wait()
            writer.prepareNext()
            return "done"
        } _: { bench in
            try await bench.ping(naming: "j1%2Cj2")
            let count = bench.requests("ping").count
            try await bench.pass(until: count + 3, "ping")
            #expect(bench.requests("ping").last?.target.hasSuffix("job_id=j1%2Cj2") == true)
            #expect(bench.requests("job-take").count == 2)
            #expect(begun.all == ["j1"])
            gate.open()
            try await bench.wait(for: 3, "job-done")
            #expect(begun.all == ["j1", "j2", "j3"])
            bench.drain.release()
        }
    }

    @Test("A hundred jobs in a row are worked on without a pause of the worker's own")
    func noPause() async throws {
        let names = (1...100).map { "j\($0)" }
        // The clock stands still, so whoever sleeps never wakes.
        try await withWorker(Platform(takes: names.map { Self.job($0) })) { bench in
            try await bench.wait(for: 100, "job-done")
            bench.drain.release()
            let done = bench.requests("job-done").compactMap {
                $0.target.split(separator: "/").last?.prefix { $0 != "?" }
            }
            #expect(done.map(String.init) == names)
            #expect(bench.clock.now.sinceStart == .zero)
        }
    }

    @Test("Draining lets a job go that has not begun, says so at once, and finishes the one at work")
    func drainAhead() async throws {
        let gate = Gate()
        let begun = Beginnings()
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")])
        try await withWorker(platform, extras: Self.pings) { job, writer in
            begun.add(job.id)
            writer.prepareNext()
            try await gate.wait()
            return "done"
        } _: { bench in
            try await bench.ping(naming: "j1%2Cj2")
            let count = bench.requests("ping").count
            bench.drain.release()
            // No time passes, so this is not the ping that is due.
            try await bench.wait(for: count + 1, "ping")
            #expect(bench.requests("ping").last?.target.hasSuffix("job_id=j1") == true)
            gate.open()
            try await bench.wait("job-done")
            #expect(bench.requests("job-done").count == 1)
            #expect(bench.notices().contains(.jobLetGo(job: "j2")))
            #expect(begun.all == ["j1"])
        }
    }

    @Test("Draining gives up a poll for the next job, and the job at work is posted")
    func drainAsking() async throws {
        let gate = Gate()
        try await withWorker(Platform(takes: [Self.job("j1")])) { _, writer in
            writer.prepareNext()
            try await gate.wait()
            return "done"
        } _: { bench in
            try await bench.wait(for: 2, "job-take")
            bench.drain.release()
            gate.open()
            try await bench.wait("job-done")
            #expect(bench.requests("job-done").map(\.text) == [#"{"output":"done"}"#])
        }
    }

    @Test("A job that is stopped before it has begun never begins, and another is taken in its place")
    func stoppedAhead() async throws {
        let gate = Gate()
        let isAhead = Gate()
        let begun = Beginnings()
        let stops = Counter()
        let platform = Platform(takes: ["j1", "j2", "j3"].map { Self.job($0) }) { request in
            guard request.operation == "job-stop" else { return nil }
            let number = stops.next()
            guard number == 1 else { return .hang }
            return Reply.answer(200, #"{"jobsToStop":["j2"]}"#).after(isAhead)
        }
        try await withWorker(platform, extras: Self.pings) { job, writer in
            begun.add(job.id)
            guard job.id == "j1" else { return "done" }
            writer.prepareNext()
            try await gate.wait()
            return "done"
        } _: { bench in
            try await bench.ping(naming: "j1%2Cj2")
            // There may have been one before the second job came.
            let before = bench.requests("ping").count { $0.target.hasSuffix("job_id=j1") }
            isAhead.open()
            try await bench.ping(naming: "j1", after: before)
            gate.open()
            try await bench.wait(for: 2, "job-done")
            #expect(begun.all == ["j1", "j3"])
            bench.drain.release()
        }
    }

    @Test("A job that the platform gives to the worker that has it is not worked on twice")
    func ownJobAgain() async throws {
        let gate = Gate()
        let begun = Beginnings()
        let platform = Platform(takes: ["j1", "j1", "j2"].map { Self.job($0) })
        try await withWorker(platform) { job, writer in
            begun.add(job.id)
            writer.prepareNext()
            if job.id == "j1" { try await gate.wait() }
            return "done"
        } _: { bench in
            try await bench.wait(for: 2, "job-take")
            gate.open()
            try await bench.wait(for: 2, "job-done")
            #expect(begun.all == ["j1", "j2"])
            bench.drain.release()
        }
    }
}

extension RunPodWorkerTests.Bench {
    /// Moves time on until more than `count` pings have named these jobs and no others.
    fileprivate func ping(naming jobs: String, after count: Int = 0) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try Task.checkCancellation()
                    clock.advanceToNextSleeper()
                    await Task.yield()
                }
            }
            try await server.waitForRequests(count + 1) {
                $0.operation == "ping" && $0.target.hasSuffix("job_id=\(jobs)")
            }
            group.cancelAll()
        }
    }
}
