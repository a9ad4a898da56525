package import Coordination
import GRDB

extension SQLiteJournal {
    /// Whether the disk holds what the run says it has: the conservation law as the tables tell it.
    ///
    /// Every flashpoint has the outcome on disk that it has in the state, or none where it is open; each that is ok has
    /// exactly one result, and there is no other result. One pass over the outcomes; bodies are not read.
    ///
    /// - Parameter state: The fold of all that was committed.
    /// - Returns: What is wrong, or `nil`.
    /// - Throws: `JournalError` when the journal can't be read.
    package func audit(_ state: RunState) async throws -> String? {
        let format = format
        return try await read { db in
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM flashpoint") ?? 0
            if count != state.total { return "the journal has \(count) flashpoints and the run \(state.total)" }
            var found = RunState.Tally()
            let rows = try DirectStatement(db, "SELECT idx, kind, worker FROM outcome ORDER BY idx")
            defer { rows.reset() }
            var next = 0
            while try rows.next() {
                let index = rows.integer(0)
                guard index >= 0, index < state.total else { return "it has an outcome of flashpoint \(index)" }
                if let open = (next..<index).first(where: { state.flashpoints.standing[$0].isSettled }) {
                    return "flashpoint \(open) is \(state.flashpoints.standing[open]) and has no outcome in the journal"
                }
                next = index + 1
                let (kind, standing) = (rows.text(1), state.flashpoints.standing[index])
                guard kind == "\(standing)" else {
                    return "flashpoint \(index) is \(standing), the journal says \(kind)"
                }
                let worker = Int(state.flashpoints.worker[index])
                guard rows.integer(2) == worker else {
                    return "flashpoint \(index) is of worker \(worker), not of \(rows.integer(2))"
                }
                found.add(standing)
            }
            if let open = (next..<state.total).first(where: { state.flashpoints.standing[$0].isSettled }) {
                return "flashpoint \(open) is \(state.flashpoints.standing[open]) and has no outcome in the journal"
            }
            if found != RunState.Tally(state.counts) { return "the journal has \(found), the run \(state.counts)" }
            let results = try Int.fetchOne(db, sql: "SELECT count(*) FROM result") ?? 0
            if results != found.ok { return "\(found.ok) flashpoints are ok and the journal has \(results) results" }
            let without = try Int.fetchOne(
                db,
                sql: """
                    SELECT outcome.idx FROM outcome LEFT JOIN result \(format.resultOfOutcome)
                    WHERE outcome.kind = 'ok' AND result.seq IS NULL LIMIT 1
                    """
            )
            return without.map { "flashpoint \($0) is ok and has no result in the journal" }
        }
    }
}

extension SQLiteJournal {
    private static let auditPage = 64

    /// Reads every result and holds it to its checksum, some at a time.
    ///
    /// - Parameter count: Flashpoints of the run.
    /// - Throws: `JournalError` when one is damaged or can't be read; `CancellationError`.
    package func auditResults(of count: Int) async throws {
        for start in stride(from: 0, to: count, by: Self.auditPage) {
            try Task.checkCancellation()
            _ = try await results(in: start..<min(start + Self.auditPage, count))
        }
    }
}

extension RunState {
    /// How many outcomes of each kind there are.
    fileprivate struct Tally: Equatable {
        var ok = 0
        var failed = 0
        var cancelled = 0

        init() {}

        init(_ counts: RunState.Counts) {
            ok = counts.ok
            failed = counts.failed
            cancelled = counts.cancelled
        }

        mutating func add(_ standing: FlashpointColumns.Standing) {
            switch standing {
            case .ok: ok += 1
            case .failed: failed += 1
            case .cancelled: cancelled += 1
            case .pending, .inFlight: break
            }
        }
    }
}
