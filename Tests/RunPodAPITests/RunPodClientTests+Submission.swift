import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import TestSupport
import Testing

/// What becomes of submissions that go wrong.
extension RunPodClientTests {
    @Test("A reset before the request was read, after it, and a close leave the submission open")
    func submissionLost() async throws {
        for reply in [Reply.reset, .close] {
            let outcome = try await outcome(reply)
            guard case .unknown = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
        try await withScriptedServer(resetsBeforeReading: 1) { _ in
            .answer()
        } _: { server in
            let outcome = try await withClient(server) { try await $0.run(Data("{}".utf8)) }
            switch outcome {
            // The reset may come before or after the request was written.
            case .unknown, .unreachable: break
            case .accepted, .refused, .rateLimited, .oversize: Issue.record("\(outcome)")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("A submission that gets no answer in time is open")
    func submissionTimedOut() async throws {
        let clock = TestClock()
        try await withScriptedServer(replies: [.hang]) { server in
            try await withClient(server, clock: clock) { client in
                async let outcome = client.run(Data("{}".utf8))
                try await server.waitForRequests(1)
                await clock.waitForSleepers()
                clock.advance(by: .seconds(30))
                let seen = try await outcome
                guard case .unknown = seen else {
                    Issue.record("\(seen)")
                    return
                }
            }
        }
    }

    @Test("A submission to nobody was surely not made")
    func submissionUnreachable() async throws {
        // Nobody listens on port 1; a port that was free a moment ago may be another test's by now.
        let url = "http://127.0.0.1:1"
        let outcome = try await HTTPTransport.withTransport(.control) { transport in
            try await RunPodClient(
                address: EndpointAddress(url + "/v2/ep1"),
                credential: #require(Credential(Self.key)),
                control: transport,
                polls: transport,
                pacing: OpenPacing()
            ).run(Data("{}".utf8))
        }
        guard case .unreachable(.notSent) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("An answer of a gateway in trouble leaves the submission open", arguments: [408, 425, 500, 502, 503, 504])
    func submissionServerTrouble(status: Int) async throws {
        let outcome = try await outcome(.answer(status, "oops"))
        guard case .unknown = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("A refused submission says whether the settings or the request are to blame")
    func submissionRefused() async throws {
        let cases: [(Int, FailureClass)] = [
            (400, .permanent), (422, .permanent), (401, .config), (403, .config), (404, .config),
            (308, .config),
        ]
        for (status, kind) in cases {
            let outcome = try await outcome(.answer(status, #"{"error":"bad request"}"#))
            guard case .refused(status, kind, _) = outcome else {
                Issue.record("\(status): \(outcome)")
                continue
            }
        }
    }

    @Test(
        "A request that is refused for its size is told apart, in whatever way that is said",
        arguments: [
            (413, "", 10), (400, "bad request: body: exceeded max body size of 10MiB", 10),
            (502, "body: exceeded max body size", 10), (400, "", RunPodClient.suspiciousSize),
            (502, "<html>Bad Gateway</html>", RunPodClient.suspiciousSize),
        ]
    )
    func oversize(status: Int, words: String, size: Int) async throws {
        try await withScriptedServer(replies: [.answer(status, words)]) { server in
            let outcome = try await withClient(server) { try await $0.run(Data(repeating: 0x20, count: size)) }
            guard case .oversize(status, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test("At most eight submissions are under way, and a ninth goes when one is answered")
    func concurrency() async throws {
        let gate = Gate()
        let script: ScriptedServer.Script = { _ in .answer(200, #"{"id":"j","status":"IN_QUEUE"}"#).after(gate) }
        try await withScriptedServer(script) { server in
            try await withClient(server) { client in
                try await withThrowingTaskGroup(of: SubmissionOutcome.self) { group in
                    for _ in 0..<20 { group.addTask { try await client.run(Data("{}".utf8)) } }
                    try await server.waitForRequests(8)
                    // The other kinds of calls have places of their own.
                    async let cancelled = client.cancel("j")
                    try await server.waitForRequests(1) { $0.target.contains("cancel") }
                    #expect(server.requests.count { $0.target.hasSuffix("/run") } == 8)
                    gate.open()
                    _ = try await cancelled
                    for try await outcome in group {
                        if case .accepted = outcome { continue }
                        Issue.record("\(outcome)")
                    }
                }
            }
            #expect(server.requests.count { $0.target.hasSuffix("/run") } == 20)
        }
    }

    @Test("A request over the limit is not even sent")
    func tooLarge() async throws {
        try await withScriptedServer(replies: [.answer()]) { server in
            let body = Data(repeating: 0x20, count: RunPodClient.submissionLimit + 1)
            let outcome = try await withClient(server) { try await $0.run(body) }
            guard case .oversize(nil, let message) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(message.contains("9961473 bytes"))
            #expect(server.requests.isEmpty)
        }
    }
}
