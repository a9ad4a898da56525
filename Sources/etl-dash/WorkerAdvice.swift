import Coordination
import Flashpoints

/// How many workers suit a batch.
struct WorkerAdvice {
    let forecast: Forecast
    /// Of this machine.
    let cores: Int
    /// Whether the jobs go to an endpoint rather than to processes of this machine.
    let isOnEndpoint: Bool
    /// Database connections of one worker, at most.
    let connections: Int

    var text: String { (["", "Workers:"] + lines.map { "  \($0)" }).map { $0 + "\n" }.joined() }

    private var lines: [String] {
        var lines = [table]
        let idle = forecast.plan.shares.count { $0.count == 0 }
        if idle > 0 {
            lines.append(
                "\(idle == 1 ? "1 worker has" : "\(idle) workers have") nothing to do; --workers \(forecast.workers - idle) is enough"
            )
        }
        if let limit { lines.append(limit) }
        if let gain { lines.append(gain) }
        lines.append(isOnEndpoint ? Self.onEndpoint : onThisMachine)
        lines.append(
            "If memory runs short, take fewer. Each worker opens up to \(Self.plural(connections, "database connection"))"
        )
        return lines
    }

    /// The predicted speedup for some numbers of workers.
    private var table: String {
        var counts = [1, 2, 4, 8, 16, 32, 64, 128, 256].filter { $0 < 2 * forecast.batch.items.count }
        if !counts.contains(forecast.workers) { counts.append(forecast.workers) }
        let speedups = counts.sorted().map { count in
            let speedup = forecast.with(workers: count).prediction.speedup ?? 1
            return "\(count): \(Forecast.number(speedup))x"
        }
        return "predicted speedup by number of workers: " + speedups.joined(separator: ", ")
    }

    /// What the heaviest flashpoint allows at best.
    private var limit: String? {
        let weights = forecast.batch.items.map(\.weight)
        guard let heaviest = weights.indices.max(by: { weights[$0] < weights[$1] }), weights[heaviest] > 0 else {
            return nil
        }
        let most = weights.reduce(0, +) / weights[heaviest]
        guard most < Double(weights.count) * 0.9 else { return nil }
        let seconds = Forecast.number(weights[heaviest] * forecast.pace.seconds)
        return """
            no number of workers gets beyond \(Forecast.number(most))x: flashpoint \
            \(forecast.batch.catalogue.id(heaviest)) alone takes \(seconds) s
            """
    }

    /// What the other strategy would gain.
    private var gain: String? {
        guard forecast.strategy == .even else { return nil }
        let balanced = forecast.with(strategy: .balanced).prediction.parallelSeconds
        guard balanced < forecast.prediction.parallelSeconds * 0.95 else { return nil }
        return """
            --strategy balanced would take \(Forecast.number(balanced)) s instead of \
            \(Forecast.number(forecast.prediction.parallelSeconds)) s
            """
    }

    private var onThisMachine: String {
        """
        this machine has \(Self.plural(cores, "core")): CPU-bound work wants \(Self.plural(cores, "worker")), I/O-bound \
        work, as fetching pages is, \(2 * cores) to \(4 * cores)
        """
    }

    private static let onEndpoint = """
        on an endpoint each worker is a machine of its own: CPU-bound work wants as many as its instances have cores in \
        all, I/O-bound work 2 to 4 times that; its own limit of workers counts too
        """

    private static func plural(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}
