import Canvas

/// The page of keys, in columns.
struct HelpView {
    let scene: Scene
    let help: Help

    private var theme: Theme { scene.theme }
    /// Cells of the keys' column, and of a column of the page at least.
    private static let labelWidth = 10
    private static let columnWidth = 54

    private enum Line {
        case heading(String)
        case key(label: String, text: String)
    }

    func draw(on canvas: inout Canvas) {
        let size = canvas.size
        let isBare = size.width < 30 || size.height < 8
        let margin = size.width >= 100 ? 2 : 0
        let frame = isBare ? canvas.bounds : Rect(margin, 1, size.width - 2 * margin, size.height - 2)
        canvas.fill(frame, " ", theme[.dialog])
        var inside = frame
        if !isBare {
            canvas.box(frame, theme[.selectedBorder], .double)
            drawTitle(in: Rect(frame.x + 1, frame.y, frame.width - 2, 1), on: &canvas)
            inside = frame.inset(2, 1)
        }
        let columns = max(1, inside.width / Self.columnWidth)
        let width = inside.width / columns - (columns > 1 ? 1 : 0)
        let lines = lines(width: width, wraps: inside.width >= 60)
        let height = max(1, inside.height)
        let page = height * columns
        let top = min(max(0, help.top), max(0, lines.count - page))
        for (place, line) in lines[top...].prefix(page).enumerated() {
            let (column, row) = place.quotientAndRemainder(dividingBy: height)
            let x = inside.x + column * inside.width / columns
            draw(line, in: Rect(x, inside.y + row, width, 1), on: &canvas)
        }
        if lines.isEmpty {
            let text = "No key has that. Esc goes back."
            canvas.write(text, at: Position(inside.x, inside.y), theme[.label], width: inside.width)
        }
        let more = lines.count - top - page
        guard more > 0 || top > 0, !isBare else { return }
        let above = top > 0 ? "\(scene.glyphs.arrowUp) \(top) " : ""
        let below = more > 0 ? "\(scene.glyphs.arrowDown) \(more) more " : ""
        canvas.write(" " + above + below, endingAt: Position(frame.maxX - 2, frame.maxY - 1), theme[.title])
    }

    private func lines(width: Int, wraps: Bool) -> [Line] {
        KeyTable.help(for: scene.model, context: help.context, matching: help.query)
            .flatMap { row -> [Line] in
                switch row {
                case .heading(let text): return [.heading(text)]
                case .key(let label, let text):
                    let texts = wraps ? WrappedText.lines(text, width: width - Self.labelWidth - 3) : [text]
                    return texts.enumerated().map { .key(label: $0.offset == 0 ? label : "", text: $0.element) }
                }
            }
    }

    private func drawTitle(in row: Rect, on canvas: inout Canvas) {
        var left = Phrase(" Keys ", theme[.title])
        if help.isSearching || !help.query.isEmpty {
            left.add("/\(help.query)", theme[.match])
            if help.isSearching { left.add(" ", theme[.safeAnswer]) }
            left.add(" ")
        }
        let right = Phrase(" / search  Esc back ", theme[.label])
        canvas.draw([Fact(left, rank: 0)], [Fact(right, rank: 1)], in: row)
    }

    private func draw(_ line: Line, in place: Rect, on canvas: inout Canvas) {
        switch line {
        case .heading(let text):
            canvas.write(text, at: Position(place.x, place.y), theme[.selectedBorder], width: place.width)
        case .key(let label, let text):
            let width = min(Self.labelWidth, place.width / 3)
            canvas.write(label, at: Position(place.x + 1, place.y), theme[.key], width: width)
            let x = place.x + width + 2
            canvas.write(text, at: Position(x, place.y), theme[.text], width: place.maxX - x)
        }
    }
}
