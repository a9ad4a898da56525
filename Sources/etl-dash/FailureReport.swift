import Coordination
import Flashpoints
import RunJournal

/// What failed in a run, for people: by cause, each flashpoint with its history and the command that runs it again.
struct FailureReport {
    private let snapshot: ResultsSnapshot
    private let commands: RetryCommandLine

    /// Flashpoints of a cause that are told one by one.
    static let itemLimit = 10
    /// Log lines of each.
    static let lineLimit = 5
    /// Log lines of each that are looked at, before those about others are left out.
    private static let lineReach = 64

    init(_ snapshot: ResultsSnapshot) {
        self.snapshot = snapshot
        commands = RetryCommandLine(run: snapshot.folder.run)
    }

    /// Gives the text to `sink` in pieces; its memory is bounded, whatever failed.
    ///
    /// - Throws: `JournalError`, what `sink` throws, `CancellationError`.
    func write(to sink: ([UInt8]) async throws -> Void) async throws {
        let answer = try await snapshot.answer()
        try await sink(Array((Self.headline(answer) + "\n").utf8))
        guard answer.failed + answer.cancelled > 0 else { return }
        var causes = FailureCauses(itemLimit: Self.itemLimit)
        try await snapshot.eachFailed { causes.take($0) }
        let groups = causes.groups
        let indices = Set(groups.flatMap(\.items).map(\.index))
        let attempts = try await snapshot.attempts(of: indices)
        let spans = try await snapshot.spans(of: indices)
        let log = RunLogSearch(path: snapshot.folder.logPath)
        for group in groups {
            try Task.checkCancellation()
            var lines = ["", group.title]
            for item in group.items {
                let history = attempts[item.index] ?? []
                lines += Self.text(of: item, history)
                if let log, let span = spans[item.index] {
                    let begun = span.begun ?? history.last?.at ?? span.settled
                    lines += try await self.lines(of: item, in: min(begun, span.settled)...span.settled, log)
                }
                lines.append("    again: \(commands.line(for: [item.id]))")
            }
            lines += more(of: group)
            try await sink(Array(lines.map { $0 + "\n" }.joined().utf8))
        }
        try await sink(Array("\nAll of them again: \(commands.line(for: []))\n".utf8))
    }

    private func more(of group: FailureCauses.Group) -> [String] {
        let rest = group.count - group.items.count
        if rest > 0 {
            return ["  … and \(rest) more; etl-dash results \(commands.run) --failed --format csv lists all"]
        }
        guard group.items.count > 1 else { return [] }
        return ["  these again: \(commands.line(for: group.items.map(\.id)))"]
    }

    private static func headline(_ answer: RunAnswer) -> String {
        var parts = ["\(answer.succeeded) of \(RunSummary.flashpoints(answer.flashpoints)) ok"]
        if answer.failed > 0 { parts.append("\(answer.failed) failed") }
        if answer.cancelled > 0 { parts.append("\(answer.cancelled) cancelled") }
        let left = answer.flashpoints - answer.succeeded - answer.failed - answer.cancelled
        if left > 0 { parts.append("\(left) left") }
        return "Run \(answer.run): \(parts.joined(separator: ", "))"
    }

    // MARK: - One flashpoint

    /// What is known of a flashpoint, and its attempts when there were several or they are the cause.
    static func text(of item: FlashpointOutcome, _ history: [AttemptRecord]) -> [String] {
        var facts = ["#\(item.index)", "worker \(item.worker)"]
        facts.append(item.attempts == 1 ? "1 attempt" : "\(item.attempts) attempts")
        if let instance = history.last?.instance { facts.append("last on \(instance.withVisibleControls)") }
        var lines = ["  \(item.id.withVisibleControls)  \(facts.joined(separator: ", "))"]
        guard case .failed(let failure) = item.kind else { return lines }
        // The cause above leaves out what differs.
        if FailureGroup.message(of: failure, id: item.id) != failure.message {
            lines.append("    \(failure.message.withVisibleControls)")
        }
        if history.count > 1 || failure.kind == .poison {
            lines += history.map { "    \(text(of: $0))" }
        }
        return lines
    }

    private static func text(of attempt: AttemptRecord) -> String {
        var text = "chunk \(attempt.ref.chunk), attempt \(attempt.ref.attempt)"
        if let instance = attempt.instance { text += " on \(instance)" }
        if let job = attempt.job { text += ", job \(job)" }
        var words: [String] = []
        if let failure = attempt.failure { words.append(failure.inWords) }
        if let trouble = attempt.trouble { words.append(trouble) }
        if let end = attempt.end { words.append([end.status, end.message].compactMap(\.self).joined(separator: ", ")) }
        return (words.isEmpty ? text : "\(text): \(words.joined(separator: "; "))").withVisibleControls
    }

    /// The last lines that the log has of the flashpoint while its worker was at it.
    private func lines(
        of item: FlashpointOutcome,
        in time: ClosedRange<Int64>,
        _ log: RunLogSearch
    ) async throws -> [String] {
        // What the failure's own line says is said already.
        let lines = log.lines(of: item.worker, in: time, limit: Self.lineReach) { line in
            !line.message.hasPrefix("Worker \(item.worker) failed flashpoint \(item.id)")
        }
        let names = lines.map { FlashpointNames(in: $0.message) }
        let ids = try await snapshot.ids(among: Set(names.flatMap(\.words)))
        let own = zip(lines, names).filter { !$1.isAboutAnother(than: item.id, ids: ids) }.map { $0.0 }
        return own.suffix(Self.lineLimit).map { line in
            let time = WallTime.text(line.at).dropFirst(11)
            return "    \(time) \(line.level.rawValue) \(line.message.withVisibleControls)"
        }
    }
}

extension Failure {
    /// Class, stage and message in a few words.
    var inWords: String { "\(kind.rawValue)\(stage.map { " in \($0)" } ?? ""): \(message)" }
}

/// The causes of failures with their first flashpoints, in bounded memory.
struct FailureCauses {
    struct Group: Sendable, Hashable {
        /// Why, such as `timeout in render: over its time`.
        var cause: String
        var isCancelled = false
        var count = 0
        /// The first ones.
        var items: [FlashpointOutcome] = []

        /// The line above its flashpoints.
        var title: String { "\(count) \(isCancelled ? "" : "failed: ")\(cause)" }
    }

    /// Causes beyond this many fall together.
    static let groupLimit = 64

    private let itemLimit: Int
    private var byCause: [String: Group] = [:]
    private var others = Group(cause: "other causes")
    private var cancelled = Group(cause: "cancelled", isCancelled: true)

    init(itemLimit: Int) { self.itemLimit = itemLimit }

    /// The causes, the commonest first, and what was cancelled last.
    var groups: [Group] {
        let sorted = byCause.values.sorted { left, right in
            left.count == right.count ? left.cause < right.cause : left.count > right.count
        }
        return sorted + [others, cancelled].filter { $0.count > 0 }
    }

    mutating func take(_ outcome: FlashpointOutcome) {
        switch outcome.kind {
        case .ok, .pending: break
        case .cancelled: cancelled.take(outcome, limit: itemLimit)
        case .failed(let failure):
            let message = FailureGroup.message(of: failure, id: outcome.id)
            let cause = Failure(failure.kind, stage: failure.stage, message).inWords.withVisibleControls
            if byCause[cause] == nil, byCause.count >= Self.groupLimit {
                others.take(outcome, limit: itemLimit)
            } else {
                byCause[cause, default: Group(cause: cause)].take(outcome, limit: itemLimit)
            }
        }
    }
}

extension FailureCauses.Group {
    fileprivate mutating func take(_ outcome: FlashpointOutcome, limit: Int) {
        count += 1
        if items.count < limit { items.append(outcome) }
    }
}

/// The command that runs flashpoints of a run again.
struct RetryCommandLine {
    let run: String

    /// What to type; all that failed or was cancelled where no flashpoint is named.
    func line(for ids: [String]) -> String {
        (["etl-dash retry \(run)"] + ids.map { "--flashpoint \(Self.quoted($0))" }).joined(separator: " ")
    }

    /// The text as a word of a shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "-_./:@+,=".unicodeScalars.contains(scalar)
        }
        if isPlain, !text.isEmpty, !text.hasPrefix("-") { return text }
        return "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
