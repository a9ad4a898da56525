import Coordination

extension Model {
    /// Lines looked at in one go: as many as take a few milliseconds.
    private static let linesAtOnce = 25_000
    /// The same with a regular expression, which takes some microseconds a line.
    private static let linesAtOnceByExpression = 500

    /// Whether something was put off to keep the keys quick; a ``Message/slice`` goes on with it.
    package var hasMoreToDo: Bool { live.log.isScanning || (held?.log.isScanning ?? false) }

    /// Shows other lines of the log, as level, worker and search say now.
    mutating func showLogAgain() {
        let filter = LogBook.Filter(level: logView.level, worker: logView.worker, search: logView.search)
        live.log.show(filter)
        held?.log.show(filter)
        scanLog()
    }

    /// Goes on looking at lines that the filter has not seen.
    mutating func scanLog() {
        let limit = logView.search?.pattern == nil ? Self.linesAtOnce : Self.linesAtOnceByExpression
        live.log.scan(limit: limit)
        held?.log.scan(limit: limit)
    }

    mutating func show(level: LogLevel) {
        logView.level = level
        showLogAgain()
        tell(.hint, level == .debug ? "Log lines of all levels" : "Log lines from \(level.rawValue) up")
    }

    mutating func showLog() {
        guard screen == .log else {
            screen = .log
            guard logView.worker != nil else { return }
            logView.worker = nil
            return showLogAgain()
        }
        if logView.worker == nil {
            screen = .main
        } else {
            logView.worker = nil
            showLogAgain()
        }
    }

    /// The log of the selected worker alone; again, of all.
    mutating func showWorkerLog() {
        guard selected > 0 else { return tell(.hint, "No worker is selected") }
        let isShown = logView.worker != nil && screen != .worker
        logView.worker = isShown ? nil : selected
        if screen == .worker { screen = .log }
        showLogAgain()
    }

    // MARK: - Typing what is searched for

    mutating func beginFilter() {
        if case .help(var help) = overlay {
            help.isSearching = true
            overlay = .help(help)
            return
        }
        if isAtLog {
            beginPrompt(.search, text: logView.search?.text ?? "")
        } else {
            beginPrompt(.filter, text: filter?.text ?? "")
        }
    }

    /// Shows what was typed so far; tells what is wrong with it.
    mutating func apply(search text: String) -> String? {
        do {
            logView.search = try LogSearch(text, isInverse: logView.search?.isInverse ?? false)
        } catch {
            return error.message
        }
        logView.current = nil
        showLogAgain()
        return nil
    }

    mutating func apply(filter text: String) {
        filter = WorkerFilter(text, isInverse: filter?.isInverse ?? false)
        arrange()
    }
}
