import Synchronization
import TestSupport

/// The figures of a kill loop, printed at its end.
final class KillTally: Sendable, CustomStringConvertible {
    private struct Figures {
        var runs = 0
        var kills: [String: Int] = [:]
        var resumes = 0
        var flashpoints = 0
        var lost = 0
        var doubled = 0
        var extra = 0
    }

    private let name: String
    private let figures = Mutex(Figures())

    init(_ name: String) { self.name = name }

    /// Kills so far.
    var kills: Int { figures.withLock { $0.kills.values.reduce(0, +) } }
    /// Executions beyond the first of a flashpoint.
    var extraExecutions: Int { figures.withLock { $0.extra } }

    /// Notes that a process was killed from outside.
    func killed(_ what: String) { figures.withLock { $0.kills[what, default: 0] += 1 } }

    /// Notes where a program died by its own hand.
    ///
    /// - Returns: Whether it did.
    @discardableResult
    func died(_ outcome: ChildProgram.Outcome) -> Bool {
        guard outcome.diedByItself else { return false }
        let moment = outcome.errorLines.last { $0.hasPrefix("MOMENT ") }?.split(separator: " ").last
        killed(moment.map { String($0) } ?? "unknown")
        return true
    }

    func resumed() { figures.withLock { $0.resumes += 1 } }

    /// Notes flashpoints of a run that did not come to its answer.
    func lost(_ count: Int) {
        figures.withLock { figures in
            figures.runs += 1
            figures.flashpoints += count
            figures.lost += count
        }
    }

    func ended(_ law: KillLaw) {
        figures.withLock { figures in
            figures.runs += 1
            figures.flashpoints += law.count
            figures.lost += law.lost
            figures.doubled += law.doubled
            figures.extra += law.extraExecutions
        }
    }

    var description: String {
        figures.withLock { figures in
            let places = figures.kills.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let kills = figures.kills.values.reduce(0, +)
            return """
                \(name): \(figures.runs) runs, \(kills) kills (\(places.joined(separator: ", "))), \
                \(figures.resumes) resumes, \(figures.flashpoints) flashpoints: \(figures.lost) lost, \
                \(figures.doubled) doubled, \(figures.extra) executed again
                """
        }
    }
}

extension ChildProgram.Outcome {
    /// Whether it ended by the SIGKILL that a test had asked it to send itself.
    var diedByItself: Bool { ending == .signal(9) }

    /// How many moments it told of.
    var moments: Int { errorLines.count { $0.hasPrefix("MOMENT ") } }
}
