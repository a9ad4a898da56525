import Coordination
import Flashpoints

/// The last lines of a run that was stopped: what still runs, what it costs, and the way on.
struct StopSummary {
    let overview: Overview
    let run: String
    /// The endpoint whose jobs go on; nil for workers on this machine, which have ended.
    let endpoint: String?
    /// Whether a job there coordinates the run, of which each lane has a part.
    var isRemote = false
    /// Wall time in milliseconds since 1970.
    let now: Int64

    var text: String { lines.map { $0 + "\n" }.joined() }

    private var out: Int { overview.lanes.count { $0.isOut } }

    /// Whether jobs may go on, and bill, without this process.
    var hasJobsOut: Bool { endpoint != nil && out > 0 }

    private var lines: [String] {
        let total = RunSummary.flashpoints(overview.total)
        var lines = ["Run \(run) stopped: \(overview.counts.settled) of \(total) settled"]
        if let endpoint, out > 0 {
            // Where it could not be reached, what has ended meanwhile expires sooner.
            let unseen = overview.trouble == nil ? nil : overview.resultsExpireAt
            let expiry = min(now + Overview.retention, unseen ?? .max)
            let until = WallTime.text(expiry).prefix(16).replacing("T", with: " ")
            let jobs = out == 1 ? "1 job still runs and bills" : "\(out) jobs still run and bill"
            lines.append(
                """
                \(isRemote ? "The coordinator and its workers go on and bill" : jobs) on \(endpoint); results \
                last for 30 minutes after a job's end, so until \(until) UTC at the least
                """
            )
        } else if endpoint == nil, overview.counts.settled < overview.total {
            lines.append("The workers on this machine have ended; what they had not finished is done again")
        }
        lines += overview.uncancelledLines
        if let failures = overview.retryLine(of: run) { lines.append(failures) }
        lines.append("Go on with: etl-dash resume \(run)")
        return lines
    }
}

extension LaneView {
    /// Whether a job of the lane may be running somewhere.
    fileprivate var isOut: Bool {
        switch state {
        case .submitting, .unanswered, .queued, .running, .cancelling: true
        case .idle, .waiting, .retrying, .done, .cancelled: false
        }
    }
}

extension Overview {
    /// What could not be cancelled and may cost money, for the last lines of a run.
    var uncancelledLines: [String] {
        guard !uncancelled.isEmpty else { return [] }
        let jobs = uncancelled.map { "\($0.job) of worker \($0.attempt.worker)" }.joined(separator: ", ")
        let limit = uncancelled.count == Self.uncancelledLimit ? " and perhaps more" : ""
        return ["Could not be cancelled, may still run and bill: \(jobs)\(limit)"]
    }

    /// How to try again what has failed.
    fileprivate func retryLine(of run: String) -> String? {
        let workers = lanes.filter { $0.failed > 0 }.map(\.worker)
        guard let first = workers.first else { return nil }
        let what = "Try what failed again: etl-dash retry \(run)"
        return workers.count == 1 ? "\(what) --worker \(first)" : what
    }
}
