import Coordination
import RunJournal
import RunPodServerless
import TestSupport
import Testing

extension KillLoop {
    /// Runs in which a flashpoint fails and is tried again, a worker is cancelled, and which are opened again at their end.
    @Suite("A run of failure, cancelling and retry that dies on the way", .serialized, .timeLimit(.minutes(10)))
    struct KillStoryTests {
        /// So many stories at the most, each with two deaths, unless `ETL_KILL_ALL=1`.
        private static let most = (ownWorkers: 12, otherEndpoint: 3)

        @Test("loses nothing and doubles nothing, with workers of its own")
        func ownWorkers() async throws {
            let tally = KillTally("killed in a story, workers on this machine")
            try await tell(atMost: Self.most.ownWorkers, tally)
        }

        @Test("loses nothing and doubles nothing, with an endpoint that outlives it")
        func otherEndpoint() async throws {
            let tally = KillTally("killed in a story, endpoint elsewhere")
            try await KillEndpoint.with { endpoint in
                try await tell(atMost: Self.most.otherEndpoint, environment: endpoint.environment, tally)
            }
        }

        /// Tells the story without a death, then with two in each telling: one in the run, one while it is opened again.
        private func tell(
            atMost most: Int,
            environment: [String: String] = [:],
            _ tally: KillTally
        ) async throws {
            let whole = try await Story.with(environment: environment) { story in
                let first = try await story.drive(KillRun.beginning, crashAt: 0)
                #expect(first.ending == .code(1), "\(first.errorText)")
                story.gate.open()
                let second = try await story.run.drive(KillRun.reopening, crashAt: 0)
                #expect(try await story.run.faults(of: second, tally: tally) == [])
                let names = Set(try await story.run.etlDash.events().map(\.name))
                #expect(names.isSuperset(of: ["flashpoint.failed", "worker.cancelRequested", "run.retried"]))
                return (first: first.moments, second: second.moments)
            }
            let first = KillSettings.moments(of: whole.first, atMost: most)
            let second = KillSettings.moments(of: whole.second, atMost: most)
            for number in 0..<max(first.count, second.count) {
                let (early, late) = (first[number % first.count], second[number % second.count])
                let faults = try await Story.with(environment: environment) { story in
                    try await story.dying(at: early, then: late, tally)
                }
                #expect(faults == [], "at the moments \(early) and \(late)")
            }
            #expect(tally.kills > 0)
            print("\(tally); of \(whole.first) moments and \(whole.second) of the retry")
        }
    }

    /// One such run: flashpoint 1 fails at its first page, worker 2 is cancelled at its own.
    private struct Story: Sendable {
        let run: KillRun
        /// Holds worker 2 at its first page.
        let gate: Gate
        /// The first flashpoint of worker 2.
        private static let held = 3

        static func with<Value: Sendable>(
            environment: [String: String],
            _ body: (Story) async throws -> Value
        ) async throws -> Value {
            let gate = Gate()
            defer { gate.open() }
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, number in
                if index == held { return .behind(gate) }
                return index == 1 && number == 1 ? .busy : .atOnce
            }
            return try await KillRun.with(environment: environment, manner: manner) { run in
                try await body(Story(run: run, gate: gate))
            }
        }

        /// Tells it with a death at both moments; what is wrong in the end.
        func dying(at early: Int, then late: Int, _ tally: KillTally) async throws -> [String] {
            var outcome = try await drive(KillRun.beginning, crashAt: early)
            if tally.died(outcome) {
                outcome = try await drive(try await run.nextArguments())
                tally.resumed()
            }
            guard outcome.ending == .code(1) else { return ["it ended with \(outcome.ending): \(outcome.errorText)"] }
            gate.open()
            outcome = try await run.drive(KillRun.reopening, crashAt: late)
            if tally.died(outcome) {
                outcome = try await run.drive(KillRun.resumption)
                tally.resumed()
                // It died before it was open again, so that there was nothing to resume.
                if outcome.ending == .code(1) { outcome = try await run.drive(KillRun.reopening) }
            }
            return try await run.faults(of: outcome, tally: tally)
        }

        /// Drives the run, and has worker 2 cancelled once it has been at its page.
        func drive(_ arguments: [String], crashAt moment: Int? = nil) async throws -> ChildProgram.Outcome {
            try await run.start(arguments, crashAt: moment) { program in
                try await withThrowingTaskGroup(of: ChildProgram.Outcome?.self) { group in
                    group.addTask { try await program.waitForEnd() }
                    group.addTask {
                        await cancelWorker()
                        return nil
                    }
                    defer { group.cancelAll() }
                    while let outcome = try await group.next() {
                        if let outcome { return outcome }
                    }
                    throw CancellationError()
                }
            }
        }

        private func cancelWorker() async {
            let isThere = await becomesTrue { run.site.fetches[Self.held] > 0 }
            guard isThere, let name = run.etlDash.runs.first else { return }
            let folder = RunStore(home: run.etlDash.home).folder(of: name)
            let client = ControlClient(folder, clock: ContinuousClock())
            // A driver that is not there yet turns it down, and so does one that was told before.
            _ = await becomesTrue { await client.send(.cancelWorker(2)) == .accepted }
        }
    }
}
