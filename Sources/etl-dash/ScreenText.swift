import Canvas

/// A canvas as text, for who has no terminal.
enum ScreenText {
    /// The rows, each with a line's end; blanks at their ends are cut off.
    ///
    /// - Parameter hasColours: Whether styles are written as escape codes (SGR), each row ending in the plain style.
    static func text(of canvas: Canvas, hasColours: Bool) -> String {
        guard hasColours else { return canvas.rows.map { $0 + "\n" }.joined() }
        return (0..<canvas.size.height).map { row(canvas, $0) + "\n" }.joined()
    }

    private static func row(_ canvas: Canvas, _ y: Int) -> String {
        var text = ""
        var style = Style.plain
        // Blanks in the plain style at the end are nothing that can be seen.
        var end = canvas.size.width
        while end > 0, canvas[end - 1, y] == Cell() { end -= 1 }
        for x in 0..<end {
            let cell = canvas[x, y]
            guard let character = cell.text else { continue }
            if cell.style != style {
                text += sequence(cell.style)
                style = cell.style
            }
            text.append(character)
        }
        return style == .plain ? text : text + sequence(.plain)
    }

    /// The code that sets a style, whatever was set before.
    private static func sequence(_ style: Style) -> String {
        var codes = ["0"]
        if style.attributes.contains(.bold) { codes.append("1") }
        if style.attributes.contains(.dim) { codes.append("2") }
        if style.attributes.contains(.underline) { codes.append("4") }
        if style.attributes.contains(.reverse) { codes.append("7") }
        codes += colour(style.foreground, base: 30) + colour(style.background, base: 40)
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }

    /// Codes of a colour: the eight that all terminals know, their bright ones, or the palette's.
    private static func colour(_ colour: Colour, base: Int) -> [String] {
        let index = Int(colour.index)
        return switch index {
        case ..<0: []
        case 0..<8: ["\(base + index)"]
        case 8..<16: ["\(base + 60 + index - 8)"]
        default: ["\(base + 8)", "5", "\(index)"]
        }
    }
}
