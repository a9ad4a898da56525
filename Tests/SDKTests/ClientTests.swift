import Flashpoints
import LocalEndpoint
import RunPodAPI
import Synchronization
import TestSupport
import Testing

extension SDKTests {
    /// What the SDK's clients ask beyond the matrix, and how they take the answers.
    @Suite("Its clients")
    struct ClientTests {
        private static let places = Slots(6)

        private func play(_ body: (Stage, SDKClient) async throws -> Void) async throws {
            try await Self.places.withSlot {
                try await Stage.with { stage in try await body(stage, try await stage.sdkClient()) }
            }
        }

        /// Each of the two clients.
        private func play(_ kind: SDKClient.Kind, _ body: (Stage, SDKClient) async throws -> Void) async throws {
            try await play { stage, client in
                var client = client
                client.kind = kind
                try await body(stage, client)
            }
        }

        @Test("run, status, output and health", PythonSDK.isThere, arguments: SDKClient.Kind.allCases)
        func output(kind: SDKClient.Kind) async throws {
            try await play(kind) { stage, client in
                let gate = stage.gate()
                // Without a key "input" it is wrapped.
                let job = try #require(try await client.run(Play.returning(["a": 1], ["gate": gate])).id)
                #expect(try await client.call("status", job: job) == "IN_QUEUE")
                let queued = try await client.call("health")
                let workers = ["idle", "initializing", "ready", "running", "throttled", "unhealthy"]
                #expect(queued["workers"]?.objectValue == Dictionary(uniqueKeysWithValues: workers.map { ($0, 0) }))
                #expect(
                    queued["jobs"] == ["completed": 0, "failed": 0, "inProgress": 0, "inQueue": 1, "retried": 0]
                )
                let hired = try stage.hireOurs(.async, podID: "pod-1")
                try await hired.wait(for: "began", job)
                #expect(try await client.call("status", job: job) == "IN_PROGRESS")
                await #expect(throws: SDKClient.Raised.self) {
                    try await client.call("output", job: job, timeout: 1)
                }
                #expect(try await client.health().workers.running == 1)
                try stage.open(gate)
                #expect(try await client.call("output", job: job) == ["a": 1])
                #expect(try await client.call("status", job: job) == "COMPLETED")
            }
        }

        @Test("stream", PythonSDK.isThere, arguments: SDKClient.Kind.allCases)
        func stream(kind: SDKClient.Kind) async throws {
            try await play(kind) { stage, client in
                _ = try stage.hireOurs(.generator, podID: "pod-1")
                let records: JSONValue = [["i": 0], "one", 2]
                let job = try #require(try await client.run(["op": "stream", "records": records]).id)
                #expect(try await client.call("stream", job: job) == records)
                #expect(try await client.call("output", job: job) == [])
            }
        }

        @Test("cancel", PythonSDK.isThere, arguments: SDKClient.Kind.allCases)
        func cancel(kind: SDKClient.Kind) async throws {
            try await play(kind) { _, client in
                let job = try #require(try await client.run(["op": "return"]).id)
                #expect(try await client.call("cancel", job: job) == ["id": .string(job), "status": "CANCELLED"])
                #expect(try await client.call("status", job: job) == "CANCELLED")
                #expect(try await client.call("output", job: job) == .null)
            }
        }

        @Test("purge_queue", PythonSDK.isThere, arguments: SDKClient.Kind.allCases)
        func purge(kind: SDKClient.Kind) async throws {
            try await play(kind) { stage, client in
                let gate = stage.gate()
                let hired = try stage.hireOurs(.async, podID: "pod-1")
                let running = try #require(try await client.run(Play.returning(1, ["gate": gate])).id)
                try await hired.wait(for: "began", running)
                let queued = try #require(try await client.run(Play.returning(2)).id)
                let other = try #require(try await client.run(Play.returning(3)).id)
                #expect(try await client.call("purge_queue") == ["removed": 2, "status": "completed"])
                #expect(try await client.call("status", job: queued) == "CANCELLED")
                #expect(try await client.call("status", job: other) == "CANCELLED")
                try stage.open(gate)
                #expect(try await client.call("output", job: running) == 1)
            }
        }

        @Test("run_sync returns the output, and nothing of a job that failed", PythonSDK.isThere)
        func runSync() async throws {
            try await play { stage, client in
                _ = try stage.hireOurs(.async, podID: "pod-1")
                #expect(try await client.call("run_sync", request: ["input": Play.returning("here")]) == "here")
                let failing: JSONValue = ["op": "fail", "text": "no"]
                #expect(try await client.call("run_sync", request: ["input": failing]) == .null)
                #expect(try await client.health().jobs.failed == 1)
            }
        }

        @Test("run_sync goes on asking when the endpoint has held it long enough", PythonSDK.isThere)
        func runSyncHeld() async throws {
            try await play { stage, client in
                let gate = stage.gate()
                let hired = try stage.hireOurs(.async, podID: "pod-1")
                async let output = client.call(
                    "run_sync",
                    request: ["input": Play.returning("late", ["gate": gate])]
                )
                let hasBegun = await becomesTrue { !hired.trace.isEmpty }
                try #require(hasBegun)
                stage.clock.advance(by: .seconds(90))
                try stage.open(gate)
                #expect(try await output == "late")
            }
        }

        @Test("A wrong key is told as such", PythonSDK.isThere)
        func wrongKey() async throws {
            try await Stage.with { stage in
                var client = try await stage.sdkClient(key: "another-key")
                for call in ["run", "health", "purge_queue"] {
                    let raised = await raised { try await client.call(call, request: ["a": 1]) }
                    #expect(raised?.type == "RuntimeError")
                    #expect(raised?.message.hasPrefix("401") == true)
                }
                client.kind = .async
                // This one looks for the id without a look at the status.
                let raised = await raised { try await client.call("run", request: ["a": 1]) }
                #expect(raised?.type == "KeyError")
            }
        }

        @Test("What the endpoint refuses is raised with its status", PythonSDK.isThere)
        func refusals() async throws {
            try await play { _, client in
                for call in ["status", "cancel"] {
                    let raised = await raised { try await client.call(call, job: "no-such-job") }
                    #expect(raised?.status == 404)
                }
                let tooMuch = String(repeating: "x", count: 10 << 20)
                let submitted = try await client.run(["input": ["text": .string(tooMuch)]])
                #expect(submitted == .refused(400))
                #expect(try await client.run(["input": ["a": 1], "policy": ["ttl": 1]]) == .refused(400))
                #expect(try await client.health().jobs.inQueue == 0)
            }
        }

        @Test("A look that is answered 429 is tried again, over http", PythonSDK.isThere)
        func tooManyLooks() async throws {
            let looks = Mutex(0)
            try await Stage.with {
                $0.faults.rules = [.rule(.answer(status: 429), of: .status, .next(2))]
                $0.onRequest = { call, _ in if call == .status { looks.withLock { $0 += 1 } } }
            } _: { stage in
                let client = try await stage.sdkClient()
                let job = try #require(try await client.run(["input": ["op": "return"]]).id)
                #expect(try await client.call("status", job: job) == "IN_QUEUE")
                #expect(looks.withLock { $0 } == 3)
            }
        }

        private func raised(_ body: () async throws -> JSONValue) async -> SDKClient.Raised? {
            do {
                _ = try await body()
                return nil
            } catch {
                return error as? SDKClient.Raised
            }
        }
    }
}
