import FoundationEssentials
import TestSupport
import Testing

extension KillLoop {
    /// `kill -9` around every write to the journal and every effect, one moment after another.
    @Suite("A run that dies at each of its moments", .serialized, .timeLimit(.minutes(10)))
    struct KillMomentTests {
        /// So many moments at the most are tried, spread evenly, unless `ETL_KILL_ALL=1`.
        private static let most = (ownWorkers: 66, otherEndpoint: 24)

        @Test("loses nothing and doubles nothing, with workers of its own")
        func ownWorkers() async throws {
            let tally = KillTally("killed at each moment, workers on this machine")
            let count = try await KillRun.with { try await moments(of: $0) }
            try await enumerate(count, atMost: Self.most.ownWorkers, tally) { moment in
                try await KillRun.with { run in
                    let outcome = try await run.drive(KillRun.beginning, crashAt: moment)
                    guard tally.died(outcome) else { return (false, try await run.faults(of: outcome, tally: tally)) }
                    return (true, try await run.resume(tally: tally))
                }
            }
        }

        @Test("loses nothing and doubles nothing, with an endpoint that outlives it")
        func otherEndpoint() async throws {
            let tally = KillTally("killed at each moment, endpoint elsewhere")
            try await KillEndpoint.with { endpoint in
                let environment = endpoint.environment
                let count = try await KillRun.with(environment: environment) { try await moments(of: $0) }
                try await enumerate(count, atMost: Self.most.otherEndpoint, tally) { moment in
                    try await KillRun.with(environment: environment) { run in
                        let outcome = try await run.drive(KillRun.beginning, crashAt: moment)
                        guard tally.died(outcome) else {
                            return (false, try await run.faults(of: outcome, tally: tally))
                        }
                        return (true, try await run.resume(tally: tally))
                    }
                }
            }
        }

        /// How many moments a run has that nothing kills.
        private func moments(of run: KillRun) async throws -> Int {
            let outcome = try await run.drive(KillRun.beginning, crashAt: 0)
            #expect(outcome.ending == .code(0), "\(outcome.errorText)")
            #expect(outcome.moments > 20)
            return outcome.moments
        }

        /// Tries moments from the first to beyond the last.
        ///
        /// - Parameter trial: Tells whether the run died there and what was wrong in the end.
        private func enumerate(
            _ count: Int,
            atMost most: Int,
            _ tally: KillTally,
            _ trial: (_ moment: Int) async throws -> (hasDied: Bool, faults: [String])
        ) async throws {
            var moments = KillSettings.moments(of: count, atMost: most)
            let tries = moments.count
            while let moment = moments.first {
                moments.removeFirst()
                let (hasDied, faults) = try await trial(moment)
                #expect(faults == [], "at moment \(moment)")
                // No two runs have the same number of moments.
                if moments.isEmpty, hasDied { moments = [moment + 1] }
            }
            #expect(tally.kills >= tries / 2)
            print("\(tally); \(tries) of \(count) moments")
        }
    }
}
