import Canvas
import Coordination
import Flashpoints

/// Why flashpoints failed: the causes, the commonest first, with examples and what to do.
struct FailuresView {
    let scene: Scene

    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas) {
        var frame = scene.layout.failures
        guard !frame.isEmpty else { return }
        let groups = scene.overview.failureGroups
        let count = scene.overview.counts.failed
        scene.title(
            [
                Fact(Phrase("failures", theme[.title]), rank: 0),
                Fact(Phrase(count > 0 ? "\(Figures.count(count, "flashpoint")) failed" : "", theme[.alarm]), rank: 1),
            ],
            [
                Fact(Phrase(Figures.count(groups.count, "cause")), rank: 2),
                Fact(Phrase("Esc: back", theme[.label]), rank: 3),
            ],
            in: frame.takeTop(1),
            isSelected: true,
            on: &canvas
        )
        guard !groups.isEmpty else {
            canvas.draw(
                Phrase("Nothing has failed.", theme[.label]),
                at: Position(frame.x + 1, frame.y),
                width: frame.width - 2
            )
            return
        }
        if frame.height >= 6 {
            let advice = frame.takeBottom(2)
            let text =
                !scene.model.isHeard
                ? "etl-dash retry \(scene.overview.header?.run ?? "RUN") tries failed flashpoints again."
                : "r tries them all again; on the main screen, those of the selected workers."
            canvas.draw(
                Phrase(text, theme[.label]),
                at: Position(advice.x + 1, advice.maxY - 1),
                width: advice.width - 2
            )
        }
        drawGroups(groups, in: frame, on: &canvas)
    }

    private func drawGroups(_ groups: [FailureGroup], in frame: Rect, on canvas: inout Canvas) {
        let selected = min(max(0, scene.model.failure), groups.count - 1)
        let examples = min(groups[selected].examples.count, max(0, frame.height - 1))
        // The selected group opens; as many groups before it are shown as leave room for its examples.
        let before = min(selected, max(0, frame.height - 1 - examples))
        var rest = frame
        for place in (selected - before)..<groups.count {
            let row = rest.takeTop(1)
            guard !row.isEmpty else { return }
            let group = groups[place]
            draw(group, isSelected: place == selected, in: row, on: &canvas)
            guard place == selected else { continue }
            canvas.cursor = Position(row.x, row.y)
            for example in group.examples {
                let row = rest.takeTop(1)
                guard !row.isEmpty else { return }
                drawExample(example, in: row, on: &canvas)
            }
        }
    }

    private func draw(_ group: FailureGroup, isSelected: Bool, in row: Rect, on canvas: inout Canvas) {
        if isSelected {
            canvas.write(String(scene.glyphs.selection), at: Position(row.x, row.y), theme[.selectedBorder])
        }
        let number = Figures.grouped(group.count)
        canvas.write(number, endingAt: Position(row.x + 8, row.y), theme[.alarm])
        var phrase = Phrase()
        if let kind = group.kind { phrase.add(kind.rawValue, theme[.bad]) }
        if let stage = group.stage { phrase.add(" in \(stage)", theme[.label]) }
        let width = canvas.draw(phrase, at: Position(row.x + 10, row.y), width: min(24, row.width - 10))
        let start = row.x + 10 + max(22, width) + 2
        canvas.write(group.message, at: Position(start, row.y), theme[.text], width: row.maxX - start)
        if isSelected { canvas.restyle(row) { $0.attributes.formUnion(theme[.selected].attributes) } }
    }

    private func drawExample(_ example: FailureGroup.Example, in row: Rect, on canvas: inout Canvas) {
        var phrase = Phrase("#\(example.index) ", theme[.label])
        phrase.add(example.id)
        if let lane = scene.overview.lanes.first(where: { scene.holds($0, example.index) ?? false }) {
            phrase.add("  worker \(lane.worker)", theme[.label])
        }
        canvas.draw(phrase, at: Position(row.x + 10, row.y), width: row.width - 11)
    }

    /// A cause in one phrase, such as `timeout in summarise: no answer in … s`.
    static func cause(of group: FailureGroup) -> String {
        var text = group.kind?.rawValue ?? ""
        if let stage = group.stage { text += " in \(stage)" }
        return text.isEmpty ? group.message : "\(text): \(group.message)"
    }
}
