import Foundation
import Testing

@testable import ArticleExtraction

// Full Foundation: `String.Encoding` for the encodings of other scripts is not in FoundationEssentials.

@Suite("Character encodings of pages")
struct PageDecodingTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var label: String
        var name: String
        var encoding: String.Encoding
        var sentence: String

        var testDescription: String { label }
    }

    static let samples = [
        Sample(
            label: "windows-1251",
            name: "windows-1251",
            encoding: .windowsCP1251,
            sentence: "Порт города открыл второй причал во вторник, через четыре года после закладки первого камня."
        ),
        Sample(
            label: "Shift_JIS",
            name: "shift_jis",
            encoding: .shiftJIS,
            sentence: "港は火曜日に二番目の埠頭を開き、最初の船は南から来た穀物運搬船であった。町は秋までに月四十隻を見込んでいる。"
        ),
        Sample(
            label: "iso-8859-1",
            name: "windows-1252",
            encoding: .windowsCP1252,
            sentence:
                "Le port a ouvert son deuxième quai mardi, « enfin » dit-on – quatre ans après la première pierre, et l’été fut sec."
        ),
        Sample(
            label: "iso-8859-2",
            name: "iso-8859-2",
            encoding: .isoLatin2,
            sentence:
                "Přístav otevřel druhé nábřeží v úterý, čtyři roky po položení základního kamene, řekla paní Holmová."
        ),
        Sample(
            label: "utf-8",
            name: "utf-8",
            encoding: .utf8,
            sentence: "Порт открыл причал, le deuxième, 港は火曜日に, and the first ship came from the south on the same day."
        ),
    ]

    private func markup(_ sentence: String, head: String = "") -> String {
        SamplePages.page((1...5).map { "<p>\(sentence) \($0).</p>" }.joined(), head: head)
    }

    private func text(_ sentence: String) -> String {
        (1...5).map { "\(sentence) \($0)." }.joined(separator: "\n\n")
    }

    @Test("The header's charset decides", arguments: samples)
    func header(sample: Sample) throws {
        let bytes = try #require(markup(sample.sentence).data(using: sample.encoding))
        let article = try ArticleExtractor.extract(
            [UInt8](bytes),
            contentType: "text/html; charset=\"\(sample.label)\""
        )
        .article()
        #expect(article.text == text(sample.sentence))
        #expect(article.encoding == sample.name)
    }

    @Test("Without one the page's meta element decides", arguments: samples)
    func meta(sample: Sample) throws {
        let head = "<title>x</title><META charset = '\(sample.label)'>"
        let bytes = try #require(markup(sample.sentence, head: head).data(using: sample.encoding))
        let article = try ArticleExtractor.extract([UInt8](bytes), contentType: "text/html").article()
        #expect(article.text == text(sample.sentence))
        #expect(article.encoding == sample.name)
    }

    @Test("So does its older form", arguments: samples)
    func httpEquiv(sample: Sample) throws {
        let head = "<meta http-equiv=Content-Type content=\"text/html; charset=\(sample.label)\" />"
        let bytes = try #require(markup(sample.sentence, head: head).data(using: sample.encoding))
        let article = try ArticleExtractor.extract([UInt8](bytes), contentType: nil).article()
        #expect(article.text == text(sample.sentence))
    }

    @Test("A byte order mark decides, also against the header")
    func byteOrderMark() throws {
        let sentence = Self.samples[0].sentence
        let little = try #require(markup(sentence).data(using: .utf16LittleEndian))
        let big = try #require(markup(sentence).data(using: .utf16BigEndian))
        let pages: [(bytes: [UInt8], name: String)] = [
            ([0xFF, 0xFE] + little, "utf-16le"), ([0xFE, 0xFF] + big, "utf-16be"),
            ([0xEF, 0xBB, 0xBF] + Array(markup(sentence).utf8), "utf-8"),
        ]
        for page in pages {
            let article = try ArticleExtractor.extract(page.bytes, contentType: "text/html; charset=iso-8859-1")
                .article()
            #expect(article.text == text(sentence))
            #expect(article.encoding == page.name)
        }
    }

    @Test("GB18030 is read, and its older names mean it", arguments: ["gb18030", "gb2312", "GBK"])
    func chinese(label: String) throws {
        // 港口于星期二开放了第二个码头。 and the euro sign, which gb2312 lacks.
        let sentence: [UInt8] = [
            0xB8, 0xDB, 0xBF, 0xDA, 0xD3, 0xDA, 0xD0, 0xC7, 0xC6, 0xDA, 0xB6, 0xFE, 0xBF, 0xAA, 0xB7, 0xC5, 0xC1, 0xCB,
            0xB5, 0xDA, 0xB6, 0xFE, 0xB8, 0xF6, 0xC2, 0xEB, 0xCD, 0xB7, 0xA1, 0xA3, 0xA2, 0xE3,
        ]
        let bytes = Array("<p>".utf8) + Array(repeatElement(sentence, count: 20).joined()) + Array("</p>".utf8)
        let article = try ArticleExtractor.extract(bytes, contentType: "text/html;charset=\(label)").article()
        #expect(article.text == String(repeating: "港口于星期二开放了第二个码头。€", count: 20))
        #expect(article.encoding == "gb18030")
        #expect(article.language == "zh")
    }

    @Test(
        "Japanese in its other encodings is read",
        arguments: [
            ("EUC-JP", [0xB9, 0xC1, 0xA4, 0xCF, 0xA1, 0xA3]),
            ("ISO-2022-JP", [0x1B, 0x24, 0x42, 0x39, 0x41, 0x24, 0x4F, 0x21, 0x23, 0x1B, 0x28, 0x42]),
        ] as [(String, [UInt8])]
    )
    func japanese(label: String, bytes: [UInt8]) {
        #expect(PageDecoder.decode(bytes[...], charset: label) { false }?.text == Array("港は。".utf8))
    }

    @Test("Korean by its old name is the code page of Windows")
    func korean() throws {
        // 항구는 and 똠, a syllable that only the code page has.
        let words: [UInt8] = [0xC7, 0xD7, 0xB1, 0xB8, 0xB4, 0xC2, 0x20, 0x8C, 0x63, 0x2E, 0x20]
        let bytes = Array("<p>".utf8) + Array(repeatElement(words, count: 60).joined()) + Array("</p>".utf8)
        let article = try ArticleExtractor.extract(bytes, contentType: "text/html;charset=ks_c_5601-1987").article()
        #expect(article.text.hasPrefix("항구는 똠. 항구는 똠."))
    }

    @Test("Without any declaration valid UTF-8 is UTF-8, other bytes are windows-1252")
    func undeclared() throws {
        let french = Self.samples[2].sentence
        let utf8 = try ArticleExtractor.extract(Array(markup(french).utf8)).article()
        #expect(utf8.encoding == "utf-8")
        let latin = try #require(markup(french).data(using: .windowsCP1252))
        let windows = try ArticleExtractor.extract([UInt8](latin)).article()
        #expect(windows.encoding == "windows-1252")
        #expect(windows.text == utf8.text)
    }

    @Test(
        "A meta element that names another encoding is wrong where the bytes are UTF-8",
        arguments: ["euc-kr", "latin1"]
    )
    func wrongMeta(label: String) throws {
        let sentence = Self.samples[0].sentence
        let page = markup(sentence, head: "<meta charset=\(label)>")
        let article = try extract(page, contentType: "text/html").article()
        #expect(article.text == text(sentence))
        #expect(article.encoding == "utf-8")
    }

    @Test("An unknown label is as good as none")
    func unknownLabel() throws {
        let article = try extract(markup(Self.samples[4].sentence), contentType: "text/html; charset=klingon").article()
        #expect(article.encoding == "utf-8")
    }

    @Test("Invalid sequences become replacement characters, in every kind of encoding")
    func invalid() throws {
        let utf8 = PageDecoder.decode([0x61, 0xFF, 0x62, 0xE3, 0x81], charset: "utf-8") { false }
        #expect(utf8?.text == Array("a\u{FFFD}b\u{FFFD}".utf8))
        let japanese = PageDecoder.decode([0x61, 0xFD, 0x62, 0x82, 0xA0, 0x82], charset: "shift_jis") { false }
        #expect(japanese?.text == Array("a\u{FFFD}bあ\u{FFFD}".utf8))
        let windows = PageDecoder.decode([0x61, 0x81, 0x80], charset: "iso-8859-1") { false }
        #expect(windows?.text == Array("a\u{FFFD}€".utf8))
    }

    @Test("A character that two pieces of the conversion share is read whole", arguments: 4_090..<4_100)
    func acrossPieces(offset: Int) throws {
        let bytes = [UInt8](repeating: 0x61, count: offset) + [0x82, 0xA0, 0x82, 0xA2]
        let decoded = PageDecoder.decode(bytes[...], charset: "shift_jis") { false }
        #expect(decoded?.text == Array((String(repeating: "a", count: offset) + "あい").utf8))
    }

    @Test("Conversion can be stopped")
    func stopped() {
        let bytes = [UInt8](repeating: 0xFD, count: 100_000)
        #expect(PageDecoder.decode(bytes[...], charset: "shift_jis") { true } == nil)
    }
}
