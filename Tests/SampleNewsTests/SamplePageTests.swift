import Testing

@testable import SampleNews

@Suite("The sample's pages")
struct SamplePageTests {
    private let articles = SampleNews.stories.flatMap(\.articles)

    private func page(of article: SampleArticle) -> SamplePage { SamplePage(article: article, related: []) }

    @Test("All three looks are in use, by several publishers each")
    func looksAreInUse() {
        let looks = Dictionary(grouping: Set(articles.map(\.domain))) { domain in
            articles.first { $0.domain == domain }.map { page(of: $0).look }
        }
        #expect(looks.count == SamplePage.Look.allCases.count)
        #expect(looks.values.allSatisfy { $0.count >= 2 })
    }

    @Test(
        "A page has its text, in order, and around it what an extractor must leave out",
        arguments: SamplePage.Look.allCases
    )
    func pageHasTextAndSurroundings(look: SamplePage.Look) throws {
        let article = try #require(articles.first { $0.trouble == nil && page(of: $0).look == look })
        let html = SamplePage(article: article, related: [articles[3], articles[4]]).html()
        var rest = html[...]
        for paragraph in article.paragraphs {
            let found = try #require(rest.firstRange(of: "<p>\(paragraph.htmlEscaped)</p>"))
            rest = rest[found.upperBound...]
        }
        for furniture in ["cookie", "share", "comments", "related", "<footer", "<script>", "og:title", "<form"] {
            #expect(html.contains(furniture), "\(furniture)")
        }
        #expect(html.contains(articles[3].path))
    }

    @Test("A page that is only navigation has its headline in the head alone")
    func navigationHasNoArticle() throws {
        let article = try #require(articles.first { $0.trouble == .navigation })
        let html = page(of: article).html()
        let body = try #require(html.firstRange(of: "<body"))
        #expect(html[..<body.lowerBound].contains(article.headline))
        #expect(!html[body.lowerBound...].contains(article.headline))
    }

    @Test(
        "The words around an article are in its language",
        arguments: [("en", "Comments"), ("es", "Comentarios"), ("fr", "Commentaires"), ("de", "Kommentare")]
    )
    func furnitureIsTranslated(language: String, comments: String) throws {
        let article = try #require(articles.first { $0.language == language })
        #expect(page(of: article).html().contains("<h3>\(comments)</h3>"))
    }

    @Test("Characters with a meaning in HTML are escaped in text and attributes")
    func escapes() {
        #expect("a < b & \"c\" > d".htmlEscaped == "a &lt; b &amp; &quot;c&quot; &gt; d")
        let article = SampleArticle(
            headline: "Salt & <Sea>",
            domain: "quay.example",
            language: "en",
            date: SampleArticle.Moment(year: 2025, month: 1, day: 2, hour: 3, minute: 4),
            byline: "A & B",
            story: "s",
            trouble: nil,
            paragraphs: ["1 < 2"]
        )
        let html = page(of: article).html()
        #expect(html.contains("content=\"Salt &amp; &lt;Sea&gt;\""))
        #expect(html.contains("<p>1 &lt; 2</p>"))
        #expect(!html.contains("<Sea>"))
    }
}
