package import Coordination
import Flashpoints

/// How fast the run and its workers go, from the flashpoints that settled; times are seconds driven.
///
/// What is long ago counts less, by half for every 30 s.
package struct Pace: Sendable, Hashable {
    /// Seconds that are left, as likely as not between the two.
    package struct Estimate: Sendable, Hashable {
        package var low: Double
        package var high: Double

        package var middle: Double { (low + high) / 2 }
    }

    /// Flashpoints and the seconds they took, with less weight for what is long ago.
    private struct Tempo: Sendable, Hashable {
        var count = 0.0
        var seconds = 0.0
        /// When it was counted last.
        var latest: Double?

        mutating func start(at t: Double) { latest = latest ?? t }

        mutating func add(at t: Double) {
            guard let latest else {
                self.latest = t
                return
            }
            let gap = max(0, t - latest)
            let weight = Pace.weight(after: gap)
            count = count * weight + 1
            seconds = seconds * weight + gap
            self.latest = max(latest, t)
        }

        /// Seconds from one flashpoint to the next; longer when nothing has come for longer than that.
        func interval(at t: Double) -> Double? {
            guard count > 0, seconds > 0, let latest else { return nil }
            let usual = seconds / count
            let gap = max(0, t - latest)
            return gap > usual ? (seconds + gap) / (count + 1) : usual
        }
    }

    /// Seconds of single flashpoints.
    private struct Measured: Sendable, Hashable {
        var count = 0
        var mean = 0.0
        /// Σ squared distances from the mean.
        var squares = 0.0
    }

    static let halfLife = 30.0
    /// Flashpoints that must have settled before an estimate is made.
    static let leastSettled = 3

    private var run = Tempo()
    private var lanes: [Int: Tempo] = [:]
    private var measured = Measured()

    package init() {}

    /// A half for every half-life, and on a straight line in between, which needs no mathematical library.
    private static func weight(after seconds: Double) -> Double {
        let halvings = min(seconds / halfLife, 1_000).rounded(.down)
        let rest = min(1, seconds / halfLife - halvings)
        return Double(sign: .plus, exponent: -Int(halvings), significand: 1 - rest / 2)
    }

    mutating func apply(_ event: Event) {
        switch event.body {
        case .attemptStarted(let ref, _, _, _):
            run.start(at: event.t)
            lanes[ref.worker, default: Tempo()].latest = event.t
        case .flashpointSettled(let settlement):
            if case .cancelled = settlement.outcome { return }
            run.add(at: event.t)
            lanes[settlement.worker, default: Tempo()].add(at: event.t)
            if let seconds = settlement.seconds { measure(seconds) }
        default: break
        }
    }

    private mutating func measure(_ seconds: Double) {
        measured.count += 1
        let distance = seconds - measured.mean
        measured.mean += distance / Double(measured.count)
        measured.squares += distance * (seconds - measured.mean)
    }

    /// Flashpoints a second of the whole run.
    package func rate(at t: Double) -> Double? { run.interval(at: t).map { 1 / $0 } }

    /// Flashpoints a second of a worker.
    package func rate(of worker: Int, at t: Double) -> Double? { lanes[worker]?.interval(at: t).map { 1 / $0 } }

    /// Seconds until the worker has settled its share; `nil` when nobody can tell yet.
    package func seconds(left lane: LaneView, at t: Double) -> Double? {
        let left = Double(lane.share - lane.settled)
        guard left > 0 else { return 0 }
        guard let interval = interval(of: lane, at: t) else { return nil }
        let pause = lane.state == .retrying ? lane.retry.map { max(0, $0.due - t) } ?? 0 : 0
        let begun = lane.state == .running ? lanes[lane.worker]?.latest.map { max(0, t - $0) } ?? 0 : 0
        return max(0, left * interval - min(begun, interval)) + pause
    }

    /// The worker's own seconds for a flashpoint, else what they take on average.
    private func interval(of lane: LaneView, at t: Double) -> Double? {
        lanes[lane.worker]?.interval(at: t) ?? (measured.count > 0 ? measured.mean : nil)
    }

    /// Seconds until all workers have settled their shares; `nil` until three flashpoints have settled.
    ///
    /// The band is that of the sum of as many flashpoints as the slowest worker has left, had they the spread of those that
    /// were measured, with the uncertainty of their mean.
    package func estimate(_ overview: Overview, at t: Double) -> Estimate? {
        guard overview.phase == .running, !overview.isPaused, overview.counts.settled >= Self.leastSettled else {
            return nil
        }
        var (low, high) = (0.0, 0.0)
        for lane in overview.lanes where lane.settled < lane.share {
            guard let seconds = seconds(left: lane, at: t) else { return nil }
            let spread = quartile(left: lane.share - lane.settled)
            low = max(low, seconds - spread)
            high = max(high, seconds + spread)
        }
        return Estimate(low: max(0, low), high: high)
    }

    /// Half the width of the band in which half of the sums of so many flashpoints lie.
    private func quartile(left: Int) -> Double {
        guard measured.count > 1 else { return 0 }
        let variance = measured.squares / Double(measured.count - 1)
        let left = Double(left)
        return 0.674 * (variance * (left + left * left / Double(measured.count))).squareRoot()
    }
}
