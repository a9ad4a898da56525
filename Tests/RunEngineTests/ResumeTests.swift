import Coordination
import Flashpoints
import RunEngine
import RunJournal
import TestSupport
import Testing

@Suite("Drivers that die, and those that follow them", .heavy, .timeLimit(.minutes(10)))
struct ResumeTests {
    private static let count = 24

    /// A run with every kind of trouble in it.
    private static func stage(_ clock: VirtualTime) -> Stage {
        Stage(clock, Batch.plan(count, workers: 4, chunkMax: 3), commitSeconds: 0.01) { order in
            var course = SimulatedCourse { Double($0 % 5) + 1 }
            course.startDelay = 0.5
            course.answerDelay = 0.1
            if order.ref.chunk.isMultiple(of: 6) {
                course.failures = [order.indices.last ?? 0: Failure(.permanent, "no article")]
            }
            guard order.ref.attempt == 1 else { return course }
            switch order.ref.chunk % 6 {
            case 1: course.copies = 2
            case 2:
                course.end = AttemptEnd(.lost, status: "FAILED", message: "worker gone")
                course.resultsBeforeEnd = 1
            case 3: course.answer = .lost(runs: order.ref.worker.isMultiple(of: 2))
            case 4: course.failures = [order.indices[0]: Failure(.transient, "once")]
            case 5: course.lateness = 4
            default: break
            }
            return course
        }
    }

    private struct Undisturbed {
        var commits: Int
        var results: [[UInt8]?]
        var failures: [RunFailure]
    }

    private static let undisturbed: Result<Undisturbed, any Error> = Result {
        try VirtualTime.run { clock in
            let stage = stage(clock)
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.violation() == nil)
            #expect(state.counts.failed > 0)
            return Undisturbed(
                commits: stage.journal.commits,
                results: try await stage.journal.memory.results(in: 0..<count),
                failures: try await stage.journal.memory.failures(from: 0)
            )
        }
    }

    /// Drives until a commit breaks; false when the run came to its end instead.
    private static func driveToBreakage(_ stage: Stage) async throws -> Bool {
        do {
            return try await stage.drive().outcome != .ended
        } catch is ScriptedJournal.Broken {
            return true
        }
    }

    /// What must hold once the run has ended, however many drivers it took.
    private static func check(_ stage: Stage, _ state: RunState, _ undisturbed: Undisturbed) async throws {
        #expect(state.violation() == nil)
        #expect(state == stage.folded)
        #expect(state.phase == .ended)
        #expect(stage.settlements.map(\.index).sorted() == Array(0..<count))
        #expect(try await stage.journal.memory.results(in: 0..<count) == undisturbed.results)
        let failures = try await stage.journal.memory.failures(from: 0)
        #expect(failures.map(\.index) == undisturbed.failures.map(\.index))
        #expect(failures.map(\.failure) == undisturbed.failures.map(\.failure))
        // Log lines take numbers too, and are not kept.
        let numbers = stage.journal.committed.map(\.seq)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// Flashpoints that were sent though they had their outcome when the attempt was intended.
    private static func sentAgain(_ stage: Stage) -> [Int] {
        var settled: Set<Int> = []
        var again: [Int] = []
        for event in stage.journal.committed {
            if case .flashpointSettled(let settlement) = event.body { settled.insert(settlement.index) }
            if case .attemptIntended(_, _, let indices, _) = event.body { again += indices.filter(settled.contains) }
        }
        return again
    }

    @Test(
        "whatever commit a driver dies at, the next one finishes the run as if nothing had happened",
        arguments: ScriptedJournal.Breakage.allCases
    )
    func everyCommit(breakage: ScriptedJournal.Breakage) throws {
        let undisturbed = try Self.undisturbed.get()
        #expect(undisturbed.commits > 30)
        for commit in 1...undisturbed.commits {
            try VirtualTime.run { clock in
                let stage = Self.stage(clock)
                stage.journal.breakAt(commit, breakage)
                #expect(try await Self.driveToBreakage(stage))
                let intents = stage.names("attempt.intended").count
                // Nothing is submitted that the journal does not know of, and nothing more once it broke.
                #expect(stage.backend.orders.count <= intents)
                try await clock.sleep(for: .seconds(commit % 3 == 0 ? 40 : 1))
                let (outcome, state) = try await stage.drive()
                #expect(outcome == .ended)
                try await Self.check(stage, state, undisturbed)
                #expect(Self.sentAgain(stage) == [])
            }
        }
    }

    @Test("drivers that die one after another, each a few commits on, come to the same end", arguments: 2...10)
    func again(stride: Int) throws {
        let undisturbed = try Self.undisturbed.get()
        try VirtualTime.run { clock in
            let stage = Self.stage(clock)
            var drivers = 0
            repeat {
                drivers += 1
                let breakage: ScriptedJournal.Breakage = drivers.isMultiple(of: 2) ? .before : .after
                // A driver's first two commits are that it has resumed and what it hears again of jobs that go on.
                stage.journal.breakAt(stage.journal.commits + 1 + stride, breakage)
                try #require(drivers < 500)
            } while try await Self.driveToBreakage(stage)
            #expect(drivers > 3)
            try await Self.check(stage, stage.folded, undisturbed)
            #expect(Self.sentAgain(stage) == [])
        }
    }

    @Test("of an endpoint that died with its driver the attempts are gone at once, with no grace and no pause")
    func goneEndpoint() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(8, workers: 2))
            func endpoint(_ life: Int) -> SimulatedBackend {
                SimulatedBackend(
                    clock: clock,
                    catalogue: stage.plan.catalogue,
                    endpoint: "http://127.0.0.1:1/v2/local#\(life)"
                ) { _ in SimulatedCourse { _ in 10 } }
            }
            let control = RunControl()
            async let stopped = stage.drive(control, backend: endpoint(1))
            try await clock.sleep(for: .seconds(15))
            await control.stop()
            #expect(try await stopped.outcome == .stopped)
            let second = endpoint(2)
            let (outcome, state) = try await stage.drive(backend: second)
            #expect(outcome == .ended)
            #expect(state.counts.ok == 8)
            // The first driver's last news came at 10 s; then 3 flashpoints of 10 s on each lane.
            #expect(state.t == 40)
            #expect(second.orders.map(\.indices) == [[1, 2, 3], [5, 6, 7]])
        }
    }

    @Test("a pause before a retry goes on where the last driver left it")
    func retryPause() throws {
        try VirtualTime.run { clock in
            var policy = RunPolicy()
            policy.backOffBase = 100
            let stage = Stage(clock, Batch.plan(1, workers: 1, policy: policy)) { order in
                var course = SimulatedCourse { _ in 1 }
                if order.ref.attempt == 1 { course.failures = [0: Failure(.transient, "once")] }
                return course
            }
            let (outcome, _) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(2))
                await control.stop()
            }
            #expect(outcome == .stopped)
            let due = try #require(
                stage.journal.committed.compactMap { event -> Double? in
                    if case .retryScheduled(_, let due, _) = event.body { due } else { nil }
                }.last
            )
            try await clock.sleep(for: .seconds(1_000))
            let (_, state) = try await stage.drive()
            #expect(state.finalAnswer?.succeeded == 1)
            // Events tell whole milliseconds.
            #expect(abs(state.t - (due + 1)) < 0.002)
        }
    }

    @Test("a run that has ended is left at once, and nothing is sent")
    func ended() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(3, workers: 1))
            _ = try await stage.drive()
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.finalAnswer?.succeeded == 3)
            #expect(stage.backend.orders.count == 1)
        }
    }
}
