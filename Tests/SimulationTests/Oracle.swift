import Coordination
import Flashpoints
import Synchronization

/// Something that must never be, and how to see it again.
struct Fault: Error, CustomStringConvertible {
    var seed: UInt64
    var what: String
    var events: [String]

    var description: String {
        "history \(seed): \(what)\nagain: ETL_SIM_SEED=\(seed) swift test --filter SimulationTests\n"
            + events.joined(separator: "\n")
    }
}

/// Watches over the law in one history, from outside of all that is watched.
///
/// A fault stays: who finds it first throws it, and so does everybody who asks after that.
final class Oracle: Sendable {
    private struct State {
        var books: Books
        var fault: Fault?

        mutating func note(_ what: String?, _ seed: UInt64) {
            guard let what, fault == nil else { return }
            fault = Fault(seed: seed, what: what, events: books.lastEvents(60))
        }
    }

    private let seed: UInt64
    /// Whether what the journal acknowledges is compared with what it keeps.
    private let comparesJournal: Bool
    private let state: Mutex<State>

    init(_ scenario: Scenario, plan: RunPlan, comparesJournal: Bool) {
        seed = scenario.seed
        self.comparesJournal = comparesJournal
        state = Mutex(State(books: Books(plan: plan)))
    }

    /// How many batches were kept so far.
    var mark: Int { state.withLock { $0.books.batches } }

    var coverage: Coverage { state.withLock { $0.books.coverage } }

    /// The fold of all that the journal keeps.
    var folded: RunState { state.withLock { $0.books.shadow } }

    /// Looks into the books.
    func read<Value: Sendable>(_ body: (Books) -> Value) -> Value { state.withLock { body($0.books) } }

    /// The journal keeps a batch.
    func kept(_ events: [Event]) throws { try enter { $0.keep(events) } }

    /// The driver was told that a batch is kept.
    func acknowledged(_ events: [Event]) throws { try enter { comparesJournal ? $0.acknowledge(events) : nil } }

    /// The endpoint took a submission.
    func accepted(_ cargo: Endpoint.Cargo, job: String, beside others: [Endpoint.Job]) {
        state.withLock { state in state.note(state.books.accept(cargo, job: job, beside: others), seed) }
    }

    /// A backend told a driver, whether or not that got there.
    func told(_ report: Report) { state.withLock { $0.books.tell(report) } }

    /// A report got to a living driver, after the batch of number `mark`.
    func delivered(_ report: Report, since mark: Int) { state.withLock { $0.books.deliver(report, since: mark) } }

    /// A driver has left, with this state when it came to that.
    func left(_ state: RunState?) throws { try enter { $0.leave(state) } }

    /// The history is over.
    func ended(_ endpoint: Endpoint) throws { try enter { $0.close(endpoint) } }

    /// Throws what was found so far, or else what the caller found.
    func check(_ what: String? = nil) throws { try enter { _ in what } }

    private func enter(_ body: (inout Books) -> String?) throws {
        let fault = state.withLock { state in
            state.note(body(&state.books), seed)
            return state.fault
        }
        if let fault { throw fault }
    }
}
