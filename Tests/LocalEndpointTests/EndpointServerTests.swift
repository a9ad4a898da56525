import Flashpoints
import FoundationEssentials
import HTTPTransport
import Testing

@testable import LocalEndpoint

@Suite("The endpoint over loopback")
struct EndpointServerTests {
    @Test("A job's whole way on the wire", .timeLimit(.minutes(5)))
    func wholeWay() async throws {
        try await LoopbackEndpoint.with { endpoint in
            let accepted = try await endpoint.post("run", #"{"input":{"n":1.50,"é":[]},"unknown":"x"}"#)
            #expect(accepted.status == 200)
            #expect(accepted.body["status"] == "IN_QUEUE")
            let id = try #require(accepted.body["id"]?.stringValue)
            #expect(accepted.body.objectValue?.count == 2)
            #expect(id.hasSuffix("-u1"))

            let taken = try await endpoint.call("GET", "ep/job-take/w?gpu=x&job_in_progress=0")
            #expect(taken.body == ["id": .string(id), "input": ["n": 1.5, "é": []]])
            #expect(taken.headers["Connection"] == "close")

            let running = try await endpoint.get("status/\(id)")
            #expect(running["status"] == "IN_PROGRESS")
            #expect(running["workerId"] == "w")
            #expect(running["delayTime"]?.intValue != nil)

            #expect(try await endpoint.post("job-stream/w/\(id)?isStream=false", #"{"output":{"i":0}}"#).status == 200)
            let stream = try await endpoint.get("stream/\(id)?wait=1000")
            #expect(stream["status"] == "IN_PROGRESS")
            #expect(stream["stream"] == [["output": ["i": 0]]])

            let progress = #"{"status":"IN_PROGRESS","output":{"done":1}}"#
            #expect(try await endpoint.post("job-done/w/\(id)", progress).status == 200)
            #expect(try await endpoint.get("status/\(id)")["output"] == ["done": 1])

            #expect(try await endpoint.post("job-done/w/\(id)", #"{"output":[1,null]}"#).status == 200)
            let done = try await endpoint.call("POST", "ep/status/\(id)")
            #expect(done.body["status"] == "COMPLETED")
            #expect(done.body["output"] == [1, nil])
            #expect(done.body["executionTime"]?.intValue != nil)
            #expect(done.body["error"] == nil)
            #expect(try await endpoint.get("stream/\(id)") == ["id": .string(id), "status": "COMPLETED", "stream": []])
        }
    }

    @Test(
        "Only the token opens, raw or after Bearer, on either half",
        .timeLimit(.minutes(5)),
        arguments: ["ep/health", "ep/ping/w", "elsewhere/health"]
    )
    func authorization(path: String) async throws {
        try await LoopbackEndpoint.with { endpoint in
            let token = LoopbackEndpoint.token
            for wrong in [nil, "", "Bearer ", "Bearer \(token)x", String(token.dropLast()), "Basic \(token)"] {
                let answer = try await endpoint.call("GET", path, authorization: wrong)
                #expect(answer.status == 401)
                #expect(answer.body == ["error": "unauthorized"])
            }
            for right in [token, "Bearer \(token)", "bearer \(token)"] {
                let answer = try await endpoint.call("GET", path, authorization: right)
                #expect(answer.status == (path.hasPrefix("ep") ? 200 : 404))
            }
        }
    }

    @Test("What is not there is answered in the platform's words", .timeLimit(.minutes(5)))
    func notFound() async throws {
        try await LoopbackEndpoint.with { endpoint in
            #expect(try await endpoint.call("GET", "other/health").body == ["detail": "endpoint not found"])
            let job = try await endpoint.call("GET", "ep/status/nobody")
            #expect(job.status == 404)
            #expect(job.body == ["error": "job not found"])
            #expect(try await endpoint.call("GET", "ep/nothing").status == 404)
            #expect(try await endpoint.call("GET", "ep/run").status == 405)
            #expect(try await endpoint.post("job-done/w/nobody", "{}").status == 404)
        }
    }

    @Test(
        "A malformed submission is refused with what is wrong",
        .timeLimit(.minutes(5)),
        arguments: [
            ("{", "invalid JSON at byte 1"), ("[]", "not a JSON object"), ("{}", "\"input\" is missing"),
            (#"{"input":null}"#, "\"input\" is missing"), (#"{"input":1,"policy":2}"#, "\"policy\""),
            (#"{"input":1,"policy":{"ttl":9999}}"#, "policy.ttl"),
            (#"{"input":1,"policy":{"executionTimeout":4999}}"#, "policy.executionTimeout"),
            (#"{"input":1,"policy":{"executionTimeout":"5 s"}}"#, "policy.executionTimeout"),
            (#"{"input":1,"policy":{"executionTimeout":604800001}}"#, "policy.executionTimeout"),
        ]
    )
    func malformed(body: String, message: String) async throws {
        try await LoopbackEndpoint.with(minimumExecutionTimeout: .seconds(5)) { endpoint in
            let answer = try await endpoint.post("run", body)
            #expect(answer.status == 400)
            #expect(answer.body["error"]?.stringValue?.contains(message) == true)
            #expect(try await endpoint.get("health")["jobs"]?["inQueue"] == 0)
        }
    }

    @Test("Bodies beyond the platform's limits are refused as it refuses them", .timeLimit(.minutes(5)))
    func oversize() async throws {
        try await LoopbackEndpoint.with { endpoint in
            func body(_ size: Int, _ start: String, _ end: String) -> Data {
                Data(start.utf8) + Data(repeating: UInt8(ascii: "a"), count: size) + Data(end.utf8)
            }
            let run = try await endpoint.call("POST", "ep/run", bytes: body(10 << 20, #"{"input":""#, #""}"#))
            #expect(run.status == 400)
            #expect(run.body == ["error": "bad request: body: exceeded max body size of 10MiB"])

            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            let chunk = try await endpoint.call(
                "POST",
                "ep/job-stream/w/\(id)",
                bytes: body(1_000_000, #"{"output":""#, #""}"#)
            )
            #expect(chunk.status == 400)
            #expect(try await endpoint.get("status/\(id)")["status"] == "IN_PROGRESS")
            let done = try await endpoint.call(
                "POST",
                "ep/job-done/w/\(id)",
                bytes: body(10 << 20, #"{"output":""#, #""}"#)
            )
            #expect(done.status == 400)
            let status = try await endpoint.get("status/\(id)")
            #expect(status["status"] == "COMPLETED")
            #expect(status["output"] == nil)
        }
    }

    @Test(
        "What a worker posts becomes what the client sees",
        .timeLimit(.minutes(5)),
        arguments: [
            ("{}", 200, #"{"status":"COMPLETED"}"#),
            (#"{"output":null}"#, 200, #"{"status":"COMPLETED","output":null}"#),
            (#"{"output":{"more":1},"error":"x"}"#, 200, #"{"status":"FAILED","output":{"more":1},"error":"x"}"#),
            (#"{"error":{"text":"x"}}"#, 400, #"{"status":"COMPLETED"}"#),
            (#"{"error":null,"output":1}"#, 200, #"{"status":"COMPLETED","output":1}"#),
            (#"{"output":{"a":1},"stopPod":true}"#, 200, #"{"status":"COMPLETED","output":{"a":1}}"#),
            ("nonsense", 400, #"{"status":"COMPLETED"}"#),
        ]
    )
    func results(posted: String, status: Int, seen: String) async throws {
        try await LoopbackEndpoint.with { endpoint in
            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            #expect(try await endpoint.post("job-done/w/\(id)?isStream=false", posted).status == status)
            var shown = try #require(try await endpoint.get("status/\(id)").objectValue)
            for key in ["id", "delayTime", "executionTime", "workerId"] { shown[key] = nil }
            #expect(.object(shown) == (try JSONCoding.decode(JSONValue.self, from: Data(seen.utf8))))
        }
    }

    @Test("Held requests are answered when it happens, not when their time is over", .timeLimit(.minutes(5)))
    func longPolls() async throws {
        try await LoopbackEndpoint.with(hold: .seconds(300)) { endpoint in
            async let take = endpoint.get("job-take/w")
            let id = try await endpoint.submit()
            #expect(try await take["id"]?.stringValue == id)

            async let end = endpoint.get("status-sync/\(id)?wait=300000")
            async let stop = endpoint.get("job-stop/w")
            async let chunk = endpoint.get("stream/\(id)?wait=300000")
            _ = try await endpoint.post("job-stream/w/\(id)", #"{"output":1}"#)
            #expect(try await chunk["stream"] == [["output": 1]])
            #expect(try await endpoint.post("cancel/\(id)").body == ["id": .string(id), "status": "CANCELLED"])
            #expect(try await stop == ["jobsToStop": [.string(id)]])
            #expect(try await end["status"] == "CANCELLED")
        }
    }

    @Test("A hold that ends without a job is answered 204", .timeLimit(.minutes(5)))
    func emptyHold() async throws {
        try await LoopbackEndpoint.with(hold: .milliseconds(20)) { endpoint in
            for operation in ["job-take", "job-stop"] {
                let answer = try await endpoint.call("GET", "ep/\(operation)/w")
                #expect(answer.status == 204)
            }
        }
    }

    @Test("A worker that has hung up gets no job", .timeLimit(.minutes(5)))
    func hungUp() async throws {
        try await withQueue { queue, endpoint in
            await withTaskGroup(of: Void.self) { takes in
                for _ in 0..<5 { takes.addTask { _ = try? await endpoint.get("job-take/gone") } }
                let areHeld = await eventually { queue.heldRequests == 5 }
                #expect(areHeld)
                takes.cancelAll()
            }
            #expect(await eventually { queue.heldRequests == 0 }, "the server notices")
            let id = try await endpoint.submit()
            #expect(try await endpoint.get("job-take/w")["id"]?.stringValue == id)
        }
    }

    @Test(
        "A reader that has hung up gets no chunk, and one that reads on does so over the same connection",
        .timeLimit(.minutes(5))
    )
    func hungUpReader() async throws {
        try await withQueue { queue, endpoint in
            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            await withTaskGroup(of: Void.self) { readers in
                for _ in 0..<5 { readers.addTask { _ = try? await endpoint.get("stream/\(id)?wait=300000") } }
                let areHeld = await eventually { queue.heldRequests == 5 }
                #expect(areHeld)
                readers.cancelAll()
            }
            #expect(await eventually { queue.heldRequests == 0 }, "the server notices")
            for number in 0..<3 {
                _ = try await endpoint.post("job-stream/w/\(id)", #"{"output":\#(number)}"#)
                let answer = try await endpoint.call("GET", "ep/stream/\(id)?wait=300000")
                #expect(answer.body["stream"] == [["output": .integer(Int64(number))]])
                #expect(answer.headers["Connection"] != "close")
            }
        }
    }

    /// Calls `body` with a server whose held requests can be counted.
    private func withQueue(
        _ body: (QueueDriver<ContinuousClock>, LoopbackEndpoint) async throws -> Void
    ) async throws {
        var limits = JobQueue.Limits()
        // So long that only the closed connection can give the job to the other worker in time.
        limits.pingInterval = .seconds(600)
        let queue = QueueDriver(limits: limits, clock: ContinuousClock())
        let service = EndpointService(
            options: EndpointService.Options(
                endpointID: "ep",
                token: LoopbackEndpoint.token,
                hold: .seconds(300),
                executionTimeout: .seconds(600),
                minimumExecutionTimeout: .seconds(5),
                makeJobID: { "\($0)job" }
            ),
            queue: queue
        )
        let edge = EndpointEdge(service: service, queue: queue, rates: nil, dial: FaultDial(), clock: ContinuousClock())
        let server = EndpointServer(edge: edge, logger: nil)
        let (ports, announce) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run(port: 0) { announce.yield($0) } }
            group.addTask { await queue.runTimer() }
            defer { group.cancelAll() }
            let port = try #require(await ports.first { _ in true })
            try await HTTPTransport.withTransport(.polls) { http in
                let endpoint = LoopbackEndpoint(
                    address: LocalEndpoint.Address(
                        baseURL: "http://127.0.0.1:\(port)/v2",
                        endpointID: "ep",
                        token: LoopbackEndpoint.token,
                        instanceID: ""
                    ),
                    http: http
                )
                try await body(queue, endpoint)
            }
        }
    }

    @Test("runsync holds for the result, retry and purge do what they say", .timeLimit(.minutes(5)))
    func otherCalls() async throws {
        try await LoopbackEndpoint.with { endpoint in
            async let result = endpoint.post("runsync?wait=60000", #"{"input":{"a":1}}"#)
            let taken = try await endpoint.get("job-take-batch/w?batch_size=4&job_in_progress=0")
            let id = try #require(taken.arrayValue?.first?["id"]?.stringValue)
            #expect(id.hasPrefix("sync-"))
            _ = try await endpoint.post("job-done/w/\(id)", #"{"error":"bad"}"#)
            #expect(try await result.body["status"] == "FAILED")
            #expect(try await endpoint.post("retry/\(id)").body == ["id": .string(id), "status": "IN_QUEUE"])
            #expect(try await endpoint.post("purge-queue").body == ["removed": 1, "status": "completed"])
            #expect(try await endpoint.post("retry/\(id)").status == 400)
        }
    }

    @Test("A full endpoint says when to come again", .timeLimit(.minutes(5)))
    func full() async throws {
        var limits = JobQueue.Limits.patient
        limits.jobs = 1
        try await LoopbackEndpoint.with(limits: limits) { endpoint in
            _ = try await endpoint.submit()
            let refused = try await endpoint.post("run", #"{"input":1}"#)
            #expect(refused.status == 429)
            #expect(refused.headers["Retry-After"] == "1")
        }
    }

    @Test("Results last as long as is said, those of runsync by a time of their own", .timeLimit(.minutes(5)))
    func retention() async throws {
        let options = LoopbackEndpoint.options {
            $0.syncRetention = .milliseconds(1)
            $0.minimumTTL = .milliseconds(1)
        }
        try await LoopbackEndpoint.with(options) { endpoint in
            async let result = endpoint.post("runsync?wait=60000", #"{"input":1}"#)
            let sync = try #require(try await endpoint.get("job-take/w")["id"]?.stringValue)
            _ = try await endpoint.post("job-done/w/\(sync)", #"{"output":1}"#)
            #expect(try await result.body["output"] == 1)
            #expect(await eventually { try await endpoint.call("GET", "ep/status/\(sync)").status == 404 })

            let id = try await endpoint.submit()
            _ = try await endpoint.get("job-take/w")
            _ = try await endpoint.post("job-done/w/\(id)", #"{"output":1}"#)
            #expect(try await endpoint.get("status/\(id)?ttl=1")["output"] == 1)
            #expect(await eventually { try await endpoint.call("GET", "ep/status/\(id)").status == 404 })

            let short = try await endpoint.submit(#"{"input":1,"policy":{"ttl":1}}"#)
            #expect(await eventually { try await endpoint.get("status/\(short)")["status"] == "TIMED_OUT" })
        }
    }

    @Test("A result of runsync may be as large as its request, up to 20 MiB", .timeLimit(.minutes(5)))
    func syncSizes() async throws {
        try await LoopbackEndpoint.with { endpoint in
            let large = Data(#"{"input":""#.utf8) + Data(repeating: 0x61, count: 15 << 20) + Data(#""}"#.utf8)
            #expect(try await endpoint.call("POST", "ep/runsync?wait=1000", bytes: large).status == 200)
            let taken = try await endpoint.get("job-take/w")
            let id = try #require(taken["id"]?.stringValue)
            #expect(taken["input"]?.stringValue?.utf8.count == 15 << 20)
            let result = Data(#"{"output":""#.utf8) + Data(repeating: 0x61, count: 15 << 20) + Data(#""}"#.utf8)
            #expect(try await endpoint.call("POST", "ep/job-done/w/\(id)", bytes: result).status == 200)
            #expect(try await endpoint.get("status/\(id)")["output"]?.stringValue?.utf8.count == 15 << 20)
            let larger = large + Data(repeating: 0x20, count: 5 << 20)
            let refused = try await endpoint.call("POST", "ep/runsync?wait=1000", bytes: larger)
            #expect(refused.status == 400)
            #expect(refused.body == ["error": "bad request: body: exceeded max body size of 20MiB"])
        }
    }

    @Test("The execution time-out comes true by itself", .timeLimit(.minutes(5)))
    func executionTimeout() async throws {
        try await LoopbackEndpoint.with { endpoint in
            let id = try await endpoint.submit(#"{"input":1,"policy":{"executionTimeout":50}}"#)
            _ = try await endpoint.get("job-take/w")
            let end = try await endpoint.get("status-sync/\(id)?wait=60000")
            #expect(end["status"] == "FAILED")
            #expect(end["error"] == "executionTimeout exceeded")
            #expect(try await endpoint.get("job-stop/w") == ["jobsToStop": [.string(id)]])
        }
    }
}
