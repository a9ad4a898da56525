extension Canvas {
    /// Draws the edge of a block; what is inside stays.
    package mutating func box(_ rect: Rect, _ style: Style = .plain, _ line: Profile.Glyphs.Line = .light) {
        guard !rect.isEmpty else { return }
        let parts = glyphs.box(line)
        let (right, bottom) = (rect.maxX - 1, rect.maxY - 1)
        fill(Rect(rect.x, rect.y, rect.width, 1), parts.horizontal, style)
        fill(Rect(rect.x, bottom, rect.width, 1), parts.horizontal, style)
        fill(Rect(rect.x, rect.y, 1, rect.height), parts.vertical, style)
        fill(Rect(right, rect.y, 1, rect.height), parts.vertical, style)
        fill(Rect(rect.x, rect.y, 1, 1), parts.topLeft, style)
        fill(Rect(right, rect.y, 1, 1), parts.topRight, style)
        fill(Rect(rect.x, bottom, 1, 1), parts.bottomLeft, style)
        fill(Rect(right, bottom, 1, 1), parts.bottomRight, style)
    }

    /// Draws a horizontal line.
    package mutating func rule(
        at position: Position,
        width: Int,
        _ style: Style = .plain,
        _ line: Profile.Glyphs.Line = .light
    ) {
        fill(Rect(position.x, position.y, width, 1), glyphs.box(line).horizontal, style)
    }

    /// Draws a bar of one row.
    package mutating func draw(_ bar: Bar, at position: Position, width: Int) {
        var x = position.x
        for cell in bar.cells(width: width, glyphs: glyphs) {
            put(cell.content, cell.style, x, position.y)
            x += 1
        }
    }

    /// Draws one column for each value, the newest ones where there are too many; a blank for what is not above 0.
    ///
    /// - Parameter top: What the highest level stands for; the largest value shown if `nil`.
    package mutating func sparkline(
        _ values: [Double],
        at position: Position,
        width: Int,
        _ style: Style = .plain,
        top: Double? = nil
    ) {
        let shown = values.suffix(max(0, width))
        let levels = glyphs.sparkline
        let highest = top ?? shown.filter { $0.isFinite }.max() ?? 0
        var x = position.x
        for value in shown {
            if value > 0 && highest > 0 {
                let level = min(value / highest, 1) * Double(levels.count)
                put(CellContent(levels[max(0, Int(level.rounded(.up)) - 1)]), style, x, position.y)
            } else {
                put(.blank, style, x, position.y)
            }
            x += 1
        }
    }
}
