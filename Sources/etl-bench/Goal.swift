/// Something that a measurement is to reach, and what it came to.
struct Goal: Sendable, Hashable {
    enum Verdict: String, Sendable, Hashable {
        case met
        case missed
        case unmeasured = "not measured"
    }

    enum Limit: Sendable, Hashable {
        case atMost(Double)
        case atLeast(Double)
    }

    /// What is measured, such as `requests a job`.
    var name: String
    var limit: Limit
    var unit: String
    /// What it came to; `nil` when that was not measured.
    var figure: Double?
    /// Why it was not measured.
    var excuse: String?

    init(_ name: String, _ limit: Limit, _ unit: String, _ figure: Double?, excuse: String? = nil) {
        self.name = name
        self.limit = limit
        self.unit = unit
        self.figure = figure
        self.excuse = excuse
    }

    var verdict: Verdict {
        guard let figure, figure.isFinite else { return .unmeasured }
        let isMet =
            switch limit {
            case .atMost(let most): figure <= most
            case .atLeast(let least): figure >= least
            }
        return isMet ? .met : .missed
    }

    /// Such as `| requests a job | ≤ 11 | 8.2 | met |`.
    var row: String {
        let (sign, bound) =
            switch limit {
            case .atMost(let most): ("≤", most)
            case .atLeast(let least): ("≥", least)
            }
        let verdict = verdict.rawValue + (self.verdict == .unmeasured ? excuse.map { ": \($0)" } ?? "" : "")
        return
            "| \(name) | \(sign) \(Self.text(bound, unit)) | \(figure.map { Self.text($0, unit) } ?? "-") | \(verdict) |"
    }

    /// The goals beside what they came to.
    static func table(_ goals: [Goal]) -> String {
        (["| goal | at | figure | |", "|---|---|---|---|"] + goals.map(\.row)).joined(separator: "\n")
    }

    private static func text(_ value: Double, _ unit: String) -> String {
        let rounded = (value * 100).rounded() / 100
        let number = rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
        return unit.isEmpty ? number : "\(number) \(unit)"
    }
}
