import Coordination
import Flashpoints

/// A batch, its split, and what is to be expected of it.
struct Forecast: Sendable {
    let batch: PlannedBatch
    let workers: Int
    let strategy: Flashpoints.Strategy
    let limits: ChunkLimits
    let pace: Pace
    let plan: Plan
    let prediction: Prediction

    init(batch: PlannedBatch, workers: Int, strategy: Flashpoints.Strategy, limits: ChunkLimits, pace: Pace) {
        self.batch = batch
        self.workers = workers
        self.strategy = strategy
        self.limits = limits
        self.pace = pace
        plan = Plan(batch.items, workers: workers, strategy: strategy, limits: limits)
        prediction = Prediction(plan, items: batch.items, secondsPerWeight: pace.seconds)
    }

    /// The same batch split otherwise.
    func with(workers: Int? = nil, strategy: Flashpoints.Strategy? = nil) -> Forecast {
        Forecast(
            batch: batch,
            workers: workers ?? self.workers,
            strategy: strategy ?? self.strategy,
            limits: limits,
            pace: pace
        )
    }

    /// The plan as the engine takes it.
    func runPlan(date: String) -> RunPlan {
        let header = RunHeader(
            run: "simulation",
            date: date,
            trigger: "plan",
            cleanup: true,
            workers: workers,
            strategy: strategy,
            flashpoints: batch.items.count,
            shares: plan.shares.map(\.count)
        )
        return RunPlan(header: header, catalogue: batch.catalogue, plan: plan, policy: RunPolicy())
    }

    // MARK: - Texts

    /// The shares and the arithmetic.
    var text: String {
        let weight = batch.items.reduce(0) { $0 + $1.weight }
        var lines = [
            """
            \(RunSummary.flashpoints(batch.items.count)) of weight \(Self.number(weight)) from \(batch.name), \
            split \(strategy.rawValue) over \(workers == 1 ? "1 worker" : "\(workers) workers")
            """
        ]
        lines += shares + [""]
        lines += [
            "At \(Self.number(pace.seconds)) s for a unit of weight, \(pace.origin):",
            "  Sequential: \(sequential)",
            "  Parallel: max(\(longest)) = \(Self.number(prediction.parallelSeconds)) s",
        ]
        if let speedup = prediction.speedup, let efficiency = prediction.efficiency {
            lines.append(
                """
                  Speedup: \(Self.number(prediction.sequentialSeconds)) s / \(Self.number(prediction.parallelSeconds)) s \
                = \(Self.number(speedup))x, efficiency \(Self.number(efficiency))
                """
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What the engine made of it in virtual time.
    func simulated(_ answer: RunAnswer) -> String {
        let speedup = answer.speedup.map { "\(Self.number($0))x" } ?? "-"
        return """
            Simulated: \(answer.succeeded) of \(RunSummary.flashpoints(answer.flashpoints)) in \
            \(Self.number(answer.durationSeconds)) s of virtual time, speedup \(speedup)

            """
    }

    private static let shown = 32

    private var shares: [String] {
        var lines = zip(plan.shares, prediction.shareSeconds).prefix(Self.shown).map { share, seconds in
            guard share.count > 0 else { return "  Worker \(share.worker): nothing to do" }
            let jobs = share.chunks.count == 1 ? "1 job" : "\(share.chunks.count) jobs"
            return """
                  Worker \(share.worker): \(RunSummary.flashpoints(share.count)) \(Self.places(share.indices)) in \(jobs), \
                \(Self.number(seconds)) s
                """
        }
        if plan.shares.count > Self.shown { lines.append("  … and \(plan.shares.count - Self.shown) workers more") }
        return lines
    }

    /// As `[0:3]` where the positions follow each other, else listed.
    private static func places(_ indices: [Int]) -> String {
        guard let first = indices.first, let last = indices.last else { return "" }
        if last - first == indices.count - 1 { return "[\(first):\(last + 1)]" }
        let listed = indices.prefix(12).map(String.init).joined(separator: ", ")
        return indices.count > 12 ? "[\(listed), …]" : "[\(listed)]"
    }

    private var sequential: String {
        let total = "\(Self.number(prediction.sequentialSeconds)) s"
        guard let weight = batch.items.first?.weight, batch.items.allSatisfy({ $0.weight == weight }) else {
            return total
        }
        return "\(batch.items.count) × \(Self.number(weight * pace.seconds)) s = \(total)"
    }

    private var longest: String {
        let seconds = prediction.shareSeconds.prefix(8).map { "\(Self.number($0)) s" }
        return seconds.joined(separator: ", ") + (prediction.shareSeconds.count > 8 ? ", …" : "")
    }

    /// A number to a hundredth, without what is zero behind the point.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }
}
