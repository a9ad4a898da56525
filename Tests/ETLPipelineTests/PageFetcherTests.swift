import ETLPipeline
import Flashpoints
import FoundationEssentials
import HTTPTransport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PageFetcherTests {
    private let clock = TestClock()

    private func fetch(
        _ url: String,
        limits: PipelineLimits = PipelineLimits(),
        through transport: ScriptedTransport
    ) async throws -> Page {
        let fetcher = PageFetcher(transport: transport, limits: limits, clock: clock, jitter: { 0.5 })
        return try await fetcher.page(for: Feed(url: url))
    }

    /// The drop that fetching `url` ends with.
    private func drop(_ url: String, through transport: ScriptedTransport) async -> FeedDrop? {
        do {
            let page = try await fetch(url, through: transport)
            Issue.record("a page came: \(page.url)")
            return nil
        } catch {
            return error as? FeedDrop
        }
    }

    @Test("a page comes with its type and address, and the request names the program")
    func page() async throws {
        let transport = ScriptedTransport { _, _ in .html("<p>hello") }
        let page = try await fetch("https://example.com/a", through: transport)
        #expect(page.body == Data("<p>hello".utf8))
        #expect(page.contentType == "text/html; charset=utf-8")
        #expect(page.url == "https://example.com/a")
        let request = try #require(transport.requests.first)
        #expect(request.headers["User-Agent"] == "etl-dash/1 (news pipeline)")
        #expect(request.bodyLimit == 10_000_000)
        #expect(request.deadline == .seconds(1800))
    }

    @Test(
        "addresses that are none of ours are never requested",
        arguments: [
            ("ftp://example.com/a", "scheme"), ("javascript:alert(1)", "scheme"), ("data:text/html,x", "scheme"),
            ("/relative", "bad url"), ("", "bad url"), ("http://", "bad url"), ("http:///x", "bad url"),
            ("file://elsewhere/etc/hosts", "bad url"), ("file:///", "not a file"), ("file:///dev/zero", "not a file"),
            ("file:///no/such/page.html", "no file"),
        ]
    )
    func refused(url: String, reason: String) async throws {
        let transport = ScriptedTransport { _, _ in .html("") }
        let drop = await drop(url, through: transport)
        #expect(drop?.reason == reason)
        #expect(drop?.kind == .permanent)
        #expect(transport.requests.isEmpty)
    }

    @Test("redirects are followed to the page, relative ones too")
    func redirects() async throws {
        let transport = ScriptedTransport { request, _ in
            switch request.url {
            case "http://a.example/1": .redirect(to: "/2?x=1#part", status: 301)
            case "http://a.example/2?x=1": .redirect(to: "https://b.example/3", status: 308)
            default: .html("found")
            }
        }
        let page = try await fetch("http://a.example/1", through: transport)
        #expect(page.url == "https://b.example/3")
        #expect(
            transport.requests.map(\.url) == ["http://a.example/1", "http://a.example/2?x=1", "https://b.example/3"]
        )
    }

    @Test(
        "redirects that lead astray are not followed",
        arguments: [
            ("file:///etc/passwd", "redirect scheme"), ("ftp://b.example/", "redirect scheme"),
            ("http://a.example/1", "redirect loop"), ("", "bad redirect"), ("http://", "redirect scheme"),
            ("http://127.0.0.1/", "redirect to local address"),
            ("http://169.254.169.254/latest/meta-data", "redirect to local address"),
            ("http://[::1]/", "redirect to local address"), ("http://0x7f000001/", "redirect to local address"),
        ]
    )
    func astray(location: String, reason: String) async throws {
        let transport = ScriptedTransport { _, _ in .redirect(to: location) }
        let drop = await drop("http://a.example/1", through: transport)
        #expect(drop?.reason == reason)
        #expect(transport.requests.count == 1)
    }

    @Test("a redirect without a target and one redirect too many")
    func badRedirects() async throws {
        let bare = ScriptedTransport { _, _ in TransportResponse(status: 302) }
        #expect(await drop("http://a.example/", through: bare)?.reason == "bad redirect")
        let endless = ScriptedTransport { _, index in .redirect(to: "/\(index)") }
        #expect(await drop("http://a.example/", through: endless)?.reason == "redirects")
        #expect(endless.requests.count == 6)
    }

    @Test("a local feed may redirect to local addresses")
    func localRedirect() async throws {
        let transport = ScriptedTransport { request, _ in
            request.url.contains("127.0.0.1") ? .redirect(to: "http://localhost:8080/b") : .html("found")
        }
        #expect(try await fetch("http://127.0.0.1:8080/a", through: transport).url == "http://localhost:8080/b")
    }

    @Test("each hop has the time that is left")
    func remainingTime() async throws {
        let clock = clock
        let transport = ScriptedTransport { request, index in
            clock.advance(by: .seconds(600))
            return index == 0 ? .redirect(to: "/2") : .html("found")
        }
        _ = try await fetch("http://a.example/1", through: transport)
        #expect(transport.requests.map(\.deadline) == [.seconds(1800), .seconds(1200)])
    }

    @Test(
        "a status other than 200 drops the feed; one that may pass is tried twice more",
        arguments: [(403, 1), (404, 1), (410, 1), (204, 1), (429, 3), (500, 3), (503, 3)]
    )
    func statuses(status: Int, requests: Int) async throws {
        let transport = ScriptedTransport { _, _ in TransportResponse(status: status) }
        async let drop = drop("http://a.example/", through: transport)
        for _ in 1..<requests {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(1))
        }
        #expect(await drop?.reason == "http \(status)")
        #expect(await drop?.kind == (requests == 1 ? .permanent : .transient))
        #expect(transport.requests.count == requests)
    }

    @Test("a server that recovers gives its page")
    func recovers() async throws {
        let transport = ScriptedTransport { _, index in
            switch index {
            case 0: TransportResponse(status: 503, headers: ["Retry-After": "20"])
            case 1: throw HTTPFailure.lostAnswer(at: "GET http://a.example/", why: "reset")
            default: .html("found")
            }
        }
        async let page = fetch("http://a.example/", through: transport)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(19))
        #expect(transport.requests.count == 1)
        clock.advance(by: .seconds(1))
        try await waitForRequests(2, of: transport)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(try await page.body == Data("found".utf8))
    }

    /// Yields until the transport has seen `count` requests; the suite's limit ends it when they never come.
    private func waitForRequests(_ count: Int, of transport: ScriptedTransport) async throws {
        while transport.requests.count < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("a server that asks for a long wait is not waited for")
    func longRetryAfter() async throws {
        let transport = ScriptedTransport { _, _ in TransportResponse(status: 429, headers: ["Retry-After": "3600"]) }
        #expect(await drop("http://a.example/", through: transport)?.reason == "http 429")
        #expect(transport.requests.count == 1)
    }

    @Test(
        "failures of the transport have their reasons",
        arguments: [
            (HTTPFailure.invalidURL(at: "x", why: "y"), "bad url", FailureClass.permanent),
            (.bodyTooLarge(at: "x", limit: 3), "too large", .permanent),
            (.timedOut(at: "x", .reading, after: .seconds(9)), "timeout", .timeout),
        ]
    )
    func failures(failure: HTTPFailure, reason: String, kind: FailureClass) async throws {
        let drop = await drop("http://a.example/", through: ScriptedTransport { _, _ in throw failure })
        #expect(drop?.reason == reason)
        #expect(drop?.kind == kind)
        #expect(drop?.detail == failure.description)
    }

    @Test("no connection is tried three times in all")
    func noConnection() async throws {
        let transport = ScriptedTransport { _, _ in throw HTTPFailure.notSent(at: "x", why: "refused") }
        async let drop = drop("http://a.example/", through: transport)
        for _ in 0..<2 {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(1))
        }
        #expect(await drop?.reason == "no connection")
        #expect(await drop?.kind == .transient)
        #expect(transport.requests.count == 3)
    }

    @Test("a page that never comes is dropped when its time is over")
    func slowPage() async throws {
        let clock = clock
        let transport = ScriptedTransport { _, _ in
            try await clock.sleep(for: .seconds(100_000))
            return .html("late")
        }
        async let drop = drop("http://a.example/", through: transport)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1800))
        #expect(await drop?.reason == "timeout")
        #expect(await drop?.kind == .timeout)
        #expect(clock.sleeperCount == 0)
    }

    @Test("pages of other kinds are not read", arguments: ["application/pdf", "image/png", "video/mp4; x=y"])
    func kinds(type: String) async throws {
        let transport = ScriptedTransport { _, _ in
            TransportResponse(status: 200, headers: ["Content-Type": type], body: Data([1]))
        }
        let drop = await drop("http://a.example/", through: transport)
        #expect(drop?.reason == "not html")
        #expect(drop?.detail.contains(type) == true)
    }

    @Test("a file is read up to the limit")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "a page.html")
            try Data("<p>from a file".utf8).write(to: file)
            let transport = ScriptedTransport { _, _ in .html("") }
            let page = try await fetch(file.absoluteString, through: transport)
            #expect(page.body == Data("<p>from a file".utf8))
            var limits = PipelineLimits()
            limits.pageBytes = 5
            await #expect(throws: FeedDrop.self) {
                try await fetch(file.absoluteString, limits: limits, through: transport)
            }
            #expect(await drop(folder.absoluteString, through: transport)?.reason == "not a file")
            #expect(transport.requests.isEmpty)
        }
    }
}
