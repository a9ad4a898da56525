import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import TestSupport
import Testing

/// A fault of the wire, and what it is called in a report.
struct WireFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let fault: @Sendable (FaultyPlatform.Call) -> FaultyPlatform.Fault?

    /// The first `times` requests of each of the operations.
    init(
        _ name: String,
        _ operations: Set<FaultyPlatform.Operation>,
        times: Int = 2,
        _ fault: FaultyPlatform.Fault
    ) {
        testDescription = name
        self.fault = { operations.contains($0.operation) && $0.number <= times ? fault : nil }
    }
}

@Suite("Faults of the wire", .serialized, .timeLimit(.minutes(10)))
struct WireFaultTests {
    typealias Fault = FaultyPlatform.Fault
    typealias Reply = FaultyPlatform.Reply

    static let looks: Set<FaultyPlatform.Operation> = [.status, .stream, .statusSync]
    static let all: Set<FaultyPlatform.Operation> = [.run, .status, .stream, .statusSync]

    // MARK: 1

    @Test(
        "1 · What can't be reached fails nothing, is shown, and goes on by itself",
        arguments: ["http://127.0.0.1:1", "https://", "http://no-such-host.invalid"]
    )
    func unreachable(elsewhere: String) async throws {
        var stage = FaultStage()
        stage.detour = { url, number in
            guard number <= 12 else { return url }
            if elsewhere == "https://" { return url.replacing("http://", with: elsewhere, maxReplacements: 1) }
            return url.replacing(/^http:\/\/127.0.0.1:[0-9]+/, with: elsewhere)
        }
        let platform = FaultyPlatform()
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
        let names = try await stage.names()
        #expect(names.contains("endpoint.unreachable") && names.contains("endpoint.reachable"))
    }

    @Test(
        "1 · One operation that can't be reached for a while fails nothing, and goes on by itself",
        arguments: [FaultyPlatform.Operation.status, .statusSync, .stream, .cancel, .requests]
    )
    func unreachable(operation: FaultyPlatform.Operation) async throws {
        var stage = FaultStage()
        let misses = Shared(0)
        stage.detour = { url, _ in
            let path = url.split(separator: "?")[0].split(separator: "/")
            guard path[4] == operation.rawValue, misses.value < 2 else { return url }
            misses.change { $0 += 1 }
            return url.replacing(/^http:\/\/127.0.0.1:[0-9]+/, with: "http://127.0.0.1:1")
        }
        try await Self.drive(stage, through: operation)
        #expect(misses.value >= 2)
        let names = try await stage.names()
        #expect(names.contains("endpoint.unreachable") && names.contains("endpoint.reachable"))
    }

    /// Drives a run that comes by the operation, where each request of it goes wrong by `fault`, and expects the best.
    private static func drive(
        _ stage: FaultStage,
        through operation: FaultyPlatform.Operation,
        _ fault: WireFault = WireFault("", [], .instead(.reset))
    ) async throws {
        switch operation {
        case .cancel:
            let platform = FaultyPlatform(
                work: .handler(FaultyPlatform.Work.ours.end),
                fault: fault.fault,
                retouch: { call, members in
                    // The job goes on until it is cancelled.
                    guard Self.looks.contains(call.operation), members["status"] != "CANCELLED" else { return }
                    members = ["id": members["id"] ?? nil, "status": "IN_PROGRESS", "stream": []]
                }
            )
            let outcome = try await stage.drive(platform) { control in
                while try await !stage.names().contains("attempt.started") {
                    try await stage.clock.sleep(for: .milliseconds(200))
                }
                _ = await control.send(.cancelRun)
            }
            #expect(outcome == .ended)
            #expect(try await stage.settlements().allSatisfy { $0.outcome == .cancelled })
            #expect(try await !stage.names().contains("attempt.uncancelled"))
        case .requests:
            let lost = WireFault("", [.run], .after(.reset))
            let platform = FaultyPlatform(fault: { lost.fault($0) ?? fault.fault($0) })
            #expect(try await stage.drive(platform) == .ended)
            try await stage.expectAllOK(platform, executions: 1)
        case .run, .status, .statusSync, .stream, .health:
            // The status is asked for where nothing else tells it.
            let absent = WireFault("", operation == .status ? [.statusSync] : [], times: .max, .instead(.answer(404)))
            let platform = FaultyPlatform(fault: { absent.fault($0) ?? fault.fault($0) })
            #expect(try await stage.drive(platform) == .ended)
            try await stage.expectAllOK(platform, executions: 1)
        }
        try await stage.expectNothingFailed()
    }

    // MARK: 2

    @Test(
        "2 · A submission whose answer is lost is unknown, found again or sent again, and never doubled",
        arguments: [
            WireFault("reset before", [.run], .instead(.reset)), WireFault("closed before", [.run], .instead(.close)),
            WireFault("reset after", [.run], .after(.reset)), WireFault("closed after", [.run], .after(.close)),
            WireFault("502 after", [.run], .after(.answer(502, "<html>Bad Gateway</html>"))),
            WireFault("no id", [.run], .after(.answer(200, "{}"))),
            WireFault("never answered", [.run], .after(.hang)),
        ]
    )
    func lostSubmission(_ wire: WireFault) async throws {
        let stage = FaultStage(hangs: wire.testDescription == "never answered")
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
        #expect(try await stage.names().contains("attempt.unknown"))
        let absences = try await stage.ends().count { $0.kind == .absent }
        #expect(absences == (wire.testDescription.hasSuffix("before") ? 2 : 0))
    }

    @Test(
        "2 · An endpoint that does not list its jobs costs one more execution at most, and no result is doubled",
        arguments: [
            WireFault("404", [.requests], times: .max, .instead(.answer(404, "{}"))),
            WireFault("405", [.requests], times: .max, .instead(.answer(405, "{}"))),
            WireFault("500 for ever", [.requests], times: .max, .instead(.answer(500, "{}"))),
            WireFault("silent", [.requests], times: .max, .instead(.hang)),
            WireFault("another shape", [.requests], times: .max, .instead(.answer(200, #"{"a":1}"#))),
            WireFault("no JSON", [.requests], times: .max, .instead(.answer(200, "<html>"))),
            WireFault("nothing listed", [.requests], times: .max, .instead(.answer(200, "[]"))),
            WireFault(
                "no inputs",
                [.requests],
                times: .max,
                .instead(.answer(200, #"{"jobs":[{"id":"job-1","status":"IN_PROGRESS"}]}"#))
            ),
            WireFault(
                "a page of many",
                [.requests],
                times: .max,
                .instead(.answer(200, #"{"data":[{"id":"x","input":{"a":1}}],"next":"page2"}"#))
            ),
        ]
    )
    func noListing(_ listing: WireFault) async throws {
        let stage = FaultStage(hangs: listing.testDescription == "silent")
        let lost = WireFault("", [.run], .after(.reset))
        let platform = FaultyPlatform(fault: { lost.fault($0) ?? listing.fault($0) })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        try await stage.expectNothingFailed()
        let ends = try await stage.ends()
        #expect(ends.count { $0.isUnanswered } == 2)
    }

    @Test(
        "2 · A submission that was given up is found in a later listing: its results are taken, or its job is cancelled",
        arguments: ["COMPLETED", nil]
    )
    func foundLater(status: String?) async throws {
        let stage = FaultStage(1, workers: 1)
        let lost = WireFault("", [.run], .after(.reset))
        let unlisted = WireFault("", [.requests], times: 1, .instead(.answer(200, "[]")))
        let platform = FaultyPlatform(
            fault: { lost.fault($0) ?? unlisted.fault($0) },
            retouch: { call, members in
                guard call.operation == .requests, let status, let jobs = members["requests"]?.arrayValue else {
                    return
                }
                let told = jobs.map { ($0.objectValue ?? [:]).merging(["status": .string(status)]) { $1 } }
                members["requests"] = .array(told.map { .object($0) })
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        #expect(try await stage.ends().count { $0.isUnanswered } == 1)
        let first = try await stage.settlements().first
        #expect(first?.attempt?.attempt == (status == nil ? 2 : 1))
        #expect(platform.calls(.cancel) == (status == nil ? 1 : 0))
    }

    // MARK: 3

    @Test(
        "3 · An answer that is cut is asked for again, and no part of it is taken",
        arguments: [
            WireFault("reset in the body", looks, .spoilt { cut($0, then: [.reset]) }),
            WireFault("closed in the body", looks, .spoilt { cut($0, then: [.close]) }),
            WireFault("truncated, its length as sent", looks, .spoilt { .answer(200, data: $0.prefix($0.count / 2)) }),
            WireFault("Content-Length too long", looks, .spoilt { framed($0, length: $0.count + 7, [.close]) }),
            WireFault("Content-Length too short", looks, .spoilt { framed($0, length: $0.count - 7, [.close]) }),
            WireFault(
                "gzip that is cut",
                looks,
                .spoilt { _ in
                    .answer(200, data: Data([0x1F, 0x8B, 8, 0, 0]), headers: [("Content-Encoding", "gzip")])
                }
            ),
        ]
    )
    func cutAnswer(_ wire: WireFault) async throws {
        let stage = FaultStage()
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    private static func framed(_ body: Data, length: Int, _ steps: [ScriptedServer.Step]) -> Reply {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
        return Reply([.send(Data(head.utf8) + body)] + steps)
    }

    private static func cut(_ body: Data, then steps: [ScriptedServer.Step]) -> Reply {
        framed(body.prefix(body.count / 2), length: body.count, steps)
    }

    // MARK: 4

    @Test(
        "4 · Too many requests are waited for, however the wait is told, and never absurdly long",
        arguments: ["2", "0", "Fri, 31 Dec 1999 23:59:59 GMT", "1000000000", "soon", nil]
    )
    func rateLimited(retryAfter: String?) async throws {
        // A wait without a bound would outlast the test.
        let stage = FaultStage(factor: 40)
        let headers = retryAfter.map { [("Retry-After", $0)] } ?? []
        let reply = Reply.answer(429, "<html>slow down</html>", type: "text/html", headers: headers)
        let wire = WireFault("", Self.all, times: 1, .instead(reply))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test(
        "4 · Too many cancels and lists of jobs are waited for too",
        arguments: [FaultyPlatform.Operation.cancel, .requests],
        ["2", nil]
    )
    func rateLimited(operation: FaultyPlatform.Operation, retryAfter: String?) async throws {
        let reply = Reply.answer(429, "{}", headers: retryAfter.map { [("Retry-After", $0)] } ?? [])
        let wire = WireFault("", [operation], .instead(reply))
        try await Self.drive(FaultStage(factor: 40), through: operation, wire)
    }

    // MARK: 5

    @Test("5 · A platform in trouble is asked again", arguments: [408, 425, 500, 502, 503, 504])
    func serverTrouble(status: Int) async throws {
        let stage = FaultStage()
        let wire = WireFault(
            "",
            Self.all,
            times: 4,
            .instead(.answer(status, "<html>trouble</html>", type: "text/html"))
        )
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test(
        "5 · An endpoint that refuses us stops the run, which goes on later as if nothing had been",
        arguments: [401, 402, 403, 404]
    )
    func refused(status: Int) async throws {
        let stage = FaultStage()
        let wire = WireFault("", [.run], times: .max, .instead(.answer(status, "{}")))
        guard case .halted(let failure) = try await stage.drive(FaultyPlatform(fault: wire.fault)) else {
            Issue.record("the run went on")
            return
        }
        #expect(failure.kind == .config)
        #expect(try await stage.settlements().isEmpty)
        let platform = FaultyPlatform()
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
    }

    @Test(
        "5 · A key that is withdrawn while jobs run stops the run, which takes the jobs up again",
        arguments: [401, 403]
    )
    func refusedMeanwhile(status: Int) async throws {
        let stage = FaultStage()
        let isOpen = Shared(false)
        let platform = FaultyPlatform(fault: { call in
            call.operation == .stream && !isOpen.value ? .instead(.answer(status, "{}")) : nil
        })
        guard case .halted = try await stage.drive(platform) else {
            Issue.record("the run went on")
            return
        }
        isOpen.set(true)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
    }

    @Test(
        "5 · A request that is too large is sent in halves",
        arguments: [(413, "too large"), (400, "bad request: body: exceeded max body size of 10MiB")]
    )
    func oversize(status: Int, words: String) async throws {
        let stage = FaultStage(8, workers: 1)
        let wire = WireFault("", [.run], times: 1, .instead(.answer(status, words)))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
        #expect(platform.sizes == [4, 4])
        #expect(try await stage.ends().map(\.kind) == [.oversize, .completed, .completed])
    }

    @Test("5 · One refused look at a job is nobody's failure", arguments: [400, 422])
    func badLook(status: Int) async throws {
        let stage = FaultStage()
        let wire = WireFault("", Self.looks, times: 1, .instead(.answer(status, "{}")))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
    }

    // MARK: 6

    @Test(
        "6 · What is no answer is asked for again",
        arguments: [
            "", "{", "null", "[]", #"{"status":7}"#, #"{"id":"job-1","status":"COMPLETED","output":NaN}"#,
            #"{"id":"job-1","status":"COMPLETED","output":Infinity}"#, "{\"id\":\"job-1\",\"status\":\"\u{0}\"",
            #"{"id":9223372036854775807,"status":"COMPLETED","output":[]}"#,
            #"{"id":18446744073709551616,"status":"COMPLETED","output":[]}"#,
            String(repeating: "[", count: 1_000_000),
            #"{"id":"job-1","status":"COMPLETED","output":"# + String(repeating: "[", count: 100_000),
        ]
    )
    func malformed(body: String) async throws {
        let stage = FaultStage()
        let wire = WireFault("", Self.looks, .instead(.answer(200, body)))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("6 · Keys that come twice and numbers beyond 64 bits do no harm")
    func oddMembers() async throws {
        let stage = FaultStage()
        let members = """
            {"delayTime":9223372036854775807,"executionTime":-9223372036854775808,"retries":18446744073709551616,\
            "status":"IN_PROGRESS","status":"IN_PROGRESS",
            """
        let odd = Fault.spoilt { .answer(200, data: Data(members.utf8) + $0.dropFirst()) }
        let wire = WireFault("", Self.looks, times: 4, odd)
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("6 · Bytes that are no text are asked for again")
    func invalidText() async throws {
        let stage = FaultStage()
        let body =
            Data(#"{"id":"job-1","status":"COMPLETED","output":""#.utf8) + Data([0xC3, 0x28, 0xFF]) + Data("\"}".utf8)
        let wire = WireFault("", [.status, .stream], .instead(.answer(200, data: body)))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
    }

    // MARK: 7

    @Test(
        "7 · A silent or dripping answer is given up at its deadline, and holds no other job",
        arguments: [
            Reply.hang, Reply([.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), .hang]),
            Reply([.drip("HTTP/1.1 200 OK\r\nContent-"), .hang]),
        ]
    )
    func silent(reply: Reply) async throws {
        let stage = FaultStage(4, workers: 2, hangs: true)
        let isHeld = Shared(true)
        let platform = FaultyPlatform(fault: { call in
            guard call.worker == 1, Self.looks.contains(call.operation), isHeld.value else { return nil }
            return .instead(reply)
        })
        let outcome = try await stage.drive(platform) { _ in
            // The first worker's job is silent until the second's is done.
            while try await stage.settlements().count < 2 { try await stage.clock.sleep(for: .milliseconds(200)) }
            isHeld.set(false)
        }
        #expect(outcome == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
        #expect(try await stage.settlements().prefix(2).allSatisfy { $0.worker == 2 })
    }

    @Test(
        "7b · A held look that is dropped, answered twice or not offered ends in a plain one",
        arguments: [
            WireFault("dropped", [.stream, .statusSync], times: 3, .instead(.hang)),
            WireFault(
                "answered twice",
                looks,
                times: 4,
                .spoilt { Reply(Reply.answer(200, data: $0).steps + Reply.answer(200, data: $0).steps) }
            ),
            WireFault("no status-sync", [.stream, .statusSync], times: .max, .instead(.answer(404, "{}"))),
            WireFault("neither, by 405", [.stream, .statusSync], times: .max, .instead(.answer(405, "{}"))),
        ]
    )
    func heldLook(_ wire: WireFault) async throws {
        let stage = FaultStage(hangs: true)
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("7b · An answer about another job is not taken for this one's")
    func foreignAnswer() async throws {
        let stage = FaultStage()
        let other = #"{"id":"job-9","status":"COMPLETED","output":[],"stream":[]}"#
        let wire = WireFault("", Self.looks, .instead(.answer(200, other)))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("7c · What was streamed into a lost answer comes with the output")
    func drainedAndLost() async throws {
        let stage = FaultStage()
        let wire = WireFault("", [.stream], .after(.reset))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("7c · What another reader took out of the stream comes with the output")
    func secondReader() async throws {
        let stage = FaultStage()
        let platform = FaultyPlatform(retouch: { call, members in
            guard call.operation == .stream, let pieces = members["stream"]?.arrayValue else { return }
            members["stream"] = .array(Array(pieces.dropFirst()))
        })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("7c · What was streamed into a lost answer of a job that failed is computed again")
    func drainedLostAndFailed() async throws {
        let stage = FaultStage(4, workers: 1)
        let work = FaultyPlatform.Work(
            end: { input, execution in
                execution == 1 ? ["status": "FAILED", "error": "boom"] : FaultyPlatform.Work.ours.end(input, execution)
            },
            records: { input, _ in FaultyPlatform.results(of: input) }
        )
        let wire = WireFault("", [.stream], times: 1, .after(.reset))
        let platform = FaultyPlatform(work: work, fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
    }
}
