import ArticleExtraction
import TestSupport
import Testing

@Suite("Hostile pages end soon, within bounds and with a reason", .heavy, .timeLimit(.minutes(10)))
struct HostilePageTests {
    @Test("A million nested elements end at the depth limit")
    func nesting() {
        let page = String(repeating: "<div>", count: 1_000_000) + SamplePages.harbourMarkup
        #expect(extract(page).dropReason == .beyondLimit(.depth))
    }

    @Test("So do other elements", arguments: ["b", "span", "ul><li", "table><tr><td", "custom-tag", "svg"])
    func nesting(tag: String) {
        let page = String(repeating: "<\(tag)>", count: 20_000) + SamplePages.harbourMarkup
        #expect(extract(page).dropReason == .beyondLimit(.depth))
    }

    @Test("What came before the depth limit is kept, and the article says what was cut")
    func keptBeforeNesting() throws {
        let page = SamplePages.harbourMarkup + String(repeating: "<div>", count: 100_000)
        let article = try extract(page).article()
        #expect(article.text == SamplePages.harbour.joined(separator: "\n\n"))
        #expect(article.cuts == [.depth])
    }

    @Test("Nesting below the limit is read to its innermost text")
    func deepButAllowed() throws {
        let page = String(repeating: "<div>", count: 500) + SamplePages.harbourMarkup
        #expect(try extract(page).article().cuts.isEmpty)
    }

    @Test("End tags without a beginning don't multiply with what is open")
    func endTags() {
        let page = String(repeating: "<b>", count: 500) + String(repeating: "</i>", count: 300_000)
        #expect(extract(page).dropReason == .noText)
    }

    @Test("Twenty megabytes of junk are read up to the limit")
    func junk() {
        var state: UInt64 = 88_172_645_463_325_252
        let piece = (0..<200_000).map { _ -> UInt8 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
        var bytes: [UInt8] = []
        for _ in 0..<100 { bytes += piece }
        let limits = PageLimits(bytes: 200_000)
        switch ArticleExtractor.extract(bytes, contentType: "text/html", limits: limits) {
        case .article(let article): #expect(article.cuts.contains(.bytes))
        case .dropped(let reason): #expect(reason.word == "beyond_limit")
        }
    }

    @Test("A page longer than the limit keeps what came before it")
    func tooLong() throws {
        let page = SamplePages.harbourMarkup + String(repeating: "<!-- filling -->", count: 100_000)
        let article = try extract(page, limits: PageLimits(bytes: 100_000)).article()
        #expect(article.cuts == [.bytes])
        #expect(article.text == SamplePages.harbour.joined(separator: "\n\n"))
    }

    @Test("A page that is cut within a character is still read as UTF-8")
    func cutWithinCharacter() throws {
        let page = Array((SamplePages.harbourMarkup + "<p>" + String(repeating: "é", count: 100)).utf8)
        let limits = PageLimits(bytes: page.count - 1)
        let article = try ArticleExtractor.extract(page, contentType: "text/html", limits: limits).article()
        #expect(article.encoding == "utf-8")
        #expect(article.text.hasPrefix(SamplePages.harbour.joined(separator: "\n\n")))
    }

    @Test("More elements than the limit end the reading")
    func tooManyNodes() throws {
        let page = SamplePages.harbourMarkup + String(repeating: "<br>", count: 50_000)
        let article = try extract(page, limits: PageLimits(nodes: 10_000)).article()
        #expect(article.cuts == [.nodes])
    }

    @Test("A text without end is cut between paragraphs, or within the only one, and says so")
    func tooLongText() throws {
        let many = try extract(SamplePages.harbourMarkup, limits: PageLimits(longestText: 400)).article()
        #expect(many.text == SamplePages.harbour[0...1].joined(separator: "\n\n"))
        #expect(many.cuts == [.text])
        let one = try extract(
            "<p>" + String(repeating: "déjà vu, ", count: 50_000),
            limits: PageLimits(longestText: 1_001)
        )
        .article()
        #expect((998...1_001).contains(one.text.utf8.count))
        #expect(one.text.hasPrefix("déjà vu, déjà vu") && !one.text.contains("\u{FFFD}"))
        #expect(
            try extract(one.text, contentType: "text/plain", limits: PageLimits(longestText: 300)).article().cuts == [
                .text
            ]
        )
    }

    @Test("Two hundred thousand attributes of one element are no more than a few hundred")
    func attributes() throws {
        let attributes = (0..<200_000).map { " a\($0)=\"x\"" }.joined()
        let article = try extract("<div class=story\(attributes)>\(SamplePages.harbourMarkup)</div>").article()
        #expect(article.text == SamplePages.harbour.joined(separator: "\n\n"))
    }

    @Test(
        "Tags and sections that never end swallow the rest and nothing more",
        arguments: [
            "<div a=\"", "<a href='", "<!--", "<script>", "<style>", "<div ", "<![CDATA[", "<?php ", "<!DOCTYPE [",
        ]
    )
    func unterminated(opening: String) throws {
        let filling = String(repeating: "x < y & z ", count: 50_000)
        let article = try extract(SamplePages.harbourMarkup + opening + filling).article()
        #expect(article.text.hasPrefix(SamplePages.harbour.joined(separator: "\n\n")))
    }

    @Test("NUL bytes anywhere neither end the page nor show")
    func nulBytes() throws {
        var page = Array("<p\0 class=\"a\0b\">".utf8)
        page += SamplePages.harbourMarkup.utf8.flatMap { $0 == 0x65 ? [$0, 0] : [$0] }
        let article = try ArticleExtractor.extract(page, contentType: "text/html").article()
        #expect(article.text == SamplePages.harbour.joined(separator: "\n\n"))
    }

    @Test("Invalid UTF-8 becomes replacement characters within the text")
    func invalidUTF8() throws {
        let page =
            Array("<p>Broken \u{20}".utf8) + [0xC3, 0x28, 0xFF, 0xFE] + Array("</p>\(SamplePages.harbourMarkup)".utf8)
        let article = try ArticleExtractor.extract(page, contentType: "text/html; charset=utf-8").article()
        #expect(article.text.hasSuffix(SamplePages.harbour.joined(separator: "\n\n")))
        #expect(article.text.unicodeScalars.allSatisfy { $0.value != 0 })
    }

    @Test("Entities that stand for entities are not expanded")
    func entityBomb() throws {
        let declarations = "<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">"
        let page =
            "<!DOCTYPE html [\(declarations)]><html><body>\(SamplePages.harbourMarkup)<p>&c; is all.</p></body></html>"
        let article = try extract(page).article()
        #expect(!article.text.contains("haha"))
    }

    @Test("Entities of impossible characters do no harm")
    func impossibleCharacters() throws {
        let page = "<p>&#0;&#x110000;&#xD800;&#99999999999999999999;&#;&#x;&</p>" + SamplePages.harbourMarkup
        let article = try extract(page).article()
        #expect(article.text.hasSuffix(SamplePages.harbour.joined(separator: "\n\n")))
    }

    @Test(
        "Structured data that nests without end, or is no JSON, is passed over",
        arguments: ["[", "{\"a\":", "{]", "\u{1}"]
    )
    func hostileStructuredData(piece: String) throws {
        let data = String(repeating: piece, count: 50_000)
        let page = "<script type='application/ld+json'>\(data)</script>" + SamplePages.harbourMarkup
        #expect(try extract(page).article().text == SamplePages.harbour.joined(separator: "\n\n"))
    }

    @Test("A caller that stops before, or in the middle, gets no article", arguments: [0, 1, 2, 5])
    func stopped(allowedQuestions: Int) {
        let page = Array(String(repeating: SamplePages.harbourMarkup, count: 1_000).utf8)
        var questions = 0
        let extraction = ArticleExtractor.extract(page, contentType: "text/html") {
            questions += 1
            return questions > allowedQuestions
        }
        #expect(extraction == .dropped(.stopped))
        #expect(questions == allowedQuestions + 1)
    }

    @Test("Reading hundreds of pages holds no memory of them")
    func noLeak() async {
        await #expect(processExitsWith: .success) {
            let page = Array((SamplePages.news + String(repeating: "<!DOCTYPE x><p a=b>&amp;", count: 1_500)).utf8)
            for _ in 0..<15 { _ = ArticleExtractor.extract(page, contentType: "text/html; charset=shift_jis") }
            let before = ResidentMemory.bytes
            for _ in 0..<100 { _ = ArticleExtractor.extract(page, contentType: "text/html; charset=shift_jis") }
            // A leak of the parser's input alone would be 4 MB.
            precondition(ResidentMemory.bytes - before < 3_000_000)
        }
    }
}
