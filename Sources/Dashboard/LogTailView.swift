import Canvas
import Coordination

/// The lines of the log that are shown, under a title that says which.
struct LogTailView {
    let scene: Scene

    private var theme: Theme { scene.theme }
    private var model: Model { scene.model }
    private var view: LogView { scene.model.logView }

    func draw(on canvas: inout Canvas) {
        let frame = scene.layout.log
        guard !frame.isEmpty else { return }
        let log = model.log
        drawTitle(log, in: frame.firstRow, on: &canvas)
        let area = scene.layout.logLines
        guard !area.isEmpty else { return }
        let lines = model.logLines(limit: area.height)
        guard !lines.isEmpty else {
            let row = Rect(area.x + 1, area.y, area.width - 2, 1)
            canvas.draw(Phrase(emptyText(log), theme[.label]), at: Position(row.x, row.y), width: row.width)
            return
        }
        if view.wraps {
            drawWrapped(lines, in: area, on: &canvas)
        } else {
            for (place, line) in lines.enumerated() {
                draw(
                    line.entry,
                    isCurrent: line.number == view.current,
                    in: Rect(area.x, area.y + place, area.width, 1),
                    on: &canvas
                )
            }
        }
    }

    private func emptyText(_ log: LogBook) -> String {
        if log.isScanning { return "searching\(scene.glyphs == .unicode ? "…" : "...")" }
        if log.count == 0 { return "no lines yet" }
        return "none of \(Figures.count(log.count, "line")) is shown: Esc drops the search, 1 shows every level"
    }

    private func drawTitle(_ log: LogBook, in row: Rect, on canvas: inout Canvas) {
        var left = [Fact(Phrase("log", theme[.title]), rank: 0)]
        left.append(Fact(Phrase(view.level == .debug ? "all levels" : "\(view.level.word)+"), rank: 4))
        if let worker = view.worker { left.append(Fact(Phrase("worker \(worker)", theme[.warning]), rank: 1)) }
        if let search = view.search {
            left.append(
                Fact(
                    Phrase(
                        "\(search.isInverse ? "without" : "/")\(search.isInverse ? " " : "")\(search.text)",
                        theme[.match]
                    ),
                    rank: 1
                )
            )
        }
        var right: [Fact] = []
        if view.isFollowing {
            right.append(Fact(Phrase("FOLLOW", theme[.running]), rank: 3))
        } else {
            let new = model.newLogLines
            let text = new > 0 ? "+\(Figures.grouped(new)) new, End follows" : "End follows"
            right.append(Fact(Phrase(text, theme[.warning]), rank: 1))
        }
        let isFiltered = log.shownCount < log.count
        let count = Figures.count(log.nextNumber, "line")
        right.append(Fact(Phrase(isFiltered ? "\(Figures.grouped(log.shownCount)) of \(count)" : count), rank: 5))
        if log.lost > 0 {
            right.append(Fact(Phrase("\(Figures.grouped(log.lost)) too fast, on disk", theme[.warning]), rank: 2))
        }
        if scene.layout.screen == .log {
            if log.dropped > 0 { right.append(Fact(Phrase("\(Figures.grouped(log.dropped)) older on disk"), rank: 6)) }
            if let runs = model.setup.runsPath, let run = scene.overview.header?.run {
                left.append(Fact(Phrase("\(runs)/\(run)/run.log", theme[.label]), rank: 7))
            }
        }
        let isSelected = scene.layout.screen == .log || model.focus == .log
        scene.title(left, right, in: row, isSelected: isSelected, on: &canvas)
    }

    /// Cells before the message.
    private func indent(_ width: Int) -> Int {
        var indent = 1
        if view.showsTime { indent += width >= 90 ? 13 : width >= 50 ? 9 : 0 }
        if width >= 30 { indent += 6 }
        if width >= 60 { indent += workerWidth + 1 }
        return indent
    }

    /// Cells of the longest worker's name.
    private var workerWidth: Int { 1 + String(max(1, scene.overview.lanes.count)).count }

    /// Time, level and worker.
    private func drawHead(_ entry: LogEntry, isCurrent: Bool, in row: Rect, on canvas: inout Canvas) {
        if isCurrent {
            canvas.write(String(scene.glyphs.selection), at: Position(row.x, row.y), theme[.selectedBorder])
        }
        var x = row.x + 1
        if view.showsTime, row.width >= 50 {
            let time = row.width >= 90 ? Figures.timeWithMilliseconds(entry.at) : Figures.time(entry.at)
            x += canvas.write(time, at: Position(x, row.y), theme[.label]) + 1
        }
        if row.width >= 30 {
            canvas.write(entry.level.word, at: Position(x, row.y), style(of: entry.level))
            x += 6
        }
        if row.width >= 60, let worker = entry.worker {
            canvas.write("w\(worker)", at: Position(x, row.y), theme[.label], width: workerWidth)
        }
    }

    private func draw(_ entry: LogEntry, isCurrent: Bool, in row: Rect, on canvas: inout Canvas) {
        drawHead(entry, isCurrent: isCurrent, in: row, on: &canvas)
        let indent = indent(row.width)
        let place = Position(row.x + indent, row.y)
        canvas.write(entry.message, at: place, style(ofMessage: entry.level), width: row.width - indent)
        guard let search = view.search else { return }
        for range in search.ranges(in: entry.message) {
            let start = TextWidth.of(entry.message[..<range.lowerBound])
            let found = Rect(place.x + start, place.y, TextWidth.of(entry.message[range]), 1)
            canvas.restyle(found.intersection(row)) { $0.attributes.formUnion(theme[.match].attributes) }
        }
    }

    /// Fills the area from below, so that the last line is seen whole.
    private func drawWrapped(_ lines: [(number: Int, entry: LogEntry)], in area: Rect, on canvas: inout Canvas) {
        let indent = indent(area.width)
        let width = max(1, area.width - indent)
        var pieces: [(line: Int, text: String, isFirst: Bool)] = []
        for (place, line) in lines.enumerated().reversed() {
            let texts = WrappedText.lines(line.entry.message, width: width)
            for (number, text) in texts.enumerated().reversed() { pieces.append((place, text, number == 0)) }
            if pieces.count >= area.height { break }
        }
        let shown = pieces.prefix(area.height).reversed()
        for (offset, piece) in shown.enumerated() {
            let row = Rect(area.x, area.y + offset, area.width, 1)
            let line = lines[piece.line]
            if piece.isFirst { drawHead(line.entry, isCurrent: line.number == view.current, in: row, on: &canvas) }
            let place = Position(row.x + indent, row.y)
            canvas.write(piece.text, at: place, style(ofMessage: line.entry.level), width: width)
            for range in view.search?.ranges(in: piece.text) ?? [] {
                let start = TextWidth.of(piece.text[..<range.lowerBound])
                canvas.restyle(Rect(place.x + start, place.y, TextWidth.of(piece.text[range]), 1)) {
                    $0.attributes.formUnion(theme[.match].attributes)
                }
            }
        }
    }

    private func style(of level: LogLevel) -> Style {
        switch level {
        case .debug: theme[.debug]
        case .info: theme[.text]
        case .warning: theme[.warning]
        case .error: theme[.alarm]
        }
    }

    private func style(ofMessage level: LogLevel) -> Style {
        switch level {
        case .debug: theme[.debug]
        case .info, .warning: theme[.text]
        case .error: theme[.bad]
        }
    }
}

extension LogLevel {
    /// The level in at most five letters.
    var word: String {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        }
    }
}
