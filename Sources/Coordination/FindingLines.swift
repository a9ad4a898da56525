/// The lines of a log that say what is amiss: once when it arises, once when it changes, once when it is over.
///
/// What comes and goes is told again after ten minutes at the earliest.
struct FindingLines: Sendable {
    private struct Told {
        var title: String
        var variant: Int
        /// Seconds driven.
        var t: Double
        var isOver = false
    }

    /// Seconds before the same is told again.
    static let interval: Double = 600

    private var observations = Observations()
    private var told: [Diagnosis.Kind: Told] = [:]

    init() {}

    /// Folds one event and gives the lines that follow from it.
    mutating func lines(for event: Event) -> [LogLine] {
        observations.apply(event)
        switch event.body {
        // Whatever begins, ends or changes a finding; the many events of flashpoints don't.
        case .endpointHealth, .endpointUnreachable, .endpointReachable, .attemptStarted, .attemptEnded, .runEnded,
            .runResumed:
            return news(t: event.t)
        default: return []
        }
    }

    private mutating func news(t: Double) -> [LogLine] {
        // A refusal has a line of its own.
        let findings = Diagnosis.findings(observations, t: t).filter { $0.kind != .refused }
        var lines: [LogLine] = []
        for finding in findings {
            let before = told[finding.kind]
            let isNew = before.map { $0.variant != finding.variant || ($0.isOver && t - $0.t >= Self.interval) } ?? true
            guard isNew else {
                // Back before its time: neither its coming nor its going is told.
                continue
            }
            told[finding.kind] = Told(title: finding.title, variant: finding.variant, t: t)
            lines.append(LogLine(.warning, "Endpoint: \(finding.text)"))
        }
        for kind in Diagnosis.Kind.allCases {
            guard let before = told[kind], !before.isOver, !findings.contains(where: { $0.kind == kind }) else {
                continue
            }
            told[kind]?.isOver = true
            // A run's end is no recovery.
            guard observations.phase == .running else { continue }
            lines.append(LogLine(.info, "Endpoint: no longer so: \(before.title)"))
        }
        return lines
    }
}
