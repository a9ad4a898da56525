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
