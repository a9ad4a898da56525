import Coordination
import Flashpoints
import RunJournal

/// A plan over flashpoints that have no bodies.
func benchPlan(flashpoints count: Int, workers: Int, perChunk: Int) -> (plan: RunPlan, rows: [FlashpointRow]) {
    var catalogue = Catalogue()
    var rows: [FlashpointRow] = []
    let hash = String(repeating: "0123456789abcdef", count: 2)
    for index in 0..<count {
        let id = "flashpoint-\(index)"
        catalogue.append(id: id, hash: hash, weight: 1, offset: Int64(index * 100), length: 99)
        rows.append(
            FlashpointRow(index: index, id: id, hash: hash, weight: 1, offset: index * 100, length: 99, line: nil)
        )
    }
    let plan = Plan(
        rows.map(PlanItem.init),
        workers: workers,
        strategy: .even,
        limits: ChunkLimits(flashpoints: perChunk)
    )
    let header = RunHeader(
        run: "20250101-bnch",
        date: "2025-01-01",
        trigger: "bench",
        cleanup: true,
        workers: workers,
        strategy: .even,
        flashpoints: count,
        shares: plan.shares.map(\.count)
    )
    return (RunPlan(header: header, catalogue: catalogue, plan: plan, policy: RunPolicy()), rows)
}

/// The journal of a new run with this plan.
func benchJournal(home: String, _ plan: RunPlan, _ rows: [FlashpointRow]) async throws -> SQLiteJournal {
    let folder = try RunStore(home: home).create(date: "2025-01-01") { 0.5 }
    let journal = try await SQLiteJournal.create(in: folder)
    for start in stride(from: 0, to: rows.count, by: 1_000) {
        try await journal.append(Array(rows[start..<min(start + 1_000, rows.count)]))
    }
    try await journal.setPlan(plan.header, plan.plan, plan.policy, createdAt: 0)
    return journal
}
