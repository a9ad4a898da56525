import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import TestSupport
import Testing

/// A handler's output that is not what was asked for, and which flashpoints it still brings at the first go.
struct OutputFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Members of the job's end, from the right results.
    let end: @Sendable (_ results: [JSONValue]) -> [String: JSONValue]
    /// Flashpoints that need no second execution.
    let taken: Set<Int>

    init(_ name: String, taken: Set<Int>, _ end: @escaping @Sendable ([JSONValue]) -> [String: JSONValue]) {
        testDescription = name
        self.taken = taken
        self.end = end
    }

    /// A job that completed with this output.
    init(_ name: String, taken: Set<Int>, output: @escaping @Sendable ([JSONValue]) -> JSONValue) {
        self.init(name, taken: taken) { ["status": "COMPLETED", "output": output($0)] }
    }
}

extension JSONValue {
    /// The object with a member changed.
    fileprivate func with(_ name: String, _ value: JSONValue) -> JSONValue {
        var members = objectValue ?? [:]
        members[name] = value
        return .object(members)
    }
}

@Suite("Faults of results", .serialized, .timeLimit(.minutes(10)))
struct ResultFaultTests {
    static let table: [OutputFault] = [
        OutputFault("out of order", taken: [0, 1, 2, 3]) { .array($0.reversed()) },
        OutputFault("one missing", taken: [0, 1, 3]) { .array([$0[0], $0[1], $0[3]]) },
        OutputFault("one twice", taken: [0, 1, 2, 3]) { .array($0 + [$0[1]]) },
        OutputFault("one more, of nobody", taken: [0, 1, 2, 3]) {
            .array($0 + [$0[0].with("index", 7).with("id", "fp-7")])
        },
        OutputFault("a wrong index", taken: [0, 2, 3]) { .array([$0[0], $0[1].with("index", 2), $0[2], $0[3]]) },
        OutputFault("a wrong hash", taken: [0, 2, 3]) {
            .array([$0[0], $0[1].with("hash", "00000000000000000000000000000000"), $0[2], $0[3]])
        },
        OutputFault("a list without labels, too short", taken: []) { _ in [["echo": "fp-0"], ["echo": "fp-1"]] },
        OutputFault("a list without labels, too long", taken: []) { _ in
            .array((0..<5).map { ["echo": .string("fp-\($0)")] })
        },
        OutputFault("a list without labels, as long as the chunk", taken: [0, 1, 2, 3]) { _ in
            .array((0..<4).map { ["echo": .string("fp-\($0)")] })
        },
        OutputFault("indices of the chunk and no id", taken: [0, 1, 2, 3]) { _ in
            .array((0..<4).reversed().map(indexed))
        },
        OutputFault("indices of nobody knows what", taken: []) { _ in
            .array((1..<5).map(indexed))
        },
        OutputFault("null among a list", taken: [0, 1, 3]) { _ in
            [["echo": "fp-0"], ["echo": "fp-1"], nil, ["echo": "fp-3"]]
        },
        OutputFault("{}", taken: []) { _ in ["status": "COMPLETED", "output": [:]] },
        OutputFault("null", taken: []) { _ in nil },
        OutputFault("an empty list", taken: []) { _ in [] },
        OutputFault("no output at all", taken: []) { _ in ["status": "COMPLETED"] },
        OutputFault("a top-level error", taken: []) { _ in ["status": "COMPLETED", "output": ["error": "boom"]] },
        OutputFault("failed, with half of the results", taken: [0, 1]) {
            ["status": "FAILED", "error": "boom", "output": .array(Array($0.prefix(2)))]
        },
    ]

    private static func indexed(_ index: Int) -> JSONValue {
        ["index": .integer(Int64(index)), "result": ["echo": .string("fp-\(index)")]]
    }

    @Test("9 · What is right of an output is kept, the rest runs again, and nothing is shifted", arguments: table)
    func output(_ fault: OutputFault) async throws {
        let stage = FaultStage(4, workers: 1)
        let isFirst = Shared(true)
        let platform = FaultyPlatform(
            work: .handler { input, execution in
                if isFirst.value { return fault.end(FaultyPlatform.results(of: input)) }
                return FaultyPlatform.Work.ours.end(input, execution)
            },
            // What is submitted later is handled right.
            fault: { call in
                if call.operation == .run, call.number > 1 { isFirst.set(false) }
                return nil
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        let once = platform.executions.filter { $0.value == 1 }.keys.sorted()
        #expect(once == fault.taken.sorted().map { "fp-\($0)" })
    }

    @Test("9 · A job that completes without output for ever fails its flashpoints, and says what that may be")
    func neverOutput() async throws {
        let stage = FaultStage(1, workers: 1)
        let platform = FaultyPlatform(work: .handler { _, _ in ["status": "COMPLETED"] })
        #expect(try await stage.drive(platform) == .ended)
        let settlement = try #require(try await stage.settlements().first)
        guard case .failed(let failure) = settlement.outcome else {
            Issue.record("\(settlement.outcome)")
            return
        }
        #expect(failure.kind == .contract)
        #expect(failure.message.contains("no output") && failure.message.contains("larger than the platform takes"))
    }

    @Test(
        "9 · A job that completes without results says what it handed over instead",
        arguments: [
            ([["echo": "fp-0"], ["echo": "fp-1"]], .list), (nil, .null), ("done", .text), ([], .empty), (7, .value),
        ] as [(JSONValue, AttemptEnd.Output)]
    )
    func insteadOfResults(output: JSONValue, kind: AttemptEnd.Output) async throws {
        let stage = FaultStage(1, workers: 1)
        let platform = FaultyPlatform(work: .handler { _, _ in ["status": "COMPLETED", "output": output] })
        #expect(try await stage.drive(platform) == .ended)
        #expect(try await stage.ends().first?.output == kind)
    }

    @Test("8 · Results that come twice, in the stream and in the output, count once")
    func twice() async throws {
        let stage = FaultStage()
        let work = FaultyPlatform.Work(
            end: FaultyPlatform.Work.ours.end,
            records: { input, _ in
                let results = FaultyPlatform.results(of: input)
                return results + results
            }
        )
        let platform = FaultyPlatform(work: work)
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        #expect(try await !stage.names().contains("flashpoint.duplicate"))
    }

    @Test("8 · A job that has ended before its submission is known brings its results")
    func beforeAnswer() async throws {
        let stage = FaultStage(2, workers: 1)
        let platform = FaultyPlatform(
            fault: { $0.operation == .run ? .after(.reset) : nil },
            retouch: { call, members in
                // The list of jobs comes when the job has long ended.
                guard call.operation == .requests, let jobs = members["requests"]?.arrayValue else { return }
                members["requests"] = .array(jobs.map { $0.with("status", "COMPLETED") })
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 1)
        try await stage.expectNothingFailed()
    }

    @Test(
        "8 · Results of attempt n−1 that come after attempt n went out count once, before its own and after",
        arguments: [true, false]
    )
    func formerAttempt(isFirst: Bool) async throws {
        var stage = FaultStage(4, workers: 1)
        let (isReleased, isSecondOut) = (Shared(false), Shared(false))
        let platform = FaultyPlatform(
            fault: { call in
                switch call.operation {
                // The first job runs, and nobody learns of it.
                case .run where call.number == 1: return .after(.reset)
                case .run:
                    isSecondOut.set(true)
                    return nil
                case .requests: return .instead(.answer(404, "{}"))
                case .status, .statusSync, .stream, .cancel, .health: return nil
                }
            },
            retouch: { call, members in
                guard members["id"] == "job-2", !isReleased.value, call.operation != .run else { return }
                let stream = members["stream"]
                members = ["id": "job-2", "status": "IN_PROGRESS"]
                if call.operation == .stream { members["stream"] = isFirst ? [] : stream }
            }
        )
        let journal = stage.journal
        stage.meanwhile = { backend, report in
            _ = await becomesTrue {
                let names = try await journal.events(after: 0, limit: 100_000).map(\.name)
                return isSecondOut.value && (isFirst || names.count { $0 == "flashpoint.settled" } == 4)
            }
            let former = JobOrder(
                ref: AttemptRef(worker: 1, chunk: 1, attempt: 1),
                nonce: "",
                indices: IndexList(0..<4),
                endpoint: backend.endpoint
            )
            await backend.watch(former, job: "job-1", report: report)
            isReleased.set(true)
        }
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        #expect(platform.sizes == [4, 4])
        let settlements = try await stage.settlements()
        #expect(settlements.allSatisfy { $0.attempt?.attempt == (isFirst ? 1 : 2) })
        #expect(try await stage.names().count { $0 == "flashpoint.duplicate" } >= 4)
        try await stage.expectNothingFailed()
    }

    @Test("8 · Results that come after the cancelling are kept as long as they are valid, and each counts once")
    func afterCancel() async throws {
        let stage = FaultStage(4, workers: 1)
        let isCancelled = Shared(false)
        let platform = FaultyPlatform(
            work: .handler(FaultyPlatform.Work.ours.end),
            fault: { call in
                if call.operation == .cancel { isCancelled.set(true) }
                return nil
            },
            retouch: { call, members in
                // Until the cancelling nothing is told, and then all at once.
                if !isCancelled.value, [.stream, .status, .statusSync].contains(call.operation) {
                    members = ["id": members["id"] ?? nil, "status": "IN_PROGRESS", "stream": []]
                }
                if isCancelled.value, [.status, .statusSync].contains(call.operation) {
                    let echo = (0..<2).map {
                        ["index": .integer(Int64($0)), "ok": true, "result": ["echo": .string("fp-\($0)")]] as JSONValue
                    }
                    members["output"] = .array(echo + echo)
                }
            }
        )
        let outcome = try await stage.drive(platform) { control in
            while try await !stage.names().contains("attempt.started") {
                try await stage.clock.sleep(for: .milliseconds(200))
            }
            _ = await control.send(.cancelWorker(1))
        }
        #expect(outcome == .ended)
        let settlements = try await stage.settlements()
        #expect(settlements.map(\.index).sorted() == [0, 1, 2, 3])
        #expect(settlements.count { $0.outcome == .cancelled } == 2)
    }

    @Test("A result that is too large for the platform is computed in halves")
    func largeResult() async throws {
        let stage = FaultStage(4, workers: 1)
        let platform = FaultyPlatform(
            work: .handler { input, execution in
                guard input.flashpoints.count > 2 else { return FaultyPlatform.Work.ours.end(input, execution) }
                return ["status": "FAILED", "error": "result too large: 12000000 bytes, RunPod takes 10000000"]
            }
        )
        #expect(try await stage.drive(platform) == .ended)
        try await stage.expectAllOK(platform, executions: 2)
        #expect(platform.sizes == [4, 2, 2])
    }

    @Test("A cancelling that the endpoint refuses is told with the job", arguments: [400, 403])
    func uncancelled(status: Int) async throws {
        let stage = FaultStage(2, workers: 1)
        let hasAsked = Shared(false)
        let platform = FaultyPlatform(
            fault: { call in
                guard call.operation == .cancel else { return nil }
                hasAsked.set(true)
                return .instead(.answer(status, "{}"))
            },
            retouch: { call, members in
                if [.status, .statusSync].contains(call.operation) { members["status"] = "IN_PROGRESS" }
                // The job goes on until the cancelling was refused, and a little longer.
                if call.operation == .stream, !hasAsked.value || call.number < 12 {
                    members = ["status": "IN_PROGRESS", "stream": []]
                }
                if [.status, .statusSync].contains(call.operation), hasAsked.value, call.number > 6 {
                    members["status"] = "COMPLETED"
                }
            }
        )
        let outcome = try await stage.drive(platform) { control in
            while try await !stage.names().contains("attempt.started") {
                try await stage.clock.sleep(for: .milliseconds(200))
            }
            _ = await control.send(.cancelWorker(1))
        }
        #expect(outcome == .ended)
        #expect(try await stage.names().contains("attempt.uncancelled"))
    }
}
