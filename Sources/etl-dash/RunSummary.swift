import Coordination
import Dashboard
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
        if let cost { lines.append(cost) }
        lines += overview.uncancelledLines
        lines += failures
        lines.append("Journal: \(journal)")
        return lines
    }

    /// Causes that are told here; the rest is for `results --failed`.
    private static let causeLimit = 5

    private var failures: [String] {
        let groups = overview.failureGroups
        var lines = groups.prefix(Self.causeLimit).map(Self.line)
        if groups.count > Self.causeLimit { lines.append("… and \(groups.count - Self.causeLimit) more causes") }
        if answer.failed > 0 { lines.append("Each of them: etl-dash results \(answer.run) --failed") }
        if answer.failed + answer.cancelled > 0 {
            lines.append("What has no result, again: \(RetryCommandLine(run: answer.run).line(for: []))")
        }
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

    /// What the run cost, as an estimate, and how much of that was for nothing; nil where nobody bills.
    private var cost: String? {
        guard let bill = answer.bill else { return nil }
        let starts = bill.coldStartSeconds > 0 ? ", \(Self.seconds(bill.coldStartSeconds)) s of them cold starts" : ""
        let billed = "\(Self.seconds(bill.billedSeconds)) s of workers billed\(starts)"
        let lost = bill.lostSeconds > 0 ? "lost or done twice: \(Self.seconds(bill.lostSeconds)) s" : nil
        guard let dollars = bill.costEstimate else {
            return "Estimate: " + [billed, lost, "RUNPOD_PRICE_PER_S is not set"].compactMap(\.self).joined(separator: "; ")
        }
        let waste = lost.map { "; \($0), \(Figures.estimate(bill.lostCostEstimate ?? 0))" } ?? ""
        return "Cost \(Figures.estimate(dollars)), an estimate: \(billed)\(waste)"
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

    /// A time as clocks show it, such as `0:13` or `2:03:09`.
    static func span(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = whole / 60
        guard minutes >= 60 else { return "\(minutes):\(two(whole % 60))" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(whole % 60))"
    }

    /// A ratio to a hundredth, such as `2.81`.
    static func ratio(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
