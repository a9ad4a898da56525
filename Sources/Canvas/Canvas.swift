/// A grid of cells that views draw on and displays show.
///
/// What is drawn outside of it, or outside of the clip, has no effect. A wide character is never left with one half:
/// where its other half is overwritten, or lies outside, a blank is shown.
package struct Canvas: Sendable, Hashable {
    package let size: Size
    package let glyphs: Profile.Glyphs
    /// Row after row from the top left, `size.width * size.height` of them.
    package private(set) var cells: [Cell]
    /// The only place where drawing has an effect; never larger than the canvas.
    package private(set) var clip: Rect
    /// Where the terminal's cursor waits, unseen: the place that screen readers and braille lines follow.
    package var cursor: Position?

    package init(_ size: Size, glyphs: Profile.Glyphs) {
        self.size = Size(max(0, size.width), max(0, size.height))
        self.glyphs = glyphs
        clip = Rect(self.size)
        cells = Array(repeating: Cell(.blank, .plain), count: self.size.width * self.size.height)
    }

    package var bounds: Rect { Rect(size) }

    /// The cell there; a blank outside.
    package subscript(x: Int, y: Int) -> Cell {
        guard bounds.contains(Position(x, y)) else { return Cell(.blank, .plain) }
        return cells[y * size.width + x]
    }

    /// A row's cells, from the left.
    ///
    /// - Precondition: `y` is a row of the canvas.
    package func row(_ y: Int) -> ArraySlice<Cell> {
        cells[y * size.width..<(y + 1) * size.width]
    }

    /// The text of every row, without the blanks at its end.
    package var rows: [String] {
        (0..<size.height).map { y in
            let cells = row(y)
            let end = cells.lastIndex { !$0.content.isBlank }.map { $0 + 1 } ?? cells.startIndex
            var text = String.UnicodeScalarView()
            for cell in cells[..<end] { text.append(contentsOf: cell.content.scalars) }
            return String(text)
        }
    }

    /// Draws with a clip that is at most so large.
    package mutating func clipped<Result>(to rect: Rect, _ draw: (inout Canvas) throws -> Result) rethrows -> Result {
        let outer = clip
        clip = outer.intersection(rect)
        defer { clip = outer }
        return try draw(&self)
    }

    /// Changes how cells look and leaves what stands in them.
    package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
        let rect = rect.intersection(clip)
        for y in rect.y..<rect.y + rect.height {
            for index in y * size.width + rect.x..<y * size.width + rect.maxX { change(&cells[index].style) }
        }
    }

    /// Fills a block with one character.
    package mutating func fill(_ rect: Rect, _ character: Character = " ", _ style: Style = .plain) {
        let content = CellContent(character).shown(with: glyphs)
        let visible = rect.intersection(clip)
        guard !visible.isEmpty else { return }
        for y in visible.y..<visible.maxY {
            if content.isWide {
                for x in stride(from: rect.x, to: rect.maxX - 1, by: 2) { put(content, style, x, y) }
                if rect.width % 2 == 1 { put(.blank, style, rect.maxX - 1, y) }
            } else {
                let row = y * size.width
                mend(row + visible.x, row + visible.maxX)
                let cell = Cell(content, style)
                for index in row + visible.x..<row + visible.maxX { cells[index] = cell }
            }
        }
    }

    /// Puts one character, with its own style.
    package mutating func put(_ cell: Cell, at position: Position) {
        put(cell.content.shown(with: glyphs), cell.style, position.x, position.y)
    }

    // MARK: -

    /// Puts characters of one cell each, told as ASCII bytes that can be seen.
    mutating func put(ascii bytes: Slice<UnsafeBufferPointer<UInt8>>, _ style: Style, _ x: Int, _ y: Int) {
        let visible = Rect(x, y, bytes.count, 1).intersection(clip)
        guard !visible.isEmpty else { return }
        let first = y * size.width + visible.x
        mend(first, first + visible.width)
        var source = bytes.startIndex + visible.x - x
        for index in first..<first + visible.width {
            cells[index] = Cell(CellContent(ascii: bytes[source]), style)
            source += 1
        }
    }

    /// Puts a character of one or two cells; a blank for the half of it that is inside the clip.
    mutating func put(_ content: CellContent, _ style: Style, _ x: Int, _ y: Int) {
        let width = content.width
        let visible = Rect(x, y, width, 1).intersection(clip)
        guard !visible.isEmpty else { return }
        let first = y * size.width + visible.x
        mend(first, first + visible.width)
        if visible.width == width {
            cells[first] = Cell(content, style)
            if width == 2 { cells[first + 1] = Cell(.secondHalf, style) }
        } else {
            cells[first] = Cell(.blank, style)
        }
    }

    /// Blanks the halves that stay outside of what is about to be overwritten.
    private mutating func mend(_ start: Int, _ end: Int) {
        if cells[start].content.isSecondHalf { cells[start - 1].content = .blank }
        if cells[end - 1].content.isWide { cells[end].content = .blank }
    }
}
