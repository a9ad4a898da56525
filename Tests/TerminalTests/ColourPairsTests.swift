import Canvas
import Testing

@testable import Terminal

@Suite("Colours of a terminal")
struct ColourPairsTests {
    /// Pairs that take notes of what was defined.
    private final class Notes {
        var defined: [[Int32]] = []
    }

    private func pairs(_ notes: Notes, _ depth: Profile.Depth, limit: Int, hasStandard: Bool = true) -> ColourPairs {
        ColourPairs(depth: depth, limit: limit, hasStandard: hasStandard) {
            notes.defined.append([$0, $1, $2])
            return true
        }
    }

    @Test("Makes a pair for each two colours, once")
    func once() {
        let notes = Notes()
        var pairs = pairs(notes, .palette, limit: 65_536)
        #expect(pairs.look(of: .plain).pair == 0)
        #expect(pairs.look(of: Style(.red)).pair == 1)
        #expect(pairs.look(of: Style(.red, on: .standard, .bold)).pair == 1)
        #expect(pairs.look(of: Style(.red, on: Colour(250))).pair == 2)
        #expect(notes.defined == [[1, 1, -1], [2, 1, 250]])
    }

    @Test("Keeps the text's colour when there are no pairs left")
    func exhausted() {
        let notes = Notes()
        var pairs = pairs(notes, .eight, limit: 3)
        #expect(pairs.look(of: Style(.red)).pair == 1)
        #expect(pairs.look(of: Style(.green)).pair == 2)
        #expect(pairs.look(of: Style(.red, on: .blue)).pair == 1)
        #expect(pairs.look(of: Style(.cyan)).pair == 0)
        #expect(notes.defined.count == 2)
    }

    @Test("Stands in for the terminal's own colours where they can't be asked for")
    func noStandard() {
        let notes = Notes()
        var pairs = pairs(notes, .eight, limit: 64, hasStandard: false)
        _ = pairs.look(of: Style(.red))
        _ = pairs.look(of: Style(.standard, on: .blue))
        #expect(notes.defined == [[1, 1, 0], [2, 7, 4]])
    }

    @Test("Uses no pair without colours")
    func mono() {
        let notes = Notes()
        var pairs = pairs(notes, .mono, limit: 1)
        let look = pairs.look(of: Style(.red, on: .blue, .reverse))
        #expect(look.pair == 0 && look.attributes == .reverse)
        #expect(notes.defined.isEmpty)
    }

    @Test(
        "Takes the nearest colour that there is",
        arguments: [
            (3, Profile.Depth.eight, Int32(3), false),
            (9, .eight, 1, true),
            (9, .sixteen, 9, false),
            (196, .sixteen, 9, false),
            (196, .eight, 1, true),
            (16, .eight, 0, false),
            (231, .sixteen, 15, false),
            (244, .sixteen, 8, false),
            (244, .palette, 244, false),
        ]
    )
    func nearest(index: UInt8, depth: Profile.Depth, expected: Int32, isBright: Bool) {
        let nearest = Palette.nearest(to: Colour(index), in: depth)
        #expect(nearest.index == expected)
        #expect(nearest.isBright == isBright)
    }
}

@Suite("Sequences")
struct SequenceTests {
    @Test(
        "Encodes in base 64",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("\u{FF}ÿ?", "w7/Dvz8="),
        ]
    )
    func base64(text: String, encoded: String) {
        #expect(String(decoding: Clipboard.base64(Array(text.utf8)), as: UTF8.self) == encoded)
    }

    @Test("Gives tmux the text for its own clipboard and for the terminal around it")
    func tmux() throws {
        let sequence = try #require(Clipboard.sequence("foo", isInTmux: true))
        let plain = "\u{1B}]52;c;Zm9v\u{7}"
        #expect(String(decoding: sequence, as: UTF8.self) == plain + "\u{1B}Ptmux;\u{1B}" + plain + "\u{1B}\\")
    }

    @Test("Gives no more text than terminals take")
    func limit() {
        #expect(Clipboard.sequence(String(repeating: "x", count: 56_244), isInTmux: false) != nil)
        #expect(Clipboard.sequence(String(repeating: "x", count: 56_246), isInTmux: false) == nil)
    }

    @Test(
        "Takes delays out of capabilities",
        arguments: [("\u{1B}[H$<5>x", "\u{1B}[Hx"), ("a$<2*/>", "a"), ("$5", "$5"), ("$<", "$<")]
    )
    func padding(text: String, expected: String) {
        #expect(String(decoding: Capabilities.withoutPadding(text), as: UTF8.self) == expected)
    }

    @Test(
        "Reads what is behind the text from COLORFGBG",
        arguments: [
            ("15;0", Profile.Background.dark), ("0;15", .light), ("0;default;7", .light), ("7;8", .dark),
            ("x", .unknown),
            ("1;99", .unknown),
        ]
    )
    func background(variable: String, expected: Profile.Background) {
        #expect(Terminal.background(variable) == expected)
    }
}
