/// One character cell.
package struct Cell: Sendable, Hashable {
    /// What stands in it, in few bytes.
    package var content: CellContent
    package var style: Style

    package init(_ content: CellContent, _ style: Style) {
        self.content = content
        self.style = style
    }

    /// A cell of the first thing that a text shows.
    ///
    /// - Parameter text: `nil` for the second half of a wide character.
    package init(_ text: Character? = " ", _ style: Style = .plain) {
        self.init(text.map { CellContent($0) } ?? .secondHalf, style)
    }

    /// What stands in it; `nil` in the second half of a wide character.
    package var text: Character? {
        get { content.isSecondHalf ? nil : content.character }
        set { content = newValue.map { CellContent($0) } ?? .secondHalf }
    }

    /// Cells that it takes: 1, 2 for the first half of a wide character, 0 for the second.
    package var width: Int { content.width }
}

/// What one cell shows: a character that has a width, and at most three marks on it.
package struct CellContent: Sendable, Hashable {
    /// Three scalars of 21 bits, the first one lowest.
    private var marks: UInt64
    /// The scalar in the lower 21 bits, whether it is wide in the highest; 0 in the second half of a wide one.
    private var base: UInt32

    private static let wideBit: UInt32 = 1 << 31
    /// More are of no use to a reader and a burden to terminals.
    static let marksLimit = 3

    init(_ scalar: Unicode.Scalar, isWide: Bool = false) {
        marks = 0
        base = scalar.value | (isWide ? Self.wideBit : 0)
    }

    /// An ASCII character that can be seen, or a blank.
    init(ascii byte: UInt8) {
        marks = 0
        base = UInt32(byte)
    }

    /// The first thing that a text shows; a blank where it shows nothing.
    package init(_ character: Character) {
        if let byte = character.asciiValue, byte >= 0x20, byte < 0x7f {
            self.init(ascii: byte)
        } else {
            self = String(character).withScanner(.unicode) { scanner in scanner.next() } ?? .blank
        }
    }

    static let secondHalf = CellContent(ascii: 0)
    package static let blank = CellContent(ascii: 0x20)
    /// Stands for what can't be shown.
    static let replacement = CellContent("\u{FFFD}" as Unicode.Scalar)

    package var isSecondHalf: Bool { base == 0 }
    package var isWide: Bool { base & Self.wideBit != 0 }
    package var isASCII: Bool { base < 0x80 }
    package var isBlank: Bool { base == 0x20 }
    package var width: Int { isSecondHalf ? 0 : isWide ? 2 : 1 }

    /// The character itself, without its marks.
    package var scalar: Unicode.Scalar {
        get { Unicode.Scalar(base & 0x1F_FFFF) ?? " " }
        set { base = newValue.value | (base & Self.wideBit) }
    }

    /// The character and its marks: 1 to 4 scalars, none in the second half of a wide one.
    package var scalars: Scalars { Scalars(content: self) }

    package var character: Character {
        guard marks != 0 else { return Character(scalar) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        // Marks may start a cluster of their own; a cell's text is one character all the same.
        let string = String(text)
        return string.count == 1 ? Character(string) : Character(scalar)
    }

    /// Puts one more mark on it, unless there are enough.
    mutating func add(mark: Unicode.Scalar) {
        for shift in stride(from: 0, to: 21 * UInt64(Self.marksLimit), by: 21)
        where marks >> shift & 0x1F_FFFF == 0 {
            marks |= UInt64(mark.value) << shift
            return
        }
    }

    /// The scalars of a cell, without an allocation.
    package struct Scalars: RandomAccessCollection, Sendable {
        fileprivate let content: CellContent

        package var startIndex: Int { 0 }

        package var endIndex: Int {
            if content.isSecondHalf { return 0 }
            return 1 + (UInt64.bitWidth - content.marks.leadingZeroBitCount + 20) / 21
        }

        package subscript(position: Int) -> Unicode.Scalar {
            guard position > 0 else { return content.scalar }
            return Unicode.Scalar(UInt32(content.marks >> (21 * UInt64(position - 1)) & 0x1F_FFFF)) ?? " "
        }
    }
}
