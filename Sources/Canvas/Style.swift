/// How a cell looks.
package struct Style: Sendable, Hashable {
    package var foreground: Colour
    package var background: Colour
    package var attributes: Attributes

    package init(_ foreground: Colour = .standard, on background: Colour = .standard, _ attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The terminal's own colours, nothing added.
    package static let plain = Style()

    /// The style with more attributes.
    package func with(_ attributes: Attributes) -> Style {
        Style(foreground, on: background, self.attributes.union(attributes))
    }
}

/// A colour of the terminal's palette, or the one it uses when nobody asks for any.
package struct Colour: Sendable, Hashable {
    /// Position in the palette; -1 for the terminal's own.
    package let index: Int16

    private init(index: Int16) { self.index = index }

    /// Position in the palette: 0 to 7 are known to every colour terminal, 8 to 15 their bright ones.
    package init(_ index: UInt8) { self.index = Int16(index) }

    package static let standard = Colour(index: -1)
    package static let black = Colour(0)
    package static let red = Colour(1)
    package static let green = Colour(2)
    package static let yellow = Colour(3)
    package static let blue = Colour(4)
    package static let magenta = Colour(5)
    package static let cyan = Colour(6)
    package static let white = Colour(7)
}

/// What a terminal without colours can do.
package struct Attributes: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Attributes(rawValue: 1)
    package static let underline = Attributes(rawValue: 2)
    package static let reverse = Attributes(rawValue: 4)
    /// Never for text that is needed: some terminals show it hardly at all.
    package static let dim = Attributes(rawValue: 8)
}
