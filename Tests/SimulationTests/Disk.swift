import Coordination
import RunEngine
import RunJournal
import Synchronization

/// The disk that a run's journal is on; it outlives the drivers.
final class Disk: Sendable {
    struct Trouble: Sendable {
        enum Kind: Sendable {
            /// Nothing can be written until it is over.
            case full
            /// A commit fails for a reason that waiting does not mend.
            case broken
            /// Nearly full.
            case low
        }

        var span: ClosedRange<Double>
        var kind: Kind
    }

    private let clock: VirtualTime
    private let oracle: Oracle
    private let sabotage: Sabotage?
    private let troubles: [Trouble]
    private let dice: Dice
    private let kept = Mutex<[Event]>([])

    init(_ scenario: Scenario, clock: VirtualTime, oracle: Oracle, sabotage: Sabotage?) {
        self.clock = clock
        self.oracle = oracle
        self.sabotage = sabotage
        troubles = scenario.disk
        dice = Dice(seed: scenario.seed &* 97 &+ 3)
    }

    /// What has been kept so far.
    var events: [Event] { kept.withLock { $0 } }

    private func trouble() -> Trouble.Kind? {
        let now = clock.seconds
        return troubles.first { $0.span.contains(now) }?.kind
    }

    fileprivate func commit(_ events: [Event], of life: Life) async throws {
        guard !life.isOver else { throw Killed() }
        // What goes wrong with the power before the end of the write is drawn: the batch is there as a whole or not.
        await pass(dice.pick(0, 0.001, 0.01, 0.08))
        if life.isOver {
            if dice.chance(0.5) { try keep(events) }
            throw Killed()
        }
        switch trouble() {
        case .full: throw JournalError(path: "/simulated/journal.sqlite", .diskFull)
        case .broken: throw JournalError(path: "/simulated/journal.sqlite", .system("input/output error"))
        case .low, nil: break
        }
        try keep(events)
        await pass(dice.pick(0, 0, 0.005))
        if life.isOver { throw Killed() }
        try oracle.acknowledged(events)
    }

    private func keep(_ events: [Event]) throws {
        let events = sabotage.map { $0.kept(of: events) } ?? events
        kept.withLock { $0 += events }
        try oracle.kept(events)
    }

    private func pass(_ seconds: Double) async {
        guard seconds > 0 else { return }
        try? await clock.sleep(for: .seconds(seconds))
    }

    fileprivate func page(after seq: Int, limit: Int) -> [Event] {
        kept.withLock { events in Array(events.drop { $0.seq <= seq }.prefix(limit)) }
    }

    fileprivate func free() -> Int64 { trouble() == .low ? 1 << 20 : 1 << 36 }

    /// The journal as one driver has it.
    struct Handle: Journal {
        let disk: Disk
        let life: Life

        func commit(_ events: [Event]) async throws { try await disk.commit(events, of: life) }
        func events(after seq: Int, limit: Int) async throws -> [Event] { disk.page(after: seq, limit: limit) }
        func freeBytes() -> Int64? { disk.free() }
    }
}

extension VirtualTime {
    /// Seconds since the start.
    var seconds: Double {
        let (seconds, attoseconds) = now.sinceStart.components
        return Double(seconds) + Double(attoseconds / 1_000_000_000) / 1e9
    }
}
