import RunPodAPI
import Testing

@testable import LocalEndpoint

@Suite("The queue: what the platform's pages say of single calls")
struct JobQueueContractTests {
    var bench = QueueBench()

    @Test("runsync tells only id and status when its wait ends before the job")
    mutating func runsyncTooShort() throws {
        let submission = Submission(input: try json("1"), retention: .seconds(60))
        let held = bench.ask { .submitted(submission, id: "a", wait: .seconds(5), $0) }
        #expect(try bench.take("w") == "a")
        try bench.ping("w", ["a"])
        bench.advance(.seconds(5))
        #expect(bench.answers[held] == .accepted("a", .inProgress))
        try bench.ping("w", ["a"])
        let sync = bench.ask { .statusSyncAsked("a", wait: .seconds(1), $0) }
        bench.advance(.seconds(1))
        guard case .job(let job) = bench.answers[sync] else {
            Issue.record("status-sync tells the whole job")
            return
        }
        #expect(job.worker == "w")
    }

    @Test("A ttl in the query of status counts from then, shorter or longer, before and after the end")
    mutating func statusTTL() throws {
        func ask(_ ttl: Duration) throws -> QueueBench.Reply { try bench.reply { .statusAsked("a", ttl: ttl, $0) } }
        try bench.submit("a", ttl: .seconds(10))
        bench.advance(.seconds(8))
        _ = try ask(.seconds(100))
        bench.advance(.seconds(50))
        #expect(try bench.status("a").status == .inQueue, "longer")
        #expect(try bench.take("w") == "a")
        #expect(try bench.finish("w", "a") == .acknowledged)
        _ = try ask(.seconds(5_000))
        bench.advance(.seconds(4_999))
        #expect(try bench.status("a").status == .completed, "beyond its retention")
        _ = try ask(.seconds(6))
        bench.advance(.seconds(5))
        #expect(try bench.status("a").status == .completed)
        bench.advance(.seconds(1))
        #expect(try bench.reply { .statusAsked("a", $0) } == .refused(.jobNotFound), "shorter")
    }

    @Test("A job that times out in the queue tells how long it stood there")
    mutating func timedOutDelay() throws {
        try bench.submit("a", ttl: .seconds(60))
        bench.advance(.seconds(60))
        let job = try bench.status("a")
        #expect(job.status == .timedOut)
        #expect(job.delay == .seconds(60))
        #expect(job.execution == nil && job.worker == nil)
    }

    /// Submits a job with a webhook and hands it to the worker `w`.
    private mutating func startWithWebhook(_ id: String, ttl: Duration = .seconds(86_400)) throws {
        var submission = Submission(input: try json(#"{"k":1}"#), executionTimeout: .seconds(600), ttl: ttl)
        submission.webhook = "http://hook.example/x"
        #expect(try bench.reply { .submitted(submission, id: id, wait: nil, $0) } == .accepted(id, .inQueue))
    }

    private func notices() -> [JobNotice] {
        bench.orders.compactMap { if case .notify(let notice) = $0 { notice } else { nil } }
    }

    @Test("A webhook is told of a result, with the input, once")
    mutating func webhookCompleted() throws {
        try startWithWebhook("a")
        #expect(try bench.take("w") == "a")
        #expect(notices().isEmpty)
        #expect(try bench.finish("w", "a", output: "7") == .acknowledged)
        #expect(try bench.finish("w", "a", output: "7") == .acknowledged)
        let notice = try #require(notices().first)
        #expect(notices().count == 1)
        #expect(notice.url == "http://hook.example/x")
        #expect(notice.input == (try json(#"{"k":1}"#)))
        #expect(notice.job == (try bench.status("a")))
        #expect(notice.job.status == .completed)
    }

    @Test("A webhook is told of each failure, also after a retry")
    mutating func webhookFailed() throws {
        try startWithWebhook("a")
        for round in 1...2 {
            #expect(try bench.take("w") == "a")
            _ = try bench.reply { .done("w", "a", .failed(error: "no", output: nil), $0) }
            #expect(notices().count == round)
            #expect(notices().last?.job.error == "no")
            _ = try bench.reply { .retryAsked("a", $0) }
        }
    }

    @Test("A webhook hears nothing of cancelled, purged and timed out jobs, nor do jobs without one order any")
    mutating func webhookSilent() throws {
        try startWithWebhook("a")
        _ = try bench.reply { .cancelAsked("a", $0) }
        try startWithWebhook("b")
        _ = try bench.reply { .purgeAsked($0) }
        try startWithWebhook("c", ttl: .seconds(1))
        bench.advance(.seconds(1))
        #expect(try bench.status("c").status == .timedOut)
        try bench.submit("d")
        #expect(try bench.take("w") == "d")
        #expect(try bench.finish("w", "d") == .acknowledged)
        #expect(bench.orders.isEmpty)
    }
}
