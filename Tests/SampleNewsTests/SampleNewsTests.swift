import Flashpoints
import FoundationEssentials
import SampleNews
import Testing

@Suite("The sample's flashpoints")
struct SampleNewsTests {
    private let articles = SampleNews.stories.flatMap(\.articles)

    private func site() throws -> URL { try #require(URL(string: "http://127.0.0.1:4000")) }

    @Test("Twelve flashpoints hold 120 feeds: one many, a few some, most few")
    func sizesAreSkewed() {
        let sizes = SampleNews.stories.map(\.articles.count)
        #expect(sizes == [26, 7, 7, 18, 6, 5, 14, 8, 4, 11, 9, 5])
        #expect(sizes.reduce(0, +) == 120)
        #expect(Set(SampleNews.stories.map(\.id)).count == sizes.count)
    }

    @Test("A flashpoint has two or three stories, each told more than once", arguments: SampleNews.stories.map(\.id))
    func storiesRepeat(id: String) throws {
        let flashpoint = try #require(SampleNews.stories.first { $0.id == id })
        let stories = Dictionary(grouping: flashpoint.articles, by: \.story)
        #expect((2...3).contains(stories.count))
        #expect(stories.values.allSatisfy { $0.count >= 2 })
        #expect(!flashpoint.entities.isEmpty)
        #expect(flashpoint.articles.allSatisfy { Set($0.paragraphs).count == $0.paragraphs.count })
    }

    @Test("Every article that has a text has 90 to 200 words in three to five paragraphs")
    func lengthsAreRight() {
        for article in articles where !article.paragraphs.isEmpty {
            let words = article.paragraphs.flatMap { $0.split(separator: " ") }.count
            #expect((90...200).contains(words), "\(article.headline): \(words) words")
            #expect((3...5).contains(article.paragraphs.count), "\(article.headline)")
        }
    }

    @Test("No headline, path or paragraph appears twice")
    func nothingRepeats() {
        let paragraphs = articles.flatMap(\.paragraphs)
        #expect(Set(articles.map(\.headline)).count == articles.count)
        #expect(Set(articles.map(\.path)).count == articles.count)
        #expect(Set(articles.map(\.imagePath)).count == articles.count)
        #expect(Set(paragraphs).count == paragraphs.count)
    }

    @Test("Publishers are invented: every domain ends in .example, which nobody can register")
    func domainsAreReserved() {
        #expect(articles.allSatisfy { $0.domain.hasSuffix(".example") })
        #expect(Set(articles.map(\.domain)).count >= 12)
    }

    @Test("Most articles are English, ten to fifteen Spanish, French or German")
    func languagesDiffer() {
        let counts = Dictionary(grouping: articles, by: \.language).mapValues(\.count)
        #expect(Set(counts.keys) == ["en", "es", "fr", "de"])
        #expect((10...15).contains(articles.count - (counts["en"] ?? 0)))
    }

    @Test("There is one feed of each trouble, in three of the flashpoints")
    func troublesAreFew() {
        let troubled = SampleNews.stories.filter { $0.articles.contains { $0.trouble != nil } }
        #expect(
            articles.compactMap(\.trouble).map(\.rawValue).sorted() == ["latin1", "missing", "moved", "navigation"]
        )
        #expect(troubled.map(\.id) == ["veyra-strait", "norvik-grid", "orsa-dam"])
    }

    @Test("Paths are plain ASCII and need no escapes")
    func pathsArePlain() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-./")
        #expect(articles.allSatisfy { $0.pagePath.allSatisfy(allowed.contains) })
        #expect(articles.allSatisfy { $0.path.allSatisfy(allowed.contains) })
    }

    @Test("Feeds point at the given site and carry what a feed knows")
    func feedsPointAtSite() throws {
        let flashpoints = SampleNews.flashpoints(site: try site())
        #expect(flashpoints.map(\.id) == SampleNews.stories.map(\.id))
        let feed = try #require(flashpoints.first?.feeds.first)
        let path =
            "harbour-post.example/2025/10/01/container-ship-halden-grace-runs-aground-and-closes-the-strait-of-veyra"
        #expect(feed.url == "http://127.0.0.1:4000/" + path)
        #expect(feed.id == "veyra-strait-1")
        #expect(feed.title == "Container ship Halden Grace runs aground and closes the Strait of Veyra")
        #expect(feed.domain == "harbour-post.example")
        #expect(feed.language == "en")
        #expect(feed.seendate == "2025-10-01T05:20:00Z")
        #expect(feed.image?.hasPrefix("http://127.0.0.1:4000/harbour-post.example/images/") == true)
        #expect(flashpoints.allSatisfy { !$0.domains.isEmpty && $0.description?.isEmpty == false })
    }

    @Test("A root with a slash at its end makes the same addresses")
    func trailingSlashIsIgnored() throws {
        let slashed = try #require(URL(string: "http://127.0.0.1:4000/"))
        #expect(SampleNews.flashpoints(site: slashed) == SampleNews.flashpoints(site: try site()))
    }

    @Test("Written as JSON, the flashpoints are an input that reads back the same", .timeLimit(.minutes(5)))
    func readsBackAsInput() async throws {
        let flashpoints = SampleNews.flashpoints(site: try site())
        let file = Array(try JSONCoding.encode(flashpoints))
        var chunks = [file]
        var reader = InputReader(source: "sample.json") { [chunk = chunks.removeFirst()] in chunk }
        var read: [Flashpoint] = []
        while read.count < flashpoints.count, let item = try await reader.next() { read.append(item.flashpoint) }
        #expect(read == flashpoints)
    }
}
