extension CellContent {
    /// What stands for it where only ASCII is to be had, in one cell.
    func shown(with glyphs: Profile.Glyphs) -> CellContent {
        guard glyphs == .ascii && !isASCII else { return self }
        return CellContent(ascii: Self.ascii(for: scalar.value))
    }

    private static func ascii(for value: UInt32) -> UInt8 {
        switch value {
        case 0xc0...0x17f: latin[Int(value) - 0xc0]
        case 0x2010...0x2015, 0x2212: UInt8(ascii: "-")
        case 0x2018...0x201b, 0x2032: UInt8(ascii: "'")
        case 0x201c...0x201f, 0x2033: UInt8(ascii: "\"")
        case 0x2026: UInt8(ascii: "~")
        case 0xb7, 0x2022: UInt8(ascii: "*")
        case 0xab, 0x2039, 0x2190: UInt8(ascii: "<")
        case 0xbb, 0x203a, 0x2192: UInt8(ascii: ">")
        default: UInt8(ascii: "?")
        }
    }

    /// U+00C0 to U+017F without what stands above and below the letters.
    private static let latin = Array(
        ("AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTs" + "aaaaaaaceeeeiiiidnooooo/ouuuuyty"
            + "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg" + "GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
            + "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSs" + "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs").utf8
    )
}
