import ArticleExtraction
import Testing

@Suite("What is the article of a page")
struct ArticleExtractorTests {
    private let harbour = SamplePages.harbour.joined(separator: "\n\n")

    @Test("A news page gives its paragraphs and nothing of what stands around them")
    func news() throws {
        let article = try extract(SamplePages.news, url: "https://gazette.example/news/quay?from=feed").article()
        #expect(article.text == harbour)
        #expect(article.title == "Lindvik opens its second quay")
        #expect(article.siteName == "The Coast Gazette")
        #expect(article.language == "en")
        #expect(article.cuts.isEmpty)
    }

    @Test("Text in divs and line breaks only is cut into paragraphs at empty lines")
    func lineBreaks() throws {
        let lines = SamplePages.harbour.joined(separator: "<br>\n<br/>")
        let article = try extract(
            SamplePages.page("<div><div id=menu><a href=/>Home</a></div><div>\(lines)</div></div>")
        )
        .article()
        #expect(article.text == harbour)
    }

    @Test("A table that lays out the page doesn't hide its article")
    func layoutTable() throws {
        let body = """
            <table><tr><td width=150><a href=/a>News</a><br><a href=/b>Sport</a><br><a href=/c>Weather</a></td>
            <td>\(SamplePages.harbourMarkup)</td></tr></table>
            """
        #expect(try extract(SamplePages.page(body)).article().text == harbour)
    }

    @Test("The text that structured data repeats marks the article among prose of the same length")
    func structuredData() throws {
        let other = "Another text of the page, which is longer than the article, tells of something else entirely."
        let body = """
            <div><p>\(other) \(other) \(other)</p><p>\(other) And again. \(other) \(other)</p></div>
            <div>\(SamplePages.harbourMarkup)</div>
            """
        let quoted = harbour.replacing("\n\n", with: "\\n\\n")
        let head = """
            <script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle",
            "headline": "A quay", "datePublished": "2025-03-04", "articleBody": "\(quoted)"}]}</script>
            """
        let article = try extract(SamplePages.page(body, head: head)).article()
        #expect(article.text == harbour)
        #expect(article.title == "A quay")
        #expect(article.published != nil)
    }

    @Test("A page whose text stands in structured data alone gives that text")
    func structuredDataAlone() throws {
        let quoted = harbour.replacing("\n\n", with: "\\n\\n")
        let head = #"<script type="application/ld+json">[{"@type": ["Article"], "articleBody": "\#(quoted)"}]</script>"#
        #expect(try extract(SamplePages.page("<div id=app></div>", head: head)).article().text == harbour)
    }

    @Test("A list of links is dropped as such")
    func links() {
        let items = (1...60).map { "<li><a href=/\($0)>Story number \($0) of the day, with a long headline</a></li>" }
        let reason = extract(SamplePages.page("<ul>\(items.joined())</ul>")).dropReason
        #expect(reason?.word == "only_links")
    }

    @Test("Teasers of other pages are not an article")
    func teasers() throws {
        let teasers = (1...8).map { number in
            """
            <div><h3><a href=/\(number)>Headline number \(number)</a></h3><p>Teaser \(number) tells in a sentence or
            two what the story is about, so that readers follow the link, which is what it is for.</p></div>
            """
        }.joined()
        let article = try extract(SamplePages.page("<div>\(SamplePages.harbourMarkup)</div><div>\(teasers)</div>"))
            .article()
        #expect(article.text == harbour)
    }

    @Test("A text below the asked-for length is dropped with both numbers")
    func tooShort() {
        let page = SamplePages.page("<p>Twelve words are no article, however well they may be chosen.</p>")
        #expect(extract(page).dropReason == .tooShort(characters: 61, needed: 250))
        #expect(extract(page, limits: PageLimits(shortestText: 60)).dropReason == nil)
    }

    @Test(
        "A page without text for readers is dropped",
        arguments: [
            "<html></html>", "<html><head><title>Only a title</title></head></html>", "<body><img src=a.png></body>",
            "<script>let x = 'a long script, which goes on and on, and has commas'</script>", "<!-- a comment -->",
            "<html><frameset><frame src=a></frameset></html>", "<", "<!DOCTYPE html>", "   \n\t ",
        ]
    )
    func noText(page: String) {
        #expect(extract(page).dropReason == .noText)
    }

    @Test("No bytes are an empty page")
    func empty() {
        #expect(ArticleExtractor.extract([]) == .dropped(.empty))
    }

    @Test(
        "What isn't a page is dropped by its type or its first bytes",
        arguments: [
            ("application/pdf", "anything"), ("image/png", "anything"), ("application/json", "{}"),
            ("text/html", "%PDF-1.7 and so on"), (nil, "\u{1}\u{2}\u{0}binary"), ("text/css", "p { }"),
        ] as [(String?, String)]
    )
    func otherKinds(contentType: String?, content: String) {
        #expect(extract(content, contentType: contentType).dropReason?.word == "not_html")
    }

    @Test("Plain text gives its paragraphs, its first line as the title")
    func plainText() throws {
        let text = "The quay of Lindvik\r\n\r\n" + harbour.replacing("\n\n", with: "\r\n \r\n")
        let article = try extract(text, contentType: "text/plain").article()
        #expect(article.title == "The quay of Lindvik")
        #expect(article.text == harbour)
        #expect(extract("Too short.", contentType: "text/plain").dropReason?.word == "too_short")
    }

    @Test("HTML that a server calls plain text, or nothing, is read as HTML", arguments: ["text/plain", nil])
    func mislabelled(contentType: String?) throws {
        #expect(try extract(SamplePages.news, contentType: contentType).article().text == harbour)
    }

    @Test("A page without html, head and body elements is read")
    func fragment() throws {
        #expect(try extract(SamplePages.harbourMarkup).article().text == harbour)
    }

    @Test("Wrong nesting and missing end tags lose no text")
    func brokenTags() throws {
        let paragraphs = SamplePages.harbour.map { "<p><b><i>\($0)</b></i></div></span>" }.joined(separator: "\n")
        let article = try extract("<html><body><div class=x <div><table>\(paragraphs)").article()
        #expect(article.text == harbour)
    }

    @Test("Entities are read, unknown ones stay as they are")
    func entities() throws {
        let text =
            "Caf&eacute; &amp; bar &#8212; &#x201C;open&#x201D;&nbsp;late, fish &lt; meat, &unknown; and &copy; 2025."
        let article = try extract(SamplePages.page("<p>\(text)</p>" + SamplePages.harbourMarkup)).article()
        #expect(
            article.text.hasPrefix("Café & bar — “open” late, fish < meat, &unknown; and © 2025.\n\n")
        )
    }

    @Test("Comments, also those that hide markup, are no text")
    func comments() throws {
        let comment =
            "<!-- <p>Hidden, and long enough to be prose, if it were any; it is not.</p> --><!--[if IE]>x<![endif]-->"
        let body = SamplePages.harbour.map { "<p>\($0)</p>\(comment)" }.joined()
        #expect(try extract(SamplePages.page(body)).article().text == harbour)
    }

    @Test("Script-like text and pictures' markup in noscript are no text")
    func noscript() throws {
        let noscript =
            "<noscript>&lt;img src=\"x.png\" style=\"display:none\"&gt;, please, enable scripts, or go away.</noscript>"
        #expect(
            try extract(SamplePages.page(noscript + SamplePages.harbourMarkup + noscript)).article().text == harbour
        )
    }

    @Test("Hidden copies of the text don't double it")
    func hidden() throws {
        let hidden = "<div style='display: none'>\(SamplePages.harbourMarkup)</div><div hidden><p>\(harbour)</p></div>"
        #expect(try extract(SamplePages.page(hidden + SamplePages.harbourMarkup)).article().text == harbour)
    }

    @Test("White space of all kinds is folded, invisible characters go")
    func whiteSpace() throws {
        let spaced = SamplePages.harbour.map { paragraph in
            "<p>\n\t " + paragraph.split(separator: " ").joined(separator: " \u{A0}\u{2003}\n")
                + "\u{200B} \u{FEFF}</p>"
        }
        #expect(try extract(SamplePages.page(spaced.joined())).article().text == harbour)
    }

    @Test("Text that runs from right to left keeps its order and characters")
    func rightToLeft() throws {
        let sentence =
            "افتتح ميناء المدينة رصيفه الثاني يوم الثلاثاء، بعد أربع سنوات من وضع حجر الأساس، ورست عنده أول سفينة قادمة من الجنوب."
        let hebrew = "הנמל פתח את הרציף השני ביום שלישי, ארבע שנים לאחר הנחת אבן הפינה."
        let body = "<div dir=rtl>" + "<p>\(sentence)</p><p>\(sentence) \(hebrew)</p><p>\(hebrew) \(sentence)</p></div>"
        let article = try extract(SamplePages.page(body)).article()
        #expect(article.text == "\(sentence)\n\n\(sentence) \(hebrew)\n\n\(hebrew) \(sentence)")
        #expect(article.language == "ar")
    }

    @Test("Headings within the text stay, at its end they don't")
    func headings() throws {
        let body = "<p>\(SamplePages.harbour[0])</p><h2>Luck</h2><p>\(SamplePages.harbour[1])</p><h2>More</h2>"
        let article = try extract(SamplePages.page(body)).article()
        #expect(article.text == "\(SamplePages.harbour[0])\n\nLuck\n\n\(SamplePages.harbour[1])")
    }
}
