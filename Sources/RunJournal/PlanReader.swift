import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

/// Reads the plan of a run.
struct PlanReader {
    let db: Database
    let path: String
    let format: JournalFormat

    /// The plan as it was packed, else as the tables have it.
    func plan() throws -> RunPlan {
        let (header, policy) = try frame()
        if format.isPacked, let plan = try Snapshot.plan(db, header, policy) { return plan }
        return try planOfTables()
    }

    private func frame() throws -> (header: RunHeader, policy: RunPolicy) {
        guard let run = try Row.fetchOne(db, sql: "SELECT header, policy FROM run") else {
            throw JournalError(path: path, .unfinished)
        }
        return (try decode(RunHeader.self, run[0]), try decode(RunPolicy.self, run[1]))
    }

    /// The plan rebuilt from its tables, in one pass over the flashpoints.
    func planOfTables() throws -> RunPlan {
        let (header, policy) = try frame()
        var chunks = try Row.fetchAll(db, sql: "SELECT id, worker, is_oversize FROM chunk ORDER BY id").map { row in
            Chunk(id: row[0], worker: row[1], indices: [], isOversize: row[2])
        }
        var positions: [Int: Int] = [:]
        for (position, chunk) in chunks.enumerated() { positions[chunk.id] = position }
        var members = [[Int]](repeating: [], count: chunks.count)
        var catalogue = Catalogue()
        let rows = try DirectStatement(
            db,
            "SELECT idx, id, hash, weight, offset, length, chunk FROM flashpoint ORDER BY idx"
        )
        defer { rows.reset() }
        while try rows.next() {
            guard rows.integer(0) == catalogue.count, !rows.isNull(6), let position = positions[rows.integer(6)] else {
                throw damage("flashpoint \(catalogue.count) is missing or in no chunk")
            }
            catalogue.append(
                id: rows.text(1),
                hash: rows.text(2),
                weight: rows.double(3),
                offset: Int64(rows.integer(4)),
                length: rows.integer(5)
            )
            members[position].append(rows.integer(0))
        }
        guard catalogue.count == header.flashpoints else {
            throw damage("it has \(catalogue.count) flashpoints and should have \(header.flashpoints)")
        }
        for position in chunks.indices { chunks[position].indices = IndexList(members[position]) }
        let ofWorker = Dictionary(grouping: chunks, by: \.worker)
        let shares = (1...max(header.workers, 1)).map { Share(worker: $0, chunks: ofWorker[$0] ?? []) }
        return RunPlan(
            header: header,
            catalogue: catalogue,
            plan: Plan(shares: shares),
            policy: policy
        )
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ text: Data) throws -> Value {
        do {
            return try JSONCoding.decode(type, from: text)
        } catch {
            throw damage("its \(type) can't be read (\(error))")
        }
    }

    private func damage(_ what: String) -> JournalError { JournalError(path: path, .corrupt(what)) }
}
