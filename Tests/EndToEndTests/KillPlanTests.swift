import RunJournal
import TestSupport
import Testing

extension KillLoop {
    @Suite("A run that dies while it is planned", .serialized, .timeLimit(.minutes(5)))
    struct KillPlanTests {
        @Test("is either not there, and says so, or whole", arguments: 1...4)
        func planning(moment: Int) async throws {
            let tally = KillTally("killed at moment \(moment) of the planning")
            try await KillRun.with { run in
                let outcome = try await run.drive(KillRun.beginning, crashAt: moment)
                #expect(tally.died(outcome), "\(outcome.errorText)")
                let name = try run.etlDash.onlyRun()
                let isPlanned = try await run.nextArguments() == KillRun.resumption
                #expect(isPlanned == (moment > 2))
                // Asking has removed what is no run; it is made again, since the words about it matter.
                if !isPlanned {
                    _ = try await run.drive(KillRun.beginning, crashAt: moment)
                    let unfinished = try run.etlDash.onlyRun()
                    #expect(unfinished != name)
                    let refusal = try await run.etlDash.run(["resume", unfinished, "--json"])
                    #expect(refusal.ending == .code(2), "\(refusal.errorText)")
                    #expect(refusal.errorLines.count == 1)
                    #expect(refusal.errorText.contains("nothing was submitted"), "\(refusal.errorText)")
                }
                #expect(run.site.fetches == Array(repeating: 0, count: 6))
                #expect(try await run.resume(tally: tally) == [])
                #expect(run.site.fetches == Array(repeating: 1, count: 6))
            }
            print(tally)
        }
    }
}
