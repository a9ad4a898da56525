import Canvas
import Coordination

extension Model {
    mutating func move(_ verb: Verb) {
        if case .help = overlay { return moveInHelp(verb) }
        switch screen {
        case .failures: moveInFailures(verb)
        case .log: moveInLog(verb)
        case .worker where verb == .left || verb == .right: moveInWorkers(verb == .left ? .previousPane : .nextPane)
        case .worker: moveInLog(verb)
        case .main where focus == .log: moveInLog(verb)
        case .main: moveInWorkers(verb)
        }
    }

    // MARK: - Workers

    private mutating func moveInWorkers(_ verb: Verb) {
        guard let row = selectedRow else { return }
        let layout = layout
        let page = max(1, layout.capacity)
        let distance =
            switch verb {
            case .up: -layout.stride
            case .down: layout.stride
            case .left: -layout.sideStride
            case .right: layout.sideStride
            case .first: -rows.count
            case .last: rows.count
            case .halfUp: -max(1, page / 2)
            case .halfDown: max(1, page / 2)
            case .pageUp: -page
            case .pageDown: page
            // On the page of one worker, where neighbours are next in the order.
            case .previousPane: -1
            case .nextPane: 1
            default: 0
            }
        let isStep = verb == .up || verb == .down || verb == .left || verb == .right
        // Where all panes stand in one row, down and up mean the next one and the one before.
        if verb == .up || verb == .down, layout.stride >= rows.count { return select(row: row + distance.signum()) }
        // A step beyond the edge stays where it is; from above a short last row of panes it goes to its end.
        if isStep, row + distance < 0 || (row + distance >= rows.count && (verb != .down || isInLastRow(row, layout))) {
            return
        }
        select(row: row + distance)
    }

    private func isInLastRow(_ row: Int, _ layout: Layout) -> Bool {
        row / layout.stride == (rows.count - 1) / layout.stride
    }

    /// Selects a shown worker, the nearest one when the position is outside.
    mutating func select(row: Int) {
        guard !rows.isEmpty else {
            selected = 0
            top = 0
            return
        }
        let row = min(max(0, row), rows.count - 1)
        selected = rows[row]
        top = layout.visible(top: top, selected: row, of: rows.count).lowerBound
        guard screen == .worker, logView.worker != selected else { return }
        logView.worker = selected
        showLogAgain()
    }

    /// Finds again which workers are shown in which order, after anything that may change it.
    mutating func arrange() {
        let known = shown
        let row = selectedRow
        let lanes = known.overview.lanes.filter { filter?.shows($0, health: known.overview.health) ?? true }
        rows = order.sorted(lanes, known: known)
        marks.formIntersection(1...max(1, known.overview.lanes.count))
        if known.overview.lanes.isEmpty { marks = [] }
        // A page about one worker stays about it, whatever the filter hides.
        if screen == .worker, known.overview.lane(selected) != nil, !rows.contains(selected) {
            top = min(top, max(0, rows.count - 1))
        } else {
            select(row: selectedRow ?? min(row ?? 0, rows.count - 1))
        }
        failure = min(max(0, failure), max(0, known.overview.failureGroups.count - 1))
    }

    // MARK: - Next ones

    mutating func step(_ direction: Int) {
        if isAtLog { return stepInLog(direction) }
        guard let row = selectedRow, rows.count > 1 else { return }
        select(row: (row + direction + rows.count) % rows.count)
    }

    mutating func nextError() {
        switch screen {
        case .failures:
            let count = overview.failureGroups.count
            failure = count > 0 ? (failure + 1) % count : 0
        case .log: previousErrorLine()
        case .main where focus == .log: previousErrorLine()
        case .main, .worker: nextTroubledWorker()
        }
    }

    private mutating func nextTroubledWorker() {
        let start = selectedRow ?? 0
        for distance in 1..<max(2, rows.count + 1) where !rows.isEmpty {
            let row = (start + distance) % rows.count
            guard let lane = overview.lane(rows[row]) else { continue }
            let condition = condition(of: lane)
            guard lane.failed > 0 || [.lost, .fail, .retry].contains(condition) else { continue }
            return select(row: row)
        }
        tell(.hint, filter == nil ? "No worker has an error" : "No worker that is shown has an error")
    }

    private mutating func moveInFailures(_ verb: Verb) {
        let count = overview.failureGroups.count
        let page = max(1, layout.failures.height / 3)
        failure = min(max(0, failure + distance(verb, page: page, all: count)), max(0, count - 1))
    }

    private mutating func moveInHelp(_ verb: Verb) {
        guard case .help(var help) = overlay else { return }
        let count = KeyTable.help(for: self, context: help.context, matching: help.query).count
        let page = max(1, size.height - 4)
        help.top = min(max(0, help.top + distance(verb, page: page, all: count)), max(0, count - 1))
        overlay = .help(help)
    }

    private func distance(_ verb: Verb, page: Int, all: Int) -> Int {
        switch verb {
        case .up: -1
        case .down: 1
        case .first: -all
        case .last: all
        case .halfUp: -max(1, page / 2)
        case .halfDown: max(1, page / 2)
        case .pageUp: -page
        case .pageDown: page
        default: 0
        }
    }

    // MARK: - Log

    /// Position of the last line on screen among the shown ones; `nil` when there is none.
    var bottomPosition: Int? {
        let last = logView.isFollowing ? log.shownCount - 1 : log.position(upTo: logView.bottom)
        return last >= 0 ? last : nil
    }

    private mutating func moveInLog(_ verb: Verb) {
        let distance = distance(verb, page: max(1, layout.logRows), all: log.shownCount)
        guard distance != 0 else { return }
        if verb == .last { return follow(true) }
        scroll(to: (bottomPosition ?? 0) + distance)
    }

    /// Lets the last line on screen be the one at a position; at the end of the log it follows again.
    private mutating func scroll(to position: Int) {
        let count = log.shownCount
        guard position < count - 1, count > layout.logRows else { return follow(true) }
        let least = min(max(0, layout.logRows - 1), count - 1)
        stay()
        logView.bottom = log.number(at: max(position, least))
    }

    /// Stops following.
    private mutating func stay() {
        guard logView.isFollowing else { return }
        if let bottomPosition { logView.bottom = log.number(at: bottomPosition) }
        logView.isFollowing = false
        logView.newFrom = log.nextNumber
    }

    mutating func follow(_ isFollowing: Bool) {
        guard isFollowing else { return stay() }
        logView.isFollowing = true
        logView.current = nil
    }

    /// Goes to the shown line after or before the current one.
    private mutating func stepInLog(_ direction: Int) {
        guard let bottom = bottomPosition else { return tell(.hint, "The log shows no line") }
        let start = logView.current.map { log.position(upTo: $0) + direction } ?? bottom
        guard start >= 0, start < log.shownCount else {
            return tell(.hint, direction > 0 ? "No later line" : "No earlier line")
        }
        show(position: start)
    }

    private mutating func previousErrorLine() {
        let count = log.shownCount
        guard count > 0 else { return tell(.hint, "The log shows no line") }
        let start = logView.current.map { log.position(upTo: $0) - 1 } ?? count - 1
        for distance in 0..<count {
            let position = (start - distance + 2 * count) % count
            guard log.level(log.number(at: position)) == .error else { continue }
            return show(position: position)
        }
        tell(.hint, "The log shows no error")
    }

    /// Makes a line the current one and brings it on screen.
    private mutating func show(position: Int) {
        let rows = max(1, layout.logRows)
        if let bottom = bottomPosition, position > bottom || position <= bottom - rows {
            scroll(to: min(log.shownCount - 1, position + rows / 2))
        }
        stay()
        logView.current = log.number(at: position)
    }
}
