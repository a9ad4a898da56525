package import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

extension SQLiteJournal: Journal {
    /// Keeps a batch in one transaction, which is on the disk when this returns.
    ///
    /// - Throws: `JournalError`; the disk being full is the one to expect.
    package func commit(_ events: [Event]) async throws {
        let kept = events.filter(\.isJournalled)
        guard !kept.isEmpty else { return }
        try await write { db in
            let writer = try EventWriter(db)
            for event in kept { try writer.write(event) }
        }
    }

    /// At most `limit` events, and some 8 MB of results.
    package func events(after seq: Int, limit: Int) async throws -> [Event] {
        try await events(after: seq, limit: limit, includingResults: true)
    }

    /// The same for who does not want the results, which stay on the disk and are `null` in the events then.
    package func events(after seq: Int, limit: Int, includingResults: Bool) async throws -> [Event] {
        let path = folder.journalPath
        return try await read { db in
            let decoder = JSONDecoder()
            let result = try db.cachedStatement(sql: "SELECT body FROM result WHERE idx = ? AND seq = ?")
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?"),
                arguments: [seq, limit]
            )
            var events: [Event] = []
            var bytes = 0
            while bytes < Self.pageBytes, let row = try rows.next() {
                var event = try Self.event(row, decoder: decoder, path: path)
                if includingResults, case .flashpointSettled(let settlement) = event.body, settlement.result != nil,
                    let body = try Data.fetchOne(result, arguments: [settlement.index, event.seq])
                {
                    event = event.withResult(try decoder.decode(JSONValue.self, from: body))
                    bytes += body.count
                }
                events.append(event)
            }
            return events
        }
    }

    private static let pageBytes = 8_000_000

    /// The event of a row `seq, body`, without its result.
    static func event(_ row: Row, decoder: JSONDecoder, path: String) throws -> Event {
        do {
            return try decoder.decode(Event.self, from: row[1])
        } catch {
            throw JournalError(path: path, .corrupt("event \(row[0] as Int) can't be read (\(error))"))
        }
    }
}

/// Writes events to their tables within one transaction.
private struct EventWriter {
    let db: Database
    let encoder: JSONEncoder
    let event: Statement
    let outcome: Statement
    let result: Statement

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

    func write(_ event: Event) throws {
        var keepsResult = false
        if case .flashpointSettled(let settlement) = event.body {
            let isFirst = try settle(settlement, seq: event.seq)
            keepsResult = !isFirst
        } else if case .workerRetried(let worker, let indices) = event.body {
            try reopen(worker: worker, indices: indices)
        }
        let row = try EventRow(event, keepsResult: keepsResult, encoder: encoder)
        try self.event.execute(arguments: [row.seq, row.at, row.t, row.name, row.body])
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
