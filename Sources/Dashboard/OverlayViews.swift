import Canvas

/// A question in the middle of the screen.
struct DialogView {
    let scene: Scene
    let dialog: Dialog

    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas) {
        let size = canvas.size
        guard size.width >= 30, size.height >= 8 else { return drawSmall(on: &canvas) }
        let width = min(size.width - 4, 66)
        let texts = dialog.lines.flatMap { $0.isEmpty ? [""] : WrappedText.lines($0, width: width - 4) }
        let choices = dialog.choices.flatMap { rows(of: $0, width: width - 4) }
        // The answers are always seen; what they mean is cut where there is no room.
        let shown = texts.prefix(max(0, size.height - 3 - choices.count))
        let gap = size.height >= choices.count + shown.count + 4 && !shown.isEmpty ? 1 : 0
        let height = min(size.height, shown.count + gap + choices.count + 2)
        let frame = Rect((size.width - width) / 2, (size.height - height) / 2, width, height)
        canvas.fill(frame, " ", theme[.dialog])
        canvas.box(frame, theme[.selectedBorder], .double)
        canvas.draw(Phrase(" \(dialog.title) ", theme[.title]), at: Position(frame.x + 2, frame.y), width: width - 4)
        var inside = frame.inset(2, 1)
        for text in shown {
            let row = inside.takeTop(1)
            canvas.write(text, at: Position(row.x, row.y), theme[.text], width: row.width)
        }
        _ = inside.takeTop(gap)
        for choice in choices {
            let row = inside.takeTop(1)
            guard !row.isEmpty else { return }
            canvas.draw(choice.phrase, at: Position(row.x, row.y), width: row.width)
            if choice.isSafe { canvas.cursor = Position(row.x, row.y) }
        }
    }

    /// A choice on one row, or on several when it says what it means.
    private func rows(of choice: Dialog.Choice, width: Int) -> [(phrase: Phrase, isSafe: Bool)] {
        var phrase = Phrase()
        if choice.isSafe {
            phrase.add("[ \(choice.key)  \(choice.label) ]", theme[.safeAnswer])
            phrase.add("  Enter, Esc", theme[.label])
        } else {
            phrase.add("  \(choice.key)  ", theme[.key])
            phrase.add(choice.label, theme[.text])
        }
        var rows = [(phrase: phrase, isSafe: choice.isSafe)]
        guard !choice.meaning.isEmpty else { return rows }
        for text in WrappedText.lines(choice.meaning, width: max(1, width - 5)) {
            rows.append((Phrase("     " + text, theme[.label]), false))
        }
        return rows
    }

    /// The whole screen, without a border: the question, then the answers.
    private func drawSmall(on canvas: inout Canvas) {
        let size = canvas.size
        canvas.fill(canvas.bounds)
        var phrase = Phrase()
        for choice in dialog.choices.sorted(by: { $0.isSafe && !$1.isSafe }) {
            let text = "\(choice.key) \(choice.label)"
            phrase.add(Phrase(text, theme[choice.isSafe ? .safeAnswer : .text]), after: 1)
        }
        let questions = WrappedText.lines(dialog.title, width: size.width)
        let rows = max(0, size.height - 1)
        for (y, text) in questions.prefix(rows).enumerated() {
            canvas.write(text, at: Position(0, y), theme[.title], width: size.width)
        }
        canvas.draw(phrase, at: Position(0, min(rows, questions.count)), width: size.width)
    }
}

/// The page of keys, in columns.
struct HelpView {
    let scene: Scene
    let help: Help

    private var theme: Theme { scene.theme }
    /// Cells of the keys' column, and of a column of the page at least.
    private static let labelWidth = 14
    private static let columnWidth = 54

    func draw(on canvas: inout Canvas) {
        let size = canvas.size
        let isBare = size.width < 30 || size.height < 8
        let margin = size.width >= 100 ? 4 : 0
        let frame = isBare ? canvas.bounds : Rect(margin, 1, size.width - 2 * margin, size.height - 2)
        canvas.fill(frame, " ", theme[.dialog])
        var inside = frame
        if !isBare {
            canvas.box(frame, theme[.selectedBorder], .double)
            drawTitle(in: Rect(frame.x + 1, frame.y, frame.width - 2, 1), on: &canvas)
            inside = frame.inset(2, 1)
        }
        let rows = KeyTable.help(for: scene.model, context: help.context, matching: help.query)
        let columns = max(1, inside.width / Self.columnWidth)
        let height = max(1, inside.height)
        let page = height * columns
        let top = min(max(0, help.top), max(0, rows.count - page))
        // Where everything fits, the columns are of one length.
        let length = rows.count <= page ? max(1, min(height, (rows.count + columns - 1) / columns)) : height
        for (place, row) in rows[top...].prefix(length * columns).enumerated() {
            let (column, line) = place.quotientAndRemainder(dividingBy: length)
            let x = inside.x + column * inside.width / columns
            draw(row, in: Rect(x, inside.y + line, inside.width / columns - 1, 1), on: &canvas)
        }
        if rows.isEmpty {
            canvas.write("No key has that. Esc goes back.", at: Position(inside.x, inside.y), theme[.label], width: inside.width)
        }
        let more = rows.count - top - page
        if more > 0 || top > 0, !isBare {
            let text = " \(top > 0 ? "\(scene.glyphs.arrowUp) \(top) " : "")\(more > 0 ? "\(scene.glyphs.arrowDown) \(more) more " : "")"
            canvas.write(text, endingAt: Position(frame.maxX - 2, frame.maxY - 1), theme[.title])
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

    private func draw(_ row: KeyTable.HelpRow, in place: Rect, on canvas: inout Canvas) {
        switch row {
        case .heading(let text):
            canvas.write(text, at: Position(place.x, place.y), theme[.selectedBorder], width: place.width)
        case .key(let label, let text):
            let width = min(Self.labelWidth, place.width / 3)
            canvas.write(label, at: Position(place.x + 1, place.y), theme[.key], width: width)
            canvas.write(text, at: Position(place.x + width + 2, place.y), theme[.text], width: place.width - width - 2)
        }
    }
}
