import FoundationEssentials
import Testing

@testable import ArticleExtraction

@Suite("What a page says about itself")
struct PageMetadataTests {
    private func article(head: String, body: String = "", html: String = "", url: String? = nil) throws -> Article {
        try extract(
            "<html \(html)><head>\(head)</head><body>\(body)\(SamplePages.harbourMarkup)</body></html>",
            url: url
        )
        .article()
    }

    @Test(
        "The headline is told from the site's name",
        arguments: [
            ("<title>A quay for the north | Gazette</title>", "", "A quay for the north"),
            (
                "<title>A quay for the north - The Coast Gazette</title>", "<h1>A quay for the north</h1>",
                "A quay for the north"
            ),
            ("<title>Gazette: A quay for all</title>", "<h1>A quay for all</h1>", "A quay for all"),
            ("<title>Gazette | Quay</title><meta property=og:site_name content=Gazette>", "", "Quay"),
            ("<title>Storm - what we know of it so far today</title>", "", "Storm - what we know of it so far today"),
            (
                "<meta property=og:title content='Quay – Gazette'><meta property=og:site_name content=gazette>", "",
                "Quay"
            ),
            ("<meta property=og:title content='  Two\n words '><title>x</title>", "<h1>y</h1>", "Two words"),
            ("", "<h1>Only a <i>heading</i></h1>", "Only a heading"),
            ("<title></title>", "", ""),
        ]
    )
    func headline(head: String, body: String, expected: String) throws {
        #expect(try article(head: head, body: body).title == expected)
    }

    @Test(
        "Addresses are absolute where the page's is known",
        arguments: [
            ("/news/quay", "https://gazette.example/a/b?c", "https://gazette.example/news/quay"),
            ("quay", "https://gazette.example/a/b", "https://gazette.example/a/quay"),
            ("//cdn.example/quay", "https://gazette.example/a", "https://cdn.example/quay"),
            ("https://other.example/x", "https://gazette.example/a", "https://other.example/x"),
            ("/news/quay", nil, "/news/quay"), ("javascript:void(0)", "https://gazette.example/", nil),
        ] as [(String, String?, String?)]
    )
    func addresses(declared: String, page: String?, expected: String?) throws {
        let head = "<link rel='alternate canonical' href='\(declared)'><meta name=twitter:image content='\(declared)'>"
        let article = try article(head: head, url: page)
        #expect(article.canonicalURL == expected)
        #expect(article.image == expected)
    }

    @Test("Without a declared picture the first big one leads")
    func bigPicture() throws {
        let body = "<img src=/logo.png width=100 height=40><img src=/quay.jpg width=800px height=600><img src=/c.jpg>"
        #expect(try article(head: "", body: body, url: "http://a.example/").image == "http://a.example/quay.jpg")
        #expect(try article(head: "", body: "<img src=/logo.png>", url: "http://a.example/").image == nil)
    }

    @Test(
        "Dates are read in the forms of ISO 8601, others are nil",
        arguments: [
            ("2025-03-04T09:30:00+01:00", 1_741_077_000), ("2025-03-04T08:30:00Z", 1_741_077_000),
            ("2025-03-04T08:30:00.123Z", 1_741_077_000), ("2025-03-04 08:30", 1_741_077_000),
            ("2025-03-04T03:00:00-0530", 1_741_077_000), ("2025-03-04", 1_741_046_400), ("4 March 2025", nil),
            ("2025-13-04", nil), ("2025-03-04T25:00:00Z", nil), ("", nil), ("2025-03-04T", nil), ("2025-03-04Tx", nil),
        ] as [(String, Double?)]
    )
    func dates(text: String, seconds: Double?) throws {
        #expect(PublishedDate.parse(text) == seconds.map { Date(timeIntervalSince1970: $0) })
        let declared = "<meta property='article:published_time' content='\(text)'>"
        #expect(try article(head: declared).published == seconds.map { Date(timeIntervalSince1970: $0) })
    }

    @Test("The first time element is the last resort for the date")
    func timeElement() throws {
        let body = "<time>then</time><time datetime=2025-03-04>now</time>"
        #expect(try article(head: "", body: body).published == Date(timeIntervalSince1970: 1_741_046_400))
    }

    @Test(
        "The declared language counts unless the words are clearly of another",
        arguments: [
            ("lang=en-GB", "", "en"), ("lang=de", "", "en"), ("", "<meta property=og:locale content=en_US>", "en"),
            ("", "", "en"), ("xml:lang=sco", "", "sco"), ("lang='{{lang}}'", "", "en"),
        ]
    )
    func language(html: String, head: String, expected: String) throws {
        #expect(try article(head: head, html: html).language == expected)
    }

    @Test(
        "The language of a text is told from its script and its common words",
        arguments: [
            ("Der Hafen hat am Dienstag den zweiten Kai eröffnet, und das Schiff ist nicht das erste von dort.", "de"),
            (
                "Le port a ouvert son quai et les navires sont dans la ville pour la première fois, ce qui est une joie.",
                "fr"
            ),
            (
                "El puerto abrió el muelle y los barcos llegaron a la ciudad por primera vez, lo que es una alegría para todos.",
                "es"
            ),
            (
                "Порт открыл причал, и это не первый корабль, как он сказал на встрече, что так же было для города.",
                "ru"
            ),
            ("Порт відкрив причал, і це не перший корабель, як він сказав, що це було також для міста.", "uk"),
            ("港は火曜日に二番目の埠頭を開きました。", "ja"), ("港口于星期二开放了第二个码头。", "zh"),
            ("항구는 화요일에 두 번째 부두를 열었다.", "ko"), ("بندر دومین اسکله‌ی خود را گشود و کشتی‌های پهلو گرفته", "fa"),
            ("xyz 123", nil),
        ] as [(String, String?)]
    )
    func guess(text: String, expected: String?) {
        #expect(LanguageGuess.language(of: text, declared: nil) == expected)
    }
}
