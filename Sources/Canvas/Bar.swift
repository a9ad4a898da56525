/// A bar in parts, such as done, failed and running, and a track for the rest.
///
/// Parts differ by their characters too, so that they can be told apart without colours.
package struct Bar: Sendable, Hashable {
    /// What a part means; `solid` is drawn in eighths of a cell where Unicode is to be had.
    package enum Fill: Sendable, Hashable, CaseIterable {
        case solid
        case active
        case failed
        case cancelled
    }

    package struct Part: Sendable, Hashable {
        package var amount: Double
        package var fill: Fill
        package var style: Style

        package init(_ amount: Double, _ fill: Fill, _ style: Style = .plain) {
            self.amount = amount.isFinite ? max(0, amount) : 0
            self.fill = fill
            self.style = style
        }
    }

    package var parts: [Part]
    /// What all parts would amount to if the bar were full; never less than they do.
    package var total: Double
    /// With a background of its own the track is blank.
    package var track: Style

    package init(_ parts: [Part], of total: Double, track: Style = .plain) {
        self.parts = parts
        self.total = total.isFinite ? total : 0
        self.track = track
    }

    /// The bar's cells, exactly `width` of them.
    ///
    /// It is full only if the parts amount to the total, and a part that is not 0 has at least one cell where there are
    /// enough.
    package func cells(width: Int, glyphs: Profile.Glyphs) -> [Cell] {
        guard width > 0 else { return [] }
        let eighths = split(width, wholeCells: glyphs == .ascii)
        let rest = track.background == .standard ? glyphs.track : .blank
        var cells: [Cell] = []
        cells.reserveCapacity(width)
        for (part, length) in zip(parts, eighths) where length > 0 {
            let cell = Cell(glyphs.fill(part.fill), part.style)
            cells.append(contentsOf: repeatElement(cell, count: length / 8))
            if length % 8 > 0 {
                let style = Style(part.style.foreground, on: track.background, part.style.attributes)
                cells.append(Cell(glyphs.eighths[length % 8 - 1], style))
            }
        }
        cells.append(contentsOf: repeatElement(Cell(rest, track), count: width - cells.count))
        return cells
    }

    /// Eighths of a cell for each part; whole cells for all but a solid one that nothing comes after.
    private func split(_ width: Int, wholeCells: Bool) -> [Int] {
        let sum = parts.reduce(0) { $0 + $1.amount }
        let whole = max(total, sum)
        guard whole > 0, let last = parts.lastIndex(where: { $0.amount > 0 }) else { return parts.map { _ in 0 } }
        let isFine = !wholeCells && parts[last].fill == .solid
        let room = width * 8
        // A bar that looks full says that nothing is left.
        let limit = sum >= total ? room : room - (isFine ? 1 : 8)
        var needed = parts.count { $0.amount > 0 } * 8 - (isFine ? 7 : 0)
        var (amount, end) = (0.0, 0)
        return parts.enumerated().map { index, part in
            guard part.amount > 0 else { return 0 }
            amount += part.amount
            let step = isFine && index == last ? 1 : 8
            needed -= step
            // Ends are rounded, not lengths: so the parts together are as long as one part of their sum would be.
            let exact = Int((amount / whole * Double(room / step)).rounded()) * step
            let newEnd = max(end, min(max(exact, end + step), (limit - needed) / step * step))
            defer { end = newEnd }
            return newEnd - end
        }
    }
}

extension Profile.Glyphs {
    fileprivate func fill(_ fill: Bar.Fill) -> CellContent {
        switch (self, fill) {
        case (.unicode, .solid): Self.block
        case (.unicode, .active): Self.shade
        case (.unicode, .failed): Self.crossed
        case (.unicode, .cancelled): Self.dash
        case (.ascii, .solid): CellContent(ascii: UInt8(ascii: "#"))
        case (.ascii, .active): CellContent(ascii: UInt8(ascii: "="))
        case (.ascii, .failed): CellContent(ascii: UInt8(ascii: "X"))
        case (.ascii, .cancelled): CellContent(ascii: UInt8(ascii: "."))
        }
    }

    fileprivate var track: CellContent { self == .unicode ? Self.lightShade : CellContent(ascii: UInt8(ascii: "-")) }
    fileprivate var eighths: [CellContent] { Self.blocks }

    private static let block = CellContent("█" as Unicode.Scalar)
    private static let shade = CellContent("▒" as Unicode.Scalar)
    private static let crossed = CellContent("╳" as Unicode.Scalar)
    private static let dash = CellContent("╌" as Unicode.Scalar)
    private static let lightShade = CellContent("░" as Unicode.Scalar)
    private static let blocks = "▏▎▍▌▋▊▉".unicodeScalars.map { CellContent($0) }
}
