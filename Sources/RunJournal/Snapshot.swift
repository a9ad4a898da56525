import Coordination
import Flashpoints
import GRDB

/// The plan and the state as packed bytes in the journal's own tables.
///
/// Neither is needed: what can't be read, or is of another format, is passed over, and the tables and events are read.
enum Snapshot {
    /// Where the pieces of each begin in the table.
    private enum Kind: Int {
        case plan = 0
        case state = 1

        var ids: Range<Int> { rawValue << 32..<(rawValue + 1) << 32 }
    }

    /// Replaces the packed plan.
    static func write(_ plan: RunPlan, to db: Database) throws {
        var writer = try writer(.plan, db)
        try plan.pack(into: &writer)
        try writer.finish()
    }

    /// Replaces the packed state by that after the event `seq`.
    static func write(_ state: RunState, seq: Int, to db: Database) throws {
        var writer = try writer(.state, db)
        try state.pack(into: &writer)
        try writer.finish()
        try db.execute(sql: "INSERT OR REPLACE INTO snapshot (only, seq) VALUES (1, ?)", arguments: [seq])
    }

    /// The plan of a run with this header; `nil` when it can't be had so.
    static func plan(_ db: Database, _ header: RunHeader, _ policy: RunPolicy) throws -> RunPlan? {
        try reading {
            var reader = try reader(.plan, db)
            return try RunPlan(header: header, policy: policy, packed: &reader)
        }
    }

    /// The state and the event it stands after; `nil` when it can't be had so.
    static func state(_ db: Database, _ plan: RunPlan) throws -> (state: RunState, seq: Int)? {
        guard let seq = try Int.fetchOne(db, sql: "SELECT seq FROM snapshot") else { return nil }
        return try reading {
            var reader = try reader(.state, db)
            return (try RunState(plan: plan, packed: &reader), seq)
        }
    }

    private static func reading<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch is PackedFault, is DecodingError {
            return nil
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return nil
        }
    }

    private static func writer(_ kind: Kind, _ db: Database) throws -> PackedWriter {
        try db.execute(
            sql: "DELETE FROM packed WHERE id >= ? AND id < ?",
            arguments: [kind.ids.lowerBound, kind.ids.upperBound]
        )
        let insert = try DirectStatement(db, "INSERT INTO packed (id, checksum, body) VALUES (?, ?, ?)")
        var id = kind.ids.lowerBound
        return PackedWriter { piece in
            try piece.withUnsafeBytes { bytes in
                insert.bind(1, id)
                insert.bind(2, Int(truncatingIfNeeded: Checksum.of(bytes)))
                insert.bind(3, inPlace: bytes, isText: false)
                try insert.run()
            }
            id += 1
        }
    }

    private static func reader(_ kind: Kind, _ db: Database) throws -> PackedReader {
        let select = try DirectStatement(db, "SELECT checksum, body FROM packed WHERE id = ?")
        var id = kind.ids.lowerBound
        return PackedReader {
            select.bind(1, id)
            defer { select.reset() }
            guard try select.next() else { return nil }
            guard select.fits(1, checksum: 0) else { throw PackedFault("piece \(id) does not fit its checksum") }
            id += 1
            return Array(select.bytes(1))
        }
    }
}
