import Coordination
import Flashpoints
import FoundationEssentials
import Logging
import RunEngine
import RunPodAPI
import Settings
import Synchronization
import TestSupport
import Testing

@testable import RunPodServerless

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

    // MARK: - A stream of one's own

    /// Coordinates a batch alone, without an endpoint.
    private func coordinate(
        _ ids: [String],
        answerLimit: Int? = nil,
        deliveryPauses: [Duration] = [],
        environment: [String: String] = [:],
        logger: Logger = CoordinatorStage.quiet,
        handler: @escaping InProcessBackend.Handler = CoordinatorStage.handler(CoordinatorStage.Begun()),
        _ stream: JobStreamWriter
    ) async throws -> JSONValue {
        let coordinator = Coordinator(
            settings: try CoordinatorStage.settings(),
            environment: environment,
            logger: logger,
            answerLimit: answerLimit,
            deliveryPauses: deliveryPauses,
            handler: handler
        )
        let json: JSONValue = [
            "date": "2025-01-01", "workers": 1, "retries": 0, "flashpoints": .array(ids.map(Self.flashpoint)),
        ]
        let input = try JSONCoding.decode(JobInput.self, from: JSONCoding.encode(json))
        return try await coordinator.coordinate(TakenJob(id: Self.jobID, input: json), input, stream)
    }

    private static let jobID = "5b0c1d2e-0000-4000-8000-000000000002-u1"

    /// A stream that takes results as a test wants, and all that it took.
    private final class PickyStream: Sendable {
        private let state = Mutex<(tries: [Int: Int], taken: [JSONValue])>(([:], []))
        private let takes: @Sendable (_ index: Int, _ number: Int) -> Bool

        init(takes: @escaping @Sendable (_ index: Int, _ number: Int) -> Bool) {
            self.takes = takes
        }

        var taken: [JSONValue] { state.withLock { $0.taken } }
        /// The indices of the results, in the order in which they were taken.
        var results: [Int] { taken.filter { $0["event"] == "result" }.compactMap { $0["index"]?.intValue } }

        var writer: JobStreamWriter {
            JobStreamWriter(deliver: { self.deliver($0) }, { _ = self.deliver($0) })
        }

        private func deliver(_ record: JSONValue) -> Bool {
            state.withLock { state in
                if record["event"] == "result", let index = record["index"]?.intValue {
                    state.tries[index, default: 0] += 1
                    guard takes(index, state.tries[index] ?? 0) else { return false }
                }
                state.taken.append(record)
                return true
            }
        }
    }

    private let large = (0..<4).map { "big-\($0)" }

    @Test("Results that the stream did not take are sent again before its last record", arguments: [1, 2])
    func deliveredLater(further: Int) async throws {
        let stream = PickyStream { index, number in index.isMultiple(of: 2) || number > further }
        let pauses = Array(repeating: Duration.milliseconds(1), count: further - 1)
        let answer = try await coordinate(large, answerLimit: 9_000, deliveryPauses: pauses, stream.writer)
        #expect(answer["ok"] == true)
        #expect(answer["results_in"] == "stream")
        #expect(answer["results"] == nil)
        #expect(stream.results == [0, 2, 1, 3])
        #expect(stream.taken.last?["event"] == "end")
        #expect(stream.taken.count { $0["event"] == "end" } == 1)
    }

    @Test("Results that the stream never takes are in the answer as far as it has room, the others among the failures")
    func undelivered() async throws {
        let stream = PickyStream { index, _ in index > 1 }
        let answer = try await coordinate(large, answerLimit: 9_000, stream.writer)
        #expect(answer["results_in"] == "stream")
        let results = try #require(answer["results"]?.arrayValue)
        #expect(results.map { $0.stringValue?.count } == [5_000, nil, nil, nil])
        #expect(answer["ok"] == false)
        #expect(answer["succeeded"] == 3)
        #expect(answer["failed"] == 1)
        let failure = try #require(answer["failures"]?.arrayValue?.first)
        #expect(failure["index"] == 1)
        #expect(failure["id"] == "big-1")
        #expect(failure["message"]?.stringValue?.contains("did not take it") == true)
        #expect(try JSONCoding.encode(answer).count <= 9_000)
        #expect(Set(stream.results) == [2, 3])
        #expect(stream.taken.last?["failed"] == 1)
        #expect(stream.taken.contains { $0["level"] == "ERROR" && "\($0)".contains("big-1") })
        // Who watches from elsewhere takes what is there, and tries the lost one again.
        let reader = HandlerOutput(indices: IndexList(0..<4), ids: large, executionMS: nil)
        let told = reader.results(in: answer).map { result -> String in
            if case .failure(let failure) = result.outcome { return "\(result.index) \(failure.kind)" }
            return "\(result.index) ok"
        }
        #expect(told == ["0 ok", "1 infra"])
    }

    @Test("An answer that holds the results waits for none of them")
    func undeliveredSmall() async throws {
        let stream = PickyStream { _, _ in false }
        let answer = try await coordinate(ids, stream.writer)
        #expect(answer["results"]?.arrayValue?.map { $0["of"]?.stringValue } == ids)
        #expect(stream.results.isEmpty)
        #expect(stream.taken.last?["event"] == "end")
    }

    @Test("To a stream that can't keep up goes what matters, and the answer does not wait for the rest")
    func slowStream() async throws {
        let count = 200
        let isOver = Gate()
        let records = Mutex<[JSONValue]>([])
        let logger = Logger(label: "test") { _ in
            LineHandler { line in
                if line.contains("completed all \(count) flashpoints") { isOver.open() }
            }
        }
        let writer = JobStreamWriter { record in
            // Nothing is posted before all has happened.
            try? await isOver.wait()
            records.withLock { $0.append(record) }
        }
        let answer = try await coordinate(
            (0..<count).map { "fp-\($0)" },
            logger: logger,
            handler: { input, emit in
                for (index, flashpoint) in input.flashpoints.enumerated() {
                    await emit(.start(index: index, id: flashpoint.id))
                    for done in 1...5 { await emit(.progress(index: index, stage: "extract", done: done, of: 5)) }
                    await emit(
                        .result(
                            FlashpointResult(
                                index: index,
                                id: flashpoint.id,
                                hash: input.run?.hashes[index],
                                outcome: .success(1),
                                seconds: 1
                            )
                        )
                    )
                }
            },
            writer
        )
        #expect(answer["succeeded"]?.intValue == count)
        let posted = records.withLock { $0 }
        // What the relay had in hand when it was held up may have been anything.
        #expect(posted.count { ["start", "progress"].contains($0["event"]) } <= StreamDigest.most)
        #expect(posted.count < 2 * StreamDigest.most + count)
        #expect(posted.contains { $0["event"] == "attempt" && $0["state"] == "ended" })
        #expect(posted.last?["event"] == "end")
    }

    private struct LineHandler: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        let onLine: @Sendable (String) -> Void

        init(_ onLine: @escaping @Sendable (String) -> Void) {
            self.onLine = onLine
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { onLine("\(event.message)") }
    }

    // MARK: - What can go wrong before it begins

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

    /// The variables of a coordinator of an endpoint that a test plays.
    private func environment(_ server: ScriptedServer) -> [String: String] {
        [
            "RUNPOD_API_KEY": "a-key-of-this-test", "RUNPOD_ENDPOINT_ID": "ep",
            "RUNPOD_ENDPOINT_BASE_URL": "\(server.url)/v2",
        ]
    }

    private func words(_ records: borrowing Mutex<[JSONValue]>) -> [String] {
        records.withLock { $0 }.compactMap { $0["message"]?.stringValue }
    }

    @Test("One that begins again cancels what the former one left running, and says so, also when it works alone")
    func lookingBack() async throws {
        let job = Self.jobID
        func listed(_ id: String, _ status: String, run: String) -> String {
            #"{"id":"\#(id)","status":"\#(status)","input":{"run":{"id":"\#(run)","nonce":"n"}}}"#
        }
        let listing = [
            listed("left-1", "IN_PROGRESS", run: job), listed("left-2", "IN_QUEUE", run: job),
            listed("over", "COMPLETED", run: job), listed("foreign", "IN_PROGRESS", run: "another"),
        ].joined(separator: ",")
        try await withScriptedServer { request in
            let path = request.target.split(separator: "/").map(String.init)
            switch path.dropFirst(2).first {
            case "status": return .answer(200, #"{"id":"\#(job)","status":"IN_PROGRESS","retries":1}"#)
            case "requests": return .answer(200, #"{"requests":[\#(listing)],"hasMore":false}"#)
            case "cancel": return .answer(200, #"{"id":"\#(path[3])","status":"CANCELLED"}"#)
            default: return .answer(404)
            }
        } _: { server in
            let records = Mutex<[JSONValue]>([])
            let answer = try await coordinate(
                ids,
                environment: environment(server),
                JobStreamWriter { record in records.withLock { $0.append(record) } }
            )
            #expect(answer["ok"] == true)
            let targets = server.requests.map(\.target)
            #expect(targets == ["status/\(job)", "requests", "cancel/left-1", "cancel/left-2"].map { "/v2/ep/\($0)" })
            #expect(
                words(records).first
                    == """
                    The platform gave the run to a new coordinator, which starts over; 2 of its jobs, left by the \
                    former one, cancelled
                    """
            )
        }
    }

    @Test("One that works alone needs no endpoint that answers", arguments: [401, 404, 200])
    func alone(status: Int) async throws {
        try await withScriptedServer { _ in
            .answer(status, "{}")
        } _: { server in
            let records = Mutex<[JSONValue]>([])
            let answer = try await coordinate(
                ids,
                environment: environment(server),
                JobStreamWriter { record in records.withLock { $0.append(record) } }
            )
            #expect(answer["ok"] == true)
            #expect(!words(records).contains { $0.contains("starts over") })
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
