import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

/// Rebuilds the plan of a run from its tables.
struct PlanReader {
    let db: Database
    let path: String

    func plan() throws -> RunPlan {
        guard let run = try Row.fetchOne(db, sql: "SELECT header, policy FROM run") else {
            throw JournalError(path: path, .unfinished)
        }
        let header = try decode(RunHeader.self, run[0])
        var chunks = try Row.fetchAll(db, sql: "SELECT id, worker, is_oversize FROM chunk ORDER BY id").map { row in
            Chunk(id: row[0], worker: row[1], indices: [], isOversize: row[2])
        }
        var positions: [Int: Int] = [:]
        for (position, chunk) in chunks.enumerated() { positions[chunk.id] = position }
        var members = [[Int]](repeating: [], count: chunks.count)
        var catalogue = Catalogue()
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT idx, id, hash, weight, offset, length, chunk FROM flashpoint ORDER BY idx"
        )
        while let row = try rows.next() {
            guard row[0] == catalogue.count, let chunk: Int = row[6], let position = positions[chunk] else {
                throw damage("flashpoint \(catalogue.count) is missing or in no chunk")
            }
            catalogue.append(id: row[1], hash: row[2], weight: row[3], offset: row[4], length: row[5])
            members[position].append(row[0])
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
            policy: try decode(RunPolicy.self, run[1])
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
