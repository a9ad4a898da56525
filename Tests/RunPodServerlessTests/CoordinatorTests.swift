import Flashpoints
import FoundationEssentials
import RunPodAPI
import RunPodServerless
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("A coordinator on an endpoint", .serialized, .timeLimit(.minutes(5)))
struct CoordinatorTests {
    private let ids = (0..<8).map { "fp-\($0)" }

    @Test("It answers for all of its workers, in the order of the input", arguments: [1, 2, 4])
    func answer(workers: Int) async throws {
        try await CoordinatorStage.with(workers: workers) { stage in
            let job = try await stage.submit(ids, ["workers": .integer(Int64(workers)), "trigger": "nightly"])
            let (reply, records) = try await stage.result(of: job)
            #expect(reply.status == .completed, "\(reply)")
            let answer = try #require(reply.output)
            #expect(answer["ok"] == true)
            #expect(answer["run"]?.stringValue == job, "the job's id is that of the run")
            #expect(answer["trigger"] == "nightly")
            #expect(answer["workers"]?.intValue == workers)
            #expect(answer["results"]?.arrayValue?.map { $0["of"]?.stringValue } == ids)
            #expect(stage.begun.begun.sorted() == ids, "each is done once")
            let results = records.filter { $0["event"] == "result" }
            #expect(Set(results.compactMap { $0["index"]?.intValue }) == Set(ids.indices))
            #expect(Set(results.compactMap { $0["worker"]?.intValue }) == Set(1...workers))
            #expect(records.last?["event"] == "end")
            #expect(records.allSatisfy { $0["error"] == nil && $0 != [:] })
        }
    }

    @Test("One machine for four shares does them all: what waits in the queue it takes back")
    func oneMachine() async throws {
        try await CoordinatorStage.with(workers: 1, patience: .milliseconds(50)) { stage in
            let job = try await stage.submit(ids, ["workers": 4])
            let (reply, records) = try await stage.result(of: job)
            #expect(reply.output?["ok"] == true, "\(reply)")
            #expect(reply.output?["results"]?.arrayValue?.map { $0["of"]?.stringValue } == ids)
            #expect(stage.begun.begun.sorted() == ids)
            let words = records.compactMap { $0["message"]?.stringValue }
            #expect(words.count { $0.contains("does it itself") } == 3)
            let health = try await stage.client.health()
            #expect(health.jobs.inQueue == 0 && health.jobs.inProgress == 0)
        }
    }

    @Test("What fails is null and told, whichever worker had it")
    func failures() async throws {
        try await CoordinatorStage.with(workers: 2) { stage in
            let job = try await stage.submit(["fp-0", "bad-1", "fp-2", "bad-3"], ["workers": 2, "retries": 0])
            let (reply, records) = try await stage.result(of: job)
            let answer = try #require(reply.output)
            #expect(reply.status == .completed)
            #expect(answer["ok"] == false)
            #expect(answer["failed"] == 2)
            #expect(answer["results"]?.arrayValue?.map { $0 == .null } == [false, true, false, true])
            #expect(answer["failures"]?.arrayValue?.map { $0["id"] } == ["bad-1", "bad-3"])
            let failed = records.filter { $0["ok"] == false && $0["event"] == "result" }
            #expect(Set(failed.compactMap { $0["worker"]?.intValue }) == [1, 2])
        }
    }

    @Test("A worker whose job fails again and again does not take the others along")
    func failingChild() async throws {
        try await CoordinatorStage.with(workers: 2) { stage in
            let job = try await stage.submit(["fp-0", "fp-1", "crash-2"], ["workers": 2, "retries": 0])
            let (reply, _) = try await stage.result(of: job)
            let answer = try #require(reply.output)
            #expect(answer["succeeded"] == 2)
            #expect(answer["failures"]?.arrayValue?.map { $0["id"] } == ["crash-2"])
        }
    }

    @Test("An answer that is too large says that the results went by the stream, where they are")
    func largeAnswer() async throws {
        try await CoordinatorStage.with(workers: 2, answerLimit: 12_000) { stage in
            let job = try await stage.submit(["big-0", "big-1", "bad-2", "big-3"], ["workers": 2, "retries": 0])
            let (reply, records) = try await stage.result(of: job)
            let answer = try #require(reply.output)
            #expect(answer["results_in"] == "stream")
            #expect(answer["results"] == nil)
            #expect(answer["failures"]?.arrayValue?.count == 1)
            #expect(answer["succeeded"] == 3)
            let results = records.filter { $0["event"] == "result" && $0["ok"] == true }
            #expect(Set(results.compactMap { $0["index"]?.intValue }) == [0, 1, 3])
            #expect(results.allSatisfy { $0["result"]?.stringValue?.count == 5_000 })
        }
    }

    @Test(
        "Without the variables it needs it says which, before it begins",
        arguments: [
            (["RUNPOD_API_KEY": ""], "RUNPOD_API_KEY is not set"),
            (["RUNPOD_ENDPOINT_ID": ""], "RUNPOD_ENDPOINT_ID is not set"),
            (["RUNPOD_API_KEY": "", "RUNPOD_ENDPOINT_ID": ""], "RUNPOD_API_KEY and RUNPOD_ENDPOINT_ID are not set"),
            (["RUNPOD_ENDPOINT_BASE_URL": "https://example.org/v2"], "RUNPOD_ENDPOINT_BASE_URL"),
            (["RUNPOD_API_KEY": "a-key-of-another-account"], "is not accepted"),
        ]
    )
    func missing(extra: [String: String], words: String) async throws {
        try await CoordinatorStage.with(workers: 1, extra: extra) { stage in
            let job = try await stage.submit(ids, ["workers": 2])
            let (reply, _) = try await stage.result(of: job)
            #expect(reply.status == .failed)
            #expect(reply.error?.contains(words) == true, "\(reply.error ?? "-")")
            #expect(reply.error?.contains("a-key-of-another-account") == false)
            #expect(stage.begun.begun.isEmpty)
        }
    }

    private static func flashpoint(_ id: String) -> JSONValue {
        ["id": .string(id), "feeds": [["url": "https://a.example/1"]]]
    }

    @Test(
        "An input that can't be used is an error that names the field",
        arguments: [
            (["workers": 0], "workers must be"), (["strategy": "odd"], "strategy must be"),
            (["flashpoints": []], "the batch is empty"),
            (["flashpoints": [Self.flashpoint("a"), Self.flashpoint("a")]], "must be unique"),
        ] as [([String: JSONValue], String)]
    )
    func malformed(more: [String: JSONValue], words: String) async throws {
        try await CoordinatorStage.with(workers: 1) { stage in
            let job = try await stage.submit(ids, more)
            let (reply, _) = try await stage.result(of: job)
            #expect(reply.status == .failed)
            #expect(reply.error?.contains(words) == true, "\(reply.error ?? "-")")
        }
    }

    @Test("Cancelling its job cancels those of its workers")
    func cancelled() async throws {
        try await CoordinatorStage.with(workers: 3) { stage in
            let hanging = ["hang-0", "hang-1", "hang-2"]
            let job = try await stage.submit(hanging, ["workers": 3])
            let isBusy = await becomesTrue { stage.begun.begun.sorted() == hanging }
            #expect(isBusy)
            #expect(try await stage.client.cancel(job)?.status == .cancelled)
            let isStopped = await becomesTrue { stage.begun.stopped.sorted() == hanging }
            #expect(isStopped, "stopped: \(stage.begun.stopped)")
            let isQuiet = await becomesTrue {
                let health = try await stage.client.health()
                return health.jobs.inProgress == 0 && health.jobs.inQueue == 0
            }
            #expect(isQuiet)
        }
    }

    @Test("A coordinator that the platform gave the job again starts over, and says so")
    func restarted() async throws {
        try await withTemporaryFolder { home in
            let begun = CoordinatorStage.Begun()
            let coordinator = Coordinator(
                settings: try CoordinatorStage.settings(["ETL_DASH_HOME": home.path]),
                environment: [:],
                logger: CoordinatorStage.quiet,
                handler: CoordinatorStage.handler(begun)
            )
            let json: JSONValue = [
                "date": "2025-01-01", "workers": 1, "flashpoints": [Self.flashpoint("fp-0"), Self.flashpoint("fp-1")],
            ]
            let job = TakenJob(id: "5b0c1d2e-0000-4000-8000-000000000001-u1", input: json)
            let input = try JSONCoding.decode(JobInput.self, from: JSONCoding.encode(json))
            func told() async throws -> (JSONValue, [JSONValue]) {
                let records = Mutex<[JSONValue]>([])
                let answer = try await coordinator.coordinate(
                    job,
                    input,
                    JobStreamWriter { record in records.withLock { $0.append(record) } }
                )
                return (answer, records.withLock { $0 })
            }
            let (first, before) = try await told()
            let (second, after) = try await told()
            #expect(first["ok"] == true && second["ok"] == true)
            let words = "starts over"
            #expect(!before.contains { $0["message"]?.stringValue?.contains(words) == true })
            #expect(after.first?["message"]?.stringValue?.contains(words) == true)
            #expect(begun.begun == ["fp-0", "fp-1", "fp-0", "fp-1"])
        }
    }
}
