import Canvas

/// Text broken into rows: between words, within those that are longer than a row.
enum WrappedText {
    static func lines(_ text: String, width: Int) -> [String] {
        guard width > 0 else { return [] }
        guard TextWidth.of(text) > width else { return [text] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let length = TextWidth.of(word)
            if used > 0, used + 1 + length <= width {
                line += " " + word
                used += 1 + length
                continue
            }
            if used > 0 { lines.append(line) }
            (line, used) = ("", 0)
            if length <= width {
                (line, used) = (String(word), length)
            } else {
                for character in word {
                    let cells = TextWidth.of(String(character))
                    if used + cells > width, used > 0 {
                        lines.append(line)
                        (line, used) = ("", 0)
                    }
                    line.append(character)
                    used += cells
                }
            }
        }
        if used > 0 || lines.isEmpty { lines.append(line) }
        return lines
    }
}
