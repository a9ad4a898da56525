import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

/// Reads what can be read of a journal whose pages may be damaged anywhere.
final class DamagedJournal: Sendable {
    /// What is fixed when a run is planned.
    struct Frame {
        var header: RunHeader
        var policy: RunPolicy
        var createdAt: Int64
    }

    let path: String
    private let folder: RunFolder
    private let queue: DatabaseQueue
    private let format: JournalFormat

    /// - Throws: `JournalError` when not even its tables can be found.
    init(_ folder: RunFolder) throws {
        self.folder = folder
        path = folder.journalPath
        let (queue, version) = try JournalError.translating(path) { [path] in
            let queue = try DatabaseQueue(path: path, configuration: SQLiteJournal.configuration(.reading))
            return (queue, try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 })
        }
        self.queue = queue
        format = JournalFormat(version: version)
    }

    func close() throws { try queue.close() }

    // MARK: - The plan

    /// The run's header and policy, from its own table or, the policy then being a new run's, from its first event.
    func frame() throws -> Frame {
        let row = try? queue.read { db -> Frame? in
            guard let row = try Row.fetchOne(db, sql: "SELECT header, policy, created FROM run") else { return nil }
            return Frame(
                header: try JSONCoding.decode(RunHeader.self, from: row[0]),
                policy: try JSONCoding.decode(RunPolicy.self, from: row[1]),
                createdAt: row[2]
            )
        }
        if let row { return row }
        if let first = events(after: 0, limit: 1).events.first, case .runPlanned(let header) = first.body {
            return Frame(header: header, policy: RunPolicy(), createdAt: first.at)
        }
        throw JournalError(path: path, .corrupt("its plan can't be read, so nothing can be salvaged"))
    }

    /// The plan as it was packed, as the tables have it, or made again from the spooled batch, whichever can be had.
    func plan(_ frame: Frame) throws -> RunPlan {
        let stored = try? queue.read { [format, path] db -> RunPlan? in
            if format.isPacked, let plan = try? Snapshot.plan(db, frame.header, frame.policy) { return plan }
            return try? PlanReader(db: db, path: path, format: format).planOfTables()
        }
        if let stored { return stored }
        return try planOfSpool(frame)
    }

    private func planOfSpool(_ frame: Frame) throws -> RunPlan {
        let header = frame.header
        let bytes = try Data(contentsOf: URL(filePath: folder.inputPath))
        var catalogue = Catalogue()
        var items: [PlanItem] = []
        var offset = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) where !line.isEmpty {
            let flashpoint = try JSONCoding.decode(Flashpoint.self, from: line)
            catalogue.append(
                id: flashpoint.id,
                hash: ContentHash.of(encoded: line),
                weight: flashpoint.cost,
                offset: Int64(offset),
                length: line.count
            )
            items.append(PlanItem(weight: flashpoint.cost, bytes: line.count))
            offset += line.count + 1
        }
        // How much went into a chunk is not in the header, but it says how many chunks there were.
        let largest = zip(header.shares, header.chunks).map { ($0 + max($1, 1) - 1) / max($1, 1) }.max() ?? 1
        for limit in [ChunkLimits().flashpoints, max(largest, 1)] {
            let limits = ChunkLimits(flashpoints: limit)
            let plan = Plan(items, workers: max(header.workers, 1), strategy: header.strategy, limits: limits)
            if plan.shares.map(\.count) == header.shares, plan.shares.map(\.chunks.count) == header.chunks {
                return RunPlan(header: header, catalogue: catalogue, plan: plan, policy: frame.policy)
            }
        }
        throw JournalError(path: path, .corrupt("its plan can't be read, nor made again from \(folder.inputPath)"))
    }

    // MARK: - What happened

    /// The next events, without results, up to the first that can't be read; then what was wrong with it, too.
    func events(after seq: Int, limit: Int = 1_000) -> (events: [Event], damage: String?) {
        var events: [Event] = []
        do {
            try queue.read { [format, path] db in
                try EventRows(db, format, path: path).forEach(after: seq, limit: limit) { event in
                    events.append(event)
                    return true
                }
            }
            return (events, nil)
        } catch {
            return (events, (error as? JournalError)?.damage ?? (error as? DatabaseError)?.message ?? "\(error)")
        }
    }

    /// The event with its result, or as a failure that notes `lost` when the result can't be read.
    func restored(_ event: Event, in state: RunState, lost: inout [Int]) -> Event {
        guard case .flashpointSettled(var settlement) = event.body, case .ok = settlement.outcome,
            state.flashpoints.standing.indices.contains(settlement.index),
            !state.flashpoints.standing[settlement.index].isSettled
        else { return event }
        if let result = result(of: event.seq) { return event.withResult(result) }
        lost.append(settlement.index)
        settlement.outcome = .failed(Failure(.infra, "its result was lost with the journal's damage"))
        var changed = event
        changed.body = .flashpointSettled(settlement)
        return changed
    }

    /// What the outcomes tell of flashpoints that are open after the events: those that are ok and have a result.
    func settlements(after seq: Int, in state: RunState) -> [Event.Body] {
        var found: [(settlement: Settlement, seq: Int)] = []
        try? queue.read { db in
            let rows = try DirectStatement(
                db,
                "SELECT idx, seq, worker, attempts, seconds FROM outcome WHERE seq > ? AND kind = 'ok' ORDER BY idx"
            )
            rows.bind(1, seq)
            defer { rows.reset() }
            while try rows.next() {
                let index = rows.integer(0)
                guard index >= 0, index < state.total, !state.flashpoints.standing[index].isSettled,
                    rows.integer(2) == Int(state.flashpoints.worker[index])
                else { continue }
                let settlement = Settlement(
                    attempt: nil,
                    worker: rows.integer(2),
                    index: index,
                    id: state.plan.catalogue.id(index),
                    outcome: .ok(result: .null),
                    seconds: rows.isNull(4) ? nil : rows.double(4),
                    attempts: rows.integer(3)
                )
                found.append((settlement, rows.integer(1)))
            }
        }
        return found.compactMap { settlement, seq in
            guard let result = result(of: seq) else { return nil }
            var settlement = settlement
            settlement.outcome = .ok(result: result)
            return .flashpointSettled(settlement)
        }
    }

    private func result(of seq: Int) -> JSONValue? {
        try? queue.read { [format] db -> JSONValue? in
            let row = try DirectStatement(db, format.resultOfEvent)
            row.bind(1, seq)
            defer { row.reset() }
            guard try row.next(), row.fits(1, checksum: 0) else { return nil }
            return try JSONCoding.decode(JSONValue.self, from: Data(row.bytes(1)))
        }
    }
}

extension JournalError {
    fileprivate var damage: String? {
        if case .corrupt(let what) = reason { what } else { nil }
    }
}
