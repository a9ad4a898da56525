import Coordination

extension KeyTable {
    /// A key and a word for the footer.
    package struct Hint: Sendable, Hashable {
        package let label: String
        package let text: String
    }

    /// A line of the help.
    package enum HelpRow: Sendable, Hashable {
        case heading(String)
        case key(label: String, text: String)
    }

    /// Verbs that footers name, by context, the most needed first.
    private static let footers: [KeyContext: [Verb]] = [
        .main: [
            .help, .quit, .cancelWorkers, .retry, .filter, .log, .open, .pause, .cancelRun, .nextError, .failures,
            .mark, .stop,
            .sort, .arrangement, .nextPane, .freeze, .copy, .write,
        ],
        .log: [
            .help, .back, .filter, .follow, .workerLog, .nextError, .wrap, .levelInfo, .levelWarning, .timestamps,
            .next,
            .invert, .write, .freeze,
        ],
        .worker: [
            .help, .back, .cancelWorkers, .retry, .left, .right, .workerLog, .filter, .pause, .nextError, .copy,
            .follow,
        ],
        .failures: [.help, .back, .retry, .down, .nextError, .log, .copy, .write],
        .help: [.back, .filter, .down, .pageDown],
        .prompt: [.accept, .discard, .eraseWord, .eraseLine],
        .dialog: [.decline],
    ]

    /// Those of the main screen once the run has ended.
    private static let atTheEnd: [Verb] = [
        .help, .quit, .retry, .failures, .log, .write, .open, .filter, .nextError, .sort, .arrangement, .copy,
    ]

    /// What the footer names, the most needed first; it shows as many as fit.
    package static func hints(for model: Model) -> [Hint] {
        let context = model.context
        if case .dialog(let dialog) = model.overlay {
            return dialog.choices.map { Hint(label: $0.isSafe ? "Enter" : String($0.key), text: $0.label) }
        }
        let verbs = context == .main && model.live.overview.phase == .ended ? atTheEnd : footers[context] ?? []
        return verbs.compactMap { verb in
            guard let row = row(of: verb, in: context), !(row.changesRun && !model.isHeard), model.hasUse(for: verb)
            else { return nil }
            return Hint(label: footerLabel(row), text: text(of: row, in: model))
        }
    }

    private static func row(of verb: Verb, in context: KeyContext) -> Row? {
        rows.first { $0.verb == verb && $0.contexts.contains(context) }
    }

    /// The first of its keys.
    private static func footerLabel(_ row: Row) -> String {
        row.label.split(separator: " ").first.map(String.init) ?? row.label
    }

    private static func text(of row: Row, in model: Model) -> String {
        switch row.verb {
        case .pause: model.live.overview.isPaused ? "continue" : "pause"
        case .cancelWorkers: model.marks.isEmpty ? "cancel" : "cancel \(model.marks.count)"
        case .retry: model.marks.isEmpty ? "retry" : "retry \(model.marks.count)"
        case .filter: model.context == .help ? "search" : "filter"
        case .follow: model.logView.isFollowing ? "stop" : "follow"
        case .freeze: model.isFrozen ? "go on" : "freeze"
        case .workerLog: model.logView.worker == nil ? "its log" : "all"
        case .nextPane: model.focus == .workers ? "log" : "workers"
        default: row.hint
        }
    }

    /// The lines of the help by headings, those of `context` first; with words, only the lines that have them.
    ///
    /// Leaves out what the operator may not do.
    package static func help(for model: Model, context: KeyContext, matching query: String = "") -> [HelpRow] {
        let allowed = rows.filter { !($0.changesRun && model.isReadOnly) }
        let words = query.lowercased().split(separator: " ")
        let groups = context == .log ? [.log] + Group.allCases.filter { $0 != .log } : Group.allCases
        return groups.flatMap { group -> [HelpRow] in
            let found = allowed.filter { row in
                guard row.group == group else { return false }
                let text = "\(row.label) \(row.hint) \(row.help)".lowercased()
                return words.allSatisfy { text.contains($0) }
            }
            guard !found.isEmpty else { return [] }
            return [.heading(group.rawValue)] + found.map { .key(label: $0.label, text: $0.help) }
        }
    }
}

extension Model {
    /// Whether a verb could do something now; a key of one that can't says why.
    fileprivate func hasUse(for verb: Verb) -> Bool {
        let overview = live.overview
        return switch verb {
        case .cancelWorkers, .cancelRun, .pause, .stop: overview.phase == .running
        case .retry: overview.lanes.contains(where: \.canBeRetried)
        case .failures: overview.counts.failed > 0
        case .filter, .open, .mark, .sort, .arrangement: overview.header != nil
        default: true
        }
    }
}
