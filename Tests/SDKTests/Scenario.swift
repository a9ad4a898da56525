import Flashpoints
import LocalEndpoint
import RunPodAPI
import TestSupport
import Testing

/// What a client and a worker live through together.
enum Scenario: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case echo
    case errorString = "error string"
    case exception
    case progress
    case generator
    case aggregate = "generator, aggregated"
    case cancelQueued = "cancel queued"
    case cancelRunning = "cancel running"
    case cancelBlocking = "cancel blocking"
    case executionTimeout
    case ttlQueued = "ttl, queued"
    case ttlRunning = "ttl, running"
    case retention
    case workerKilled = "worker killed"
    case workerKilledTwice = "worker killed twice"
    case resultRefused = "job-done lost, never heard"
    case resultUnanswered = "job-done lost, answer"
    case duplicateDelivery = "duplicate delivery"
    case takenForLost = "taken for lost, yet at work"
    case tooManyRequests = "429"

    var testDescription: String { rawValue }

    /// Plays it and checks all that both sides see.
    func play(client: Maker, worker: Maker) async throws {
        try await Stage.with { options in
            switch self {
            case .workerKilled, .workerKilledTwice, .takenForLost:
                // In these a worker is missed, by the endpoint's clock.
                options.limits.pingInterval = .seconds(2)
            case .resultRefused: options.faults.rules = [.rule(.answer(status: 503), of: .jobDone, .next(1))]
            case .resultUnanswered: options.faults.rules = [.rule(.dropAfter, of: .jobDone, .next(1))]
            case .duplicateDelivery: options.faults.rules = [.rule(.deliverAgain, of: .jobTake, .next(1))]
            case .tooManyRequests: options.rates = RateLimits(rules: [RateLimits.Rule([.run], requests: 2)])
            case .echo, .errorString, .exception, .progress, .generator, .aggregate, .cancelQueued, .cancelRunning,
                .cancelBlocking, .executionTimeout, .ttlQueued, .ttlRunning, .retention:
                break
            }
        } _: { stage in
            let play = Play(stage: stage, client: try await stage.client(client), worker: worker)
            switch self {
            case .echo: try await play.echo()
            case .errorString: try await play.errorString()
            case .exception: try await play.exception()
            case .progress: try await play.progress()
            case .generator: try await play.stream(.generator)
            case .aggregate: try await play.stream(.aggregate)
            case .cancelQueued: try await play.cancelQueued()
            case .cancelRunning: try await play.cancelRunning(.async)
            case .cancelBlocking: try await play.cancelRunning(.blocking)
            case .executionTimeout: try await play.executionTimeout()
            case .ttlQueued: try await play.ttlQueued()
            case .ttlRunning: try await play.ttlRunning()
            case .retention: try await play.retention()
            case .workerKilled: try await play.workerKilled(times: 1)
            case .workerKilledTwice: try await play.workerKilled(times: 2)
            case .resultRefused: try await play.resultLost(posts: 2)
            // The SDK posts a result again after a refusal alone.
            case .resultUnanswered: try await play.resultLost(posts: worker == .sdk ? 1 : 2)
            case .duplicateDelivery: try await play.duplicateDelivery()
            case .takenForLost: try await play.takenForLost()
            case .tooManyRequests: try await play.tooManyRequests()
            }
        }
    }
}

/// A scenario's parts, for one client and one maker of workers.
struct Play: Sendable {
    let stage: Stage
    let client: any TestedClient
    let worker: Maker

    /// A job that gives this back.
    static func returning(_ value: JSONValue, _ more: [String: JSONValue] = [:]) -> JSONValue {
        .object(["op": "return", "value": value].merging(more) { $1 })
    }

    func submit(_ input: JSONValue, policy: [String: JSONValue] = [:]) async throws -> String {
        let submitted = try await client.run(["input": input, "policy": .object(policy)])
        return try #require(submitted.id, "\(submitted)")
    }

    func hire(_ shape: Shape = .async, podID: String = "pod-1", relay: Relay? = nil) async throws -> any TestedWorker {
        try await stage.hire(worker, shape, podID: podID, relay: relay)
    }

    /// Checks that the endpoint's only worker takes jobs.
    func expectEcho(from podID: String = "pod-1") async throws {
        let end = try await client.end(of: try await submit(Self.returning(["still": "here"])))
        #expect(end.status == .completed)
        #expect(end.output == ["still": "here"])
        #expect(end.workerId == podID)
    }

    // MARK: - Ends

    func echo() async throws {
        _ = try await hire()
        let value: JSONValue = ["n": 1, "text": "žluťoučký \u{1F40E} \"kůň\"", "list": [1.5, true, .null]]
        let end = try await client.end(of: try await submit(Self.returning(value)))
        #expect(end.status == .completed)
        #expect(end.output == value)
        #expect(end.error == nil)
        #expect(end.workerId == "pod-1")
        #expect(end.delayTime == 0, "the endpoint's clock stands still")
        #expect(end.executionTime == 0)
        #expect(end.retries == nil)
        let jobs = try await client.health().jobs
        #expect(jobs.completed == 1)
        #expect(jobs.failed + jobs.inQueue + jobs.inProgress + jobs.retried == 0)
    }

    func errorString() async throws {
        _ = try await hire()
        let end = try await client.end(of: try await submit(["op": "fail", "text": "bad chunk header"]))
        #expect(end.status == .failed)
        #expect(end.error == "bad chunk header")
        // What a handler of the SDK returns beside its error.
        #expect(end.output == (worker == .sdk ? ["code": 7] : nil))
        #expect(try await client.health().jobs.failed == 1)
    }

    func exception() async throws {
        _ = try await hire()
        let end = try await client.end(of: try await submit(["op": "raise", "text": "no such page"]))
        #expect(end.status == .failed)
        #expect(end.readableError?.contains("no such page") == true)
        if worker == .sdk { #expect(end.readableError == "no such page", "without its traceback") }
        try await expectEcho()
    }

    // MARK: - On the way

    func progress() async throws {
        let hired = try await hire()
        let gate = stage.gate()
        let job = try await submit(Self.returning("all", ["progress": ["done": 12], "gate": gate]))
        switch worker {
        case .sdk:
            // The SDK's progress shows in `status`.
            let isShown = await becomesTrue {
                let reply = try await client.job(job)
                return reply?.status == .inProgress && reply?.output == ["done": 12]
            }
            #expect(isShown)
        case .ours:
            // Ours streams its progress.
            #expect(try await client.firstRecord(of: job) == ["done": 12])
            #expect(try await client.job(job)?.status == .inProgress)
        }
        #expect(hired.trace == ["began \(job)"])
        try stage.open(gate)
        let end = try await client.end(of: job)
        #expect(end.status == .completed)
        #expect(end.output == "all")
    }

    func stream(_ shape: Shape) async throws {
        _ = try await hire(shape)
        let records: JSONValue = [["event": "start", "index": 0], ["text": "žž"], ["event": "end"]]
        let gate = stage.gate()
        let job = try await submit(["op": "stream", "records": records, "gate": gate])
        let first = try await client.firstRecord(of: job)
        #expect(try await client.job(job)?.status == .inProgress, "it waits at the gate with all its records out")
        try stage.open(gate)
        // One reply may bring more than one record, of which `firstRecord` drops the others.
        let rest = try await client.records(of: job)
        #expect(first == records.arrayValue?.first)
        #expect(Array(try #require(records.arrayValue).suffix(rest.count)) == rest)
        let end = try await client.end(of: job)
        #expect(end.status == .completed)
        #expect(end.output == (shape == .aggregate ? records : []))
        let again = try await submit(["op": "stream", "records": records])
        #expect(try await client.records(of: again) == records.arrayValue)
    }

    // MARK: - Cancelling

    func cancelQueued() async throws {
        let hired = try await hire()
        let gate = stage.gate()
        let running = try await submit(Self.returning(1, ["gate": gate]))
        try await hired.wait(for: "began", running)
        let queued = try await submit(Self.returning(2))
        #expect(try await client.cancel(queued) == .cancelled)
        #expect(try await client.job(queued)?.status == .cancelled)
        try stage.open(gate)
        #expect(try await client.end(of: running).output == 1)
        try await expectEcho()
        #expect(!hired.trace.contains("began \(queued)"))
        #expect(try await client.cancel(running) == .completed, "an ended job stays as it is")
    }

    func cancelRunning(_ shape: Shape) async throws {
        let hired = try await hire(shape)
        let gate = stage.gate()
        let job = try await submit(Self.returning("late", ["gate": gate]))
        try await hired.wait(for: "began", job)
        #expect(try await client.cancel(job) == .cancelled)
        #expect(try await client.job(job)?.status == .cancelled)
        if shape == .async {
            try await hired.wait(for: "cancelled", job)
        } else {
            // Its handler can't be stopped, and what it says in the end is dropped.
            try stage.open(gate)
        }
        try await hired.wait(for: "ended", job)
        try await expectEcho()
        let end = try #require(try await client.job(job))
        #expect(end.status == .cancelled)
        #expect(end.output == nil)
        #expect(try await client.health().jobs.completed == 1)
    }

    // MARK: - Time

    func executionTimeout() async throws {
        let hired = try await hire()
        let job = try await submit(Self.returning(1, ["gate": stage.gate()]), policy: ["executionTimeout": 60_000])
        try await hired.wait(for: "began", job)
        stage.clock.advance(by: .milliseconds(59_999))
        #expect(try await client.job(job)?.status == .inProgress)
        stage.clock.advance(by: .milliseconds(1))
        let end = try await client.end(of: job)
        #expect(end.status == .failed)
        #expect(end.error == "executionTimeout exceeded")
        #expect(end.executionTime == 60_000)
        try await hired.wait(for: "cancelled", job)
        try await expectEcho()
    }

    func ttlQueued() async throws {
        let job = try await submit(Self.returning(1), policy: ["ttl": 10_000])
        stage.clock.advance(by: .milliseconds(9_999))
        #expect(try await client.job(job)?.status == .inQueue)
        stage.clock.advance(by: .milliseconds(1))
        #expect(try await client.end(of: job).status == .timedOut)
        let hired = try await hire()
        try await expectEcho()
        #expect(!hired.trace.contains("began \(job)"))
    }

    func ttlRunning() async throws {
        let hired = try await hire()
        let job = try await submit(Self.returning(1, ["gate": stage.gate()]), policy: ["ttl": 10_000])
        try await hired.wait(for: "began", job)
        stage.clock.advance(by: .milliseconds(9_999))
        #expect(try await client.job(job)?.status == .inProgress)
        stage.clock.advance(by: .milliseconds(1))
        #expect(try await client.job(job) == nil)
        try await hired.wait(for: "cancelled", job)
        try await expectEcho()
    }

    func retention() async throws {
        _ = try await hire()
        let job = try await submit(Self.returning(1))
        #expect(try await client.end(of: job).status == .completed)
        stage.clock.advance(by: .milliseconds(1_799_999))
        #expect(try await client.job(job)?.output == 1)
        stage.clock.advance(by: .milliseconds(1))
        #expect(try await client.job(job) == nil)
        try await expectEcho()
    }

    // MARK: - Losses

    func workerKilled(times: Int) async throws {
        let gate = stage.gate()
        let job = try await submit(Self.returning("done", ["gate": gate]))
        for number in 1...times {
            let hired = try await hire(podID: "pod-\(number)")
            try await hired.wait(for: "began", job)
            try await hired.kill()
            #expect(try await client.job(job)?.status == .inProgress, "nobody misses it yet")
            stage.clock.advance(by: .seconds(6))
            if number == 1 { #expect(try await client.job(job)?.status == .inQueue) }
        }
        if times == 1 {
            try stage.open(gate)
            _ = try await hire(podID: "pod-last")
        }
        let end = try await client.end(of: job)
        #expect(end.retries == 1)
        if times == 1 {
            #expect(end.status == .completed)
            #expect(end.output == "done")
            #expect(end.workerId == "pod-last")
        } else {
            #expect(end.status == .failed)
            #expect(end.error == "job timed out after 1 retries")
        }
        #expect(try await client.health().jobs.retried == 1)
    }

    /// - Parameter posts: How often the result is posted.
    func resultLost(posts: Int) async throws {
        try await Relay.with(stage) { relay in
            let hired = try await hire(relay: relay)
            let job = try await submit(Self.returning("once"))
            let end = try await client.end(of: job)
            #expect(end.status == .completed)
            #expect(end.output == "once")
            #expect(end.retries == nil)
            // Its result is posted only after the first one was sent again and acknowledged.
            try await expectEcho()
            #expect(relay.requests("job-done").count { $0.target.contains(job) } == posts)
            if posts == 1, let hired = hired as? SDKWorker {
                #expect(hired.program.printed.contains("Failed to return job results"))
            }
            #expect(hired.trace.filter { $0 == "began \(job)" }.count == 1)
            #expect(try await client.health().jobs.completed == 2, "the echo is the other one")
        }
    }

    /// The endpoint hands one job to two workers.
    func duplicateDelivery() async throws {
        let gate = stage.gate()
        let first = try await hire(podID: "pod-1")
        let job = try await submit(Self.returning("once", ["gate": gate]))
        try await first.wait(for: "began", job)
        let second = try await hire(podID: "pod-2")
        try await second.wait(for: "began", job)
        try stage.open(gate)
        let end = try await client.end(of: job)
        #expect(end.status == .completed)
        #expect(end.output == "once")
        try await first.wait(for: "ended", job)
        try await second.wait(for: "ended", job)
        for _ in 0..<2 {
            #expect(try await client.end(of: try await submit(Self.returning(2))).output == 2)
        }
        #expect(try await client.health().jobs.completed == 3, "each counts once")
    }

    /// A worker that was taken for lost goes on beside the one that took its job over.
    func takenForLost() async throws {
        let gate = stage.gate()
        let first = try await hire(.blocking, podID: "pod-1")
        let job = try await submit(Self.returning("once", ["gate": gate]))
        try await first.wait(for: "began", job)
        stage.clock.advance(by: .seconds(6))
        #expect(try await client.job(job)?.status != .failed)
        let second = try await hire(.blocking, podID: "pod-2")
        try await second.wait(for: "began", job)
        try stage.open(gate)
        let end = try await client.end(of: job)
        #expect(end.status == .completed)
        #expect(end.output == "once")
        #expect(end.retries == 1)
        try await first.wait(for: "ended", job)
        try await second.wait(for: "ended", job)
        let another = try await client.end(of: try await submit(Self.returning(2)))
        #expect(another.output == 2)
        #expect(try await client.health().jobs.completed == 2, "each counts once")
    }

    // MARK: - Limits

    func tooManyRequests() async throws {
        let jobs = [try await submit(Self.returning(0)), try await submit(Self.returning(1))]
        #expect(try await client.run(["input": Self.returning(2)]) == .refused(429))
        #expect(try await client.health().jobs.inQueue == 2, "what is refused is not done")
        _ = try await hire()
        for (number, job) in jobs.enumerated() {
            #expect(try await client.end(of: job).output == .integer(Int64(number)))
        }
        stage.clock.advance(by: .seconds(10))
        try await expectEcho()
    }
}
