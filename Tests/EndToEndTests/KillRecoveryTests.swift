import TestSupport
import Testing

extension KillLoop {
    @Suite("A run that dies again while it is resumed", .serialized, .timeLimit(.minutes(10)))
    struct KillRecoveryTests {
        /// About as many moments as a run has: fewer where nobody starts workers and an endpoint.
        private static let moments = (ownWorkers: 1...60, otherEndpoint: 1...28)

        @Test("loses nothing and doubles nothing, dying twice and some thrice")
        func ownWorkers() async throws {
            let tally = KillTally("killed while resumed, workers on this machine")
            try await die(KillSettings.pairs, seed: 1, within: Self.moments.ownWorkers, tally)
            print(tally)
        }

        @Test("loses nothing and doubles nothing on an endpoint that outlives it")
        func otherEndpoint() async throws {
            let tally = KillTally("killed while resumed, endpoint elsewhere")
            try await KillEndpoint.with { endpoint in
                try await die(
                    KillSettings.pairs / 3,
                    seed: 2,
                    within: Self.moments.otherEndpoint,
                    environment: endpoint.environment,
                    tally
                )
            }
            print(tally)
        }

        private func die(
            _ count: Int,
            seed: UInt64,
            within moments: ClosedRange<Int>,
            environment: [String: String] = [:],
            _ tally: KillTally
        ) async throws {
            var chance = SeededGenerator(seed: seed)
            for number in 0..<count {
                // A resumed run has less to do: it dies early, or not at all.
                let first = Int.random(in: moments, using: &chance)
                let later = (0..<(number % 5 == 0 ? 2 : 1)).map { _ in
                    Int.random(in: 1...moments.upperBound / 2, using: &chance)
                }
                try await KillRun.with(environment: environment) { run in
                    let outcome = try await run.drive(KillRun.beginning, crashAt: first)
                    tally.died(outcome)
                    let faults = try await run.resume(dyingAt: later, tally: tally)
                    #expect(faults == [], "at the moments \(first) and \(later) (seed \(seed), run \(number))")
                }
            }
            #expect(tally.kills >= count)
        }
    }
}
