import Coordination
import Flashpoints

/// The lines that end a run for people.
struct RunSummary {
    let answer: RunAnswer
    let overview: Overview
    let journal: String

    var text: String { lines.map { $0 + "\n" }.joined() }

    private var lines: [String] {
        var lines = ["Run \(answer.run): \(outcomes) in \(Self.seconds(answer.durationSeconds)) s", pace]
        if let cause = overview.efficiencyCause { lines.append("Below 0.6 because \(cause.text)") }
        lines += overview.failureGroups.map(Self.line)
        if answer.failed > 0 || answer.cancelled > 0 {
            lines.append("Their results are null; the others are kept. Run them again in a batch of their own")
        }
        lines.append("Journal: \(journal)")
        return lines
    }

    private var outcomes: String {
        var parts = ["\(answer.succeeded) of \(Self.flashpoints(answer.flashpoints)) ok"]
        if answer.failed > 0 { parts.append("\(answer.failed) failed") }
        if answer.cancelled > 0 { parts.append("\(answer.cancelled) cancelled") }
        return parts.joined(separator: ", ")
    }

    private var pace: String {
        let workers = answer.workers == 1 ? "1 worker" : "\(answer.workers) workers"
        guard let speedup = answer.speedup, let efficiency = answer.efficiency, let attainable = answer.attainable
        else {
            return "Speedup - with \(workers): nothing was measured"
        }
        let about = overview.isEstimated ? "~" : ""
        let sequential = Self.seconds(answer.sequentialSeconds)
        return """
            Speedup \(about)\(Self.ratio(speedup)) of \(about)\(Self.ratio(attainable)) attainable with \(workers), \
            efficiency \(about)\(Self.ratio(efficiency)); one after another: \(about)\(sequential) s
            """
    }

    private static func line(_ group: FailureGroup) -> String {
        let cause = [group.kind?.rawValue, group.stage.map { "in \($0)" }].compactMap(\.self).joined(separator: " ")
        let names = group.examples.map(\.id).joined(separator: ", ")
        let more = group.count > group.examples.count ? ", …" : ""
        return "Failed \(group.count): \(cause.isEmpty ? "" : cause + ": ")\(group.message) (\(names)\(more))"
    }

    static func flashpoints(_ count: Int) -> String { count == 1 ? "1 flashpoint" : "\(count) flashpoints" }

    /// Seconds to a tenth, such as `19.4`.
    static func seconds(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }

    /// A ratio to a hundredth, such as `2.81`.
    static func ratio(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}

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
