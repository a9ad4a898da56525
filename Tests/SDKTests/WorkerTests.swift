import Flashpoints
import LocalEndpoint
import RunPodAPI
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SDKTests {
    /// What the SDK's worker does beyond the matrix.
    @Suite("Its worker")
    struct WorkerTests {
        private static let places = Slots(6)

        private func play(
            _ change: (inout LocalEndpoint.Options) -> Void = { _ in },
            _ body: (Play) async throws -> Void
        ) async throws {
            try await Self.places.withSlot {
                try await Stage.with(change) { stage in
                    try await body(Play(stage: stage, client: try stage.ourClient(), worker: .sdk))
                }
            }
        }

        // MARK: - What a handler returns

        struct Return: Sendable, CustomTestStringConvertible {
            var value: JSONValue
            /// Nil for a job without output.
            var output: JSONValue?
            var testDescription: String

            init(_ name: String, _ value: JSONValue, output: JSONValue?) {
                testDescription = name
                self.value = value
                self.output = output
            }
        }

        @Test(
            "Whatever a handler returns completes the job",
            PythonSDK.isThere,
            arguments: [
                Return("an object", ["a": ["b": 1]], output: ["a": ["b": 1]]),
                Return("a text", "žž", output: "žž"),
                Return("true", true, output: true),
                Return("a list", [1, "2", .null], output: [1, "2", .null]),
                Return("None", .null, output: .null),
                Return("an empty object, which leaves no output", [:], output: nil),
                Return("an empty error, which is none", ["error": "", "a": 1], output: ["a": 1]),
                Return("an error that is no string, which is lost", ["error": ["code": 7]], output: nil),
            ]
        )
        func returned(_ given: Return) async throws {
            try await play { play in
                _ = try await play.hire()
                let end = try await play.client.end(of: try await play.submit(Play.returning(given.value)))
                #expect(end.status == .completed)
                #expect(end.output == given.output)
                #expect(end.error == nil)
                try await play.expectEcho()
            }
        }

        @Test("A result over the limit completes the job without output", PythonSDK.isThere)
        func oversize() async throws {
            try await play { play in
                _ = try await play.hire()
                let end = try await play.client.end(of: try await play.submit(["op": "big", "bytes": 10_485_760]))
                #expect(end.status == .completed)
                let hasOutput = end.output != nil
                #expect(!hasOutput)
                try await play.expectEcho()
            }
        }

        @Test("A result that is no JSON is never posted, so the job is tried once more and fails", PythonSDK.isThere)
        func unserialisable() async throws {
            try await play {
                $0.limits.pingInterval = .seconds(2)
            } _: { play in
                let hired = try await play.hire()
                let job = try await play.submit(["op": "set"])
                let isOver = await becomesTrue {
                    play.stage.clock.advance(by: .milliseconds(200))
                    return try await play.client.job(job)?.status.isTerminal == true
                }
                #expect(isOver)
                let end = try await play.client.end(of: job)
                #expect(end.status == .failed)
                #expect(end.error == "job timed out after 1 retries")
                #expect(hired.trace.filter { $0 == "began \(job)" }.count == 2)
            }
        }

        // MARK: - Generators

        @Test("A generator that raises keeps what it has streamed and fails the job", PythonSDK.isThere)
        func raisingGenerator() async throws {
            try await play { play in
                _ = try await play.hire(.generator)
                let job = try await play.submit(["op": "stream", "records": [1, 2], "text": "no more pages"])
                #expect(try await play.client.records(of: job) == [1, 2])
                let end = try await play.client.end(of: job)
                #expect(end.status == .failed)
                #expect(end.error?.hasPrefix("handler: no more pages") == true)
            }
        }

        @Test("A record with an error ends the stream and fails the job", PythonSDK.isThere)
        func errorRecord() async throws {
            try await play { play in
                _ = try await play.hire(.generator)
                let records: JSONValue = [["ok": 1], ["error": "page lost"], ["never": "seen"]]
                let job = try await play.submit(["op": "stream", "records": records])
                #expect(try await play.client.records(of: job) == [["ok": 1]])
                let end = try await play.client.end(of: job)
                #expect(end.status == .failed)
                #expect(end.error == "page lost")
            }
        }

        // MARK: - More than one job

        @Test("Three jobs are taken in one batch, run at once and are stopped one by one", PythonSDK.isThere)
        func concurrency() async throws {
            try await play { play in
                let gate = play.stage.gate()
                var jobs: [String] = []
                for number in 0..<3 {
                    jobs.append(try await play.submit(Play.returning(.integer(Int64(number)), ["gate": gate])))
                }
                try await Relay.with(play.stage) { relay in
                    let hired = try await play.hire(.threefold, relay: relay)
                    for job in jobs { try await hired.wait(for: "began", job) }
                    #expect(relay.requests("job-take-batch").first?.target.contains("batch_size=3") == true)
                    #expect(try await play.client.cancel(jobs[1]) == .cancelled)
                    try await hired.wait(for: "cancelled", jobs[1])
                    try play.stage.open(gate)
                    #expect(try await play.client.end(of: jobs[0]).output == 0)
                    #expect(try await play.client.end(of: jobs[2]).output == 2)
                    #expect(try await play.client.job(jobs[1])?.status == .cancelled)
                }
            }
        }

        // MARK: - Its life

        @Test("A handler can ask for a fresh worker, and the job completes", PythonSDK.isThere)
        func refreshAsked() async throws {
            try await play { play in
                try await Relay.with(play.stage) { relay in
                    _ = try await play.hire(relay: relay)
                    let value: JSONValue = ["refresh_worker": true, "a": 1]
                    let end = try await play.client.end(of: try await play.submit(Play.returning(value)))
                    #expect(end.output == ["a": 1])
                    #expect(relay.requests("job-done").first?.text.contains(#""stopPod": true"#) == true)
                    try await play.expectEcho()
                }
            }
        }

        @Test("A worker configured to be refreshed ends after its job", PythonSDK.isThere)
        func refreshing() async throws {
            try await play { play in
                let hired = try await play.stage.hireSDK(.refreshing, podID: "pod-1")
                #expect(try await play.client.end(of: try await play.submit(Play.returning(1))).output == 1)
                try await expectEnd(of: hired, play)
            }
        }

        @Test("SIGTERM lets it finish its job, take no other and end", PythonSDK.isThere)
        func drain() async throws {
            try await play { play in
                let hired = try await play.stage.hireSDK(.async, podID: "pod-1")
                let gate = play.stage.gate()
                let job = try await play.submit(Play.returning("done", ["gate": gate]))
                try await hired.wait(for: "began", job)
                let helpers = ProcessTable.descendants(of: hired.program.pid)
                #expect(!helpers.isEmpty, "the process that pings")
                hired.program.send(SIGTERM)
                let isHeard = await becomesTrue { hired.program.printed.contains("Received shutdown signal") }
                #expect(isHeard)
                let next = try await play.submit(Play.returning(2))
                try play.stage.open(gate)
                #expect(try await play.client.end(of: job).output == "done")
                try await expectEnd(of: hired, play)
                #expect(try await play.client.job(next)?.status == .inQueue)
                #expect(helpers.filter(ProcessTable.isRunning) == [])
            }
        }

        /// Lets the endpoint's holds pass until the worker has ended of itself.
        private func expectEnd(of hired: SDKWorker, _ play: Play) async throws {
            let isOver = await becomesTrue {
                play.stage.clock.advance(by: .seconds(20))
                return try await hired.program.status() != nil
            }
            #expect(isOver, "\(hired.program.printed)")
            #expect(try await hired.program.status() == 0)
        }

        @Test("Its pings keep a job while a blocking handler keeps the worker from everything else", PythonSDK.isThere)
        func pings() async throws {
            try await play {
                $0.limits.pingInterval = .seconds(2)
            } _: { play in
                try await Relay.with(play.stage) { relay in
                    let hired = try await play.hire(.blocking, relay: relay)
                    let gate = play.stage.gate()
                    let job = try await play.submit(Play.returning("kept", ["gate": gate]))
                    try await hired.wait(for: "began", job)
                    let isListed: @Sendable () -> Int = {
                        relay.requests("ping").count { $0.target.contains("job_id=\(job)") }
                    }
                    // Four seconds at a time, of which three and a half times are the death of a silent worker.
                    for _ in 0..<4 {
                        let before = isListed()
                        // One ping may be under way; the second one is heard after the clock has moved.
                        #expect(await becomesTrue { isListed() >= before + 2 })
                        #expect(try await play.client.job(job)?.status == .inProgress)
                        play.stage.clock.advance(by: .seconds(3))
                    }
                    try play.stage.open(gate)
                    let end = try await play.client.end(of: job)
                    #expect(end.output == "kept")
                    #expect(end.retries == nil)
                    #expect(end.executionTime == 12_000)
                }
            }
        }

        @Test("Killing its group leaves no process", PythonSDK.isThere)
        func killed() async throws {
            try await play { play in
                let hired = try await play.stage.hireSDK(.async, podID: "pod-1")
                try await play.expectEcho()
                let helpers = ProcessTable.descendants(of: hired.program.pid)
                #expect(!helpers.isEmpty, "the process that pings")
                try await hired.kill()
                let areGone = await becomesTrue { helpers.filter(ProcessTable.isRunning).isEmpty }
                #expect(areGone)
                #expect(try await hired.program.status() == -9)
            }
        }
    }
}
