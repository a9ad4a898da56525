import Canvas

/// The keys that matter most where the operator is, as many as there is room for.
struct FooterView {
    let scene: Scene

    func draw(on canvas: inout Canvas) {
        let row = scene.layout.footer
        guard !row.isEmpty else { return }
        var x = row.x + 1
        for hint in KeyTable.hints(for: scene.model) {
            let width = TextWidth.of(hint.label) + 1 + TextWidth.of(hint.text)
            guard x + width <= row.maxX else { break }
            x += canvas.write(hint.label, at: Position(x, row.y), scene.theme[.key].with(.underline)) + 1
            x += canvas.write(hint.text, at: Position(x, row.y), scene.theme[.text]) + 2
        }
    }
}

/// The line below the screen: what is being typed, or what the operator should know.
struct NoticeView {
    let scene: Scene

    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas) {
        let row = scene.layout.notice
        guard !row.isEmpty else { return }
        if case .prompt(let prompt) = scene.model.overlay { return draw(prompt, in: row, on: &canvas) }
        guard let notice = scene.model.notice ?? scene.model.standingNotice else { return }
        canvas.fill(row)
        var phrase = Phrase()
        switch notice.kind {
        case .done: phrase.add("ok", theme[.good])
        case .hint: phrase.add("i", theme[.running])
        case .warning: phrase.add("!", theme[.warning])
        case .error: phrase.add(" ERROR ", theme[.alarm])
        }
        phrase.add("  ")
        phrase.add(notice.text, theme[notice.kind == .error ? .bad : .text])
        let indent = row.width >= 40 ? 1 : 0
        canvas.draw(phrase, at: Position(row.x + indent, row.y), width: row.width - indent)
    }

    private func draw(_ prompt: Prompt, in row: Rect, on canvas: inout Canvas) {
        canvas.fill(row)
        var x = row.x + (row.width >= 40 ? 1 : 0)
        if row.width >= 30 {
            x += canvas.write(prompt.title + ":", at: Position(x, row.y), theme[.title], width: row.width / 2) + 1
        }
        var end = row.maxX - 1
        if let problem = prompt.problem {
            let width = min(TextWidth.of(problem), max(0, (end - x) / 2))
            canvas.write(problem, endingAt: Position(end, row.y), theme[.bad], width: width)
            end -= width + 2
        } else if row.width >= 60 {
            end -= canvas.write("Enter accepts, Esc drops it", endingAt: Position(end, row.y), theme[.label]) + 2
        }
        // What is typed moves to the left as far as the cursor needs.
        let room = max(1, end - x - 1)
        let characters = Array(prompt.text)
        let cursor = min(max(0, prompt.cursor), characters.count)
        var start = cursor
        var used = 0
        while start > 0 {
            let width = TextWidth.of(String(characters[start - 1]))
            guard used + width <= room else { break }
            used += width
            start -= 1
        }
        let text = String(characters[start...])
        canvas.clipped(to: Rect(x, row.y, max(0, end - x), 1)) { canvas in
            canvas.write(text, at: Position(x, row.y), theme[.text].with(.underline))
            canvas.restyle(Rect(x + used, row.y, 1, 1)) { $0.attributes.formUnion(.reverse) }
        }
        canvas.cursor = Position(min(x + used, canvas.size.width - 1), row.y)
    }
}
