import Coordination
import Flashpoints

/// The last lines of a run that was stopped: what still runs, what it costs, and the way on.
struct StopSummary {
    let overview: Overview
    let run: String
    /// The endpoint whose jobs go on; nil for workers on this machine, which have ended.
    let endpoint: String?
    /// Wall time in milliseconds since 1970.
    let now: Int64

    /// How long RunPod keeps the result of a job that has ended, in milliseconds.
    private static let retention: Int64 = 30 * 60 * 1_000

    var text: String { lines.map { $0 + "\n" }.joined() }

    private var lines: [String] {
        let total = RunSummary.flashpoints(overview.total)
        var lines = ["Run \(run) stopped: \(overview.counts.settled) of \(total) settled"]
        let out = overview.lanes.count { $0.isOut }
        if let endpoint, out > 0 {
            let until = WallTime.text(now + Self.retention).prefix(16).replacing("T", with: " ")
            lines.append(
                """
                \(out == 1 ? "1 job still runs and bills" : "\(out) jobs still run and bill") on \(endpoint); results \
                last for 30 minutes after a job's end, so until \(until) UTC at the least
                """
            )
        } else if endpoint == nil, overview.counts.settled < overview.total {
            lines.append("The workers on this machine have ended; what they had not finished is done again")
        }
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
