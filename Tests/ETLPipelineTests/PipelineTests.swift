import ETLPipeline
import Flashpoints
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PipelineTests {
    /// A stage that does what a test tells it to.
    struct ScriptedStage: Stage {
        var name: String
        var limit: Duration?
        var body: @Sendable (FlashpointState, StageContext) async throws -> FlashpointState

        func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
            try await body(state, context)
        }
    }

    private let clock = TestClock()

    private func process(
        _ stages: [any Stage],
        date: String = "2025-01-01",
        request: Duration = .seconds(100)
    ) async throws
        -> PipelineOutcome
    {
        var limits = PipelineLimits()
        limits.request = request
        return try await Pipeline(stages: stages, limits: limits, clock: clock)
            .process(Flashpoint(id: "fp"), date: date, cleanup: true) { _ in }
    }

    private func failure(_ outcome: PipelineOutcome) -> Failure? {
        if case .failure(let failure) = outcome.result { failure } else { nil }
    }

    @Test("stages run in order, each on the state of the one before, and their seconds are counted")
    func order() async throws {
        let clock = clock
        let first = ScriptedStage(name: "first") { state, _ in
            clock.advance(by: .seconds(3))
            var state = state
            state.seconds["part"] = 1
            state.isLoaded = true
            return state
        }
        let second = ScriptedStage(name: "second") { state, _ in
            #expect(state.isLoaded)
            clock.advance(by: .milliseconds(1500))
            return state
        }
        let outcome = try await process([first, second])
        #expect(outcome.seconds == 4.5)
        let result = try outcome.result.get()
        #expect(result["seconds"] == ["part": 1, "first": 2, "second": 1.5])
        #expect(result["loaded"] == true)
        #expect(result["clusters"] == [])
        #expect(result["feeds"] == ["seen": 0, "used": 0, "dropped": [:]])
    }

    @Test("a stage's failure ends the flashpoint and later stages never run")
    func failing() async throws {
        let broken = ScriptedStage(name: "broken") { _, _ in throw Failure(.permanent, stage: "fetch", "no use") }
        let never = ScriptedStage(name: "never") { state, _ in
            Issue.record("a stage ran after a failure")
            return state
        }
        let outcome = try await process([broken, never])
        #expect(failure(outcome) == Failure(.permanent, stage: "fetch", "no use"))
    }

    @Test("an error nobody foresaw is a transient failure of its stage")
    func unforeseen() async throws {
        struct Odd: Error {}
        let outcome = try await process([ScriptedStage(name: "odd") { _, _ in throw Odd() }])
        #expect(failure(outcome)?.kind == .transient)
        #expect(failure(outcome)?.stage == "odd")
    }

    @Test(
        "an overrun fails the flashpoint with the stage that was running",
        arguments: [(nil, "REQUEST_TIMEOUT", 90), (Duration.seconds(20), "its 20 s", 20)] as [(Duration?, String, Int)]
    )
    func overrun(limit: Duration?, words: String, after seconds: Int) async throws {
        let clock = clock
        let quick = ScriptedStage(name: "quick") { state, _ in
            clock.advance(by: .seconds(10))
            return state
        }
        let slow = ScriptedStage(name: "slow", limit: limit) { state, _ in
            try await clock.sleep(for: .seconds(10_000))
            return state
        }
        async let outcome = process([quick, slow])
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(seconds))
        let failure = try await failure(outcome)
        #expect(failure?.kind == .timeout)
        #expect(failure?.stage == "slow")
        #expect(failure?.message.contains(words) == true)
    }

    @Test("a cancelled caller gets a cancellation and no outcome")
    func cancellation() async throws {
        let clock = clock
        let slow = ScriptedStage(name: "slow") { state, _ in
            try await clock.sleep(for: .seconds(10_000))
            return state
        }
        await withThrowingTaskGroup(of: PipelineOutcome.self) { group in
            group.addTask { try await process([slow]) }
            await clock.waitForSleepers(2)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    @Test("a date that is no day fails before any stage")
    func badDate() async throws {
        let outcome = try await process([], date: "2025-02-30")
        #expect(failure(outcome)?.kind == .permanent)
        #expect(failure(outcome)?.message.contains("2025-02-30") == true)
    }

    @Test("progress and log lines come through with the stage's name")
    func reports() async throws {
        let reports = Mutex<[PipelineReport]>([])
        let stage = ScriptedStage(name: "talks") { state, context in
            context.progress(1, of: 2)
            context.log(.debug, "hm")
            return state
        }
        _ = try await Pipeline(stages: [stage], limits: PipelineLimits(), clock: clock)
            .process(Flashpoint(id: "fp"), date: "2025-01-01", cleanup: true) { report in
                reports.withLock { $0.append(report) }
            }
        #expect(
            reports.withLock { $0 } == [
                .progress(stage: "talks", done: 1, total: 2), .log(level: .debug, message: "hm"),
            ]
        )
    }

    @Test("without a database nothing is loaded and the log says so once")
    func noDatabase() async throws {
        let warnings = Mutex(0)
        let pipeline = Pipeline(stages: [LoadStage(store: nil)], limits: PipelineLimits(), clock: clock)
        for _ in 0..<3 {
            let outcome = try await pipeline.process(Flashpoint(id: "fp"), date: "2025-01-01", cleanup: true) {
                report in
                if case .log(.warning, _) = report { warnings.withLock { $0 += 1 } }
            }
            #expect(try outcome.result.get()["loaded"] == false)
        }
        #expect(warnings.withLock { $0 } == 1)
    }
}
