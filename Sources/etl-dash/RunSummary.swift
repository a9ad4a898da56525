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
        lines += overview.uncancelledLines
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
