import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import Synchronization
import TestSupport
import Testing

@testable import LocalEndpoint

@Suite("Webhooks")
struct WebhookTests {
    /// Plays a receiver: answers in turn what is given, then 200.
    private final class Receiver: HTTPSending {
        private let state: Mutex<(answers: [Result<Int, HTTPFailure>], bodies: [Data])>

        init(_ answers: [Result<Int, HTTPFailure>]) {
            state = Mutex((answers, []))
        }

        var bodies: [Data] { state.withLock { $0.bodies } }

        func send(
            _ request: TransportRequest,
            wantsBody: @escaping @Sendable (TransportHead) -> Bool
        ) async throws -> TransportResponse {
            let answer = state.withLock { state in
                state.bodies.append(request.body ?? Data())
                return state.answers.isEmpty ? .success(200) : state.answers.removeFirst()
            }
            return TransportResponse(status: try answer.get())
        }
    }

    private func notice(_ id: String) throws -> JobNotice {
        JobNotice(
            url: "http://hook.example/x",
            job: JobSnapshot(
                id: id,
                status: .completed,
                delay: .seconds(1),
                execution: .seconds(2),
                output: try json("[1]")
            ),
            input: try json(#"{"k":1}"#)
        )
    }

    private func courier(_ receiver: Receiver, _ clock: TestClock) -> WebhookCourier<TestClock> {
        WebhookCourier(http: receiver, rules: WebhookRules(), clock: clock, logger: nil)
    }

    /// Delivers the notice to a receiver that makes the courier pause so often, and returns what it got.
    private func deliver(pauses: Int, to receiver: Receiver) async throws -> [Data] {
        let clock = TestClock()
        let (stream, yield) = AsyncStream.makeStream(of: JobNotice.self, bufferingPolicy: .bufferingOldest(10))
        yield.yield(try notice("a"))
        let courier = courier(receiver, clock)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await courier.run(stream) }
            for tries in 1..<(pauses + 1) {
                await clock.waitForSleepers()
                clock.advance(by: .milliseconds(9_999))
                #expect(clock.sleeperCount == 1, "ten seconds are not over")
                #expect(receiver.bodies.count == tries)
                clock.advance(by: .milliseconds(1))
            }
            #expect(await eventually { receiver.bodies.count > pauses })
            #expect(clock.sleeperCount == 0)
            yield.finish()
            await group.waitForAll()
            return receiver.bodies
        }
    }

    @Test("One that answers 200 is called once, with the job, its input and the webhook itself")
    func once() async throws {
        let bodies = try await deliver(pauses: 0, to: Receiver([]))
        #expect(bodies.count == 1)
        let body = try JSONCoding.decode(JSONValue.self, from: try #require(bodies.first))
        #expect(
            body == [
                "id": "a", "status": "COMPLETED", "delayTime": 1_000, "executionTime": 2_000, "output": [1],
                "input": ["k": 1], "webhook": "http://hook.example/x",
            ]
        )
    }

    @Test(
        "One that answers anything else, or nothing, is called twice more, ten seconds apart",
        .timeLimit(.minutes(5)),
        arguments: [
            .success(500), .success(201), .success(302),
            .failure(.timedOut(at: "POST http://hook.example/x", .waiting, after: .seconds(2))),
        ] as [Result<Int, HTTPFailure>]
    )
    func again(answer: Result<Int, HTTPFailure>) async throws {
        #expect(try await deliver(pauses: 2, to: Receiver([answer, answer, answer, answer])).count == 3)
        #expect(try await deliver(pauses: 1, to: Receiver([answer])).count == 2)
    }

    @Test("A job's webhook is called over HTTP, and a slow one holds nothing up", .timeLimit(.minutes(5)))
    func overHTTP() async throws {
        let gate = Gate()
        let script: ScriptedServer.Script = { _ in .answer(200).after(gate) }
        try await withScriptedServer(script) { server in
            try await LoopbackEndpoint.with(configure: { $0.webhooks.timeout = .seconds(100) }) { endpoint in
                let id = try await endpoint.submit(#"{"input":{"k":1},"webhook":"\#(server.url)/hook"}"#)
                _ = try await endpoint.get("job-take/w")
                #expect(try await endpoint.post("job-done/w/\(id)", #"{"error":"bad"}"#).status == 200)
                try await server.waitForRequests(1)
                #expect(
                    try await endpoint.get("status/\(id)")["status"] == "FAILED",
                    "the receiver has not answered yet"
                )
                gate.open()
                let request = try #require(server.requests.first)
                #expect(request.method == "POST")
                #expect(request.target == "/hook")
                #expect(request.header("Content-Type") == "application/json")
                #expect(request.header("Authorization") == nil)
                let body = try JSONCoding.decode(JSONValue.self, from: request.body)
                #expect(body["status"] == "FAILED")
                #expect(body["error"] == "bad")
                #expect(body["input"] == ["k": 1])
                #expect(body["webhook"] == .string("\(server.url)/hook"))
            }
        }
    }

    @Test(
        "What is no web address is refused with the job",
        .timeLimit(.minutes(5)),
        arguments: [#""x""#, #""ftp://a.example/""#, #""file:///etc/passwd""#, #""http://""#, "7", "{}"]
    )
    func noURL(webhook: String) async throws {
        try await LoopbackEndpoint.with { endpoint in
            let refused = try await endpoint.post("run", #"{"input":1,"webhook":\#(webhook)}"#)
            #expect(refused.status == 400)
            #expect(refused.body == ["error": "bad request: \"webhook\" is not an http or https URL"])
            for none in ["null", #""""#] {
                #expect(try await endpoint.post("run", #"{"input":1,"webhook":\#(none)}"#).status == 200)
            }
        }
    }
}
