import Flashpoints
import FoundationEssentials
import HTTPTransport
import SampleNews
import TestSupport
import Testing

@Suite("The sample's site")
struct SampleSiteTests {
    private struct Stop: Error {}

    private let articles = SampleNews.stories.flatMap(\.articles)

    private func get(_ path: String, method: String = "GET", from site: URL) -> TransportRequest {
        TransportRequest(method: method, url: site.absoluteString + path, deadline: .seconds(30), bodyLimit: 1 << 20)
    }

    private func article(with trouble: SampleArticle.Trouble) throws -> SampleArticle {
        try #require(articles.first { $0.trouble == trouble })
    }

    /// Calls `body` with a site that answers at once.
    private func withSite<Value: Sendable>(
        _ body: @Sendable (_ site: URL, _ transport: HTTPTransport) async throws -> Value
    ) async throws -> Value {
        try await SampleSite.run(latencyScale: 0) { site in
            try await HTTPTransport.withTransport(.fetch()) { try await body(site, $0) }
        }
    }

    @Test(
        "Every sound feed is a page with its headline",
        .timeLimit(.minutes(5)),
        arguments: SampleNews.stories.map(\.id)
    )
    func servesFeeds(id: String) async throws {
        let story = try #require(SampleNews.stories.first { $0.id == id })
        try await withSite { site, transport in
            let flashpoint = try #require(SampleNews.flashpoints(site: site).first { $0.id == id })
            for (feed, article) in zip(flashpoint.feeds, story.articles) where article.trouble == nil {
                let request = TransportRequest(url: feed.url, deadline: .seconds(30), bodyLimit: 1 << 20)
                let page = try await transport.send(request)
                let title = try #require(feed.title)
                #expect(page.status == 200)
                #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
                #expect(String(decoding: page.body, as: UTF8.self).contains(">\(title)</h"), "\(feed.url)")
            }
        }
    }

    @Test("Every picture that a feed names is there", .timeLimit(.minutes(5)))
    func servesPictures() async throws {
        try await withSite { [articles] site, transport in
            for article in articles {
                let picture = try await transport.send(get(article.imagePath, from: site))
                #expect(picture.status == 200)
                #expect(picture.headers["Content-Type"] == "image/svg+xml")
            }
        }
    }

    @Test("The missing page and paths that never were are answered 404", .timeLimit(.minutes(5)))
    func missingPages() async throws {
        let gone = try article(with: .missing).path
        try await withSite { site, transport in
            for path in [gone, "/", "/nobody.example/2025/10/01/nothing"] {
                let answer = try await transport.send(get(path, from: site))
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test("The moved page redirects to a path that has it", .timeLimit(.minutes(5)))
    func movedPage() async throws {
        let moved = try article(with: .moved)
        try await withSite { site, transport in
            let hop = try await transport.send(get(moved.path, from: site))
            #expect(hop.status == 301)
            let location = try #require(hop.headers["Location"])
            #expect(location.hasPrefix("/"))
            let page = try await transport.send(get(location, from: site))
            #expect(page.status == 200)
            #expect(String(decoding: page.body, as: UTF8.self).contains(moved.headline))
        }
    }

    @Test("The page in ISO-8859-1 says so in its header only", .timeLimit(.minutes(5)))
    func latin1Page() async throws {
        let latin1 = try article(with: .latin1)
        try await withSite { site, transport in
            let page = try await transport.send(get(latin1.path, from: site))
            #expect(page.headers["Content-Type"] == "text/html; charset=iso-8859-1")
            #expect(String(validating: page.body, as: UTF8.self) == nil)
            let text = String(String.UnicodeScalarView(page.body.map { Unicode.Scalar($0) }))
            #expect(text.contains("évacuateur de crues"))
            #expect(!text.lowercased().contains("<meta charset"))
        }
    }

    @Test("HEAD has a header alone, and nothing can be posted", .timeLimit(.minutes(5)))
    func methods() async throws {
        let path = articles[0].path
        try await withSite { site, transport in
            let head = try await transport.send(get(path, method: "HEAD", from: site))
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            let post = try await transport.send(get(path, method: "POST", from: site))
            #expect(post.status == 405)
        }
    }

    @Test("A page comes after its latency times the scale, a redirect at once", .timeLimit(.minutes(5)))
    func waitsForLatency() async throws {
        let clock = TestClock()
        let path = articles[0].path
        let moved = try article(with: .moved).path
        let wait = Duration.seconds(SampleLatency.seconds(path: path) * 10)
        try await SampleSite.run(latencyScale: 10, clock: clock) { site in
            try await HTTPTransport.withTransport(.fetch()) { transport in
                async let page = transport.send(get(path, from: site))
                await clock.waitForSleepers()
                clock.advance(by: wait - .milliseconds(1))
                #expect(clock.sleeperCount == 1)
                let hop = try await transport.send(get(moved, from: site))
                #expect(hop.status == 301)
                clock.advance(by: .milliseconds(1))
                let answer = try await page
                #expect(answer.status == 200)
            }
        }
    }

    @Test("The scope ends although a request still waits, and the port is closed then", .timeLimit(.minutes(5)))
    func endsWithRequestInFlight() async throws {
        let clock = TestClock()
        let path = articles[0].path
        try await HTTPTransport.withTransport(.fetch()) { transport in
            try await withThrowingTaskGroup(of: Int?.self) { readers in
                let (roots, root) = AsyncStream.makeStream(of: URL.self, bufferingPolicy: .bufferingNewest(1))
                readers.addTask {
                    for await site in roots { return try? await transport.send(get(path, from: site)).status }
                    return nil
                }
                let site = try await SampleSite.run(clock: clock) { site in
                    root.yield(site)
                    await clock.waitForSleepers()
                    return site
                }
                let status = try await readers.next() ?? nil
                #expect(status != 200)
                await #expect(throws: HTTPFailure.self) { try await transport.send(get(path, from: site)) }
            }
        }
    }

    @Test("An error of the body is the error of the scope", .timeLimit(.minutes(5)))
    func passesErrorsOn() async {
        await #expect(throws: Stop.self) {
            try await SampleSite.run(latencyScale: 0) { _ in throw Stop() }
        }
    }

    @Test("A cancelled scope ends", .timeLimit(.minutes(5)))
    func endsWhenCancelled() async {
        let forever = Gate()
        let started = Gate()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await SampleSite.run { _ in
                        started.open()
                        try await forever.wait()
                    }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            try? await started.wait()
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test("Several sites stand side by side", .timeLimit(.minutes(5)))
    func severalSites() async throws {
        try await withSite { first, _ in
            try await withSite { second, transport in
                #expect(first != second)
                for site in [first, second] {
                    let answer = try await transport.send(get("/", from: site))
                    #expect(answer.status == 404)
                }
            }
        }
    }
}
