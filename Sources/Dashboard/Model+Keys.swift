import Canvas
import Coordination

extension Model {
    /// Where keys go.
    package var context: KeyContext {
        switch overlay {
        case .dialog: return .dialog
        case .prompt: return .prompt
        case .help(let help): return help.isSearching ? .prompt : .help
        case nil: break
        }
        return switch screen {
        case .main: .main
        case .log: .log
        case .worker: .worker
        case .failures: .failures
        }
    }

    mutating func press(_ key: Key) -> [Action] {
        let context = context
        let isInterrupt = key == .control("c")
        if !isInterrupt { interruptedAt = nil }
        if case .dialog(let dialog) = overlay, !isInterrupt, uptime - dialog.openedAt < Dialog.readingTime {
            return []
        }
        guard let row = KeyTable.row(for: key, in: context) else {
            if context == .prompt { type(key) }
            if context == .dialog { return answer(key) }
            return []
        }
        if row.changesRun, let whyReadOnly {
            tell(.warning, "read-only: \(whyReadOnly)")
            return []
        }
        if row.changesRun, let whyUnheard {
            tell(.warning, whyUnheard)
            return []
        }
        return perform(row.verb)
    }

    private mutating func perform(_ verb: Verb) -> [Action] {
        switch verb {
        case .up, .down, .left, .right, .first, .last, .halfUp, .halfDown, .pageUp, .pageDown:
            move(verb)
        case .nextPane, .previousPane: focus = focus == .workers && screen == .main ? .log : .workers
        case .open: open()
        case .back: back()
        case .quit: return quit()
        case .filter: beginFilter()
        case .next: step(1)
        case .previous: step(-1)
        case .invert: invert()
        case .nextError: nextError()
        case .failures: screen = .failures
        case .log: showLog()
        case .workerLog: showWorkerLog()
        case .sort, .reverse: sort(reversing: verb == .reverse)
        case .arrangement: nextArrangement()
        case .freeze: freeze()
        case .follow: follow(!logView.isFollowing)
        case .wrap: logView.wraps.toggle()
        case .timestamps: logView.showsTime.toggle()
        case .levelDebug: show(level: .debug)
        case .levelInfo: show(level: .info)
        case .levelWarning: show(level: .warning)
        case .levelError: show(level: .error)
        case .help: toggleHelp()
        case .copy: return copyID()
        case .write: ask(.write)
        case .repaint: return [.invalidate]
        case .suspend: return [.suspend]
        case .mark: mark()
        case .markAll: marks.formUnion(rows)
        case .unmarkAll: marks = []
        case .cancelWorkers: askToCancelWorkers()
        case .cancelRun: askToCancelRun()
        case .retry: return retry()
        case .pause: return pause()
        case .stop: askToStop()
        case .interrupt: return interrupt()
        case .accept: return accept()
        case .discard: discard()
        case .decline: return decline()
        case .erase, .eraseWord, .eraseLine, .deleteForward, .cursorLeft, .cursorRight, .cursorHome, .cursorEnd:
            edit(verb)
        }
        return []
    }

    /// Shows a line for the operator; an error that nobody has acknowledged is only replaced by another.
    mutating func tell(_ kind: Notice.Kind, _ text: String) {
        if notice?.kind == .error, kind != .error { return }
        notice = Notice(kind: kind, text: text, at: uptime)
    }

    // MARK: - Going back and forth

    private mutating func open() {
        switch focus {
        case .workers where selected > 0:
            screen = .worker
            logView.worker = selected
            showLogAgain()
        case .workers: break
        case .log: screen = .log
        }
    }

    /// One step back: what was done last and can be undone without harm.
    private mutating func back() {
        if notice != nil {
            notice = nil
        } else if case .help = overlay {
            overlay = nil
        } else if screen != .main {
            leaveScreen()
        } else if held != nil {
            freeze()
        } else if focus == .log {
            focus = .workers
        } else if !marks.isEmpty {
            marks = []
        } else if filter != nil {
            filter = nil
            arrange()
        }
    }

    private mutating func leaveScreen() {
        screen = .main
        guard logView.worker != nil else { return }
        logView.worker = nil
        showLogAgain()
    }

    private mutating func quit() -> [Action] {
        if case .help = overlay {
            overlay = nil
            return []
        }
        guard screen == .main else {
            leaveScreen()
            return []
        }
        guard case .driver = setup.role, isLive, live.overview.phase == .running else { return [.leave(.quit)] }
        ask(.leave)
        return []
    }

    private mutating func interrupt() -> [Action] {
        if let interruptedAt, uptime - interruptedAt < Self.interruptTime { return [.leave(.interrupt)] }
        interruptedAt = uptime
        let cancel = isReadOnly || whyUnheard != nil ? "" : ", C to cancel the run"
        let once = setup.role == .driver ? "stops here at once" : "leaves at once"
        notice = Notice(kind: .hint, text: "q to leave\(cancel); Ctrl-C once more \(once)", at: uptime)
        return []
    }

    /// Milliseconds within which Ctrl-C must come again to mean it.
    static var interruptTime: Int64 { 2_000 }

    private mutating func toggleHelp() {
        if case .help = overlay {
            overlay = nil
        } else {
            overlay = .help(Help(context: context))
        }
    }

    private mutating func freeze() {
        held = held == nil ? live : nil
        arrange()
    }

    // MARK: - Marks and order

    private mutating func mark() {
        guard selected > 0 else { return }
        if marks.remove(selected) == nil { marks.insert(selected) }
        if let row = selectedRow, row + 1 < rows.count { selected = rows[row + 1] }
    }

    private mutating func sort(reversing: Bool) {
        if reversing { order.isReversed.toggle() } else { order = order.next }
        arrange()
        tell(.hint, "Workers by \(order.title)")
    }

    private mutating func nextArrangement() {
        let all = Arrangement.allCases
        let place = all.firstIndex(of: arrangement) ?? 0
        arrangement = all[(place + 1) % all.count]
        let text =
            switch arrangement {
            case .automatic: "Panes where they fit, else a table"
            case .panes: "Panes"
            case .table: "A table"
            }
        tell(.hint, text)
    }

    private mutating func invert() {
        if isAtLog {
            guard let search = logView.search else { return tell(.hint, "Nothing to invert: / filters the log") }
            logView.search?.isInverse = !search.isInverse
            showLogAgain()
        } else {
            guard filter != nil else { return tell(.hint, "Nothing to invert: / filters the workers") }
            filter?.isInverse.toggle()
            arrange()
        }
    }

    /// Whether keys move in the log.
    var isAtLog: Bool { screen == .log || screen == .worker || (screen == .main && focus == .log) }

    // MARK: - Copying

    private mutating func copyID() -> [Action] {
        let text: String?
        switch screen {
        case .failures:
            let groups = overview.failureGroups
            text = groups.indices.contains(failure) ? groups[failure].examples.map(\.id).joined(separator: "\n") : nil
        case .log:
            let number = logView.current ?? bottomPosition.map { log.number(at: $0) }
            text = number.flatMap { log[$0]?.message }
        case .main, .worker:
            text = selectedLane?.job ?? selectedLane?.current?.id ?? overview.header?.run
        }
        guard let text, !text.isEmpty else {
            tell(.hint, "There is nothing to copy yet")
            return []
        }
        return [.copy(text)]
    }
}
