import Coordination
import Flashpoints
import RunEngine
import RunJournal
import Testing

@Suite("Trouble with the disk and the clock", .timeLimit(.minutes(5)))
struct DiskAndClockTests {
    /// Drives the run and gives the names of all events that were told, journalled or not.
    private static func drive(
        _ stage: Stage,
        _ control: RunControl = RunControl(),
        options: DriverOptions = DriverOptions()
    ) async throws -> (outcome: Driver.Outcome, state: RunState, told: [Event]) {
        let feed = EventFeed(journal: stage.journal, remembered: 10_000)
        async let told = feed.batches().reduce(into: [Event]()) { $0 += $1 }
        let left = try await stage.drive(control, feed: feed, options: options)
        return (left.outcome, left.state, await told)
    }

    @Test("A full disk stops submitting and drops nothing, and the run goes on by itself")
    func full() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(8, workers: 2, chunkMax: 1)) { _ in SimulatedCourse { _ in 10 } }
            stage.journal.fill(5..<75)
            async let submitted: Int = {
                try? await clock.sleep(for: .seconds(70))
                return stage.backend.orders.count
            }()
            let left = try await Self.drive(stage)
            #expect(left.outcome == .ended)
            #expect(left.state.counts.ok == 8)
            // Both first jobs ended meanwhile, and nothing followed them.
            #expect(await submitted == 2)
            #expect(left.state.violation() == nil)
            #expect(stage.folded == left.state)
            // What ended while the disk was full was held, not done again.
            #expect(stage.backend.orders.count == 8)
            let names = left.told.map(\.name)
            #expect(names.filter { $0 == "disk.full" }.count == 1)
            #expect(names.filter { $0 == "disk.free" }.count == 1)
            #expect(left.told.map(\.seq) == Array(1...left.told.count))
        }
    }

    @Test("Who stops a run while its disk is full is let go at once, and a resume completes it")
    func stopped() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2, chunkMax: 1)) { _ in SimulatedCourse { _ in 10 } }
            stage.journal.fill(5..<1_000)
            let control = RunControl()
            async let stop: Void = {
                try? await clock.sleep(for: .seconds(60))
                await control.stop()
            }()
            let left = try await stage.drive(control)
            #expect(left.outcome == .unkept(JournalError(path: "journal", .diskFull)))
            await stop
            #expect(clock.now.sinceStart < .seconds(63))
            try await clock.sleep(for: .seconds(1_000))
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.counts.ok == 4)
            #expect(stage.backend.orders.count == 4)
        }
    }

    @Test("With hardly any space left nothing more is submitted until there is some")
    func space() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 1, chunkMax: 1)) { _ in SimulatedCourse { _ in 10 } }
            stage.journal.leave(1_000_000_000, until: 5)
            stage.journal.leave(12_000_000, until: 100)
            let left = try await Self.drive(stage)
            #expect(left.outcome == .ended)
            #expect(left.state.counts.ok == 4)
            let intents = left.told.filter { $0.name == "attempt.intended" }.map(\.t)
            #expect(intents.allSatisfy { $0 < 5 || $0 >= 100 })
            let trouble = left.told.compactMap { event in if case .diskFull(let why) = event.body { why } else { nil } }
            #expect(trouble == ["only 12 MB are free for the run's journal, and 64 MB are kept in reserve"])
            #expect(left.told.contains { $0.name == "disk.free" })
        }
    }

    @Test(
        "A wall clock that jumps changes only the times that are shown",
        arguments: [-365 * 86_400, -3_600, 3_600, 365 * 86_400]
    )
    func stepped(seconds: Int64) throws {
        func play(_ step: Int64) throws -> [Event] {
            try VirtualTime.run { clock in
                let plan = Batch.plan(6, workers: 2, chunkMax: 1)
                let stage = Stage(clock, plan, wallStep: (.seconds(15), step)) { order in
                    var course = SimulatedCourse { _ in 10 }
                    if order.ref.attempt == 1, order.ref.chunk == 2 { course.answer = .lost(runs: false) }
                    if order.ref.chunk == 3 { course.silence = 20 }
                    return course
                }
                let left = try await Self.drive(stage)
                #expect(left.outcome == .ended)
                #expect(left.state.counts.ok == 6)
                return left.told
            }
        }
        let (steady, stepped) = (try play(0), try play(seconds))
        let bodies = { (events: [Event]) in
            events.filter { $0.name != "log" && $0.name != "run.ended" && $0.name != "endpoint.unreachable" }
                .map { "\($0.t) \($0.body)" }
        }
        #expect(bodies(stepped) == bodies(steady))
        let words = stepped.compactMap { event in
            if case .log(_, _, let message) = event.body { message } else { nil }
        }
        #expect(words.contains { $0.hasPrefix("this machine ") })
    }

    @Test("Where nobody can be asked the run is left like a stop, what is out comes in first, and a resume goes on")
    func unasked() throws {
        try VirtualTime.run { clock in
            var plan = Batch.plan(12, workers: 1, chunkMax: 1)
            plan.policy.identicalFailures = 3
            plan.policy.retries = 0
            let stage = Stage(clock, plan) { order in
                var course = SimulatedCourse { _ in 1 }
                for index in order.indices where index < 4 {
                    course.failures[index] = Failure(.permanent, "the model is missing")
                }
                return course
            }
            let left = try await Self.drive(stage)
            guard case .halted(let failure) = left.outcome else {
                Issue.record("the run was left as \(left.outcome)")
                return
            }
            #expect(failure.kind == .transient)
            #expect(failure.message.contains("the model is missing"))
            #expect(left.state.counts.failed == 3)
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect((state.counts.ok, state.counts.failed) == (8, 4))
        }
    }

    @Test("Where somebody looks on the run pauses with the cause, and goes on when told")
    func asked() throws {
        try VirtualTime.run { clock in
            var plan = Batch.plan(6, workers: 1, chunkMax: 1)
            plan.policy.identicalFailures = 3
            plan.policy.retries = 0
            let stage = Stage(clock, plan) { order in
                var course = SimulatedCourse { _ in 1 }
                for index in order.indices where index < 4 {
                    course.failures[index] = Failure(.permanent, "the model is missing")
                }
                return course
            }
            let control = RunControl()
            async let operation: Receipt = {
                try? await clock.sleep(for: .seconds(600))
                return await control.send(.proceed)
            }()
            let left = try await Self.drive(stage, control, options: DriverOptions(asksOperator: true))
            #expect(await operation == .accepted)
            #expect(left.outcome == .ended)
            #expect(left.state.counts.ok == 2)
            let pauses = left.told.compactMap { event in
                if case .runPaused(let why) = event.body { why } else { nil }
            }
            #expect(pauses.count == 1)
            #expect(pauses.first?.contains("the model is missing") == true)
        }
    }
}
