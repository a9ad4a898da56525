import FoundationEssentials
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite("HTTPTransport", .timeLimit(.minutes(5)))
struct HTTPTransportTests {
    typealias Reply = ScriptedServer.Reply

    private func request(
        _ url: String,
        body: String? = nil,
        deadline: Duration = .seconds(20),
        limit: Int = 1 << 20,
        overflow: TransportRequest.Overflow = .fail
    ) -> TransportRequest {
        TransportRequest(
            method: body == nil ? "GET" : "POST",
            url: url,
            headers: ["Authorization": "Bearer hidden"],
            body: body.map { Data($0.utf8) },
            deadline: deadline,
            bodyLimit: limit,
            overflow: overflow
        )
    }

    /// What the request fails with; records an issue when it does not.
    private func failure(
        _ request: TransportRequest,
        _ kind: HTTPTransport.Kind = .control
    ) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) {
            try await HTTPTransport.withTransport(kind) { try await $0.send(request) }
        }
    }

    @Test("A request arrives as written and its answer comes back whole")
    func roundTrip() async throws {
        try await withScriptedServer(replies: [.answer(201, "{\"a\":1}", headers: [("X-Two", "1"), ("x-two", "2")])]) {
            server in
            let response = try await HTTPTransport.withTransport(.control) {
                try await $0.send(request(server.url + "/v2/run?x=%20y", body: "{}"))
            }
            #expect(response.status == 201)
            #expect(response.body == Data("{\"a\":1}".utf8))
            #expect(response.headers["content-TYPE"] == "application/json")
            #expect(response.headers.all("x-two") == ["1", "2"])
            #expect(!response.isTruncated)
            let sent = try #require(server.requests.first)
            #expect(sent.method == "POST")
            #expect(sent.target == "/v2/run?x=%20y")
            #expect(sent.text == "{}")
            #expect(sent.header("content-length") == "2")
            #expect(sent.header("authorization") == "Bearer hidden")
        }
    }

    @Test("A redirect is an answer like any other")
    func redirect() async throws {
        try await withScriptedServer(replies: [.answer(302, headers: [("Location", "/elsewhere")])]) { server in
            let response = try await HTTPTransport.withTransport(.fetch()) {
                try await $0.send(request(server.url + "/here"))
            }
            #expect(response.status == 302)
            #expect(server.requests.map(\.target) == ["/here"])
        }
    }

    @Test("A refused connection is told at once and means that nothing was sent", arguments: [nil, "{}"])
    func refused(body: String?) async throws {
        // Nobody listens on port 1; a port that was free a moment ago may be another test's by now.
        let failure = try await failure(request("http://127.0.0.1:1", body: body))
        guard case .notSent = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(!failure.mayHaveBeenProcessed)
    }

    @Test("A host that does not exist means that nothing was sent")
    func noSuchHost() async throws {
        let failure = try await failure(request("http://no-such-host.invalid/run", body: "{}", deadline: .seconds(50)))
        guard case .notSent = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test("A TLS handshake that breaks means that nothing was sent")
    func noTLS() async throws {
        try await withScriptedServer(resetsBeforeReading: 1) { _ in
            .answer()
        } _: { server in
            let url = server.url.replacing("http://", with: "https://")
            let failure = try await failure(request(url, body: "{}"))
            guard case .notSent = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("A connection that breaks after the request was read leaves its fate open", arguments: [Reply.reset, .close])
    func brokenAfterRequest(reply: Reply) async throws {
        try await withScriptedServer(replies: [reply]) { server in
            let failure = try await failure(request(server.url, body: "{}"))
            guard case .lostAnswer = failure else {
                Issue.record("\(failure)")
                return
            }
            #expect(failure.mayHaveBeenProcessed)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A body that ends before its length is an error", arguments: [ScriptedServer.Step.close, .reset])
    func truncatedBody(end: ScriptedServer.Step) async throws {
        let reply = Reply([.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":"), end])
        try await withScriptedServer(replies: [reply]) { server in
            let failure = try await failure(request(server.url))
            guard case .lostAnswer = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("A chunked body that ends before its last chunk is an error")
    func truncatedChunks() async throws {
        let reply = Reply([.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), .close])
        try await withScriptedServer(replies: [reply]) { server in
            let failure = try await failure(request(server.url))
            guard case .lostAnswer = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    /// What the request fails with when its time is up.
    private func overrun(
        _ transport: HTTPTransport,
        _ request: TransportRequest,
        headCame: Gate = Gate()
    ) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) {
            try await transport.send(request) { _ in
                headCame.open()
                return true
            }
        }
    }

    @Test("A deadline that passes before the answer or in its body leaves open what the server did")
    func deadlineOfAnswer() async throws {
        let slow = Reply([.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), .hang])
        let clock = TestClock()
        try await withScriptedServer(replies: [.hang, slow]) { server in
            try await HTTPTransport.withTransport(.control, clock: clock) { transport in
                async let waiting = overrun(transport, request(server.url, body: "{}"))
                try await server.waitForRequests(1)
                await clock.waitForSleepers()
                clock.advance(by: .seconds(20))
                let first = try await waiting
                guard case .timedOut(_, .waiting, .seconds(20)) = first else {
                    Issue.record("\(first)")
                    return
                }
                #expect(first.mayHaveBeenProcessed)
                let headCame = Gate()
                async let reading = overrun(transport, request(server.url, body: "{}"), headCame: headCame)
                try await headCame.wait()
                await clock.waitForSleepers()
                clock.advance(by: .seconds(20))
                let second = try await reading
                guard case .timedOut(_, .reading, _) = second else {
                    Issue.record("\(second)")
                    return
                }
            }
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("A deadline that passes while no connection is free means that nothing was sent")
    func deadlineOfConnecting() async throws {
        let clock = TestClock()
        try await withScriptedServer(replies: [.hang]) { server in
            try await HTTPTransport.withTransport(.fetch(), clock: clock) { transport in
                try await withThrowingTaskGroup(of: HTTPFailure.self) { group in
                    for _ in 0..<5 {
                        group.addTask { try await overrun(transport, request(server.url, body: "{}")) }
                    }
                    try await server.waitForRequests(4)
                    await clock.waitForSleepers(5)
                    clock.advance(by: .seconds(20))
                    var sent = 0
                    for try await failure in group where failure.mayHaveBeenProcessed { sent += 1 }
                    #expect(sent == 4)
                    #expect(server.requests.count == 4)
                }
            }
        }
    }

    @Test("A body that drips is read to its end")
    func drip() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        try await withScriptedServer(replies: [Reply([.drip(head + "hello")])]) { server in
            let response = try await HTTPTransport.withTransport(.polls) { try await $0.send(request(server.url)) }
            #expect(response.body == Data("hello".utf8))
        }
    }

    /// A clock on which half a second passes whenever somebody looks at it, as the transport does at each piece.
    private struct HurriedClock: Clock {
        let inner = TestClock()
        let looks: @Sendable () -> Void

        var now: TestClock.Instant {
            inner.advance(by: .milliseconds(500))
            looks()
            return inner.now
        }
        var minimumResolution: Duration { inner.minimumResolution }

        func sleep(until deadline: TestClock.Instant, tolerance: Duration?) async throws {
            try await inner.sleep(until: deadline, tolerance: tolerance)
        }
    }

    /// Pieces that the server sends one after another, each when the client has had the one before, and how long all of it
    /// took by a clock on which each piece takes half a second.
    private func paced(
        _ piece: Data,
        count: Int,
        _ body: (_ transport: HTTPTransport, _ url: String) async throws -> Void
    ) async throws -> Duration {
        let gates = (0..<count).map { _ in Gate() }
        let next = Mutex(0)
        let clock = HurriedClock {
            let place = next.withLock { next in
                next += 1
                return next
            }
            if place <= gates.count { gates[place - 1].open() }
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(piece.count * count)\r\n\r\n"
        let steps = gates.flatMap { [ScriptedServer.Step.wait($0), .send(piece)] }
        try await withScriptedServer(replies: [Reply([.send(head)] + steps + [.hang])]) { server in
            try await HTTPTransport.withTransport(.polls, clock: clock) { try await body($0, server.url) }
        }
        return clock.inner.now.sinceStart
    }

    @Test("A large body that comes at its pace may take longer than the deadline")
    func pace() async throws {
        let piece = Data(repeating: 0x61, count: 100_000)
        let took = try await paced(piece, count: 30) { transport, url in
            var request = request(url, deadline: .seconds(5), limit: 4 << 20)
            request.pace = 16 << 10
            let response = try await transport.send(request)
            #expect(response.body.count == 3_000_000)
        }
        #expect(took > .seconds(10))
    }

    @Test("A body that drips is given up, though each byte comes within the deadline", arguments: [nil, 16 << 10])
    func dripIsGivenUp(pace: Int?) async throws {
        _ = try await paced(Data([0x61]), count: 100) { transport, url in
            var request = request(url, deadline: .seconds(5))
            request.pace = pace
            let failure = try await overrun(transport, request)
            guard case .timedOut(_, .reading, _) = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("An endless body fails at the limit, announced or not")
    func bodyLimit() async throws {
        let endless = Reply([
            .send("HTTP/1.1 200 OK\r\n\r\n"), .repeatForever(Data(repeating: 0x61, count: 4096)),
        ])
        let announced = Reply([.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"), .hang])
        try await withScriptedServer(replies: [endless, announced]) { server in
            for _ in 0..<2 {
                let failure = try await failure(request(server.url, limit: 100_000))
                guard case .bodyTooLarge(_, 100_000) = failure else {
                    Issue.record("\(failure)")
                    return
                }
            }
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("An endless body can be cut at the limit")
    func truncation() async throws {
        let endless = Reply([
            .send("HTTP/1.1 200 OK\r\n\r\n"), .repeatForever(Data(repeating: 0x61, count: 4096)),
        ])
        try await withScriptedServer(replies: [endless]) { server in
            let response = try await HTTPTransport.withTransport(.fetch()) {
                try await $0.send(request(server.url, limit: 100_000, overflow: .truncate))
            }
            #expect(response.isTruncated)
            #expect(response.body == Data(repeating: 0x61, count: 100_000))
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("A body of exactly the limit is whole")
    func exactLimit() async throws {
        try await withScriptedServer(replies: [.answer(200, "12345")]) { server in
            let response = try await HTTPTransport.withTransport(.control) {
                try await $0.send(request(server.url, limit: 5, overflow: .truncate))
            }
            #expect(response.body == Data("12345".utf8))
            #expect(!response.isTruncated)
        }
    }

    @Test("Whoever does not want the body after the header is not made to read it")
    func unwantedBody() async throws {
        let endless = Reply([
            .send("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"),
            .repeatForever(Data(repeating: 0x61, count: 4096)),
        ])
        try await withScriptedServer(replies: [endless]) { server in
            let response = try await HTTPTransport.withTransport(.fetch()) {
                try await $0.send(request(server.url)) { $0.headers["content-type"] != "video/mp4" }
            }
            #expect(response.status == 200)
            #expect(response.body.isEmpty)
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("A gzipped body is inflated as far as the limits allow")
    func inflation() async throws {
        // 3,000 times the letter a.
        let zipped = try #require(Data(base64Encoded: "H4sIAAAAAAACA+3BMQEAAADCoKzrX8IaHkABAADvBsg83F64CwAA"))
        let reply = Reply.answer(200, data: zipped, headers: [("Content-Encoding", "gzip")])
        try await withScriptedServer(replies: [reply]) { server in
            let whole = try await HTTPTransport.withTransport(.fetch()) { try await $0.send(request(server.url)) }
            #expect(whole.body == Data(repeating: 0x61, count: 3000))
            #expect(server.requests.first?.header("accept-encoding") == "gzip, deflate")
            let cut = try await HTTPTransport.withTransport(.fetch()) {
                try await $0.send(request(server.url, limit: 1000, overflow: .truncate))
            }
            #expect(cut.body.count == 1000)
            #expect(cut.isTruncated)
            let failure = try await failure(request(server.url), .fetch(inflatedLimit: 2000))
            guard case .bodyTooLarge(_, 2000) = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("Cancelling ends a held request with CancellationError and closes its connection")
    func cancellation() async throws {
        try await withScriptedServer(replies: [.hang]) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await HTTPTransport.withTransport(.polls) { _ = try await $0.send(request(server.url)) }
                }
                try await server.waitForRequests(1)
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
            try await server.waitUntilAllConnectionsEnd()
        }
    }

    @Test("A server that ends while connections arrive takes nothing down with it", arguments: 0..<20)
    func endingServer(round: Int) async throws {
        try await HTTPTransport.withTransport(.polls) { transport in
            await withTaskGroup(of: Void.self) { group in
                try? await withScriptedServer(replies: [.hang]) { server in
                    for _ in 0..<30 { group.addTask { _ = try? await transport.send(request(server.url)) } }
                    if round % 2 == 0 { try await server.waitForRequests(1) }
                }
                group.cancelAll()
            }
        }
    }

    @Test("Many held requests don't keep each other waiting")
    func manyHeld() async throws {
        let gate = Gate()
        try await withScriptedServer { _ in
            Reply.answer(200, "x").after(gate)
        } _: { server in
            try await HTTPTransport.withTransport(.polls) { transport in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<60 { group.addTask { try await transport.send(request(server.url)).status } }
                    // More than the client's own default of 8 to a host.
                    try await server.waitForRequests(60)
                    gate.open()
                    for try await status in group { #expect(status == 200) }
                }
            }
        }
    }

    @Test(
        "What can't be sent fails before any connection, without its header values",
        arguments: [
            ("ftp://127.0.0.1/", "plain"), ("nonsense", "plain"), ("", "plain"), ("http://127.0.0.1:1/", "a\r\nb"),
        ]
    )
    func unsendable(url: String, header: String) async throws {
        var request = request(url)
        request.headers["X-Key"] = "secret" + header
        let failure = try await failure(request)
        guard case .invalidURL = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(!"\(failure)".contains("secret"))
    }

    @Test("No error text shows user, password, query values or headers")
    func redaction() async throws {
        let place = try await withScriptedServer(replies: []) { $0.url }
        let url = place.replacing("http://", with: "http://me:pass@") + "/x?token=abc&n=1#frag"
        let failure = try await failure(request(url, body: "{}"))
        let text = "\(failure)"
        #expect(text.contains("/x?token=…&n=…"))
        for secret in ["me:", "pass", "abc", "frag", "hidden"] { #expect(!text.contains(secret)) }
    }

    @Test(
        "A URL is shown without its secrets",
        arguments: [
            ("https://u:p@h.example/a?b=c", "https://h.example/a?b=…"),
            ("https://h.example/a@b?c", "https://h.example/a@b?c"),
            ("https://a@b@h.example", "https://h.example"),
            ("h.example/a?k=v&k2=v2#f", "h.example/a?k=…&k2=…"),
            ("", ""),
        ]
    )
    func redactedURLs(url: String, shown: String) {
        #expect(redactedURL(url) == shown)
    }
}
