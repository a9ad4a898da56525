import ETLPipeline
import Flashpoints
import FoundationEssentials
import GRDB
import HTTPTransport
import Synchronization
import TestSupport
import Testing

/// The whole pipeline against a web site on loopback.
@Suite(.timeLimit(.minutes(5))) struct LoopbackTests {
    /// Small, and patient on a busy machine.
    private var limits: PipelineLimits {
        var limits = PipelineLimits()
        limits.navigation = .seconds(120)
        limits.pageBytes = 500_000
        return limits
    }

    private func process(
        _ flashpoint: Flashpoint,
        limits: PipelineLimits? = nil,
        store: (any ClusterStore)? = nil,
        report: @escaping @Sendable (PipelineReport) -> Void = { _ in }
    ) async throws -> Result<JSONValue, Failure> {
        let limits = limits ?? self.limits
        return try await HTTPTransport.withTransport(.fetch()) { transport in
            let pipeline = Pipeline.standard(
                limits: limits,
                transport: transport,
                store: store,
                clock: ContinuousClock(),
                jitter: { 0 }
            )
            return try await pipeline.process(flashpoint, date: "2025-01-31", cleanup: true, report: report).result
        }
    }

    private func flashpoint(_ paths: [String], at server: ScriptedServer) -> Flashpoint {
        Flashpoint(id: "fp", feeds: paths.map { Feed(url: $0.hasPrefix("/") ? server.url + $0 : $0) })
    }

    /// A site with a page for each telling, by name.
    private static func site(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let name = request.target.dropFirst().prefix { $0 != "?" }
        guard let telling = Stories.all.first(where: { $0.name == name }) else { return .answer(404, "gone") }
        let language = telling.name.hasPrefix("presa") ? "es" : "en"
        return .answer(200, Stories.page(telling, language: language), type: "text/html")
    }

    private func counts(_ result: Result<JSONValue, Failure>) throws -> JSONValue {
        try #require(try result.get()["feeds"]?["dropped"])
    }

    @Test("feeds become clusters, in the result and in the database")
    func wholeJob() async throws {
        try await withTemporaryFolder { folder in
            let site: ScriptedServer.Script = { Self.site($0) }
            try await withScriptedServer(site) { server in
                let path = folder.appending(path: "news.sqlite").path
                let reports = Mutex<[PipelineReport]>([])
                let paths =
                    Stories.all.map { "/\($0.name)" } + [
                        "/nowhere", "/dam-1", "/dam-1#part", "/dam-2?again", "gopher://x/",
                    ]
                let result = try await process(
                    flashpoint(paths, at: server),
                    store: SQLiteClusterStore(path: path, maximumConnections: 2)
                ) { report in reports.withLock { $0.append(report) } }
                let value = try result.get()
                let clusters = try #require(value["clusters"]?.arrayValue)
                #expect(clusters.map { $0["article_count"] } == [4, 3, 1])
                #expect(clusters.map { $0["languages"] } == [["en"], ["en"], ["es"]])
                #expect(clusters[0]["cluster_id"] == "fp-1")
                #expect(clusters[0]["flashpoint_id"] == "fp")
                #expect(clusters[0]["top_domains"] == ["127.0.0.1"])
                #expect(clusters[2]["urls"] == [.string(server.url + "/presa-1")])
                #expect(clusters[2]["images"] == [.string(server.url + "/images/presa-1.jpg")])
                #expect(value["feeds"]?["seen"] == 13)
                #expect(value["feeds"]?["used"] == 8)
                #expect(
                    value["feeds"]?["dropped"] == ["http 404": 1, "duplicate url": 2, "duplicate": 1, "scheme": 1]
                )
                #expect(value["loaded"] == true)
                let stages = try #require(value["seconds"]?.objectValue?.keys.sorted())
                #expect(stages == ["cluster", "extract", "fetch", "load", "summarise", "vectorise"])
                #expect(server.requests.count { $0.target == "/dam-1" } == 1)
                let rows = try await DatabaseQueue(path: path).read { database in
                    try Int.fetchOne(database, sql: "SELECT sum(article_count) FROM news_clusters_20250131")
                }
                #expect(rows == 8)
                let progress = reports.withLock { $0 }.filter { $0 == .progress(stage: "extract", done: 13, total: 13) }
                #expect(progress.count == 1)
            }
        }
    }

    @Test("the order of the feeds changes nothing", arguments: [1, 3, 5])
    func feedOrder(rotation: Int) async throws {
        let site: ScriptedServer.Script = { Self.site($0) }
        try await withScriptedServer(site) { server in
            let names = Stories.all.map { "/\($0.name)" } + ["/dam-2?again"]
            let turned = Array(names[rotation...].reversed() + names[..<rotation])
            let first = try await process(flashpoint(names, at: server)).get()
            let second = try await process(flashpoint(turned, at: server)).get()
            #expect(first["clusters"] == second["clusters"])
            #expect(first["feeds"] == second["feeds"])
        }
    }

    @Test("redirects are followed when they may be")
    func redirects() async throws {
        let replies: @Sendable (ScriptedServer.Request) -> ScriptedServer.Reply = { request in
            switch request.target {
            case "/moved": .answer(301, headers: [("Location", "/dam-1")])
            case "/elsewhere":
                .answer(
                    302,
                    headers: [
                        (
                            "Location",
                            "http://localhost:\(request.header("host")?.split(separator: ":").last ?? "")/dam-2"
                        )
                    ]
                )
            case "/loop": .answer(302, headers: [("Location", "/loop2")])
            case "/loop2": .answer(302, headers: [("Location", "/loop")])
            case "/file": .answer(302, headers: [("Location", "file:///etc/passwd")])
            default: Self.site(request)
            }
        }
        try await withScriptedServer(replies) { server in
            let result = try await process(flashpoint(["/moved", "/elsewhere", "/loop", "/file"], at: server))
            #expect(try result.get()["feeds"]?["used"] == 2)
            #expect(try counts(result) == ["redirect loop": 1, "redirect scheme": 1])
        }
    }

    @Test("compressed pages are read, compressed bombs are not")
    func compression() async throws {
        let packed = try #require(Data(base64Encoded: PackedPages.harbour))
        let bomb = try #require(Data(base64Encoded: PackedPages.millionLetters))
        let script: ScriptedServer.Script = { request in
            let data = request.target == "/bomb" ? bomb : packed
            return .answer(200, data: data, type: "text/html", headers: [("Content-Encoding", "gzip")])
        }
        try await withScriptedServer(script) { server in
            let result = try await process(flashpoint(["/harbour", "/bomb"], at: server))
            let summary = try result.get()["clusters"]?.arrayValue?.first?["summary"]?.stringValue
            #expect(summary?.contains("Veyra") == true)
            #expect(try counts(result) == ["too large": 1])
            #expect(server.requests.allSatisfy { $0.header("accept-encoding")?.contains("gzip") == true })
        }
    }

    @Test("the charset comes from the header, else from the page, and broken bytes cost no feed")
    func charsets() async throws {
        let text = Stories.spanish.text
        let latin = Data(text.unicodeScalars.map { UInt8($0.value < 256 ? $0.value : 63) })
        let script: ScriptedServer.Script = { request in
            switch request.target {
            case "/header":
                return .answer(200, data: Data("<p>".utf8) + latin, type: "text/html; charset=iso-8859-1")
            case "/meta":
                return .answer(200, data: Data("<meta charset=windows-1252><p>Dos. ".utf8) + latin, type: "text/html")
            default:
                return .answer(
                    200,
                    data: Data("<p>Tres. \(text) ".utf8) + Data([0xFF, 0xC3, 0x28]),
                    type: "text/html; charset=utf-8"
                )
            }
        }
        try await withScriptedServer(script) { server in
            let result = try await process(flashpoint(["/header", "/meta", "/broken"], at: server))
            #expect(try result.get()["feeds"]?["used"] == 3)
            let clusters = try #require(try result.get()["clusters"]?.arrayValue)
            #expect(clusters.count == 1)
            #expect(clusters[0]["summary"]?.stringValue?.contains("después") == true)
            #expect(clusters[0]["languages"] == ["es"])
        }
    }

    @Test("a server that recovers is asked again, one that resets and one that stays broken cost their feeds")
    func troubles() async throws {
        let tries = Mutex<[String: Int]>([:])
        let script: ScriptedServer.Script = { request in
            let count = tries.withLock { tries in
                tries[request.target, default: 0] += 1
                return tries[request.target, default: 0]
            }
            switch request.target {
            case "/dam-1" where count == 1: return .answer(500, "oops")
            case "/dam-2" where count == 1: return .reset
            case "/broken": return .answer(502, "bad gateway")
            default: return Self.site(request)
            }
        }
        try await withScriptedServer(script) { server in
            let result = try await process(flashpoint(["/dam-1", "/dam-2", "/broken"], at: server))
            #expect(try result.get()["feeds"]?["used"] == 2)
            #expect(try counts(result) == ["http 502": 1])
            #expect(tries.withLock { $0 } == ["/dam-1": 2, "/dam-2": 2, "/broken": 3])
        }
    }

    @Test("hostile pages end with a reason and the good one is used")
    func hostile() async throws {
        let letters = Data(repeating: UInt8(ascii: "a"), count: 50_000)
        let deep = String(repeating: "<div>", count: 60_000)
        let script: ScriptedServer.Script = { request in
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
            switch request.target {
            case "/endless":
                return ScriptedServer.Reply([.send(head + "\r\n"), .repeatForever(letters)])
            case "/announced":
                return ScriptedServer.Reply([.send(head + "Content-Length: 100000000\r\n\r\n"), .hang])
            case "/deep":
                return .answer(200, deep, type: "text/html")
            case "/thin":
                return .answer(200, "<p>Hello.</p>", type: "text/html")
            case "/picture":
                return .answer(200, "x", type: "image/png")
            default:
                return Self.site(request)
            }
        }
        try await withScriptedServer(script) { server in
            let paths = ["/endless", "/announced", "/deep", "/thin", "/picture", "/dam-1"]
            let result = try await process(flashpoint(paths, at: server))
            #expect(try result.get()["feeds"]?["used"] == 1)
            #expect(try counts(result) == ["too large": 2, "beyond limit": 1, "too short": 1, "not html": 1])
        }
    }

    @Test("a body that stops in the middle is dropped when its time is over")
    func slowBody() async throws {
        var limits = limits
        limits.navigation = .milliseconds(300)
        let reply = ScriptedServer.Reply([.send("HTTP/1.1 200 OK\r\n\r\n"), .drip("<p>Slow"), .hang])
        try await withScriptedServer(replies: [reply]) { server in
            // Alone: under load a good page beside it could run out of so short a time as well.
            let result = try await process(flashpoint(["/slow"], at: server), limits: limits)
            let failure = Failure(.timeout, stage: "fetch", "the only feed gave no article: 1 timeout")
            #expect(result == .failure(failure))
        }
    }

    @Test("a site that answers nothing makes the flashpoint overrun its stage")
    func scrapeOverrun() async throws {
        var limits = limits
        limits.scrape = .milliseconds(300)
        try await withScriptedServer(replies: [.hang]) { server in
            let result = try await process(flashpoint(["/a", "/b"], at: server), limits: limits)
            guard case .failure(let failure) = result else {
                Issue.record("it succeeded")
                return
            }
            #expect(failure.kind == .timeout)
            #expect(failure.stage == "extract")
        }
    }

    @Test("without a usable feed the flashpoint fails, and earlier rows stay")
    func nothingUsable() async throws {
        try await withTemporaryFolder { folder in
            let script: ScriptedServer.Script = { request in
                request.target == "/gone-for-now" ? .answer(503, "later") : Self.site(request)
            }
            try await withScriptedServer(script) { server in
                let path = folder.appending(path: "news.sqlite").path
                let store = SQLiteClusterStore(path: path, maximumConnections: 1)
                _ = try await process(flashpoint(["/dam-1"], at: server), store: store).get()
                let permanent = try await process(
                    flashpoint(["/nowhere", "/nothing", "ftp://x/"], at: server),
                    store: store
                )
                #expect(
                    permanent
                        == .failure(
                            Failure(.permanent, stage: "fetch", "none of 3 feeds gave an article: 2 http 404, 1 scheme")
                        )
                )
                let transient = try await process(flashpoint(["/nowhere", "/gone-for-now"], at: server), store: store)
                guard case .failure(let failure) = transient else {
                    Issue.record("it succeeded")
                    return
                }
                #expect(failure.kind == .transient)
                let rows = try await DatabaseQueue(path: path).read { database in
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM news_clusters_20250131")
                }
                #expect(rows == 1)
            }
        }
    }

    @Test("a flashpoint without feeds is fine and has no clusters")
    func noFeeds() async throws {
        let value = try await process(Flashpoint(id: "fp")).get()
        #expect(value["clusters"] == [])
        #expect(value["feeds"] == ["seen": 0, "used": 0, "dropped": [:]])
        #expect(value["loaded"] == false)
    }

    @Test("feeds beyond the limit are not fetched, and a slow page holds up only its own place")
    func bounds() async throws {
        var limits = limits
        limits.feeds = 4
        limits.concurrency = 2
        let bounded = limits
        let gate = Gate()
        let script: ScriptedServer.Script = { request in
            if request.index == 0 { return Self.site(request).after(gate) }
            return Self.site(request)
        }
        try await withScriptedServer(script) { server in
            let paths = Stories.all.map { "/\($0.name)" }
            async let result = process(flashpoint(paths, at: server), limits: bounded)
            // The first is held, so the others go through the one place that is left.
            try await server.waitForRequests(4)
            gate.open()
            #expect(try await counts(result) == ["too many feeds": 4])
        }
    }

    @Test("a cancelled caller is free at once, and the site loses its connection")
    func cancellation() async throws {
        try await withScriptedServer(replies: [.hang]) { server in
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await process(flashpoint(["/a", "/b"], at: server)) }
                try? await server.waitForRequests(2)
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("files are read like pages")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "a.html")
            try Data(Stories.page(Stories.dam[0]).utf8).write(to: file)
            let value = try await process(
                Flashpoint(id: "fp", feeds: [Feed(url: file.absoluteString, domain: "WWW.Paper.example")])
            ).get()
            #expect(value["feeds"]?["used"] == 1)
            #expect(value["clusters"]?.arrayValue?.first?["top_domains"] == ["paper.example"])
        }
    }
}
