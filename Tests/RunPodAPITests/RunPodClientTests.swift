import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import Synchronization
import TestSupport
import Testing

@Suite("RunPodClient", .timeLimit(.minutes(5)))
struct RunPodClientTests {
    typealias Reply = ScriptedServer.Reply

    static let key = "rpa_VERYSECRETKEY99"

    /// Admits everything and remembers what was rejected.
    final class OpenPacing: RequestPacing {
        let rejections = Mutex<[RateClass: Duration]>([:])
        let admissions = Mutex<[RateClass]>([])

        func admit(_ kind: RateClass) async throws { admissions.withLock { $0.append(kind) } }
        func rejected(_ kind: RateClass, pause: Duration) { rejections.withLock { $0[kind] = pause } }
    }

    func withClient<Value: Sendable>(
        _ server: ScriptedServer,
        pacing: any RequestPacing = OpenPacing(),
        clock: any Clock<Duration> = ContinuousClock(),
        headCame: Gate = Gate(),
        _ body: (RunPodClient) async throws -> Value
    ) async throws -> Value {
        let address = try EndpointAddress(server.url + "/v2/ep1/run")
        let credential = try #require(Credential(Self.key))
        return try await HTTPTransport.withTransport(.control, clock: clock) { control in
            try await HTTPTransport.withTransport(.polls, clock: clock) { polls in
                try await body(
                    RunPodClient(
                        address: address,
                        credential: credential,
                        control: Watched(transport: control, headCame: headCame),
                        polls: Watched(transport: polls, headCame: headCame),
                        pacing: pacing,
                        wallClock: { Date(timeIntervalSince1970: 784_111_777) }
                    )
                )
            }
        }
    }

    /// Opens a gate when the header of an answer has come.
    private struct Watched: HTTPSending {
        var transport: HTTPTransport
        var headCame: Gate

        func send(
            _ request: TransportRequest,
            wantsBody: @escaping @Sendable (TransportHead) -> Bool
        ) async throws -> TransportResponse {
            try await transport.send(request) { head in
                headCame.open()
                return wantsBody(head)
            }
        }
    }

    /// What `status` fails with.
    func failure(_ replies: Reply...) async throws -> RunPodFailure {
        try await withScriptedServer(replies: replies) { server in
            try await #require(throws: RunPodFailure.self) {
                try await withClient(server) { try await $0.status("j1") }
            }
        }
    }

    func thrown<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async throws -> RunPodFailure {
        try await #require(throws: RunPodFailure.self) { try await body() }
    }

    func outcome(_ reply: Reply) async throws -> SubmissionOutcome {
        try await withScriptedServer(replies: [reply]) { server in
            let outcome = try await withClient(server) { try await $0.run(Data("{}".utf8)) }
            #expect(server.requests.count <= 1)
            #expect(!"\(outcome)".contains("VERYSECRET"))
            return outcome
        }
    }

    @Test("Every operation is the request that RunPod documents")
    func requests() async throws {
        let replies: [Reply] = [
            .answer(200, #"{"id":"j1","status":"IN_QUEUE"}"#), .answer(200, #"{"id":"j1","status":"IN_PROGRESS"}"#),
            .answer(200, #"{"id":"j1","status":"COMPLETED","output":1}"#),
            .answer(200, #"{"status":"IN_PROGRESS","stream":[{"output":{"i":0}}]}"#),
            .answer(200, #"{"id":"j1","status":"CANCELLED"}"#), .answer(200, #"{"id":"j1","status":"IN_QUEUE"}"#),
            .answer(200, #"{"jobs":{"inQueue":1},"workers":{}}"#),
        ]
        let pacing = OpenPacing()
        try await withScriptedServer(replies: replies) { server in
            try await withClient(server, pacing: pacing) { client in
                let outcome = try await client.run(Data(#"{"input":{"a":1}}"#.utf8))
                #expect(outcome == .accepted(JobReply(id: "j1", status: .inQueue)))
                let status = try await client.status("j1")
                #expect(status.status == .inProgress)
                let held = try await client.statusSync("j1", wait: .seconds(120))
                #expect(held == .reply(JobReply(id: "j1", status: .completed, output: 1)))
                let stream = try await client.stream("j1", wait: .milliseconds(1500))
                #expect(stream.outputs == [["i": 0]])
                let cancelled = try await client.cancel("j1")
                #expect(cancelled?.status == .cancelled)
                let retried = try await client.retry("j1")
                #expect(retried.status == .inQueue)
                let health = try await client.health()
                #expect(health.jobs.inQueue == 1)
            }
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "POST /v2/ep1/run", "GET /v2/ep1/status/j1", "GET /v2/ep1/status-sync/j1?wait=90000",
                    "GET /v2/ep1/stream/j1?wait=1500", "POST /v2/ep1/cancel/j1", "POST /v2/ep1/retry/j1",
                    "GET /v2/ep1/health",
                ]
            )
            for request in server.requests {
                #expect(request.header("authorization") == "Bearer \(Self.key)")
                if request.method == "POST" { #expect(request.header("content-type") == "application/json") }
            }
            #expect(server.requests.first?.text == #"{"input":{"a":1}}"#)
            #expect(server.requests[4].header("content-length") == "0")
        }
        #expect(pacing.admissions.withLock { $0 } == [.run, .status, .status, .status, .cancel, .retry, .health])
    }

    @Test(
        "429 tells how long to be silent, as far as it can be read",
        arguments: [
            ("5", "{}", Duration.seconds(5)), ("Sun, 06 Nov 1994 08:49:47 GMT", "{}", .seconds(10)),
            ("0", "{}", .zero), ("1000000000", "{}", .seconds(60)), (nil, "{}", nil),
            (nil, "<html><body>Too many</body></html>", nil),
        ] as [(String?, String, Duration?)]
    )
    func tooManyRequests(header: String?, body: String, wait: Duration?) async throws {
        let reply = Reply.answer(429, body, headers: header.map { [("Retry-After", $0)] } ?? [])
        let pacing = OpenPacing()
        try await withScriptedServer(replies: [reply]) { server in
            try await withClient(server, pacing: pacing) { client in
                await #expect(throws: RunPodFailure.rateLimited(retryAfter: wait)) { try await client.status("j1") }
                let outcome = try await client.run(Data())
                #expect(outcome == .rateLimited(retryAfter: wait))
            }
        }
        #expect(pacing.rejections.withLock { $0 } == [.status: wait ?? .zero, .run: wait ?? .zero])
    }

    @Test("A refusal is about the settings, and says which", arguments: [401, 402, 403])
    func refusedKey(status: Int) async throws {
        let failure = try await failure(.answer(status, #"{"message":"no"}"#))
        guard case .refusedByEndpoint(status, let explanation) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(explanation.contains("…EY99"))
        #expect(explanation.contains("RUNPOD_API_KEY"))
        #expect(explanation.contains("/v2/ep1"))
    }

    @Test("404 is about the job where there is one, else about the endpoint")
    func notFound() async throws {
        try await withScriptedServer(replies: [.answer(404, #"{"error":"job not found"}"#)]) { server in
            try await withClient(server) { client in
                await #expect(throws: RunPodFailure.notFound(job: "j1", message: #"{"error":"job not found"}"#)) {
                    try await client.status("j1")
                }
                let cancelled = try await client.cancel("j1")
                #expect(cancelled == nil)
                let held = try await client.statusSync("j1", wait: .seconds(1))
                #expect(held == .unsupported(status: 404))
                let failure = try await #require(throws: RunPodFailure.self) { try await client.health() }
                guard case .refusedByEndpoint(404, _) = failure else {
                    Issue.record("\(failure)")
                    return
                }
                let outcome = try await client.run(Data("{}".utf8))
                guard case .refused(404, .config, _) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
            }
        }
    }

    @Test("An endpoint without status-sync says so", arguments: [400, 404, 405, 501])
    func noStatusSync(status: Int) async throws {
        try await withScriptedServer(replies: [.answer(status, "no")]) { server in
            let held = try await withClient(server) { try await $0.statusSync("j1", wait: .seconds(60)) }
            #expect(held == .unsupported(status: status))
        }
    }

    @Test("A 4xx whose body is a job is a job")
    func jobInError() async throws {
        let reply = Reply.answer(400, #"{"id":"j1","status":"FAILED","error":"bad prompt"}"#)
        try await withScriptedServer(replies: [reply]) { server in
            let job = try await withClient(server) { try await $0.status("j1") }
            #expect(job == JobReply(id: "j1", status: .failed, error: "bad prompt"))
        }
    }

    @Test("The platform's trouble is temporary", arguments: [408, 425, 500, 502, 503, 504])
    func serverTrouble(status: Int) async throws {
        let failure = try await failure(.answer(status, "<html>\u{1}\n gateway", type: "text/html"))
        #expect(failure == .serverTrouble(status: status, message: "<html>   gateway"))
        #expect(failure.isTemporary)
    }

    @Test("A message keeps the beginning of a long body")
    func longMessage() async throws {
        let failure = try await failure(.answer(400, String(repeating: "x", count: 5000)))
        #expect(failure == .badRequest(status: 400, message: String(repeating: "x", count: 300)))
    }

    @Test(
        "Half a JSON, no JSON and another JSON are malformed replies",
        arguments: [
            #"{"id":"j1","status":"#, "", "OK", "[]", #"{"id":"j1"}"#,
            #"{"id":"j1","status":"COMPLETED","output":NaN}"#,
            String(repeating: "[", count: 200_000), "{\"id\":\"\u{FF}",
        ]
    )
    func malformed(body: String) async throws {
        let failure = try await failure(.answer(200, body))
        guard case .malformedReply = failure else {
            Issue.record("\(failure)")
            return
        }
        // Whether the job exists is then open.
        let outcome = try await outcome(.answer(200, body))
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("A length beyond the body, a short one and a body cut by a reset never give half a job")
    func wrongLengths() async throws {
        let body = #"{"id":"j1","status":"COMPLETED"}"#
        let head = "HTTP/1.1 200 OK\r\nContent-Length: "
        let replies = [
            Reply([.send("\(head)\(body.utf8.count + 10)\r\n\r\n\(body)"), .close]),
            Reply([.send("\(head)\(body.utf8.count + 10)\r\n\r\n\(body)"), .reset]),
        ]
        for reply in replies {
            let failure = try await failure(reply)
            guard case .unreachable(.lostAnswer) = failure else {
                Issue.record("\(failure)")
                return
            }
        }
        let short = try await failure(Reply([.send("\(head)10\r\n\r\n\(body)"), .close]))
        guard case .malformedReply = short else {
            Issue.record("\(short)")
            return
        }
    }

    @Test("A body that stops for longer than the deadline is unreachable, not half read")
    func slowBody() async throws {
        let slow = Reply([.drip("HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n{\"id\":\"j1\",\"sta"), .hang])
        let clock = TestClock()
        let headCame = Gate()
        try await withScriptedServer(replies: [slow]) { server in
            try await withClient(server, clock: clock, headCame: headCame) { client in
                async let failure = thrown { try await client.status("j1") }
                try await headCame.wait()
                await clock.waitForSleepers()
                // A little more, since a piece may come later than the head.
                clock.advance(by: .seconds(11))
                let seen = try await failure
                guard case .unreachable(.timedOut(_, .reading, _)) = seen else {
                    Issue.record("\(seen)")
                    return
                }
                #expect(seen.isTemporary)
            }
        }
    }

    @Test("A held poll may take five seconds more than it asks for")
    func pollDeadline() async throws {
        let clock = TestClock()
        try await withScriptedServer(replies: [.hang]) { server in
            try await withClient(server, clock: clock) { client in
                async let failure = thrown { try await client.stream("j1", wait: .seconds(45)) }
                try await server.waitForRequests(1)
                await clock.waitForSleepers()
                clock.advance(by: .milliseconds(49_999))
                #expect(clock.sleeperCount == 1)
                clock.advance(by: .milliseconds(1))
                let seen = try await failure
                guard case .unreachable(.timedOut) = seen else {
                    Issue.record("\(seen)")
                    return
                }
            }
        }
    }

    @Test("An endless body ends at the limit")
    func hugeBody() async throws {
        let endless = Reply([.send("HTTP/1.1 200 OK\r\n\r\n"), .repeatForever(Data(repeating: 0x20, count: 65_536))])
        try await withScriptedServer(replies: [endless]) { server in
            let failure = try await #require(throws: RunPodFailure.self) {
                try await withClient(server, clock: TestClock()) { try await $0.health() }
            }
            guard case .malformedReply = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("A redirect is not followed, so the key goes nowhere else")
    func redirect() async throws {
        try await withScriptedServer(replies: [.answer(200, #"{"id":"j1","status":"COMPLETED"}"#)]) { elsewhere in
            let target = elsewhere.url + "/v2/ep1/status/j1?key=\(Self.key)"
            let failure = try await failure(.answer(307, headers: [("Location", target)]))
            guard case .refusedByEndpoint(307, let explanation) = failure else {
                Issue.record("\(failure)")
                return
            }
            #expect(explanation.contains("127.0.0.1"))
            #expect(!explanation.contains("VERYSECRET"))
            #expect(elsewhere.requests.isEmpty)
        }
    }

    @Test("No error text has the key, also when the server gives it back", arguments: [400, 401, 404, 418, 500, 200])
    func noKeyInErrors(status: Int) async throws {
        let padding = String(repeating: "x", count: 290)
        for body in [Self.key, "\(padding)\(Self.key)", #"{"sent":"Bearer \#(Self.key)"}"#] {
            let failure = try await failure(.answer(status, body))
            #expect(!"\(failure)".contains("VERYSECRET"))
            #expect(!String(reflecting: failure).contains("rpa_"))
            _ = try await outcome(.answer(status, body))
        }
    }

    @Test("Cancelling ends a held poll")
    func cancelledPoll() async throws {
        try await withScriptedServer(replies: [.hang]) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await withClient(server) { try await $0.stream("j1", wait: .seconds(60)) }
                }
                try await server.waitForRequests(1)
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
        }
    }
}
