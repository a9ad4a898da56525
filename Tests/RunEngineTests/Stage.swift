import Coordination
import Flashpoints
import RunEngine
import RunJournal
import Synchronization
import TestSupport
import Testing

typealias Driver = RunDriver<VirtualTime, SimulatedBackend, ScriptedJournal>

/// All that a driver needs, in virtual time; outlives the drivers that follow one another on the same run.
struct Stage: Sendable {
    let clock: VirtualTime
    let plan: RunPlan
    let journal: ScriptedJournal
    let backend: SimulatedBackend
    private let sources: Driver.Sources

    init(
        _ clock: VirtualTime,
        _ plan: RunPlan,
        commitSeconds: Double = 0,
        seed: UInt64 = 1,
        wallStep: (after: Duration, seconds: Int64) = (.zero, 0),
        course: @escaping @Sendable (JobOrder) -> SimulatedCourse = { _ in SimulatedCourse { _ in 10 } }
    ) {
        self.clock = clock
        self.plan = plan
        journal = ScriptedJournal(clock: clock, seconds: commitSeconds)
        backend = SimulatedBackend(clock: clock, catalogue: plan.catalogue, course: course)
        let dice = Dice(seed: seed)
        let wallTime: @Sendable () -> Int64 = {
            clock.wallTime + (clock.now.sinceStart > wallStep.after ? wallStep.seconds * 1_000 : 0)
        }
        sources = Driver.Sources(
            wallTime: wallTime,
            chance: { dice.chance() },
            nonce: { dice.nonce() }
        )
    }

    /// Drives the run from where the journal has it.
    func drive(
        _ control: RunControl = RunControl(),
        feed: EventFeed? = nil,
        backend: SimulatedBackend? = nil,
        options: DriverOptions = DriverOptions()
    ) async throws -> (outcome: Driver.Outcome, state: RunState) {
        let driver = Driver(
            state: folded,
            seq: journal.committed.last?.seq ?? 0,
            clock: clock,
            backend: backend ?? self.backend,
            journal: journal,
            sources: sources,
            control: control,
            feed: feed ?? EventFeed(journal: journal),
            options: options
        )
        return try await driver.run()
    }

    /// Drives the run that a command awaits, and gives the command's receipt.
    func drive(
        after command: Command
    ) async throws -> (left: (outcome: Driver.Outcome, state: RunState), receipt: Receipt?) {
        let control = RunControl()
        let receipt = Mutex<Receipt?>(nil)
        let pending = PendingCommand(command: command) { given in receipt.withLock { $0 = given } }
        #expect(await control.send(pending))
        let left = try await drive(control)
        return (left, receipt.withLock { $0 })
    }

    /// Drives the run while `operate` commands it.
    func drive(
        operate: @escaping @Sendable (RunControl) async throws -> Void
    ) async throws -> (outcome: Driver.Outcome, state: RunState) {
        let control = RunControl()
        async let operation: Void = operate(control)
        let left = try await drive(control)
        try await operation
        return left
    }

    /// The state as the journal has it.
    var folded: RunState {
        var state = RunState(plan: plan)
        for event in journal.committed { _ = state.reduce(event) }
        return state
    }

    /// The events of a kind, in order.
    func names(_ prefix: String = "") -> [String] {
        journal.committed.map(\.name).filter { $0.hasPrefix(prefix) }
    }

    /// Every outcome that the journal has, in order.
    var settlements: [Settlement] {
        journal.committed.compactMap { event in
            if case .flashpointSettled(let settlement) = event.body { settlement } else { nil }
        }
    }

    /// Seconds driven at the first event of the name.
    func time(of name: String) -> Double? { journal.committed.first { $0.name == name }?.t }
}

/// Numbers and names that are the same for the same seed.
final class Dice: Sendable {
    private let state: Mutex<(generator: SeededGenerator, nonces: Int)>

    init(seed: UInt64) {
        state = Mutex((SeededGenerator(seed: seed), 0))
    }

    func chance() -> Double { state.withLock { Double.random(in: 0..<1, using: &$0.generator) } }

    func nonce() -> String {
        state.withLock { state in
            state.nonces += 1
            return "nonce-\(state.nonces)"
        }
    }
}
