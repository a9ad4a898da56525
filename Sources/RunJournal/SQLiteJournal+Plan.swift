package import Coordination
package import Flashpoints
import FoundationEssentials
import GRDB
import Synchronization

extension SQLiteJournal {
    /// Notes the next flashpoints of a batch that is being spooled, in one transaction.
    ///
    /// - Throws: `JournalError`; inconsistent when an index or an id comes twice.
    package func append(_ rows: [FlashpointRow]) async throws {
        try await write { db in
            let insert = try DirectStatement(
                db,
                "INSERT INTO flashpoint (idx, id, hash, weight, offset, length) VALUES (?, ?, ?, ?, ?, ?)"
            )
            for row in rows {
                insert.bind(1, row.index)
                insert.bind(2, row.id)
                insert.bind(3, row.hash)
                insert.bind(4, row.weight)
                insert.bind(5, row.offset)
                insert.bind(6, row.length)
                try insert.run()
            }
        }
    }

    /// Says who does what; from then on the run exists.
    ///
    /// - Parameter createdAt: Wall time in milliseconds since 1970.
    /// - Throws: `JournalError`; inconsistent when the plan is not one of the flashpoints that were appended, or there
    ///   is a plan already.
    package func setPlan(_ header: RunHeader, _ plan: Plan, _ policy: RunPolicy, createdAt: Int64) async throws {
        let path = folder.journalPath
        let texts = (header: try Self.text(header), policy: try Self.text(policy))
        try await write { db in
            let assign = try db.cachedStatement(
                sql: "UPDATE flashpoint SET worker = ?, chunk = ? WHERE idx BETWEEN ? AND ? AND chunk IS NULL"
            )
            var assigned = 0
            for chunk in plan.chunks {
                try db.execute(
                    sql: "INSERT INTO chunk (id, worker, is_oversize) VALUES (?, ?, ?)",
                    arguments: [chunk.id, chunk.worker, chunk.isOversize]
                )
                for run in chunk.indices.neighbourRuns {
                    try assign.execute(arguments: [chunk.worker, chunk.id, run.lowerBound, run.upperBound])
                    assigned += db.changesCount
                }
            }
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM flashpoint") ?? 0
            guard assigned == count, plan.count == count, header.flashpoints == count,
                plan.shares.map(\.worker) == Array(1...max(header.workers, 1))
            else {
                let what = "\(count) flashpoints were read and \(plan.count) planned for \(plan.shares.count) workers"
                throw JournalError(path: path, .inconsistent(what))
            }
            try db.execute(
                sql: "INSERT INTO run (only, id, created, header, policy) VALUES (1, ?, ?, ?, ?)",
                arguments: [header.run, createdAt, texts.header, texts.policy]
            )
            try Snapshot.write(try PlanReader(db: db, path: path, format: .current).planOfTables(), to: db)
        }
    }

    /// The plan as it was set.
    ///
    /// - Throws: `JournalError`; damaged when the tables contradict each other.
    package func loadPlan() async throws -> RunPlan {
        let (path, format) = (folder.journalPath, format)
        return try await read { try PlanReader(db: $0, path: path, format: format).plan() }
    }

    /// The run as its events have left it, and the number of the latest one; zero when there is none.
    ///
    /// The latest snapshot, and every later event reduced in its order; what would follow from them was done, or is done
    /// again by the resumed run. Results stay on the disk.
    ///
    /// - Throws: `JournalError`; damaged when an event can't be read.
    package func loadState() async throws -> (state: RunState, seq: Int) {
        let (path, format) = (folder.journalPath, format)
        let found = found.withLock { found in
            defer { found = nil }
            return found
        }
        let loaded = if let found { found } else { try await read { try LoadedState($0, format, path: path) } }
        cadence.resumed(after: loaded.folded)
        return (loaded.state, loaded.seq)
    }

    /// Packs the plan of a journal that was made before plans were packed.
    func packPlan() async throws {
        let isPacked = try await read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT * FROM packed WHERE id = 0)") ?? false
        }
        guard !isPacked else { return }
        guard let loaded = found.withLock({ $0 }) else { return }
        try await write { try Snapshot.write(loaded.state.plan, to: $0) }
        found.withLock { $0 = loaded }
    }

    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONCoding.encode(value), as: UTF8.self)
    }
}

extension IndexList {
    /// The list as runs of neighbouring positions.
    fileprivate var neighbourRuns: [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for index in self {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        return runs
    }
}
