import Coordination
import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunEngine
import RunJournal
import RunPodAPI
import TestSupport
import Testing

/// The driver and its backend, before a platform that is in trouble for a time, in virtual time.
@Suite("A platform in trouble", .serialized, .timeLimit(.minutes(5)))
struct PlatformTroubleTests {
    private typealias Driver = RunDriver<VirtualTime, RunPodBackend<VirtualTime>, MemoryJournal>

    /// What a request meets instead of the endpoint, by its operation and the seconds since the start.
    private typealias Trouble = @Sendable (_ operation: String, _ t: Double) throws -> TransportResponse?

    private struct Road: HTTPSending {
        var endpoint: VirtualEndpoint
        var clock: VirtualTime
        var submissions: Shared<[Double]>
        var trouble: Trouble

        func send(
            _ request: TransportRequest,
            wantsBody: @escaping @Sendable (TransportHead) -> Bool
        ) async throws -> TransportResponse {
            let path = request.url.split(separator: "?")[0].split(separator: "/").map(String.init)
            let operations: Set = ["run", "status", "status-sync", "stream", "cancel", "health", "requests"]
            let operation = path.last { operations.contains($0) } ?? ""
            try await clock.sleep(for: .milliseconds(50))
            let t = clock.now.sinceStart / .seconds(1)
            if operation == "run" { submissions.set(submissions.value + [t]) }
            if let response = try trouble(operation, t) { return response }
            return try await endpoint.send(request, wantsBody: wantsBody)
        }
    }

    private struct Ending: Sendable {
        var outcome: Driver.Outcome
        var state: RunState
        var events: [Event]
        /// Seconds of each submission.
        var submissions: [Double]

        var statuses: Set<Int?> {
            Set(
                events.compactMap { event -> Int?? in
                    if case .endpointUnreachable(_, _, let status) = event.body { .some(status) } else { nil }
                }
            )
        }
    }

    /// Drives a run of one flashpoint of 60 s for each worker, with nobody to ask.
    private static func drive(_ count: Int, silenceLimit: Double?, _ trouble: @escaping Trouble) throws -> Ending {
        var policy = RunPolicy()
        policy.silenceLimit = silenceLimit
        let plan = Batch.plan(count, workers: count, policy: policy)
        return try VirtualTime.run { clock in
            let submissions = Shared<[Double]>([])
            let endpoint = VirtualEndpoint(clock) { _ in 60 }
            let road = Road(endpoint: endpoint, clock: clock, submissions: submissions, trouble: trouble)
            let journal = MemoryJournal()
            return try await withTemporaryFolder { folder in
                try Data().write(to: folder.appending(path: InputSpool.fileName))
                let bodies = JobBodies(
                    plan: plan,
                    spool: try SpoolReader(folder: folder.path),
                    limits: JobBodies.Limits(requestTimeout: .seconds(7_200), jobTimeout: .seconds(86_400)),
                    payload: .ids,
                    logLevel: "INFO"
                )
                let dice = Dice(seed: 5)
                let backend = RunPodBackend(
                    client: RunPodClient(
                        address: try EndpointAddress("https://api.runpod.ai/v2/ep1"),
                        credential: try #require(Credential("a-key-for-tests")),
                        control: road,
                        polls: road,
                        pacing: RateLimiter(clock: clock)
                    ),
                    instance: nil,
                    bodies: bodies,
                    clock: clock,
                    sources: RunPodBackend.Sources(chance: { dice.chance() }, wallTime: { clock.wallTime })
                )
                let driver = Driver(
                    state: RunState(plan: plan),
                    seq: 0,
                    clock: clock,
                    backend: backend,
                    journal: journal,
                    sources: Driver.Sources(
                        wallTime: { clock.wallTime },
                        chance: { dice.chance() },
                        nonce: { dice.nonce() }
                    ),
                    control: RunControl(),
                    feed: EventFeed(journal: journal)
                )
                let left = try await driver.run()
                return Ending(
                    outcome: left.outcome,
                    state: left.state,
                    events: try await journal.events(after: 0, limit: 1_000_000),
                    submissions: submissions.value
                )
            }
        }
    }

    private static func answer(_ status: Int, retryAfter: String? = nil) -> TransportResponse {
        var headers: HeaderFields = ["Content-Type": "text/html"]
        headers["Retry-After"] = retryAfter
        return TransportResponse(status: status, headers: headers, body: Data("<html>trouble</html>".utf8))
    }

    @Test(
        "A burst of 5xx on submissions, of which no listing proves anything, is outlived without anybody being asked",
        arguments: [10.0, 1_800]
    )
    func burst(seconds: Double) throws {
        let ending = try Self.drive(16, silenceLimit: 30) { operation, t in
            operation == "run" && t < seconds ? Self.answer(503) : nil
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 16)
        #expect(ending.statuses == [503])
        let inTrouble = ending.submissions.filter { $0 < seconds }
        // Each lane once, and then one at a time, some fifteen seconds apart.
        #expect(inTrouble.count <= 40 + Int(seconds / 8), "\(inTrouble.count) submissions")
        #expect(ending.submissions.count == inTrouble.count + 16)
        #expect((ending.submissions.last ?? 0) < seconds + 240)
        #expect(ending.events.contains { if case .endpointReachable = $0.body { true } else { false } })
    }

    @Test("A platform that fails at everything for longer than the limit of silence is not silent")
    func everything() throws {
        let ending = try Self.drive(2, silenceLimit: 30) { _, t in t < 90 ? Self.answer(503) : nil }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 2)
    }

    @Test("An endpoint that asks for a minute of patience at the first submission gets it")
    func patience() throws {
        let ending = try Self.drive(2, silenceLimit: 30) { operation, t in
            operation == "run" && t < 50 ? Self.answer(429, retryAfter: "60") : nil
        }
        #expect(ending.outcome == .ended)
        #expect(ending.statuses == [429])
    }

    @Test("Silence at the start is given up at its limit")
    func silence() throws {
        let ending = try Self.drive(2, silenceLimit: 30) { operation, _ in
            throw HTTPFailure.notSent(at: operation, why: "connection refused")
        }
        guard case .halted(let failure) = ending.outcome else {
            Issue.record("left as \(ending.outcome)")
            return
        }
        #expect(failure.message == "the endpoint gave no answer for 30 s")
        #expect(ending.statuses == [nil])
    }
}
