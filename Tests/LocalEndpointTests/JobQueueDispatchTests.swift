import RunPodAPI
import Testing

@testable import LocalEndpoint

@Suite("The queue: which worker gets a job, and when one is started afresh")
struct JobQueueDispatchTests {
    var bench = QueueBench()

    /// A held take, and the worker's pings that keep it known.
    private mutating func hold(_ worker: String, batch: Int? = nil) -> UInt64 {
        bench.ask { .takeAsked(worker, batch: batch, hold: .seconds(300), $0) }
    }

    private func job(of waiter: UInt64) -> String? {
        if case .taken(let job) = bench.answers[waiter] { job.id } else { nil }
    }

    @Test("A worker without a job is served before one that asks ahead, whoever came first")
    mutating func idleFirst() throws {
        try bench.submit("a")
        #expect(try bench.take("busy") == "a")
        let ahead = hold("busy")
        let idle = hold("idle")
        try bench.submit("b")
        #expect(job(of: idle) == "b")
        #expect(bench.answers[ahead] == nil)
        try bench.submit("c")
        #expect(job(of: ahead) == "c", "nobody is without a job now")
    }

    @Test("A worker that asks ahead leaves the jobs of those that are starting or between two takes")
    mutating func leavesJobs() throws {
        bench.tell(.workerStarted("starting"))
        try bench.submit("a")
        #expect(try bench.take("busy") == "a")
        let ahead = hold("busy")
        try bench.submit("b")
        #expect(bench.answers[ahead] == nil)
        try bench.submit("c")
        #expect(job(of: ahead) == "b", "one job is enough for the one that starts")
        #expect(try bench.take("starting") == "c")
    }

    @Test("A worker that asked ahead and then ended its job is without one")
    mutating func endedMeanwhile() throws {
        try bench.submit("a")
        #expect(try bench.take("w") == "a")
        let ahead = hold("w")
        #expect(try bench.finish("w", "a") == .acknowledged)
        try bench.submit("b")
        #expect(job(of: ahead) == "b")
    }

    @Test("A worker that still runs what it was told to stop is busy until it says otherwise")
    mutating func stopping() throws {
        try bench.submit("a")
        #expect(try bench.take("blocking") == "a")
        let ahead = hold("blocking")
        _ = try bench.reply { .cancelAsked("a", $0) }
        let idle = hold("idle")
        try bench.submit("b")
        #expect(job(of: idle) == "b")
        #expect(bench.answers[ahead] == nil)
        #expect(try bench.finish("blocking", "a") == .acknowledged)
        try bench.submit("c")
        #expect(job(of: ahead) == "c")
    }

    @Test("A worker that pings and asks for no job keeps none from others for long")
    mutating func onlyPings() throws {
        try bench.ping("orphan")
        try bench.submit("a")
        #expect(try bench.take("busy") == "a")
        try bench.ping("busy", ["a"])
        let ahead = hold("busy")
        try bench.submit("b")
        #expect(bench.answers[ahead] == nil, "it may be about to ask")
        bench.advance(JobQueue.Limits.betweenTakes)
        try bench.ping("orphan")
        try bench.ping("busy", ["a"])
        #expect(job(of: ahead) == "b")
    }

    @Test("A worker whose process keeps dying reserves no job")
    mutating func unhealthy() throws {
        bench.tell(.workerStarted("dying"))
        bench.tell(.workerGone("dying", isCrashLooping: true))
        try bench.submit("a")
        #expect(try bench.take("busy") == "a")
        let ahead = hold("busy")
        try bench.submit("b")
        #expect(job(of: ahead) == "b")
    }

    @Test("A batch that asks ahead leaves a job for each worker without one")
    mutating func batch() throws {
        bench.tell(.workerStarted("starting"))
        try bench.submit("a")
        #expect(try bench.take("busy") == "a")
        for id in ["b", "c", "d"] { try bench.submit(id) }
        let ahead = hold("busy", batch: 5)
        guard case .takenBatch(let taken) = bench.answers[ahead] else {
            Issue.record("not served")
            return
        }
        #expect(taken.map(\.id) == ["b", "c"])
    }

    // MARK: - Started afresh

    private mutating func finishStopping(_ worker: String, _ job: String) throws {
        #expect(try bench.reply { .done(worker, job, .completed(output: nil), stopsWorker: true, $0) } == .acknowledged)
    }

    @Test("A worker that asks for it is started afresh after its job, and gets none before")
    mutating func refresh() throws {
        bench.tell(.workerStarted("w"))
        try bench.submit("a")
        #expect(try bench.take("w") == "a")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(300), $0) }
        let ahead = hold("w")
        try finishStopping("w", "a")
        #expect(bench.orders == [.restart("w")])
        #expect(bench.answers[stop] == .nothing && bench.answers[ahead] == .nothing, "so that it sees its end")
        try bench.submit("b")
        let again = bench.ask { .takeAsked("w", batch: nil, hold: .seconds(300), $0) }
        bench.advance(JobQueue.Limits.lastHold)
        #expect(bench.answers[again] == .nothing)
        bench.tell(.workerGone("w", isCrashLooping: false))
        bench.tell(.workerStarted("w"))
        #expect(try bench.take("w") == "b")
        #expect(bench.orders.count == 1)
    }

    @Test("With other jobs it is started afresh after the last of them")
    mutating func refreshLater() throws {
        bench.tell(.workerStarted("w"))
        for id in ["a", "b"] { try bench.submit(id) }
        _ = try bench.reply { .takeAsked("w", batch: 2, hold: .zero, $0) }
        try finishStopping("w", "a")
        #expect(bench.orders.isEmpty)
        #expect(try bench.finish("w", "b") == .acknowledged)
        #expect(bench.orders == [.restart("w")])
    }

    @Test("One that we did not start goes on as it is")
    mutating func refreshElsewhere() throws {
        try bench.submit("a")
        #expect(try bench.take("w") == "a")
        try finishStopping("w", "a")
        try bench.submit("b")
        #expect(try bench.take("w") == "b")
        #expect(bench.orders.isEmpty)
    }

    @Test("Before the workers are ended their polls are answered, and no job is handed out any more")
    mutating func draining() throws {
        let take = hold("w")
        let stop = bench.ask { .stopAsked("w", hold: .seconds(300), $0) }
        try bench.submit("a")
        #expect(job(of: take) == "a")
        let ahead = hold("w")
        let end = bench.ask { .statusSyncAsked("a", wait: .seconds(60), $0) }
        bench.tell(.draining)
        #expect(bench.answers[stop] == .nothing && bench.answers[ahead] == .nothing)
        #expect(bench.answers[end] == nil, "a client still waits for what is being finished")
        try bench.submit("b")
        let late = hold("w2")
        bench.advance(JobQueue.Limits.lastHold)
        #expect(bench.answers[late] == .nothing)
        #expect(try bench.finish("w", "a") == .acknowledged)
        #expect(bench.answers[end] != nil)
    }
}
