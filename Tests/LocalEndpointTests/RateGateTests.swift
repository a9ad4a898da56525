import Testing

@testable import LocalEndpoint

@Suite("Rate limits")
struct RateGateTests {
    private func isAdmitted(_ decision: RateGate.Decision) -> Bool {
        if case .admitted = decision { true } else { false }
    }

    @Test(
        "What is documented is taken within ten seconds and at one time, and not one more",
        arguments: [
            (EndpointCall.run, 1_000, 200), (.runsync, 2_000, 400), (.status, 2_000, 400), (.statusSync, 2_000, 400),
            (.stream, 2_000, 400), (.cancel, 100, 20), (.purgeQueue, 2, nil), (.requests, 10, 2),
        ] as [(EndpointCall, Int, Int?)]
    )
    func documented(call: EndpointCall, requests: Int, concurrent: Int?) {
        var gate = RateGate(.documented)
        for _ in 0..<requests {
            let decision = gate.admit(call, running: 0, at: .seconds(3))
            guard case .admitted(let ticket) = decision else {
                Issue.record("refused too early: \(decision)")
                return
            }
            gate.finished(ticket)
        }
        #expect(gate.admit(call, running: 0, at: .seconds(5)) == .refused(retryAfter: .seconds(8)))
        #expect(isAdmitted(gate.admit(call, running: 0, at: .seconds(13))))

        guard let concurrent else { return }
        var crowded = RateGate(.documented)
        let decisions = (0..<concurrent).map { _ in crowded.admit(call, running: 0, at: .zero) }
        #expect(decisions.allSatisfy(isAdmitted))
        #expect(crowded.admit(call, running: 0, at: .zero) == .refused(retryAfter: .seconds(1)))
        if case .admitted(let ticket) = decisions.first { crowded.finished(ticket) }
        #expect(isAdmitted(crowded.admit(call, running: 0, at: .zero)))
    }

    @Test("The window slides: each request makes room ten seconds after it came")
    func sliding() {
        var gate = RateGate(RateLimits(rules: [RateLimits.Rule([.cancel], requests: 2)]))
        #expect(isAdmitted(gate.admit(.cancel, running: 0, at: .seconds(1))))
        #expect(isAdmitted(gate.admit(.cancel, running: 0, at: .seconds(4))))
        #expect(gate.admit(.cancel, running: 0, at: .milliseconds(10_500)) == .refused(retryAfter: .milliseconds(500)))
        #expect(isAdmitted(gate.admit(.cancel, running: 0, at: .seconds(11))))
        #expect(gate.admit(.cancel, running: 0, at: .seconds(11)) == .refused(retryAfter: .seconds(3)))
    }

    @Test("status, status-sync and stream share their limit; health, retry and workers' calls have none")
    func sharing() {
        var rules = RateLimits.documented
        rules.rules = rules.rules.map { RateLimits.Rule($0.calls, requests: 1, concurrent: nil) }
        var gate = RateGate(rules)
        #expect(isAdmitted(gate.admit(.status, running: 0, at: .zero)))
        #expect(!isAdmitted(gate.admit(.statusSync, running: 0, at: .zero)))
        #expect(!isAdmitted(gate.admit(.stream, running: 0, at: .zero)))
        #expect(isAdmitted(gate.admit(.run, running: 0, at: .zero)))
        for call in [EndpointCall.health, .retry, .jobTake, .jobDone, .jobStream, .ping, .jobStop] {
            #expect(gate.admit(call, running: 0, at: .zero) == .free)
        }
    }

    @Test("Running workers raise a limit once they make more than its base")
    func workers() {
        var limits = RateLimits(rules: [RateLimits.Rule([.status], requests: 3)])
        limits.perWorker = 2
        var gate = RateGate(limits)
        for _ in 0..<3 { #expect(isAdmitted(gate.admit(.status, running: 1, at: .zero))) }
        #expect(!isAdmitted(gate.admit(.status, running: 1, at: .zero)), "1 × 2 is less than the base")
        #expect(isAdmitted(gate.admit(.status, running: 2, at: .seconds(1))))
        #expect(gate.admit(.status, running: 2, at: .seconds(1)) == .refused(retryAfter: .seconds(9)))
        #expect(
            gate.admit(.status, running: 0, at: .seconds(2)) == .refused(retryAfter: .seconds(8)),
            "two must leave for one to come, and the first three leave together"
        )
    }

    @Test("The old rule refuses jobs beyond 50 and 500 a worker")
    func queueLength() {
        var limits = RateLimits(rules: [])
        #expect(RateGate(limits).allowsQueueing(.run, queued: 1_000_000, workers: 0))
        limits.queue = RateLimits.QueueRule()
        let gate = RateGate(limits)
        #expect(gate.allowsQueueing(.run, queued: 50, workers: 0))
        #expect(!gate.allowsQueueing(.run, queued: 51, workers: 0))
        #expect(gate.allowsQueueing(.runsync, queued: 1_000, workers: 2))
        #expect(!gate.allowsQueueing(.runsync, queued: 1_001, workers: 2))
        #expect(gate.allowsQueueing(.status, queued: 1_001, workers: 2))
    }
}
