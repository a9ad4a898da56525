import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import TestSupport
import Testing

@Suite("Faults of a job's state", .serialized, .timeLimit(.minutes(10)))
struct JobStateFaultTests {
    static let looks: Set<FaultyPlatform.Operation> = [.status, .stream, .statusSync]

    @Test(
        "10 · An unknown word for a state means that the job goes on",
        arguments: ["RUNNING", "PREEMPTED", "", "completed"]
    )
    func unknownWord(word: String) async throws {
        let stage = FaultStage()
        let platform = FaultyPlatform(retouch: { call, members in
            if Self.looks.contains(call.operation), call.number <= 3 { members["status"] = .string(word) }
        })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test("10 · A job that is unknown once or twice and then known again is not lost", arguments: [1, 2])
    func unknownOnce(times: Int) async throws {
        let stage = FaultStage(4, workers: 1)
        let wire = WireFault("", Self.looks, times: times, .instead(.answer(404, #"{"error":"job not found"}"#)))
        let platform = FaultyPlatform(fault: wire.fault)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
        // The stream is read all the same: without it partial results would be lost.
        #expect(platform.calls(.stream) > 1)
    }

    @Test("10 · A job that stays unknown is lost, which says how long results are kept, and runs again")
    func expired() async throws {
        let stage = FaultStage(4, workers: 1)
        let isKnown = Shared(false)
        let platform = FaultyPlatform(fault: { call in
            if call.operation == .run, call.number > 1 { isKnown.set(true) }
            guard Self.looks.contains(call.operation), !isKnown.value else { return nil }
            return .instead(.answer(404, #"{"error":"job not found"}"#))
        })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        let end = try #require(try await stage.ends().first)
        #expect(end.kind == .lost && end.status == "404")
        #expect(end.message?.contains("30 minutes") == true)
    }

    @Test("10 · A job that the platform runs once more elsewhere is shown where it is", arguments: [true, false])
    func moved(streams: Bool) async throws {
        let stage = FaultStage(2, workers: 1)
        let asked = Shared(0)
        let platform = FaultyPlatform(
            work: FaultyPlatform.Work(
                end: FaultyPlatform.Work.ours.end,
                records: { input, _ in
                    guard streams, let index = input.run?.indices.first else { return [] }
                    let start = ["event": "start", "index": .integer(Int64(index)), "id": "fp-0"] as JSONValue
                    return [start, start] + FaultyPlatform.results(of: input)
                }
            ),
            retouch: { call, members in
                if [.status, .statusSync].contains(call.operation) { asked.change { $0 += 1 } }
                guard Self.looks.contains(call.operation) else { return }
                members["workerId"] = asked.value <= 1 ? "first" : "second"
                if asked.value <= 5 { members["status"] = "IN_PROGRESS" }
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        let instances = try await stage.journal.events(after: 0, limit: 1_000).compactMap { event -> String? in
            if case .attemptStarted(_, let instance, _, _) = event.body { instance } else { nil }
        }
        #expect(instances == ["first", "second"])
    }

    @Test("10 · A job that ended and is shown as running for a while has ended when it says so again")
    func flip() async throws {
        let stage = FaultStage(4, workers: 1)
        let platform = FaultyPlatform(retouch: { call, members in
            if call.operation == .status, call.number <= 3 { members["status"] = "IN_PROGRESS" }
        })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
    }

    @Test("10 · A job whose stream has ended and whose status denies it for ever has ended")
    func flipForEver() async throws {
        let stage = FaultStage(4, workers: 1)
        let platform = FaultyPlatform(retouch: { call, members in
            if call.operation == .status {
                members["status"] = "IN_PROGRESS"
                members["output"] = ["done": 3]
            }
        })
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        #expect(try await stage.ends().map(\.kind) == [.completed])
    }

    @Test(
        "10 · The platform's own verdicts are told apart by their words",
        arguments: [
            ("FAILED", "executionTimeout exceeded", AttemptEnd.Kind.timedOut),
            ("FAILED", "job timed out after 1 retries", .lost),
            ("FAILED", "result too large: 12000000 bytes, RunPod takes 10000000", .oversize),
            ("FAILED", "the endpoint did not take the result: 400: body: exceeded max body size of 10MB", .oversize),
            ("FAILED", "the page was too large", .failed), ("TIMED_OUT", "", .lost),
            ("FAILED", "Job timed out after 30 s", .failed), ("FAILED", "job timed out after 2 retries", .lost),
        ]
    )
    func verdict(status: String, error: String, kind: AttemptEnd.Kind) async throws {
        let stage = FaultStage(2, workers: 1)
        let platform = FaultyPlatform(
            work: .handler { input, execution in
                guard execution == 1 else { return FaultyPlatform.Work.ours.end(input, execution) }
                return ["status": .string(status), "error": error.isEmpty ? nil : .string(error)]
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        let end = try #require(try await stage.ends().first)
        #expect(end.kind == kind)
        #expect(end.message?.contains(error) == true)
    }

    @Test(
        "10 · What a handler raised is its own failure, whatever its words",
        arguments: [
            "job timed out after 1 retries", "executionTimeout exceeded", "exceeded max body size of 10MiB",
            "result too large: 3 MB",
        ]
    )
    func raised(words: String) async throws {
        let stage = FaultStage(2, workers: 1)
        let document = #"{"error_type": "<class 'TimeoutError'>", "error_message": "\#(words)"}"#
        let platform = FaultyPlatform(
            work: .handler { input, execution in
                guard execution == 1 else { return FaultyPlatform.Work.ours.end(input, execution) }
                return ["status": "FAILED", "error": .string(document)]
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        let end = try #require(try await stage.ends().first)
        #expect(end.kind == .failed)
        #expect(end.message == words)
    }
}
