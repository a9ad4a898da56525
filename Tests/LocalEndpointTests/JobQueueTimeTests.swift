import RunPodAPI
import Testing

@testable import LocalEndpoint

@Suite("The queue: time and lost workers")
struct JobQueueTimeTests {
    var bench = QueueBench()

    @Test("A job that overruns its execution time-out fails with the platform's words and the worker is told")
    mutating func executionTimeout() throws {
        try bench.submit("a", executionTimeout: .seconds(5))
        bench.advance(.seconds(30))
        _ = try bench.take("w")
        let end = bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) }
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        for _ in 0..<4 {
            bench.advance(.seconds(1))
            try bench.ping("w", ["a"])
        }
        #expect(bench.answers[end] == nil, "time in the queue does not count")
        bench.advance(.seconds(1))
        let expected = JobSnapshot(
            id: "a",
            status: .failed,
            delay: .seconds(30),
            execution: .seconds(5),
            worker: "w",
            error: "executionTimeout exceeded"
        )
        #expect(bench.answers[end] == .job(expected))
        #expect(bench.answers[stop] == .jobsToStop(["a"]))
        #expect(try bench.finish("w", "a") == .acknowledged)
        #expect(try bench.status("a") == expected)
    }

    @Test("What was due happens before a later event, however late the timer is")
    mutating func lateTimer() throws {
        try bench.submit("a", executionTimeout: .seconds(5))
        _ = try bench.take("w")
        for _ in 0..<2 {
            bench.advance(.seconds(2))
            try bench.ping("w", ["a"])
        }
        // No tick: the report itself brings the time with it.
        bench.passUnnoticed(.seconds(2))
        #expect(try bench.finish("w", "a") == .acknowledged)
        #expect(try bench.status("a").error == "executionTimeout exceeded")
        #expect(try bench.status("a").execution == .seconds(5))
    }

    @Test("Late or not, the same happens in the same order")
    mutating func lateOrder() throws {
        try bench.submit("a")
        try bench.submit("gone", ttl: .seconds(5))
        _ = try bench.take("w")
        let taker = bench.ask { .takeAsked("v", batch: nil, hold: .seconds(5), $0) }
        #expect(bench.answers[taker] == .taken(JobQueue.TakenJob(id: "gone", input: try json(#"{"n":1}"#))))
        let second = bench.ask { .takeAsked("u", batch: nil, hold: .seconds(5), $0) }
        // At 4 s the first job is queued again and goes to the held take, which would be over at 5 s.
        bench.advance(.seconds(5))
        #expect(bench.answers[second] == .taken(JobQueue.TakenJob(id: "a", input: try json(#"{"n":1}"#))))
        #expect(try bench.status("a").worker == "u")
    }

    @Test("A queued job that outlives its ttl is timed out, and can be retried")
    mutating func ttlQueued() throws {
        try bench.submit("a", ttl: .seconds(10))
        bench.advance(.seconds(10))
        #expect(try bench.status("a").status == .timedOut)
        #expect(try bench.status("a").error != nil)
        #expect(try bench.reply { .retryAsked("a", $0) } == .accepted("a", .inQueue))
        #expect(try bench.take("w") == "a")
    }

    @Test("A running job that outlives its ttl is forgotten; its worker is told and its result finds nothing")
    mutating func ttlRunning() throws {
        try bench.submit("a", ttl: .seconds(10))
        bench.advance(.seconds(7))
        _ = try bench.take("w")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        let end = bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) }
        let chunk = bench.ask { .streamAsked("a", wait: .seconds(60), $0) }
        bench.advance(.seconds(3))
        #expect(bench.answers[stop] == .jobsToStop(["a"]))
        #expect(bench.answers[end] == .refused(.jobNotFound))
        #expect(bench.answers[chunk] == .refused(.jobNotFound))
        #expect(try bench.finish("w", "a") == .refused(.jobNotFound))
        #expect(bench.queue.bytes == 0)
    }

    @Test("An ended job is known for its retention and forgotten with its bytes")
    mutating func retention() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        _ = try bench.finish("w", "a", output: #""result""#)
        #expect(bench.queue.bytes == 8, "the input of a completed job is not kept")
        bench.advance(.seconds(1_799))
        #expect(try bench.status("a").status == .completed)
        bench.advance(.seconds(1))
        #expect(try bench.reply { .statusAsked("a", $0) } == .refused(.jobNotFound))
        #expect(bench.queue.bytes == 0)
        #expect(bench.queue.jobs.isEmpty)
    }

    // MARK: - Lost workers

    @Test("A job whose process died is queued once more in its old place, and fails at the second loss")
    mutating func processDied() throws {
        try bench.submit("a")
        bench.tell(.workerStarted("w"))
        _ = try bench.take("w")
        try bench.submit("b")
        bench.tell(.workerGone("w", isCrashLooping: false))
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue, retries: 1))
        #expect(bench.queue.health.jobs.retried == 1)
        bench.tell(.workerStarted("w"))
        #expect(try bench.take("w") == "a")
        bench.advance(.seconds(1))
        bench.tell(.workerGone("w", isCrashLooping: false))
        let snapshot = try bench.status("a")
        #expect(snapshot.status == .failed)
        #expect(snapshot.error == "job timed out after 1 retries")
        #expect(snapshot.retries == 1)
        #expect(try bench.take("v") == "b")
    }

    @Test("A worker that is silent for three intervals has lost its jobs")
    mutating func silence() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        bench.advance(.seconds(1))
        try bench.ping("w", ["a"])
        bench.advance(.milliseconds(5_999))
        #expect(try bench.status("a").status == .inProgress)
        bench.advance(.milliseconds(1))
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue, retries: 1))
        #expect(bench.queue.workers["w"] == nil, "a worker that nobody supervises is forgotten")
    }

    @Test("A supervised worker that falls silent is unhealthy until it calls again")
    mutating func silentProcess() throws {
        bench.tell(.workerStarted("w"))
        try bench.ping("w")
        bench.advance(.seconds(6))
        #expect(bench.queue.health.workers.unhealthy == 1)
        try bench.ping("w")
        #expect(bench.queue.health.workers.unhealthy == 0)
        #expect(bench.queue.health.workers.idle == 1)
    }

    @Test("Any call of its worker keeps a job alive")
    mutating func callsCount() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        for step in 0..<10 {
            bench.advance(.seconds(3))
            #expect(try bench.stream("w", "a", "\(step)") == .acknowledged)
        }
        #expect(try bench.status("a").status == .inProgress)
    }

    @Test("A ping that no longer lists a job loses it")
    mutating func unlisted() throws {
        try bench.submit("a")
        try bench.submit("b")
        _ = try bench.take("w")
        _ = try bench.take("w")
        try bench.ping("w", ["a", "b"])
        bench.advance(.seconds(2))
        try bench.ping("w", ["b"])
        #expect(try bench.status("a").status == .inQueue)
        #expect(try bench.status("a").retries == 1)
        #expect(try bench.status("b").status == .inProgress)
    }

    @Test("A ping that crossed the take or the first record of a job does not lose it")
    mutating func crossingPing() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        try bench.ping("w")
        #expect(try bench.status("a").status == .inProgress)
        _ = try bench.stream("w", "a", "1")
        bench.advance(.milliseconds(100))
        try bench.ping("w")
        #expect(try bench.status("a").status == .inProgress)
    }

    @Test("A take that its worker does not speak of for two intervals was lost on the way")
    mutating func unconfirmed() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        for _ in 0..<3 {
            bench.advance(.seconds(1))
            try bench.ping("w")
        }
        #expect(try bench.status("a").status == .inProgress)
        bench.advance(.seconds(1))
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue, retries: 1))
    }

    @Test("A worker taken for lost may still bring the result, but its failure and its records are dropped")
    mutating func formerHolder() throws {
        for id in ["a", "b", "c"] { try bench.submit(id) }
        for _ in 0..<3 { _ = try bench.take("slow") }
        bench.advance(.seconds(6))
        #expect(bench.queue.line.elements == ["a", "b", "c"])
        #expect(try bench.finish("slow", "a", output: "1") == .acknowledged)
        #expect(try bench.status("a").status == .completed, "straight from the queue")
        #expect(try bench.take("w") == "b")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        #expect(try bench.finish("slow", "b", output: "2") == .acknowledged)
        #expect(try bench.status("b").output == json("2"))
        #expect(bench.answers[stop] == .jobsToStop(["b"]), "the second holder need not go on")
        #expect(try bench.take("w2") == "c")
        #expect(try bench.reply { .done("slow", "c", .failed(error: "x", output: nil), $0) } == .acknowledged)
        #expect(try bench.stream("slow", "c", "3") == .acknowledged)
        #expect(try bench.status("c").status == .inProgress)
        #expect(try bench.reply { .streamAsked("c", wait: .zero, $0) } == .chunks("c", .inProgress, []))
    }

    @Test("The order to stop a former run does not reach the same worker's next run of that job")
    mutating func staleStop() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        bench.advance(.seconds(4))
        #expect(try bench.take("w") == "a")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        #expect(bench.answers[stop] == nil)
    }

    @Test("An unhealthy ping shows in health")
    mutating func unhealthyPing() throws {
        #expect(try bench.reply { .pinged("w", holding: [], isHealthy: false, $0) } == .acknowledged)
        #expect(bench.queue.health.workers.unhealthy == 1)
    }
}
