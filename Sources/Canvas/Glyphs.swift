/// The characters that lines, bars and marks are made of. All take one cell.
extension Profile.Glyphs {
    /// How a line is drawn.
    package enum Line: Sendable, Hashable, CaseIterable {
        case light
        case rounded
        case heavy
        case double
    }

    /// The parts of a box.
    package struct Box: Sendable, Hashable {
        package let horizontal: Character
        package let vertical: Character
        package let topLeft: Character
        package let topRight: Character
        package let bottomLeft: Character
        package let bottomRight: Character
        /// Where a line ends at a vertical one, from the right and from the left.
        package let leftTee: Character
        package let rightTee: Character
        /// Where a line ends at a horizontal one, from below and from above.
        package let topTee: Character
        package let bottomTee: Character
        package let cross: Character

        fileprivate init(_ parts: String) {
            let parts = Array(parts)
            horizontal = parts[0]
            vertical = parts[1]
            topLeft = parts[2]
            topRight = parts[3]
            bottomLeft = parts[4]
            bottomRight = parts[5]
            leftTee = parts[6]
            rightTee = parts[7]
            topTee = parts[8]
            bottomTee = parts[9]
            cross = parts[10]
        }

        fileprivate static let light = Box("─│┌┐└┘├┤┬┴┼")
        fileprivate static let rounded = Box("─│╭╮╰╯├┤┬┴┼")
        fileprivate static let heavy = Box("━┃┏┓┗┛┣┫┳┻╋")
        fileprivate static let double = Box("═║╔╗╚╝╠╣╦╩╬")
        fileprivate static let asciiLight = Box("-|+++++++++")
        fileprivate static let asciiDouble = Box("=|+++++++++")
    }

    package func box(_ line: Line) -> Box {
        switch (self, line) {
        case (.unicode, .light): .light
        case (.unicode, .rounded): .rounded
        case (.unicode, .heavy): .heavy
        case (.unicode, .double): .double
        case (.ascii, .light), (.ascii, .rounded): .asciiLight
        case (.ascii, .heavy), (.ascii, .double): .asciiDouble
        }
    }

    /// Stands for the rest of a text.
    package var ellipsis: CellContent { self == .unicode ? Self.unicodeEllipsis : Self.asciiEllipsis }

    private static let unicodeEllipsis = CellContent("…" as Unicode.Scalar)
    private static let asciiEllipsis = CellContent("~" as Unicode.Scalar)

    /// Shows which row or pane is the selected one.
    package var selection: Character { self == .unicode ? "▸" : ">" }
    /// Shows that something is marked.
    package var mark: Character { self == .unicode ? "●" : "*" }
    /// Between facts on one line.
    package var separator: Character { self == .unicode ? "·" : "|" }
    package var arrowUp: Character { self == .unicode ? "▲" : "^" }
    package var arrowDown: Character { self == .unicode ? "▼" : "v" }
    package var arrowRight: Character { self == .unicode ? "→" : ">" }
    /// Between the ends of a range.
    package var rangeDash: Character { self == .unicode ? "–" : "-" }
    package var times: Character { self == .unicode ? "×" : "x" }

    /// From the lowest to the highest level of a sparkline, eight of them.
    package var sparkline: [Character] { self == .unicode ? Self.unicodeLevels : Self.asciiLevels }

    private static let unicodeLevels = Array("▁▂▃▄▅▆▇█")
    private static let asciiLevels = Array("_.-:=+*#")
}
