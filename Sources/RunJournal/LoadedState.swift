import Coordination
import GRDB

/// A run as its journal has it.
struct LoadedState: Sendable {
    var state: RunState
    /// Number of the latest event; zero when there is none.
    var seq: Int
    /// Events that came after the snapshot.
    var folded: Int

    /// Takes the latest snapshot and reduces every later event in its order.
    ///
    /// - Throws: `JournalError` when an event can't be read, or the tables contradict each other.
    init(_ db: Database, _ format: JournalFormat, path: String) throws {
        let plan = try PlanReader(db: db, path: path, format: format).plan()
        var state: RunState
        var seq = 0
        var folded = 0
        if format.isPacked, let snapshot = try Snapshot.state(db, plan) {
            (state, seq) = snapshot
        } else {
            state = RunState(plan: plan)
        }
        try EventRows(db, format, path: path).forEach(after: seq) { event in
            _ = state.reduce(event)
            seq = event.seq
            folded += 1
            return true
        }
        self.state = state
        self.seq = seq
        self.folded = folded
    }
}
