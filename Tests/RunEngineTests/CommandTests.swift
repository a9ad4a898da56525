import Coordination
import Flashpoints
import RunEngine
import RunJournal
import TestSupport
import Testing

@Suite("Commands to a driver", .timeLimit(.minutes(5)))
struct CommandTests {
    private static let gone = Receipt.tooLate("the run is not driven any more")

    @Test("cancelling a worker keeps what it streamed, cancels the rest, and leaves the others alone")
    func cancelWorker() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(12, workers: 4))
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(15))
                #expect(await control.send(.cancelWorker(2)) == .accepted)
                #expect(await control.send(.cancelWorker(2)) == .tooLate("worker 2 is cancelled already"))
                #expect(
                    await control.send(.cancelWorker(5))
                        == .unknown("there is no worker 5; the run has workers 1 to 4")
                )
            }
            #expect(outcome == .ended)
            #expect(state.flashpoints.standing[3...5] == [.ok, .cancelled, .cancelled])
            #expect(state.counts.ok == 10)
            #expect(state.finalAnswer?.cancelled == 2)
            #expect(state.t == 30)
        }
    }

    @Test("a worker cancelled before its job is accepted is cancelled as soon as the job has an id")
    func cancelEarly() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2)) { _ in
                var course = SimulatedCourse { _ in 10 }
                course.answerDelay = 3
                return course
            }
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(1))
                #expect(await control.send(.cancelWorker(1)) == .accepted)
            }
            #expect(outcome == .ended)
            #expect(state.flashpoints.standing == [.cancelled, .cancelled, .ok, .ok])
            #expect(stage.time(of: "attempt.ended") == 3)
        }
    }

    @Test("cancelling the run cancels every job and ends it")
    func cancelRun() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(12, workers: 4, chunkMax: 2))
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(15))
                #expect(await control.send(.cancelRun) == .accepted)
            }
            #expect(outcome == .ended)
            #expect(state.counts.ok == 4)
            #expect(state.counts.cancelled == 8)
            #expect(state.finalAnswer?.ok == false)
            #expect(state.t == 15)
        }
    }

    @Test("a paused run submits nothing until it is told to go on; what is out finishes")
    func pause() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2, chunkMax: 1))
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(5))
                #expect(await control.send(.proceed) == .tooLate("the run is not paused"))
                #expect(await control.send(.pause) == .accepted)
                #expect(await control.send(.pause) == .tooLate("the run is paused already"))
                try await clock.sleep(for: .seconds(95))
                #expect(stage.backend.orders.count == 2)
                #expect(stage.folded.counts.ok == 2)
                #expect(await control.send(.proceed) == .accepted)
            }
            #expect(outcome == .ended)
            #expect(state.counts.ok == 4)
            #expect(state.t == 110)
        }
    }

    @Test("after its end a run is reopened by a retry, and by nothing else, and ends again")
    func reopening() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(6, workers: 2)) { order in
                var course = SimulatedCourse { _ in 10 }
                if order.ref.attempt == 1 { course.failures = [1: Failure(.permanent, "no article")] }
                return course
            }
            let first = try await stage.drive()
            #expect(first.outcome == .ended)
            #expect(first.state.finalAnswer?.failed == 1)
            let nothing = "worker 2 has no failed or cancelled flashpoint to retry"
            let refused: [(Command, String)] = [
                (.cancelRun, "the run has ended"), (.pause, "the run has ended"),
                (.cancelWorker(1), "worker 1 has nothing left to do"), (.retryWorker(2, indices: nil), nothing),
            ]
            for (command, why) in refused {
                let (left, receipt) = try await stage.drive(after: command)
                #expect(left.outcome == .ended)
                #expect(receipt == .tooLate(why))
            }
            let ((outcome, state), receipt) = try await stage.drive(after: .retryWorker(1, indices: nil))
            #expect(receipt == .accepted)
            #expect(outcome == .ended)
            #expect(state.counts.ok == 6)
            #expect(state.finalAnswer?.failed == 0)
            #expect(stage.names("run.ended").count == 2)
            #expect(stage.backend.orders.last?.indices == [1])
            #expect(clock.now.sinceStart == .seconds(40))
        }
    }

    @Test("what a worker is to try again while its job runs follows after it")
    func retryWhileRunning() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(3, workers: 1)) { order in
                var course = SimulatedCourse { _ in 10 }
                if order.ref.attempt == 1 { course.failures = [0: Failure(.permanent, "no article")] }
                return course
            }
            let (outcome, state) = try await stage.drive { control in
                try await clock.sleep(for: .seconds(15))
                #expect(await control.send(.retryWorker(1, indices: [0, 1, 77])) == .accepted)
            }
            #expect(outcome == .ended)
            #expect(state.counts.ok == 3)
            #expect(stage.backend.orders.map(\.indices) == [[0, 1, 2], [0]])
            #expect(state.t == 40)
        }
    }

    @Test("commands after the end, and those that nobody took, are answered")
    func afterTheEnd() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(2, workers: 1))
            let control = RunControl()
            _ = try await stage.drive(control)
            #expect(await control.send(.cancelRun) == Self.gone)
            await control.stop()
        }
    }

    @Test("whoever sends commands one after another has them carried out in that order", arguments: 1...10)
    func order(seed: Int) throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(40, workers: 8, chunkMax: 1), commitSeconds: 0.003)
            let accepted = Shared<[String]>([])
            let (_, state) = try await stage.drive { control in
                var dice = SeededGenerator(seed: UInt64(seed))
                for _ in 0..<60 {
                    let command: Command =
                        switch Int.random(in: 0..<4, using: &dice) {
                        case 0: .pause
                        case 1: .proceed
                        case 2: .cancelWorker(Int.random(in: 1...8, using: &dice))
                        default: .retryWorker(Int.random(in: 1...8, using: &dice), indices: nil)
                        }
                    guard await control.send(command) == .accepted else { continue }
                    let name = stage.journal.committed.last { CommandTests.isCommand($0) }?.name ?? ""
                    #expect(name == CommandTests.name(of: command))
                    accepted.change { $0.append(name) }
                    try await clock.sleep(for: .seconds(Double.random(in: 0..<1, using: &dice)))
                }
                _ = await control.send(.proceed)
            }
            let told = stage.journal.committed.filter(CommandTests.isCommand).map(\.name)
            #expect(Array(told.prefix(accepted.value.count)) == accepted.value)
            #expect(accepted.value.count > 10)
            #expect(state.violation() == nil)
            #expect(state == stage.folded)
        }
    }

    @Test("a command whose commit fails is not told to be accepted, and the driver says what broke")
    func commitFails() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(4, workers: 2))
            let control = RunControl()
            async let receipt = {
                try? await clock.sleep(for: .seconds(5))
                stage.journal.breakAt(stage.journal.commits + 1, .before)
                return await control.send(.pause)
            }()
            await #expect(throws: ScriptedJournal.Broken.self) { try await stage.drive(control) }
            #expect(await receipt == .tooLate("the run's journal can't be written: Broken()"))
            #expect(!stage.folded.isPaused)
        }
    }

    @Test("a command whose sender was cancelled is carried out all the same")
    func senderCancelled() throws {
        try VirtualTime.run { clock in
            let stage = Stage(clock, Batch.plan(2, workers: 1), commitSeconds: 2)
            let control = RunControl()
            async let left = stage.drive(control)
            try await clock.sleep(for: .seconds(1))
            await withTaskGroup(of: Receipt.self) { group in
                group.addTask { await control.send(.cancelRun) }
                try? await clock.sleep(for: .seconds(0.5))
                group.cancelAll()
                guard case .tooLate = await group.next() else {
                    Issue.record("the cancelled sender was told something else")
                    return
                }
            }
            #expect(try await left.state.counts.cancelled == 2)
        }
    }

    private static func isCommand(_ event: Event) -> Bool {
        switch event.body {
        case .runPaused, .runContinued, .workerCancelRequested, .workerRetried, .runRetried, .runCancelRequested: true
        default: false
        }
    }

    private static func name(of command: Command) -> String {
        switch command {
        case .pause: "run.paused"
        case .proceed: "run.continued"
        case .cancelWorker: "worker.cancelRequested"
        case .retryWorker: "worker.retried"
        case .retryRun: "run.retried"
        case .cancelRun: "run.cancelRequested"
        }
    }
}
