import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

@testable import RunJournal

/// A journal as the first version of its format wrote it.
enum OldJournal {
    /// A planned run of twelve flashpoints with these events, results in a table of their own by flashpoint.
    static func create(in home: URL, events: [Event]) throws -> RunFolder {
        let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
        let queue = try DatabaseQueue(path: folder.journalPath)
        try JournalSchema.migrator.migrate(queue, upTo: "run, flashpoints, events, outcomes")
        let plan = SampleRun.plan(12, workers: 3)
        let header = SampleRun.header(folder.run, 12, plan)
        try queue.write { db in
            for row in (0..<12).map(SampleRun.row) {
                try db.execute(
                    sql: "INSERT INTO flashpoint (idx, id, hash, weight, offset, length) VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [row.index, row.id, row.hash, row.weight, row.offset, row.length]
                )
            }
            for chunk in plan.chunks {
                try db.execute(
                    sql: "INSERT INTO chunk (id, worker, is_oversize) VALUES (?, ?, ?)",
                    arguments: [chunk.id, chunk.worker, chunk.isOversize]
                )
                for index in chunk.indices {
                    try db.execute(
                        sql: "UPDATE flashpoint SET worker = ?, chunk = ? WHERE idx = ?",
                        arguments: [chunk.worker, chunk.id, index]
                    )
                }
            }
            try db.execute(
                sql: "INSERT INTO run (only, id, created, header, policy) VALUES (1, ?, ?, ?, ?)",
                arguments: [
                    folder.run, SampleRun.createdAt, try SQLiteJournal.text(header),
                    try SQLiteJournal.text(SampleRun.policy),
                ]
            )
            for event in events { try write(event, db) }
        }
        try queue.close()
        return folder
    }

    private static func write(_ event: Event, _ db: Database) throws {
        if case .flashpointSettled(let settlement) = event.body {
            let kind: String
            var failure: Failure?
            switch settlement.outcome {
            case .ok: kind = "ok"
            case .cancelled: kind = "cancelled"
            case .failed(let why): (kind, failure) = ("failed", why)
            }
            try db.execute(
                sql: "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    settlement.index, event.seq, settlement.worker, kind, failure?.kind.rawValue, failure?.stage,
                    failure?.message, settlement.attempts, settlement.seconds,
                ]
            )
            if let result = settlement.result {
                try db.execute(
                    sql: "INSERT INTO result (idx, seq, attempt, body) VALUES (?, ?, ?, ?)",
                    arguments: [settlement.index, event.seq, 1, try JSONCoding.encode(result)]
                )
            }
        }
        try db.execute(
            sql: "INSERT INTO event (seq, at, t, name, body) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                event.seq, event.at, event.t, event.name, try SQLiteJournal.text(event.withResult(.null)),
            ]
        )
    }
}
