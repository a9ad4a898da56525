import RunPodAPI
import Testing

@testable import LocalEndpoint

@Suite("The queue: clients and workers")
struct JobQueueTests {
    var bench = QueueBench()

    @Test("A job goes from the queue to a worker to its end and keeps its times")
    mutating func wholeWay() throws {
        try bench.submit("a", input: #"{"k":[1,2]}"#)
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue))
        bench.advance(.milliseconds(1_500))
        let taken = try bench.reply { .takeAsked("w", batch: nil, hold: .seconds(20), $0) }
        #expect(taken == .taken(JobQueue.TakenJob(id: "a", input: try json(#"{"k":[1,2]}"#))))
        #expect(
            try bench.status("a")
                == JobSnapshot(id: "a", status: .inProgress, delay: .milliseconds(1_500), worker: "w")
        )
        bench.advance(.seconds(1))
        #expect(try bench.finish("w", "a", output: #"{"x":1.50}"#) == .acknowledged)
        #expect(
            try bench.status("a")
                == JobSnapshot(
                    id: "a",
                    status: .completed,
                    delay: .milliseconds(1_500),
                    execution: .seconds(1),
                    worker: "w",
                    output: try json(#"{"x":1.50}"#)
                )
        )
    }

    @Test("Held takes get jobs in the order both came")
    mutating func order() throws {
        let first = bench.ask { .takeAsked("w1", batch: nil, hold: .seconds(20), $0) }
        let second = bench.ask { .takeAsked("w2", batch: nil, hold: .seconds(20), $0) }
        try bench.submit("a")
        try bench.submit("b")
        #expect(bench.answers[first] == .taken(JobQueue.TakenJob(id: "a", input: try json(#"{"n":1}"#))))
        #expect(bench.answers[second] == .taken(JobQueue.TakenJob(id: "b", input: try json(#"{"n":1}"#))))
    }

    @Test("A take that finds nothing is answered when its hold is over")
    mutating func emptyTake() {
        let waiter = bench.ask { .takeAsked("w", batch: nil, hold: .seconds(20), $0) }
        #expect(bench.queue.nextDeadline == .seconds(6), "the worker's silence is looked at first")
        bench.advance(.seconds(19))
        #expect(bench.answers[waiter] == nil)
        bench.advance(.seconds(1))
        #expect(bench.answers[waiter] == .nothing)
    }

    @Test("A batch takes what is there, at most its size")
    mutating func batch() throws {
        for id in ["a", "b", "c"] { try bench.submit(id) }
        let input = try json(#"{"n":1}"#)
        let two = try bench.reply { .takeAsked("w", batch: 2, hold: .seconds(20), $0) }
        #expect(two == .takenBatch(["a", "b"].map { JobQueue.TakenJob(id: $0, input: input) }))
        let rest = try bench.reply { .takeAsked("w", batch: 5, hold: .seconds(20), $0) }
        #expect(rest == .takenBatch([JobQueue.TakenJob(id: "c", input: input)]))
    }

    @Test("A taker that has left gets no job")
    mutating func leftTaker() throws {
        let gone = bench.ask { .takeAsked("w1", batch: nil, hold: .seconds(20), $0) }
        bench.tell(.waiterLeft(gone))
        #expect(bench.answers[gone] == .nothing)
        try bench.submit("a")
        #expect(try bench.status("a").status == .inQueue)
        #expect(try bench.take("w2") == "a")
    }

    @Test("A job whose answer never left is queued again in its place, without a charge")
    mutating func abandonedTake() throws {
        try bench.submit("a")
        try bench.submit("b")
        #expect(try bench.take("w1") == "a")
        bench.tell(.takeAbandoned("w1", ["a"]))
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue))
        #expect(try bench.take("w2") == "a")
        bench.tell(.takeAbandoned("w1", ["a"]))
        #expect(try bench.status("a").worker == "w2", "only the holder gives back")
    }

    @Test("A failure keeps its text and its output")
    mutating func failure() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let output = try json(#"{"code":"E"}"#)
        #expect(try bench.reply { .done("w", "a", .failed(error: "bad", output: output), $0) } == .acknowledged)
        let snapshot = try bench.status("a")
        #expect(snapshot.status == .failed)
        #expect(snapshot.error == "bad")
        #expect(snapshot.output == output)
        #expect(bench.queue.health.jobs.failed == 1)
    }

    @Test("An empty result completes without output")
    mutating func emptyResult() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        #expect(try bench.finish("w", "a", output: nil) == .acknowledged)
        let snapshot = try bench.status("a")
        #expect(snapshot.status == .completed)
        #expect(snapshot.output == nil)
    }

    @Test("A report that breaks a rule is refused and the job is completed without output, as on the platform")
    mutating func unusableResult() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let reply = try bench.reply { .done("w", "a", .unusable(message: "no string"), $0) }
        #expect(reply == .refused(.badRequest("no string")))
        #expect(try bench.status("a").status == .completed)
        #expect(try bench.status("a").output == nil)
    }

    @Test("The same result twice is acknowledged twice and counted once")
    mutating func repeatedResult() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        #expect(try bench.finish("w", "a", output: "1") == .acknowledged)
        #expect(try bench.finish("w", "a", output: "2") == .acknowledged)
        #expect(try bench.status("a").output == json("1"))
        #expect(bench.queue.health.jobs.completed == 1)
    }

    @Test("Progress shows as output until the result replaces it, and comes to nothing after the end")
    mutating func progress() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        #expect(try bench.progress("w", "a", "0.5") == .acknowledged)
        #expect(try bench.status("a").output == json("0.5"))
        _ = try bench.finish("w", "a", output: "1")
        #expect(try bench.progress("w", "a", "0.7") == .acknowledged)
        #expect(try bench.status("a").output == json("1"))
        #expect(try bench.status("a").status == .completed)
    }

    @Test("What a worker says of an unknown job is answered with job not found")
    mutating func unknownJob() throws {
        let missing = JobQueue.Reply.refused(.jobNotFound)
        let value = try json("1")
        #expect(try bench.finish("w", "x") == missing)
        #expect(try bench.stream("w", "x", "1") == missing)
        #expect(try bench.reply { .progressed("w", "x", value, $0) } == missing)
        #expect(try bench.reply { .statusAsked("x", $0) } == missing)
        #expect(try bench.reply { .statusSyncAsked("x", wait: .seconds(1), $0) } == missing)
        #expect(try bench.reply { .streamAsked("x", wait: .seconds(1), $0) } == missing)
        #expect(try bench.reply { .cancelAsked("x", $0) } == missing)
        #expect(try bench.reply { .retryAsked("x", $0) } == missing)
    }

    @Test("A worker that never had the job changes nothing")
    mutating func stranger() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        #expect(try bench.finish("stranger", "a") == .acknowledged)
        #expect(try bench.stream("stranger", "a", "1") == .acknowledged)
        #expect(try bench.status("a").status == .inProgress)
        #expect(try bench.reply { .streamAsked("a", wait: .zero, $0) } == .chunks("a", .inProgress, []))
    }

    // MARK: - Long polls

    @Test("status-sync is answered at the end of the job, or with the state at the end of its wait")
    mutating func statusSync() throws {
        try bench.submit("a")
        let early = bench.ask { .statusSyncAsked("a", wait: .seconds(1), $0) }
        let late = bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) }
        _ = try bench.take("w")
        bench.advance(.seconds(1))
        #expect(bench.answers[early] == .job(try bench.status("a")))
        #expect(bench.answers[late] == nil)
        _ = try bench.finish("w", "a")
        #expect(bench.answers[late] == .job(try bench.status("a")))
        #expect(try bench.reply { .statusSyncAsked("a", wait: .seconds(60), $0) } == .job(try bench.status("a")))
    }

    @Test("runsync holds its answer for the end, and its result for a minute")
    mutating func runsync() throws {
        var submission = Submission(input: try json("{}"))
        submission.retention = .seconds(60)
        let waiter = bench.ask { [submission] in .submitted(submission, id: "a", wait: .seconds(90), $0) }
        _ = try bench.take("w")
        #expect(bench.answers[waiter] == nil)
        _ = try bench.finish("w", "a")
        #expect(bench.answers[waiter] == .job(try bench.status("a")))
        bench.advance(.seconds(61))
        #expect(try bench.reply { .statusAsked("a", $0) } == .refused(.jobNotFound))
    }

    @Test("A stream hands each chunk out once, in order, and then says that the job is over")
    mutating func stream() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let waiting = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
        #expect(bench.answers[waiting] == nil)
        #expect(try bench.stream("w", "a", #"{"output":1}"#) == .acknowledged)
        #expect(bench.answers[waiting] == .chunks("a", .inProgress, [try json(#"{"output":1}"#)]))
        _ = try bench.stream("w", "a", "2")
        _ = try bench.stream("w", "a", "3")
        _ = try bench.finish("w", "a")
        let rest = try bench.reply { .streamAsked("a", wait: .seconds(10), $0) }
        #expect(rest == .chunks("a", .completed, [try json("2"), try json("3")]))
        #expect(try bench.reply { .streamAsked("a", wait: .seconds(10), $0) } == .chunks("a", .completed, []))
    }

    @Test("A held stream is answered empty at the end of its wait and at the end of the job")
    mutating func emptyStream() throws {
        try bench.submit("a")
        let early = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
        bench.advance(.seconds(10))
        #expect(bench.answers[early] == .chunks("a", .inQueue, []))
        let late = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
        _ = try bench.take("w")
        _ = try bench.finish("w", "a")
        #expect(bench.answers[late] == .chunks("a", .completed, []))
    }

    @Test("The newest reader gets a chunk, because an older one may be gone")
    mutating func newestReader() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let old = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
        let new = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
        _ = try bench.stream("w", "a", "1")
        #expect(bench.answers[old] == nil)
        #expect(bench.answers[new] == .chunks("a", .inProgress, [try json("1")]))
    }

    @Test("Chunks that nobody drains are kept up to their bound; beyond it the worker has to wait")
    mutating func boundedStream() throws {
        var limits = JobQueue.Limits()
        limits.streamBytes = 10
        bench = QueueBench(limits: limits)
        try bench.submit("a")
        _ = try bench.take("w")
        #expect(try bench.stream("w", "a", #""123456""#) == .acknowledged)
        guard case .refused(.tooMuch) = try bench.stream("w", "a", #""789""#) else {
            Issue.record("the bound did not hold")
            return
        }
        #expect(
            try bench.reply { .streamAsked("a", wait: .zero, $0) }
                == .chunks("a", .inProgress, [try json(#""123456""#)])
        )
        #expect(try bench.stream("w", "a", #""789""#) == .acknowledged)
    }

    @Test("An answer holds so many bytes of chunks and at least one; the rest is for the next, also after the end")
    mutating func largeStream() throws {
        var limits = JobQueue.Limits()
        limits.streamReplyBytes = 10
        bench = QueueBench(limits: limits)
        try bench.submit("a")
        _ = try bench.take("w")
        let chunks = [#""a long one""#, #""b""#, #""cd""#, #""e""#, #""f""#]
        for chunk in chunks { #expect(try bench.stream("w", "a", chunk) == .acknowledged) }
        var answers: [[JSONText]] = []
        for status in [JobStatus.inProgress, .inProgress, .completed, .completed] {
            if status == .completed { _ = try bench.finish("w", "a") }
            guard case .chunks("a", status, let some) = try bench.reply({ .streamAsked("a", wait: .seconds(10), $0) })
            else {
                Issue.record("no chunks")
                return
            }
            answers.append(some)
        }
        #expect(answers.map(\.count) == [1, 2, 2, 0], "with a comma for each")
        #expect(answers.flatMap { $0 } == (try chunks.map { try json($0) }))
        #expect(bench.queue.bytes == bench.queue.jobs["a"]?.size)
    }

    @Test("Chunks of an answer that never left are for the next reader, before all others")
    mutating func abandonedChunks() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let chunks = try ["1", "2", "3"].map { try json($0) }
        for chunk in ["1", "2", "3"] { _ = try bench.stream("w", "a", chunk) }
        for _ in 0..<2 {
            #expect(
                try bench.reply { .streamAsked("a", wait: .seconds(10), $0) } == .chunks("a", .inProgress, chunks)
            )
            bench.tell(.chunksAbandoned("a", Array(chunks.prefix(2))))
            bench.tell(.chunksAbandoned("nobody", chunks))
            let waiting = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
            #expect(bench.answers[waiting] == .chunks("a", .inProgress, Array(chunks.prefix(2))))
            // To one that waits already they go at once.
            let held = bench.ask { .streamAsked("a", wait: .seconds(10), $0) }
            bench.tell(.chunksAbandoned("a", [chunks[0]]))
            #expect(bench.answers[held] == .chunks("a", .inProgress, [chunks[0]]))
            for chunk in ["1", "2", "3"] { _ = try bench.stream("w", "a", chunk) }
        }
        #expect(bench.queue.bytes == bench.queue.jobs["a"]?.size)
    }

    // MARK: - Cancel, retry, purge

    @Test("Cancelling a queued job takes it out of the queue")
    mutating func cancelQueued() throws {
        try bench.submit("a")
        try bench.submit("b")
        let end = bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) }
        #expect(try bench.reply { .cancelAsked("a", $0) } == .accepted("a", .cancelled))
        #expect(bench.answers[end] == .job(JobSnapshot(id: "a", status: .cancelled)))
        #expect(try bench.take("w") == "b")
    }

    @Test("Cancelling a running job ends it at once and tells the worker, held or at its next call")
    mutating func cancelRunning() throws {
        try bench.submit("a")
        try bench.submit("b")
        _ = try bench.take("w")
        _ = try bench.take("w")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        #expect(bench.answers[stop] == nil)
        #expect(try bench.reply { .cancelAsked("a", $0) } == .accepted("a", .cancelled))
        #expect(bench.answers[stop] == .jobsToStop(["a"]))
        #expect(try bench.status("a").worker == "w")
        _ = try bench.reply { .cancelAsked("b", $0) }
        #expect(try bench.reply { .stopAsked("w", hold: .seconds(20), $0) } == .jobsToStop(["b"]))
        let again = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        #expect(bench.answers[again] == nil, "told once")
        bench.advance(.seconds(20))
        #expect(bench.answers[again] == .nothing)
    }

    @Test("A stop order is given again while pings go on listing the job, and forgotten when they stop")
    mutating func repeatedStop() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        _ = try bench.reply { .cancelAsked("a", $0) }
        #expect(try bench.reply { .stopAsked("w", hold: .seconds(20), $0) } == .jobsToStop(["a"]))
        bench.advance(.seconds(2))
        let stop = bench.ask { .stopAsked("w", hold: .seconds(20), $0) }
        try bench.ping("w", ["a"])
        #expect(bench.answers[stop] == .jobsToStop(["a"]))
        bench.advance(.seconds(2))
        try bench.ping("w")
        #expect(bench.queue.workers["w"]?.stops.isEmpty == true)
    }

    @Test("What a worker still says of a cancelled job is acknowledged and dropped")
    mutating func lateReports() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        _ = try bench.stream("w", "a", "1")
        _ = try bench.reply { .cancelAsked("a", $0) }
        let late = try json("9")
        #expect(try bench.stream("w", "a", "2") == .acknowledged)
        #expect(try bench.reply { .progressed("w", "a", late, $0) } == .acknowledged)
        #expect(try bench.finish("w", "a") == .acknowledged)
        let snapshot = try bench.status("a")
        #expect(snapshot.status == .cancelled)
        #expect(snapshot.output == nil)
        let stream = try bench.reply { .streamAsked("a", wait: .seconds(10), $0) }
        #expect(stream == .chunks("a", .cancelled, [try json("1")]), "what was streamed before stays")
    }

    @Test("Cancelling what has ended shows how it ended")
    mutating func cancelEnded() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        _ = try bench.finish("w", "a")
        #expect(try bench.reply { .cancelAsked("a", $0) } == .accepted("a", .completed))
    }

    @Test("A failed job can be retried under its id, from a clean slate; others can't")
    mutating func retry() throws {
        try bench.submit("a")
        guard case .refused(.badRequest) = try bench.reply({ .retryAsked("a", $0) }) else {
            Issue.record("a queued job was retried")
            return
        }
        _ = try bench.take("w")
        _ = try bench.stream("w", "a", "1")
        _ = try bench.reply { .done("w", "a", .failed(error: "bad", output: nil), $0) }
        #expect(try bench.reply { .retryAsked("a", $0) } == .accepted("a", .inQueue))
        #expect(try bench.status("a") == JobSnapshot(id: "a", status: .inQueue))
        #expect(try bench.take("w") == "a")
        #expect(try bench.reply { .streamAsked("a", wait: .zero, $0) } == .chunks("a", .inProgress, []))
    }

    @Test("Purging cancels what is queued and leaves what runs")
    mutating func purge() throws {
        for id in ["a", "b", "c"] { try bench.submit(id) }
        _ = try bench.take("w")
        #expect(try bench.reply { .purgeAsked($0) } == .removed(2))
        #expect(try bench.status("a").status == .inProgress)
        #expect(try bench.status("b").status == .cancelled)
        #expect(try bench.status("c").status == .cancelled)
    }

    // MARK: - Bounds and health

    @Test("Beyond its bounds the queue refuses jobs and keeps those it has", arguments: [false, true])
    mutating func bounds(byBytes: Bool) throws {
        var limits = JobQueue.Limits()
        if byBytes {
            limits.bytes = 15
        } else {
            limits.jobs = 2
        }
        bench = QueueBench(limits: limits)
        try bench.submit("a")
        try bench.submit("b")
        let one = Submission(input: try json(#"{"n":1}"#))
        guard case .refused(.tooMuch) = try bench.reply({ .submitted(one, id: "c", wait: nil, $0) }) else {
            Issue.record("the bound did not hold")
            return
        }
        #expect(bench.queue.jobs.count == 2)
        #expect(bench.queue.bytes == 14)
    }

    @Test("Health counts jobs by state and workers by theirs, once each")
    mutating func health() throws {
        bench.tell(.workerStarted("starting"))
        bench.tell(.workerStarted("crashing"))
        bench.tell(.workerGone("crashing", isCrashLooping: true))
        _ = bench.ask { .takeAsked("idle", batch: nil, hold: .seconds(20), $0) }
        try bench.submit("x")
        _ = try bench.finish("idle", "x")
        _ = bench.ask { .takeAsked("idle", batch: nil, hold: .seconds(20), $0) }
        bench.tell(.waiterLeft(bench.lastWaiter))
        for id in ["a", "b", "c"] { try bench.submit(id) }
        _ = try bench.take("busy")
        let health = bench.queue.health
        #expect(health.jobs.completed == 1)
        #expect(health.jobs.inQueue == 2)
        #expect(health.jobs.inProgress == 1)
        var workers = EndpointHealth.Workers()
        workers.idle = 1
        workers.ready = 1
        workers.running = 1
        workers.initializing = 1
        workers.unhealthy = 1
        #expect(health.workers == workers)
    }

    @Test("Closing answers every held request, and nothing is held afterwards")
    mutating func close() throws {
        try bench.submit("a")
        _ = try bench.take("w")
        let waiters = [
            bench.ask { .takeAsked("v", batch: nil, hold: .seconds(20), $0) },
            bench.ask { .stopAsked("w", hold: .seconds(20), $0) },
            bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) },
            bench.ask { .streamAsked("a", wait: .seconds(60), $0) },
        ]
        bench.tell(.closed)
        for waiter in waiters { #expect(bench.answers[waiter] != nil) }
        #expect(try bench.reply { .takeAsked("v", batch: nil, hold: .seconds(20), $0) } == .nothing)
        #expect(try bench.reply { .stopAsked("w", hold: .seconds(20), $0) } == .nothing)
        #expect(try bench.reply { .streamAsked("a", wait: .seconds(60), $0) } == .chunks("a", .inProgress, []))
    }
}
