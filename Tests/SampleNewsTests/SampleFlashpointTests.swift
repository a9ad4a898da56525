import SampleNews
import Testing

@Suite("Reading a flashpoint's text")
struct SampleFlashpointTests {
    private static let text = """
        id: ferry
        title: The ferry: a new one
        description: A ferry is built.
        entities: Lund; Holm Island

        # A ferry for Holm
        @ quay.example | en | 2025-10-01 06:05 | Ann Lee | launch
        The ferry is
        built.

        It swims.

        # Où est le bac ?
        @ le-quai.example | fr | 2025-12-31 23:59 | Luc | delay
        ! moved

        Le bac est en retard.

        # Gone
        @ quay.example | en | 2025-10-02 00:00 | Ann Lee | delay
        ! missing
        """

    @Test("Headers, articles, paragraphs over several lines and troubles are read")
    func readsText() throws {
        let ferry = try SampleFlashpoint(parsing: Self.text)
        #expect(ferry.id == "ferry")
        #expect(ferry.title == "The ferry: a new one")
        #expect(ferry.description == "A ferry is built.")
        #expect(ferry.entities == ["Lund", "Holm Island"])
        #expect(ferry.domains == ["quay.example", "le-quai.example"])
        try #require(ferry.articles.count == 3)
        #expect(ferry.articles[0].headline == "A ferry for Holm")
        #expect(ferry.articles[0].paragraphs == ["The ferry is built.", "It swims."])
        #expect(ferry.articles[0].byline == "Ann Lee")
        #expect(ferry.articles[0].story == "launch")
        #expect(ferry.articles[0].trouble == nil)
        #expect(ferry.articles[1].trouble == .moved)
        #expect(ferry.articles[1].paragraphs == ["Le bac est en retard."])
        #expect(ferry.articles[2].trouble == .missing)
        #expect(ferry.articles[2].paragraphs == [])
    }

    @Test("Addresses and names follow from domain, date and headline")
    func derivesAddresses() throws {
        let articles = try SampleFlashpoint(parsing: Self.text).articles
        #expect(articles[0].path == "/quay.example/2025/10/01/a-ferry-for-holm")
        #expect(articles[0].pagePath == articles[0].path)
        #expect(articles[0].imagePath == "/quay.example/images/a-ferry-for-holm.svg")
        #expect(articles[0].date.iso8601 == "2025-10-01T06:05:00Z")
        #expect(articles[1].path == "/le-quai.example/2025/12/31/ou-est-le-bac")
        #expect(articles[1].pagePath == "/le-quai.example/archive/ou-est-le-bac.html")
        #expect(articles[1].publisher == "Le Quai")
    }

    @Test(
        "A malformed text is an error that names the line",
        arguments: [
            ("owner: me", 1, "begins with one of"),
            ("id: a\nid: b", 2, "given before"),
            ("id: a\ntitle: b\ndescription: c\n# H\n@ d.example | en | 2025-10-01 06:05 | A | s\nText.", 6, "entities"),
            ("id: a\ntitle: b\ndescription: c\nentities: d", 4, "without an article"),
            ("# H\nText.", 2, "begins with “@ ”"),
            ("# H\n# I", 1, "no line that begins"),
            ("# H\n@ d.example | en | 2025-10-01 06:05 | A", 2, "one line"),
            ("# H\n@ d.example | en | 2025-13-01 06:05 | A | s", 2, "one line"),
            ("# H\n@ d.example | en | 1 Oct 2025 | A | s", 2, "one line"),
            ("# H\n@ d.example | en | 2025-10-01 06:05 | A | s\n! late", 3, "the trouble is one of"),
            ("# H\n@ d.example | en | 2025-10-01 06:05 | A | s", 1, "has no text"),
            ("# H\n@ d.example | en | 2025-10-01 06:05 | A | s\n! missing\nText.", 1, "has no text"),
        ]
    )
    func rejectsMalformed(text: String, line: Int, part: String) throws {
        let error = try #require(throws: SampleTextError.self) { try SampleFlashpoint(parsing: text) }
        #expect(error.line == line)
        #expect(error.description.contains(part), "\(error)")
    }
}
