package import Coordination
import Flashpoints

/// How new what is shown is.
package enum Freshness: Sendable, Hashable {
    /// There is no run yet.
    case none
    /// Seconds since the latest event.
    case live(seconds: Double)
    /// No event for more than 15 s: seconds since, and what is known about why.
    case stale(seconds: Double, cause: String?)
    /// Nobody drives the run.
    case interrupted
    case ended
}

/// What the workers' time costs.
package struct Cost: Sendable, Hashable {
    package var dollars: Double
    /// At the number of workers that run now.
    package var dollarsPerHour: Double
    /// Of the dollars, those for work that was lost, dropped or done twice.
    package var lostDollars: Double
}

extension Model {
    /// Seconds without an event after which a live run counts as stale.
    static let staleAfter = 15.0

    /// How new what is shown is.
    package var freshness: Freshness {
        if overview.phase == .ended { return .ended }
        if standing == .interrupted { return .interrupted }
        guard overview.phase == .running, let last = shown.lastEvent else { return .none }
        let age = max(0, Double(live.now - last) / 1_000)
        guard age > Self.staleAfter else { return .live(seconds: age) }
        return .stale(seconds: age, cause: overview.trouble?.cause)
    }

    /// Seconds that are left; `nil` while nobody can tell.
    package var estimate: Pace.Estimate? { pace.estimate(overview, at: elapsed) }

    /// Seconds until a worker has settled its share; `nil` while nobody can tell, or when nothing is left.
    package func secondsLeft(of lane: LaneView) -> Double? {
        guard lane.settled < lane.share, overview.phase == .running else { return nil }
        return pace.seconds(left: lane, at: elapsed)
    }

    /// What the run has cost, as an estimate; `nil` without a price, and where nobody bills.
    ///
    /// The price is the one it was planned with, so that whoever looks on sees the same sum; where it had none, the
    /// operator's own. While nobody drives the run it stands still.
    package var cost: Cost? {
        guard overview.bill.isBilled, let price = overview.header?.pricePerSecond ?? setup.pricePerSecond else {
            return nil
        }
        let isDriven = overview.phase == .running && standing != .interrupted
        let bill = overview.bill.figures(at: elapsed, price: price)
        return Cost(
            dollars: bill.costEstimate ?? 0,
            dollarsPerHour: isDriven ? Double(overview.bill.running) * price * 3_600 : 0,
            lostDollars: bill.lostCostEstimate ?? 0
        )
    }

    /// What is amiss with the endpoint or the jobs there, the most pressing first.
    package var findings: [Diagnosis] { Diagnosis.findings(overview.observations, t: elapsed) }

    /// Flashpoints that can be tried again.
    package var retriable: Int { overview.counts.failed + overview.counts.cancelled }

    /// Lines of the log that are shown, from the oldest: up to so many, down to the last one on screen.
    package func logLines(limit: Int) -> [(number: Int, entry: LogEntry)] {
        let last = logView.isFollowing ? log.shownCount - 1 : log.position(upTo: logView.bottom)
        return log.lines(endingAt: last, limit: limit)
    }

    /// Shown lines that came below the screen since the log stopped following.
    package var newLogLines: Int {
        logView.isFollowing ? 0 : log.shownCount(from: max(logView.newFrom, logView.bottom + 1))
    }

    /// Why nothing can be commanded; `nil` when the operator can.
    package var whyReadOnly: String? {
        switch setup.role {
        case .replay: "this is a recording"
        case .driver, .attached: setup.isReadOnly ? "--readonly is set" : nil
        }
    }

    /// Whether commands can be given, and somebody takes them.
    package var isHeard: Bool { whyReadOnly == nil && whyUnheard == nil }

    /// Why nobody would take a command, with what to do about it; `nil` when somebody does.
    package var whyUnheard: String? {
        guard setup.role == .attached, live.standing == .interrupted else { return nil }
        let run = live.overview.header?.run ?? "RUN"
        guard live.overview.phase == .ended else {
            return "nobody drives this run: etl-dash resume \(run) goes on with it"
        }
        return "the run has ended and nobody drives it: etl-dash retry \(run) runs what failed again"
    }
}

extension Model {
    /// The best speedup that the split allows, never less than what it is already.
    ///
    /// Before the end it goes by the average of what was measured, which a slow flashpoint that still runs is not yet in.
    var attainable: Double? {
        overview.attainable.map { max($0, overview.speedup(duration: elapsed) ?? 0) }
    }
}
