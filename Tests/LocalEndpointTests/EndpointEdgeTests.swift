import Flashpoints
import FoundationEssentials
import HTTPTransport
import TestSupport
import Testing

@testable import LocalEndpoint

@Suite("The endpoint's edge: limits and faults on the wire")
struct EndpointEdgeTests {
    @Test("Beyond a limit the answer is 429 with the time to come again, and nothing is done", .timeLimit(.minutes(5)))
    func rateLimit() async throws {
        var limits = RateLimits(rules: [RateLimits.Rule([.run], requests: 2)])
        limits.window = .seconds(600)
        try await LoopbackEndpoint.with(LoopbackEndpoint.options { [limits] in $0.rates = limits }) { endpoint in
            for _ in 0..<2 { _ = try await endpoint.submit() }
            let refused = try await endpoint.post("run", #"{"input":1}"#)
            #expect(refused.status == 429)
            #expect(refused.body == ["error": "too many requests"])
            let pause = try #require(refused.headers["Retry-After"].flatMap { Int($0) })
            #expect(1...600 ~= pause)
            #expect(try await endpoint.get("health")["jobs"]?["inQueue"] == 2, "other calls go on")
        }
    }

    @Test("A request that is held counts until it is answered", .timeLimit(.minutes(5)))
    func concurrency() async throws {
        let limits = RateLimits(rules: [RateLimits.Rule([.status, .statusSync], requests: 100, concurrent: 1)])
        try await LoopbackEndpoint.with(LoopbackEndpoint.options { $0.rates = limits }) { endpoint in
            let id = try await endpoint.submit()
            async let held = endpoint.call("GET", "ep/status-sync/\(id)?wait=90000")
            #expect(await eventually { try await endpoint.call("GET", "ep/status/\(id)").status == 429 })
            #expect(try await endpoint.post("cancel/\(id)").status == 200)
            #expect(try await held.status == 200)
            #expect(await eventually { try await endpoint.call("GET", "ep/status/\(id)").status == 200 })
        }
    }

    @Test("A wrong token is told so, not that there were too many requests", .timeLimit(.minutes(5)))
    func tokenFirst() async throws {
        let limits = RateLimits(rules: [RateLimits.Rule([.run], requests: 0)])
        try await LoopbackEndpoint.with(LoopbackEndpoint.options { $0.rates = limits }) { endpoint in
            let wrong = try await endpoint.call("POST", "ep/run", body: "{}", authorization: "x")
            #expect(wrong.status == 401)
            let right = try await endpoint.call("POST", "ep/run", body: "{}")
            #expect(right.status == 429)
        }
    }

    @Test("The old rule about the queue's length, where it is asked for", .timeLimit(.minutes(5)))
    func queueLength() async throws {
        var limits = RateLimits(rules: [])
        limits.queue = RateLimits.QueueRule()
        try await LoopbackEndpoint.with(LoopbackEndpoint.options { [limits] in $0.rates = limits }) { endpoint in
            for _ in 0...50 { _ = try await endpoint.submit() }
            let refused = try await endpoint.post("run", #"{"input":1}"#)
            #expect(refused.status == 429)
        }
    }

    // MARK: - Faults

    @Test("An answer in its place: nothing is done, and the next call is as ever", .timeLimit(.minutes(5)))
    func answer() async throws {
        let fault = EndpointFaults.Fault.answer(status: 503, body: "<html>", retryAfter: 7)
        try await LoopbackEndpoint.withFaults(.rule(fault, of: .cancel, .next(1))) { endpoint in
            let id = try await endpoint.submit()
            // No JSON, so it is read as what it is.
            await #expect(throws: (any Error).self) { try await endpoint.post("cancel/\(id)") }
            #expect(try await endpoint.get("status/\(id)")["status"] == "IN_QUEUE")
            #expect(try await endpoint.post("cancel/\(id)").body["status"] == "CANCELLED")
        }
    }

    @Test("A result that is recorded and answered 500 comes twice and counts once", .timeLimit(.minutes(5)))
    func answerAfter() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.answerAfter(status: 500), of: .jobDone, .next(1))) { endpoint in
            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            #expect(try await endpoint.post("job-done/w/\(id)", #"{"output":1}"#).status == 500)
            #expect(try await endpoint.get("status/\(id)")["status"] == "COMPLETED")
            #expect(try await endpoint.post("job-done/w/\(id)", #"{"output":1}"#).status == 200)
            #expect(try await endpoint.get("health")["jobs"]?["completed"] == 1)
        }
    }

    @Test("A result that is accepted and lost leaves the job as it was", .timeLimit(.minutes(5)))
    func ignored() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.ignore, of: .jobDone, .next(1))) { endpoint in
            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            let progress = #"{"status":"IN_PROGRESS","output":{"done":1}}"#
            #expect(try await endpoint.post("job-done/w/\(id)", progress).status == 200)
            #expect(try await endpoint.post("job-done/w/\(id)", #"{"output":1}"#).status == 200)
            let job = try await endpoint.get("status/\(id)")
            #expect(job["status"] == "IN_PROGRESS")
            #expect(job["output"] == ["done": 1], "progress is another call than the end")
        }
    }

    @Test("A job that is accepted and lost is not known", .timeLimit(.minutes(5)))
    func ignoredRun() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.ignore, of: .run)) { endpoint in
            let id = try await endpoint.submit()
            #expect(try await endpoint.call("GET", "ep/status/\(id)").status == 404)
        }
    }

    @Test(
        "A dropped connection brings no answer, whether the call took effect or not",
        .timeLimit(.minutes(5)),
        arguments: [(EndpointFaults.Fault.drop, 0), (.dropAfter, 1)]
    )
    func dropped(fault: EndpointFaults.Fault, jobs: Int) async throws {
        try await LoopbackEndpoint.withFaults(.rule(fault, of: .run, .next(1))) { endpoint in
            do {
                _ = try await endpoint.post("run", #"{"input":1}"#)
                Issue.record("answered")
            } catch let failure as HTTPFailure {
                guard case .lostAnswer = failure else {
                    Issue.record("\(failure)")
                    return
                }
            }
            #expect(try await endpoint.get("health")["jobs"]?["inQueue"]?.intValue == jobs)
            _ = try await endpoint.submit()
        }
    }

    @Test("A take whose answer is dropped loses the job for a while only", .timeLimit(.minutes(5)))
    func droppedTake() async throws {
        let options = LoopbackEndpoint.options {
            $0.limits.pingInterval = .milliseconds(50)
            $0.faults = EndpointFaults([.rule(.dropAfter, of: .jobTake, .next(1))])
        }
        try await LoopbackEndpoint.with(options) { endpoint in
            let id = try await endpoint.submit()
            await #expect(throws: HTTPFailure.self) { try await endpoint.get("job-take/w") }
            #expect(try await endpoint.get("job-take/w2")["id"] == .string(id))
            #expect(try await endpoint.get("status/\(id)")["retries"] == 1)
        }
    }

    @Test("A job that is delivered twice has one end", .timeLimit(.minutes(5)))
    func deliveredTwice() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.deliverAgain, of: .jobTake, .next(1))) { endpoint in
            let id = try await endpoint.submit()
            let first = try await endpoint.get("job-take/w1")
            #expect(first["id"] == .string(id))
            #expect(try await endpoint.get("job-take/w2") == first)
            #expect(try await endpoint.post("job-done/w2/\(id)", #"{"error":"second"}"#).status == 200)
            #expect(try await endpoint.get("status/\(id)")["status"] == "IN_PROGRESS")
            #expect(try await endpoint.post("job-done/w1/\(id)", #"{"output":1}"#).status == 200)
            #expect(try await endpoint.get("status/\(id)")["output"] == 1)
        }
    }

    @Test("An empty input is left out where that is asked for", .timeLimit(.minutes(5)))
    func emptyInput() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.omitEmptyInput, of: .jobTake)) { endpoint in
            let empty = try await endpoint.submit(#"{"input":{ }}"#)
            #expect(try await endpoint.get("job-take/w1") == ["id": .string(empty)])
            let full = try await endpoint.submit(#"{"input":{"k":{}}}"#)
            #expect(try await endpoint.get("job-take/w2") == ["id": .string(full), "input": ["k": [:]]])
        }
    }

    @Test("Progress that comes after the end changes nothing", .timeLimit(.minutes(5)))
    func lateProgress() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.late, of: .progress)) { endpoint in
            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            let progress = #"{"status":"IN_PROGRESS","output":{"done":1}}"#
            #expect(try await endpoint.post("job-done/w/\(id)", progress).status == 200)
            #expect(try await endpoint.get("status/\(id)")["output"] == nil)
            #expect(try await endpoint.post("job-done/w/\(id)", #"{"output":2}"#).status == 200)
            let job = try await endpoint.get("status/\(id)")
            #expect(job["status"] == "COMPLETED")
            #expect(job["output"] == 2)
        }
    }

    @Test("Long polls that are not held, and one that is not there at all", .timeLimit(.minutes(5)))
    func notHeld() async throws {
        let absent = EndpointFaults.Fault.answer(status: 404, body: #"{"detail":"Not Found"}"#)
        try await LoopbackEndpoint.withFaults(
            .rule(.notHeld, of: .stream),
            .rule(.notHeld, of: .runsync),
            .rule(absent, of: .statusSync)
        ) { endpoint in
            let id = try await endpoint.submit()
            let stream = try await endpoint.get("stream/\(id)?wait=300000")
            #expect(stream == ["id": .string(id), "status": "IN_QUEUE", "stream": []])
            #expect(try await endpoint.post("runsync?wait=300000", #"{"input":1}"#).body["status"] == "IN_QUEUE")
            let sync = try await endpoint.call("GET", "ep/status-sync/\(id)")
            #expect(sync.status == 404)
            #expect(sync.body == ["detail": "Not Found"])
        }
    }

    @Test("Health can show workers that wait for a machine", .timeLimit(.minutes(5)))
    func throttled() async throws {
        try await LoopbackEndpoint.withFaults(.rule(.throttled(3), of: .health, .next(1))) { endpoint in
            let (first, second) = (try await endpoint.get("health"), try await endpoint.get("health"))
            #expect(first["workers"]?["throttled"] == 3)
            #expect(second["workers"]?["throttled"] == 0)
        }
    }

    @Test("A worker with another key is refused after a second, and told of once", .timeLimit(.minutes(5)))
    func foreignWorker() async throws {
        let clock = TestClock()
        let queue = QueueDriver(limits: .patient, clock: clock)
        var options = EndpointService<TestClock>.Options(
            endpointID: "ep",
            token: LoopbackEndpoint.token,
            hold: .seconds(300),
            executionTimeout: .seconds(600),
            minimumExecutionTimeout: .seconds(5),
            makeJobID: { "\($0)job" }
        )
        options.workerPass = "pass-1"
        let strangers = Notes<String>()
        let edge = EndpointEdge(
            service: EndpointService(options: options, queue: queue),
            queue: queue,
            rates: nil,
            dial: FaultDial(),
            clock: clock,
            onForeignWorker: { strangers.add($0) }
        )
        func pause(_ target: String, _ key: String? = "another") -> Duration? {
            let admission = edge.admit(method: "GET", target: "/v2/ep/\(target)", authorization: key)
            guard case .refused(.unauthorized, let pause) = admission else { return nil }
            return pause
        }
        for target in ["job-take/w1?gpu=none", "job-stop/w1", "ping/w2?pass=pass-2", "ping/w2?pass=", "job-take/w1"] {
            #expect(pause(target) == .seconds(1))
        }
        #expect(strangers.all == ["w1", "w2"])
        for number in 0..<100 { #expect(pause("ping/made-up-\(number)", nil) == .seconds(1)) }
        #expect(strangers.all.count == 16)
        // A client is answered at once, and the pass is none of its keys.
        #expect(pause("health") == .zero)
        #expect(pause("health?pass=pass-1") == .zero)
        #expect(pause("job-take/w1?gpu=none&pass=pass-1") == nil)
        #expect(pause("ping/w1", LoopbackEndpoint.token) == nil)
        async let passed: Void = edge.pass(.seconds(1))
        await clock.waitForSleepers()
        clock.advance(by: .seconds(1))
        await passed
    }

    @Test("The dial sets other faults while the endpoint runs; oversize bodies can be 413", .timeLimit(.minutes(5)))
    func dial() async throws {
        let dial = FaultDial()
        try await LoopbackEndpoint.with(LoopbackEndpoint.options { $0.faultDial = dial }) { endpoint in
            func health() async throws -> Int { try await endpoint.call("GET", "ep/health").status }
            let large = Data(repeating: UInt8(ascii: " "), count: (10 << 20) + 1)
            var statuses = [try await health()]
            var faults = EndpointFaults([.rule(.answer(status: 500), of: .health)])
            faults.oversizeStatus = 413
            dial.turn(to: faults)
            statuses += [try await health(), try await endpoint.call("POST", "ep/run", bytes: large).status]
            dial.turn(to: EndpointFaults())
            statuses += [try await health(), try await endpoint.call("POST", "ep/run", bytes: large).status]
            #expect(statuses == [200, 500, 413, 200, 400])
        }
    }

    @Test("A delay passes by the endpoint's clock, before the deed or after it", .timeLimit(.minutes(5)))
    func delays() async throws {
        let clock = TestClock()
        let queue = QueueDriver(limits: .patient, clock: clock)
        let options = EndpointService<TestClock>.Options(
            endpointID: "ep",
            token: LoopbackEndpoint.token,
            hold: .seconds(300),
            executionTimeout: .seconds(600),
            minimumExecutionTimeout: .seconds(5),
            makeJobID: { "\($0)job" }
        )
        let dial = FaultDial()
        let edge = EndpointEdge(
            service: EndpointService(options: options, queue: queue),
            queue: queue,
            rates: nil,
            dial: dial,
            clock: clock
        )
        for (fault, jobs) in [(EndpointFaults.Fault.delay(.seconds(5)), 0), (.delayAnswer(.seconds(5)), 1)] {
            dial.turn(to: EndpointFaults([.rule(fault, of: .run)]))
            let admission = edge.admit(method: "POST", target: "/v2/ep/run", authorization: LoopbackEndpoint.token)
            guard case .admitted(let entry) = admission else {
                Issue.record("\(admission)")
                return
            }
            async let answer = edge.answer(entry, body: Array(#"{"input":1}"#.utf8))
            await clock.waitForSleepers()
            #expect(queue.load.queued == jobs)
            clock.advance(by: .seconds(5))
            guard case .response(let response, _) = await answer else {
                Issue.record("dropped")
                return
            }
            #expect(response.status == 200)
            #expect(queue.load.queued == 1)
            _ = await queue.ask { .purgeAsked($0) }
            clock.advance(by: .seconds(100_000))
            queue.tell(.ticked)
        }
    }
}
