extension Canvas {
    /// Writes text from a cell on to the right.
    ///
    /// Control and bidirectional characters never reach a display, see ``TextWidth``. Where the text needs more cells than
    /// `width`, its end gives way to an ellipsis; at the clip it just ends.
    ///
    /// - Returns: Cells that the text takes, those outside of the clip included.
    @discardableResult
    package mutating func write(
        _ text: some StringProtocol,
        at position: Position,
        _ style: Style = .plain,
        width: Int? = nil
    ) -> Int {
        text.withUTF8Bytes { bytes in write(bytes, at: position, style, width: width) }
    }

    /// Writes text that ends before a column.
    ///
    /// - Parameter end: The first column to the right of it.
    /// - Returns: Cells that the text takes.
    @discardableResult
    package mutating func write(
        _ text: some StringProtocol,
        endingAt end: Position,
        _ style: Style = .plain,
        width: Int? = nil
    ) -> Int {
        text.withUTF8Bytes { bytes in
            let cells = min(TextWidth.of(bytes), max(0, width ?? .max))
            return write(bytes, at: Position(end.x - cells, end.y), style, width: width)
        }
    }

    private mutating func write(
        _ bytes: UnsafeBufferPointer<UInt8>,
        at position: Position,
        _ style: Style,
        width: Int?
    ) -> Int {
        let limit = max(0, width ?? .max)
        if TextWidth.isPlain(bytes) {
            guard bytes.count > limit else {
                put(ascii: bytes[...], style, position.x, position.y)
                return bytes.count
            }
            guard limit > 0 else { return 0 }
            put(ascii: bytes[..<(limit - 1)], style, position.x, position.y)
            put(glyphs.ellipsis, style, position.x + limit - 1, position.y)
            return limit
        }
        let fit = TextWidth.fit(bytes, in: limit)
        var used = 0
        var scanner = TextScanner(bytes, glyphs)
        while used < fit.cells, let content = scanner.next() {
            put(content, style, position.x + used, position.y)
            used += content.width
        }
        if fit.isCut && limit > 0 {
            put(glyphs.ellipsis, style, position.x + used, position.y)
            used += 1
        }
        return used
    }
}
