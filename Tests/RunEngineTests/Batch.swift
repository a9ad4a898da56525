import Coordination
import Flashpoints

/// Plans over flashpoints `fp-0`, `fp-1` and so on.
enum Batch {
    static func plan(
        _ count: Int,
        workers: Int,
        chunkMax: Int = 200,
        policy: RunPolicy = RunPolicy()
    ) -> RunPlan {
        var catalogue = Catalogue()
        for index in 0..<count {
            let hash = String(repeating: "0123456789abcdef", count: 2)
            catalogue.append(id: "fp-\(index)", hash: hash, weight: 1, offset: 0, length: 100)
        }
        let items = Array(repeating: PlanItem(weight: 1, bytes: 100), count: count)
        let plan = Plan(items, workers: workers, limits: ChunkLimits(flashpoints: chunkMax))
        let header = RunHeader(
            run: "20250101-k3f9",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: workers,
            strategy: .even,
            flashpoints: count,
            shares: plan.shares.map(\.count)
        )
        return RunPlan(header: header, catalogue: catalogue, plan: plan, policy: policy)
    }
}
