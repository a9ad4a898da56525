/// What a run gains by its workers, kept up to date with O(1) an event.
///
/// The cost of a flashpoint is its measured seconds once settled, else its weight times the seconds that the settled ones
/// took for a unit of weight. A flashpoint that settled without ever being measured (cancelled before its turn, lost with
/// its worker) counts nowhere.
package struct Speedup: Sendable, Hashable, Codable {
    private struct Tally: Hashable, Codable {
        var openWeight = 0.0
        var settledWeight = 0.0
        var seconds = 0.0
    }

    private var tallies: [Tally]
    private var total = Tally()
    private var settledCount = 0
    private var estimatedCount = 0

    /// Starts with nothing settled.
    ///
    /// - Parameter shareWeights: Σ weight of each worker's share, in the order of the workers.
    package init(shareWeights: [Double]) {
        tallies = shareWeights.map { Tally(openWeight: $0) }
        total.openWeight = shareWeights.reduce(0, +)
    }

    /// Takes a flashpoint that has got its outcome.
    ///
    /// - Parameters:
    ///   - worker: Lane whose share the flashpoint belongs to, from 1.
    ///   - seconds: Measured for the attempt that counts; nil when there is no measure.
    ///   - isEstimated: Whether `seconds` is a part of the job's time rather than the flashpoint's own.
    package mutating func settled(worker: Int, weight: Double, seconds: Double?, isEstimated: Bool = false) {
        move(worker: worker, weight: weight, seconds: seconds, sign: 1)
        if seconds != nil, isEstimated { estimatedCount += 1 }
    }

    /// Takes a settled flashpoint that is to be tried again; the arguments are those it was settled with.
    package mutating func reopened(worker: Int, weight: Double, seconds: Double?, isEstimated: Bool = false) {
        move(worker: worker, weight: weight, seconds: seconds, sign: -1)
        if seconds != nil, isEstimated { estimatedCount -= 1 }
    }

    private mutating func move(worker: Int, weight: Double, seconds: Double?, sign: Double) {
        func apply(_ tally: inout Tally) {
            tally.openWeight = max(0, tally.openWeight - sign * weight)
            guard let seconds else { return }
            tally.settledWeight = max(0, tally.settledWeight + sign * weight)
            tally.seconds = max(0, tally.seconds + sign * seconds)
        }
        apply(&tallies[worker - 1])
        apply(&total)
        guard seconds != nil else { return }
        settledCount += sign > 0 ? 1 : -1
        // What rounding leaves behind must not pass for a measure.
        if settledCount == 0 { total.seconds = 0 }
    }

    /// Whether some seconds are a handler's job time divided evenly; shown as `~`.
    package var isEstimated: Bool { estimatedCount > 0 }

    /// Σ seconds of the settled flashpoints.
    package var sequentialSeconds: Double { total.seconds }

    /// Seconds for a unit of weight among the settled; nil with nothing settled.
    package var secondsPerWeight: Double? {
        settledCount > 0 && total.settledWeight > 0 ? total.seconds / total.settledWeight : nil
    }

    /// Sequential seconds by the time driven; nil with nothing settled or no time passed.
    package func speedup(duration: Double) -> Double? {
        settledCount > 0 && duration > 0 ? total.seconds / duration : nil
    }

    /// The speedup by the number of workers.
    package func efficiency(duration: Double) -> Double? {
        speedup(duration: duration).map { $0 / Double(tallies.count) }
    }

    /// The best speedup this split allows: Σ cost by the largest share's cost; nil with nothing settled.
    ///
    /// Costs O(workers).
    package var attainable: Double? {
        guard let rate = secondsPerWeight else { return nil }
        return Self.attainable(tallies.map { $0.seconds + $0.openWeight * rate })
    }

    /// The expected cost of one worker's share in seconds; nil with nothing settled.
    package func cost(worker: Int) -> Double? {
        secondsPerWeight.map { tallies[worker - 1].seconds + tallies[worker - 1].openWeight * $0 }
    }

    fileprivate static func attainable(_ costs: [Double]) -> Double? {
        guard let largest = costs.max(), largest > 0 else { return nil }
        return costs.reduce(0, +) / largest
    }
}

/// What a plan promises before anything has run: the seed's arithmetic.
package struct Prediction: Sendable, Hashable {
    /// Seconds that each worker needs for its share.
    package var shareSeconds: [Double]

    package init(shareSeconds: [Double]) {
        self.shareSeconds = shareSeconds
    }

    /// Predicts from a plan and the seconds that a unit of weight takes.
    package init(_ plan: Plan, items: some RandomAccessCollection<PlanItem>, secondsPerWeight: Double) {
        let items = Array(items)
        shareSeconds = plan.shares.map { share in
            share.chunks.reduce(0) { sum, chunk in
                chunk.indices.reduce(sum) { $0 + items[$1].weight * secondsPerWeight }
            }
        }
    }

    /// One flashpoint after another.
    package var sequentialSeconds: Double { shareSeconds.reduce(0, +) }

    /// Until the last worker is done.
    package var parallelSeconds: Double { shareSeconds.max() ?? 0 }

    /// Sequential by parallel; nil when nothing takes time.
    package var speedup: Double? { Speedup.attainable(shareSeconds) }

    /// The speedup by the number of workers.
    package var efficiency: Double? { speedup.map { $0 / Double(shareSeconds.count) } }
}
