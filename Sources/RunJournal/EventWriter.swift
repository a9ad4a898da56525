import Coordination
import Flashpoints
import GRDB

/// Writes events to their tables within one transaction.
struct EventWriter: ~Copyable {
    private let db: Database
    private let event: DirectStatement
    private let outcome: DirectStatement
    private let result: DirectStatement
    private var text: JSONTextWriter

    init(_ db: Database) throws {
        let event = try DirectStatement(
            db,
            "INSERT INTO event (seq, at, t, name, body, checksum) VALUES (?, ?, ?, ?, ?, ?)"
        )
        let outcome = try DirectStatement(
            db,
            """
            INSERT INTO outcome (idx, seq, worker, kind, class, stage, message, attempts, seconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idx) DO NOTHING
            """
        )
        let result = try DirectStatement(db, "INSERT INTO result (seq, checksum, body) VALUES (?, ?, ?)")
        self.db = db
        self.event = event
        self.outcome = outcome
        self.result = result
        text = JSONTextWriter(reserving: 4_096)
    }

    /// Adds the event to the history and changes the outcomes as it says.
    ///
    /// The history's JSON is what `--events` prints, so that the table can be read with any tool; but a result is kept
    /// once, in the table of results, unless the flashpoint has another one there.
    mutating func write(_ event: Event) throws {
        var isResultApart = false
        switch event.body {
        case .flashpointSettled(let settlement): isResultApart = try settle(settlement, seq: event.seq)
        case .workerRetried(let worker, let indices): try reopen(worker: worker, indices: indices)
        case .runRetried: try db.execute(sql: "DELETE FROM outcome WHERE kind <> 'ok'")
        default: break
        }
        text.removeAll()
        try event.write(to: &text, result: !isResultApart)
        self.event.bind(1, event.seq)
        self.event.bind(2, Int(event.at))
        self.event.bind(3, event.t)
        self.event.bind(4, event.name)
        try run(self.event, body: 5, checksum: 6, isText: true)
    }

    /// Makes the flashpoint's outcome known, unless it has one: the first counts, until it is retried.
    ///
    /// - Returns: Whether it was the first.
    private mutating func settle(_ settlement: Settlement, seq: Int) throws -> Bool {
        var failure: Failure?
        let kind: String
        switch settlement.outcome {
        case .ok: kind = "ok"
        case .cancelled: kind = "cancelled"
        case .failed(let reason):
            kind = "failed"
            failure = reason
        }
        outcome.bind(1, settlement.index)
        outcome.bind(2, seq)
        outcome.bind(3, settlement.worker)
        outcome.bind(4, kind)
        outcome.bind(5, failure?.kind.rawValue)
        outcome.bind(6, failure?.stage)
        outcome.bind(7, failure?.message)
        outcome.bind(8, settlement.attempts)
        outcome.bind(9, settlement.seconds)
        try outcome.run()
        guard db.changesCount > 0 else { return false }
        if let value = settlement.result {
            text.removeAll()
            try text.append(value)
            result.bind(1, seq)
            try run(result, body: 3, checksum: 2, isText: false)
        }
        return true
    }

    /// Runs a statement with the text that was written last, and its checksum.
    private func run(_ statement: DirectStatement, body: Int32, checksum: Int32, isText: Bool) throws {
        try text.withBytes { bytes in
            statement.bind(checksum, Int(truncatingIfNeeded: Checksum.of(bytes)))
            statement.bind(body, inPlace: bytes, isText: isText)
            try statement.run()
        }
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
