import Coordination
import Flashpoints
import RunEngine
import RunJournal
import Testing

@Suite("The driver in virtual time", .timeLimit(.minutes(5)))
struct RunDriverTests {
    /// Fails every flashpoint divisible by 3 in its first attempt.
    private static let everyThirdFails: @Sendable (JobOrder) -> SimulatedCourse = { order in
        var course = SimulatedCourse { _ in 2 }
        guard order.ref.attempt == 1 else { return course }
        for index in order.indices where index % 3 == 0 { course.failures[index] = Failure(.transient, "once") }
        return course
    }

    @Test("retries come after pauses drawn from the generator, and the whole goes the same way twice")
    func retries() throws {
        func play() throws -> (events: [Event], answer: RunAnswer?) {
            try VirtualTime.run { clock in
                let stage = Stage(clock, Batch.plan(12, workers: 4), course: Self.everyThirdFails)
                let (outcome, state) = try await stage.drive()
                #expect(outcome == .ended)
                #expect(state == stage.folded)
                #expect(state.violation() == nil)
                return (stage.journal.committed, state.finalAnswer)
            }
        }
        let (events, answer) = try play()
        #expect(answer?.succeeded == 12)
        let dice = Dice(seed: 1)
        let pauses = events.compactMap { event -> Double? in
            if case .retryScheduled(_, let due, _) = event.body { due - event.t } else { nil }
        }
        #expect(pauses.count == 4)
        for pause in pauses { #expect(abs(pause - dice.chance()) < 1e-9) }
        #expect(try play().events == events)
    }

    @Test("a retry's timer is never early, whatever the rounding", arguments: 1...50 as ClosedRange<UInt64>)
    func rounding(seed: UInt64) throws {
        try VirtualTime.run { clock in
            // One lane, so that nobody else's news makes the driver look again.
            let stage = Stage(clock, Batch.plan(3, workers: 1), seed: seed) { order in
                var course = SimulatedCourse { Double($0 + 1) / 7 }
                guard order.ref.attempt < 4 else { return course }
                for index in order.indices { course.failures[index] = Failure(.transient, "again") }
                return course
            }
            // The second driver adds its own seconds to those of the first.
            let (outcome, _) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(0.1))
                await control.stop()
            }
            #expect(outcome == .stopped)
            #expect(try await stage.drive().state.finalAnswer?.succeeded == 3)
        }
    }

    @Test("one commit takes many events")
    func groupCommit() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(1_000, workers: 50), commitSeconds: 0.01) { _ in
                SimulatedCourse { _ in 1 }
            }
            let (outcome, _) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(stage.journal.committed.count > 2_000)
            #expect(stage.journal.commits < stage.journal.committed.count / 20)
        }
    }

    @Test("nothing is submitted before its intent is kept, and nothing told before it is kept")
    func commitFirst() throws {
        try VirtualTime.run { clock in
            let kept = Shared<ScriptedJournal?>(nil)
            let stage = Stage(clock, Batch.plan(12, workers: 4, chunkMax: 1), commitSeconds: 0.25) { order in
                let intents = kept.value?.committed.contains { event in
                    if case .attemptIntended(order.ref, order.nonce, _, _) = event.body { true } else { false }
                }
                #expect(intents == true)
                return SimulatedCourse { _ in 3 }
            }
            kept.set(stage.journal)
            let feed = EventFeed(journal: stage.journal) { events in
                #expect(events.last { $0.isJournalled }?.seq == stage.journal.committed.last?.seq)
            }
            let batches = feed.batches()
            async let told = batches.reduce(into: []) { $0 += $1 }
            let (outcome, _) = try await stage.drive(feed: feed)
            #expect(outcome == .ended)
            #expect(await told == stage.journal.committed)
            #expect(stage.backend.orders.count == 12)
        }
    }

    @Test("duplicates are counted and late results of a lost attempt are taken: each flashpoint has one outcome")
    func duplicatesAndLateness() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(6, workers: 2)) { order in
                var course = SimulatedCourse { _ in 4 }
                course.copies = 2
                if order.ref.attempt == 1 {
                    course.lateness = 3
                    course.end = AttemptEnd(.lost, status: "FAILED", message: "worker gone")
                }
                return course
            }
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.counts.ok == 6)
            #expect(state.counts.duplicates > 0)
            #expect(stage.settlements.map(\.index).sorted() == Array(0..<6))
            #expect(state.violation() == nil)
        }
    }

    @Test("a submission without an answer is unknown; after the grace it is tried again, and its results count once")
    func unknown() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2)) { order in
                var course = SimulatedCourse { _ in 1 }
                if order.ref.attempt == 1 { course.answer = .lost(runs: order.ref.worker == 1) }
                return course
            }
            let (_, state) = try await stage.drive()
            #expect(stage.names("attempt.unknown").count == 2)
            #expect(stage.time(of: "attempt.ended") == 5)
            #expect(state.finalAnswer?.succeeded == 4)
            #expect(stage.settlements.map(\.index).sorted() == Array(0..<4))
        }
    }

    // MARK: - Leaving

    @Test("an endpoint that refuses us halts the run; resumed with the right key it goes on to the end")
    func halts() throws {
        try VirtualTime.run { clock in
            let refusal = Failure(.config, "401 from the endpoint: check RUNPOD_API_KEY")
            let isRight = Shared(false)
            let stage = Stage(clock, Batch.plan(8, workers: 2, chunkMax: 2)) { _ in
                var course = SimulatedCourse { _ in 1 }
                if !isRight.value { course.answer = .refused(refusal) }
                return course
            }
            #expect(try await stage.drive().outcome == .halted(refusal))
            let submitted = stage.backend.orders.count
            #expect(submitted == 2)
            isRight.set(true)
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.finalAnswer?.succeeded == 8)
        }
    }

    @Test("what is on its way when the endpoint refuses us comes in, and is not submitted again")
    func haltsWithJobsOut() throws {
        try VirtualTime.run { clock in
            let refusal = Failure(.config, "401 from the endpoint: check RUNPOD_API_KEY")
            let stage = Stage(clock, Batch.plan(3, workers: 3)) { order in
                var course = SimulatedCourse { _ in order.ref.worker == 2 ? 0.5 : 60 }
                if order.ref.worker == 1, order.ref.attempt == 1 { course.answer = .refused(refusal) }
                if order.ref.worker == 3 { course.answerDelay = 0.7 }
                return course
            }
            #expect(try await stage.drive().outcome == .halted(refusal))
            #expect(clock.now.sinceStart == .seconds(1))
            #expect(stage.folded.counts.ok == 1)
            #expect(stage.names("attempt.accepted").count == 2)
            let (outcome, state) = try await stage.drive()
            #expect(outcome == .ended)
            #expect(state.counts.ok == 3)
            #expect(stage.backend.orders.map(\.ref.worker) == [1, 2, 3, 1])
        }
    }

    @Test("before the first job is accepted, silence beyond the limit halts the run; without a limit it waits for ever")
    func silence() throws {
        func drive(limit: Double?) throws -> (Driver.Outcome, Double) {
            try VirtualTime.run { clock in
                var policy = RunPolicy()
                policy.silenceLimit = limit
                let stage = Stage(clock, Batch.plan(4, workers: 2, policy: policy)) { _ in
                    var course = SimulatedCourse { _ in 1 }
                    course.silence = limit == nil ? 100_000 : .infinity
                    return course
                }
                let outcome = try await stage.drive().outcome
                #expect(stage.names("endpoint.unreachable").count == 1)
                return (outcome, clock.now.sinceStart / .seconds(1))
            }
        }
        let (halted, t) = try drive(limit: 30)
        // One more for what may be on its way.
        #expect(t == 31)
        guard case .halted(let failure) = halted else {
            Issue.record("left as \(halted)")
            return
        }
        #expect(failure.kind == .config)
        #expect(try drive(limit: nil) == (.ended, 100_002))
    }

    @Test("stop with jobs out drains for a second, submits nothing, and leaves once, however often it is asked")
    func stop() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(12, workers: 2, chunkMax: 1))
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(9.5))
                await control.stop()
                await control.stop()
            }
            #expect(outcome == .stopped)
            #expect(clock.now.sinceStart == .seconds(10))
            // Both jobs ended while draining, and no other was sent.
            #expect(state.counts.ok == 2)
            #expect(stage.backend.orders.count == 2)
            let resumed = try await stage.drive()
            #expect(resumed.outcome == .ended)
            #expect(resumed.state.counts.ok == 12)
            #expect(stage.backend.orders.count == 12)
        }
    }

    @Test("stop leaves after the second it drains, at once when nothing is out, and ends a run that is done")
    func stopTimes() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(2, workers: 1))
            let (outcome, _) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(3))
                await control.stop()
            }
            #expect(outcome == .stopped)
            #expect(clock.now.sinceStart == .seconds(4))

            // Resumed, the job goes on; the driver is told to stop just before the last result.
            let resumed = try await stage.drive { control in
                try await clock.sleep(for: .seconds(15.5))
                await control.stop()
            }
            #expect(resumed.outcome == .ended)
            #expect(clock.now.sinceStart == .seconds(20))
            #expect(stage.names("run.ended").count == 1)
        }
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(2, workers: 1, chunkMax: 1))
            let (outcome, _) = try await stage.drive { control in
                #expect(await control.send(.pause) == .accepted)
                try await clock.sleep(for: .seconds(30))
                await control.stop()
            }
            #expect(outcome == .stopped)
            #expect(clock.now.sinceStart == .seconds(30))
        }
    }

    @Test("cancelling the driving task ends it with an answer to everybody who waits for one")
    func cancelled() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2), commitSeconds: 1)
            let control = RunControl()
            try await withThrowingTaskGroup(of: Receipt?.self) { group in
                // Cancelled while it commits, with a command in the mailbox.
                group.addTask { await control.send(.pause) }
                try await withThrowingTaskGroup(of: Void.self) { inner in
                    inner.addTask {
                        await #expect(throws: CancellationError.self) { try await stage.drive(control) }
                    }
                    try await clock.sleep(for: .seconds(0.5))
                    inner.cancelAll()
                    try await inner.waitForAll()
                }
                let receipt = try await group.next()
                #expect(receipt == .tooLate("the run is not driven any more"))
            }
            #expect(await control.send(.proceed) == .tooLate("the run is not driven any more"))
            #expect(stage.journal.committed == [])
            #expect(stage.backend.orders == [])
        }
    }

    @Test("cancelled together with the arrival of a command, the driver still answers it")
    func cancelledWithCommand() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2))
            let control = RunControl()
            await withTaskGroup(of: Receipt?.self) { group in
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask {
                        await #expect(throws: CancellationError.self) { try await stage.drive(control) }
                    }
                    try? await clock.sleep(for: .seconds(1))
                    group.addTask { await control.send(.pause) }
                    // The group ends without another wait, so the command is in the mailbox when the driver wakes.
                    inner.cancelAll()
                }
                #expect(await group.next() == .tooLate("the run is not driven any more"))
            }
            #expect(!stage.folded.isPaused)
        }
    }
}
