import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

/// Writes events to their tables within one transaction.
struct EventWriter {
    private let db: Database
    private let encoder: JSONEncoder
    private let event: Statement
    private let outcome: Statement
    private let result: Statement

    init(_ db: Database) throws {
        self.db = db
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        event = try db.cachedStatement(sql: "INSERT INTO event (seq, at, t, name, body) VALUES (?, ?, ?, ?, ?)")
        outcome = try db.cachedStatement(
            sql: """
                INSERT INTO outcome (idx, seq, worker, kind, class, stage, message, attempts, seconds)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idx) DO NOTHING
                """
        )
        result = try db.cachedStatement(sql: "INSERT INTO result (idx, seq, attempt, body) VALUES (?, ?, ?, ?)")
    }

    /// Adds the event to the history and changes the outcomes as it says.
    ///
    /// The history's JSON is what `--events` prints, so that the table can be read with any tool; but a result is kept
    /// once, in the table of results, unless the flashpoint has another one there.
    func write(_ event: Event) throws {
        var line = event
        if case .flashpointSettled(let settlement) = event.body {
            if try settle(settlement, seq: event.seq) { line = event.withResult(.null) }
        } else if case .workerRetried(let worker, let indices) = event.body {
            try reopen(worker: worker, indices: indices)
        }
        let body = String(decoding: try encoder.encode(line), as: UTF8.self)
        try self.event.execute(arguments: [event.seq, event.at, event.t, event.name, body])
    }

    /// Makes the flashpoint's outcome known, unless it has one: the first counts, until it is retried.
    ///
    /// - Returns: Whether it was the first.
    private func settle(_ settlement: Settlement, seq: Int) throws -> Bool {
        var failure: Failure?
        let kind: String
        switch settlement.outcome {
        case .ok: kind = "ok"
        case .cancelled: kind = "cancelled"
        case .failed(let reason):
            kind = "failed"
            failure = reason
        }
        try outcome.execute(arguments: [
            settlement.index, seq, settlement.worker, kind, failure?.kind.rawValue, failure?.stage, failure?.message,
            settlement.attempts, settlement.seconds,
        ])
        guard db.changesCount > 0 else { return false }
        if let value = settlement.result {
            let body = try encoder.encode(value)
            try result.execute(arguments: [settlement.index, seq, settlement.attempt?.attempt, body])
        }
        return true
    }

    /// Forgets the outcomes of the worker's failed and cancelled flashpoints, or of the listed ones among them.
    private func reopen(worker: Int, indices: IndexList?) throws {
        let ofWorker = "DELETE FROM outcome WHERE worker = ? AND kind <> 'ok'"
        guard let indices else {
            return try db.cachedStatement(sql: ofWorker).execute(arguments: [worker])
        }
        let one = try db.cachedStatement(sql: ofWorker + " AND idx = ?")
        for index in indices { try one.execute(arguments: [worker, index]) }
    }
}

extension Event {
    /// The event with another result where it has one, else as it is.
    func withResult(_ result: JSONValue) -> Event {
        guard case .flashpointSettled(var settlement) = body, case .ok = settlement.outcome else { return self }
        settlement.outcome = .ok(result: result)
        var copy = self
        copy.body = .flashpointSettled(settlement)
        return copy
    }
}
