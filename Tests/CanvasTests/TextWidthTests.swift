import Canvas
import TestSupport
import Testing

/// A text, the cells it takes, and what stands in them.
struct WidthCase: Sendable, CustomTestStringConvertible {
    var text: String
    var cells: Int
    var shown: String

    init(_ text: String, _ cells: Int, _ shown: String? = nil) {
        self.text = text
        self.cells = cells
        self.shown = shown ?? text
    }

    var testDescription: String { "\(text.debugDescription) in \(cells)" }
}

@Suite("Text width", .heavy)
struct TextWidthTests {
    @Test(
        "scripts of the world",
        arguments: [
            WidthCase("", 0), WidthCase("Port strike talks", 17), WidthCase("Côte d’Ivoire", 13),
            WidthCase("新华社北京电：台风", 18), WidthCase("東京タワーでニュース", 20), WidthCase("ﾆｭｰｽ", 4),
            WidthCase("ＡＢＣ", 6), WidthCase("한국 뉴스 속보", 14), WidthCase("「引用」、。", 12),
            WidthCase("ข่าวน้ำท่วม", 8), WidthCase("สวัสดี", 4), WidthCase("हिन्दी", 5), WidthCase("नमस्ते", 4),
            WidthCase("বাংলা", 5), WidthCase("أخبار عاجلة", 11), WidthCase("مُحَمَّد", 4), WidthCase("שָׁלוֹם", 4),
            WidthCase("Việt Nam", 8), WidthCase("Київ", 4), WidthCase("Ελλάδα", 6), WidthCase("አዲስ", 3),
            WidthCase("𝔘𝔫𝔦", 3), WidthCase("𠀋𠮷", 4), WidthCase("½ € ° ± §", 9), WidthCase("─│█▌░", 5),
            WidthCase("中 a\u{3000}b", 7, "中 a  b"),
        ]
    )
    func scripts(example: WidthCase) { expect(example) }

    @Test(
        "accents and syllables in parts",
        arguments: [
            WidthCase("Vie\u{323}\u{302}t", 4), WidthCase("cafe\u{301}", 4), WidthCase("\u{301}x", 1, "x"),
            WidthCase(" \u{301}x", 2, " x"), WidthCase("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", 4, "한국"),
            WidthCase("\u{1112}\u{1161}", 2, "하"), WidthCase("\u{1161}", 1, "\u{FFFD}"),
            WidthCase("Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}a\u{306}", 2, "Z\u{300}\u{301}\u{302}a\u{306}"),
            WidthCase("n\u{20DD}", 1, "n"), WidthCase("می\u{200C}خواهم", 7, "میخواهم"),
        ]
    )
    func marks(example: WidthCase) { expect(example) }

    @Test(
        "emoji of several parts show their first, flags their letters",
        arguments: [
            WidthCase("😀", 2), WidthCase("👨‍👩‍👧‍👦", 2, "👨"), WidthCase("👩🏽‍🚒!", 3, "👩!"), WidthCase("👍🏿", 2, "👍"),
            WidthCase("🏿", 2, "🏿"), WidthCase("🇩🇪", 2, "DE"), WidthCase("🇺🇸🇺", 3, "USU"), WidthCase("1️⃣", 1, "1"),
            WidthCase("#️⃣a", 2, "#a"), WidthCase("❤️", 1, "❤"), WidthCase("✈️ ", 2, "✈ "), WidthCase("☔️", 2, "☔"),
            WidthCase("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2, "🏴"), WidthCase("🏳️‍🌈", 1, "🏳"), WidthCase("🤷‍♀️", 2, "🤷"), WidthCase("⌚⚡✅", 6),
            WidthCase("❤️‍🔥x", 2, "❤x"), WidthCase("a\u{200D}b", 2, "ab"), WidthCase("👨\u{200D}b", 3, "👨b"),
        ]
    )
    func emoji(example: WidthCase) { expect(example) }

    @Test(
        "what could turn, move or clear something is made harmless",
        arguments: [
            WidthCase("a\tb\nc\r\nd", 8, "a b c  d"), WidthCase("\u{1B}[31mred", 9, "^[[31mred"),
            WidthCase("\0", 2, "^@"),
            WidthCase("\u{7}\u{8}\u{7F}", 6, "^G^H^?"), WidthCase("\u{9B}2J", 3, "\u{FFFD}2J"),
            WidthCase("a\u{85}b", 3, "a b"),
            WidthCase("\u{202E}live\u{202C}", 4, "live"), WidthCase("\u{2066}a\u{2069}\u{200F}\u{61C}", 1, "a"),
            WidthCase("a\u{2028}b\u{A0}c", 5, "a b c"), WidthCase("\u{FEFF}x\u{AD}y", 2, "xy"),
            WidthCase("\u{E000}", 1, "\u{FFFD}"),
            WidthCase("\u{FFFF}\u{10FFFF}\u{378}", 3, "\u{FFFD}\u{FFFD}\u{FFFD}"),
            WidthCase("\u{115F}\u{1160}\u{3164}", 1, "\u{FFFD}"),
        ]
    )
    func harmless(example: WidthCase) { expect(example) }

    @Test("every scalar takes 0 to 2 cells, and what is shown of it takes as many and changes no more")
    func everyScalar() {
        var counts = [0, 0, 0]
        // All of the planes that have characters; by a step that meets every block elsewhere.
        for value in Array(0..<0x32000) + Array(stride(from: 0x32000, to: 0x110000, by: 97)) {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            let text = String(Character(scalar))
            let cells = TextWidth.of(text)
            counts[min(cells, 2)] += 1
            let shown = text.truncated(to: 4, glyphs: .unicode)
            let ascii = text.truncated(to: 4, glyphs: .ascii)
            if cells > 2 || TextWidth.of(shown) != cells || shown.truncated(to: 4, glyphs: .unicode) != shown
                || ascii.utf8.count != cells || !ascii.utf8.allSatisfy({ 0x20..<0x7f ~= $0 })
                || shown.unicodeScalars.contains(where: { $0.properties.generalCategory == .format })
            {
                Issue.record("U+\(String(value, radix: 16)): \(cells) cells, \(shown.debugDescription), \(ascii)")
            }
        }
        #expect(counts.allSatisfy { $0 > 1_000 })
    }

    @Test("a text cut anywhere takes no more than its room, and all but one or two cells of it")
    func cutAnywhere() {
        let text = "a新b👨‍👩‍👧c🇩🇪\u{1B}e\u{301}한"
        let whole = TextWidth.of(text)
        for room in 0..<whole {
            let cut = text.truncated(to: room, glyphs: .unicode)
            #expect(TextWidth.of(cut) <= room && TextWidth.of(cut) >= room - 1)
        }
        #expect(text.truncated(to: whole, glyphs: .unicode) == "a新b👨cDE^[e\u{301}한")
    }

    @Test("a cell holds the first that its character shows")
    func cells() {
        #expect(Cell("👨‍👩‍👧").text == "👨")
        #expect(Cell("👨‍👩‍👧").width == 2)
        #expect(Cell("e\u{301}").content.scalars.map { $0.value } == [0x65, 0x301])
        #expect(Cell("\u{202E}").text == " ")
        #expect(Cell(nil).width == 0)
        #expect(Cell(nil).content.scalars.isEmpty)
        #expect(Cell("新").content.isWide)
    }

    private func expect(_ example: WidthCase) {
        #expect(TextWidth.of(example.text) == example.cells)
        #expect(example.text.truncated(to: 100, glyphs: .unicode) == example.shown)
        var canvas = Canvas(Size(24, 1), glyphs: .unicode)
        canvas.write("|", at: Position(example.cells, 0))
        #expect(canvas.write(example.text, at: Position(0, 0)) == example.cells)
        #expect(canvas.rows == [example.shown + "|"])
        #expect(canvas[example.cells, 0].text == "|")
        // A part of a longer text looks the same.
        #expect(TextWidth.of("x" + example.text.drop { $0 == "\u{301}" }) <= example.cells + 1)
    }
}
