import Coordination
import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunJournal
import RunPodAPI
import Synchronization
import TestSupport
import Testing

@testable import RunEngine

/// The real driver, backend and transport against a faulty platform over loopback, in hasty time.
struct FaultStage: Sendable {
    typealias Driver = RunDriver<HastyClock, RunPodBackend<HastyClock>, MemoryJournal>

    let plan: RunPlan
    let journal = MemoryJournal()
    let clock: HastyClock
    /// Measures how long a request may take: hasty too where requests hang, else as patient as a busy machine needs.
    private let deadlines: any Clock<Duration>
    /// Where the endpoint is said to be: the same for all drivers of a run, whichever port is free.
    private static let address = "http://127.0.0.1:2"
    /// What else the backend is made to do while the driver goes.
    var meanwhile: @Sendable (RunPodBackend<HastyClock>, @escaping Reporter) async throws -> Void = { _, _ in }
    /// Where a request goes instead, by its number from 1.
    var detour: @Sendable (_ url: String, _ number: Int) -> String = { url, _ in url }

    init(_ count: Int = 4, workers: Int = 2, factor: Int = 10, hangs: Bool = false, policy: RunPolicy = RunPolicy()) {
        plan = Batch.plan(count, workers: workers, policy: policy)
        let clock = HastyClock(factor: factor)
        self.clock = clock
        deadlines = hangs ? clock : ContinuousClock()
    }

    /// Drives the run from where the journal has it until it is left.
    func drive(
        _ platform: FaultyPlatform,
        operate: @escaping @Sendable (RunControl) async throws -> Void = { _ in }
    ) async throws -> Driver.Outcome {
        let script: ScriptedServer.Script = { try platform.answer($0) }
        return try await withScriptedServer(script) { server in
            try await withTemporaryFolder { folder in
                // The payload is ids alone, but a reader wants its file.
                try Data().write(to: folder.appending(path: InputSpool.fileName))
                let bodies = JobBodies(
                    plan: plan,
                    spool: try SpoolReader(folder: folder.path),
                    limits: JobBodies.Limits(requestTimeout: .seconds(60), jobTimeout: .seconds(600)),
                    payload: .ids,
                    logLevel: "INFO"
                )
                return try await withClient(server) { client in
                    let backend = RunPodBackend(
                        client: client,
                        instance: nil,
                        bodies: bodies,
                        clock: clock,
                        sources: RunPodBackend.Sources(chance: { 0.2 }, wallTime: { 1_700_000_000_000 }),
                        polling: .brisk
                    )
                    let events = try await journal.events(after: 0, limit: 100_000)
                    var state = RunState(plan: plan)
                    for event in events { _ = state.reduce(event) }
                    let dice = Dice(seed: UInt64(events.count))
                    let control = RunControl()
                    let driver = Driver(
                        state: state,
                        seq: events.last?.seq ?? 0,
                        clock: clock,
                        backend: backend,
                        journal: journal,
                        sources: Driver.Sources(
                            wallTime: { 1_700_000_000_000 },
                            chance: { dice.chance() },
                            nonce: { dice.nonce() + "-\(events.count)" }
                        ),
                        control: control,
                        feed: EventFeed(journal: journal)
                    )
                    async let operation: Void = operate(control)
                    async let errand: Void = meanwhile(backend, control.reporter)
                    let left = try await driver.run()
                    try await operation
                    try await errand
                    return left.outcome
                }
            }
        }
    }

    private func withClient<Value: Sendable>(
        _ server: ScriptedServer,
        _ body: (RunPodClient) async throws -> Value
    ) async throws -> Value {
        let address = try EndpointAddress(Self.address + "/v2/ep1/run")
        let credential = try #require(Credential("a-key-for-tests"))
        return try await HTTPTransport.withTransport(.control, clock: deadlines) { control in
            try await HTTPTransport.withTransport(.polls, clock: deadlines) { polls in
                let count = Counted()
                let detour: @Sendable (String, Int) -> String = { [detour] url, number in
                    detour(url.replacing(Self.address, with: server.url), number)
                }
                return try await body(
                    RunPodClient(
                        address: address,
                        credential: credential,
                        control: Detoured(transport: control, count: count, detour: detour),
                        polls: Detoured(transport: polls, count: count, detour: detour),
                        pacing: RateLimiter(clock: clock)
                    )
                )
            }
        }
    }

    private final class Counted: Sendable {
        private let number = Mutex(0)

        func next() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    private struct Detoured: HTTPSending {
        var transport: HTTPTransport
        var count: Counted
        var detour: @Sendable (String, Int) -> String

        func send(
            _ request: TransportRequest,
            wantsBody: @escaping @Sendable (TransportHead) -> Bool
        ) async throws -> TransportResponse {
            var request = request
            request.url = detour(request.url, count.next())
            return try await transport.send(request, wantsBody: wantsBody)
        }
    }

    // MARK: - What came of it

    /// The journal's events, by name.
    func names() async throws -> [String] { try await journal.events(after: 0, limit: 100_000).map(\.name) }

    /// Why attempts ended, in order.
    func ends() async throws -> [AttemptEnd] {
        try await journal.events(after: 0, limit: 100_000).compactMap { event in
            if case .attemptEnded(_, let end) = event.body { end } else { nil }
        }
    }

    /// Every outcome, in the order in which they came.
    func settlements() async throws -> [Settlement] {
        try await journal.events(after: 0, limit: 100_000).compactMap { event in
            if case .flashpointSettled(let settlement) = event.body { settlement } else { nil }
        }
    }

    /// Checks that each flashpoint has exactly one outcome, and that it is its own result.
    func expectAllOK(_ platform: FaultyPlatform, executions: Int) async throws {
        let settlements = try await settlements()
        #expect(settlements.map(\.index).sorted() == Array(0..<plan.catalogue.count))
        for settlement in settlements {
            #expect(settlement.outcome == .ok(result: ["echo": .string("fp-\(settlement.index)")]))
        }
        #expect(platform.executions.values.max() ?? 0 <= executions, "\(platform.executions)")
    }

    /// Checks that nothing was charged to a flashpoint.
    func expectNothingFailed() async throws {
        let names = try await names()
        #expect(!names.contains("flashpoint.failed"))
        #expect(!names.contains("attempt.refused"))
    }
}
