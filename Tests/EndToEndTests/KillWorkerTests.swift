import Coordination
import Flashpoints
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension KillLoop {
    @Suite("Workers that are killed from outside", .serialized, .timeLimit(.minutes(5)))
    struct KillWorkerTests {
        /// Fetches of a victim's page that hang until its worker is killed.
        ///
        /// The job is handed out again after the first and lost at the second. One loss of a job is no proof against a
        /// flashpoint; the second would be.
        private static let hangs = 2

        @Test("Killed at flashpoint after flashpoint, they lose no result and condemn none")
        func killedAgainAndAgain() async throws {
            let victims = [0, 2]
            let tally = KillTally("workers killed at two flashpoints, twice at each")
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, number in
                victims.contains(index) && number <= Self.hangs ? .never : .atOnce
            }
            try await KillRun.with(manner: manner) { run in
                try await run.start(KillRun.beginning) { program in
                    // Whoever is killed then is at a victim or idle.
                    try await program.waitForLine { $0.contains("Worker 2 completed all 3 flashpoints") }
                    // On a busy machine a job can be lost at once, and the next victim's turn come first.
                    for number in 1...victims.count * Self.hangs {
                        try await run.site.waitForFetches(of: victims, number)
                        for worker in ProcessTable.children(of: program.pid) {
                            kill(worker, SIGKILL)
                            tally.killed("worker")
                        }
                    }
                    let outcome = try await program.waitForEnd()
                    // Each submission of a victim may be begun twice, since its job is handed out again.
                    let faults = try await run.faults(
                        of: outcome,
                        handedOutAgain: Self.hangs,
                        mayLoseJobs: true,
                        tally: tally
                    )
                    #expect(faults == [])
                }
                let ends = try await run.etlDash.events().compactMap { event -> AttemptEnd.Kind? in
                    if case .attemptEnded(_, let end) = event.body { end.kind } else { nil }
                }
                #expect(ends.contains(.lost), "\(ends)")
            }
            print(tally)
        }

        @Test("A flashpoint at which two jobs lost their workers is poison, and the others are fine")
        func poison() async throws {
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, _ in index == 1 ? .never : .atOnce }
            try await KillRun.with(manner: manner) { run in
                try await run.start(KillRun.beginning) { program in
                    try await program.waitForLine { $0.contains("Worker 2 completed all 3 flashpoints") }
                    let (site, pid) = (run.site, program.pid)
                    let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            // Two jobs, each handed out again once; on a busy machine one may be lost at once.
                            var seen = 0
                            while await becomesTrue({ site.fetches[1] > seen || Task.isCancelled }), !Task.isCancelled {
                                seen = site.fetches[1]
                                for worker in ProcessTable.children(of: pid) { kill(worker, SIGKILL) }
                            }
                        }
                        defer { group.cancelAll() }
                        return try await program.waitForEnd()
                    }
                    #expect(outcome.ending == .code(1), "\(outcome.errorText)")
                    let answer = try outcome.answer()
                    #expect(answer["succeeded"] == 5)
                    let failure = try #require(answer["failures"]?.arrayValue?.first)
                    #expect(failure["index"] == 1)
                    #expect(failure["class"] == "poison", "\(failure)")
                }
            }
        }

        @Test("A worker that is stopped for a while is waited for, and its job is not done twice")
        func stopped() async throws {
            let gate = Gate()
            let tally = KillTally("workers stopped and continued")
            defer { gate.open() }
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, _ in index % 3 == 0 ? .behind(gate) : .atOnce
            }
            try await KillRun.with(manner: manner) { run in
                try await run.start(KillRun.beginning) { program in
                    for index in [0, 3] { try await run.site.waitForFetch(of: index) }
                    let workers = ProcessTable.children(of: program.pid)
                    #expect(workers.count == 2)
                    for worker in workers { kill(worker, SIGSTOP) }
                    gate.open()
                    #expect(await becomesTrue { workers.allSatisfy(ProcessTable.isStopped) })
                    for worker in workers { kill(worker, SIGCONT) }
                    let faults = try await run.faults(of: try await program.waitForEnd(), tally: tally)
                    #expect(faults == [])
                }
                #expect(run.site.fetches == Array(repeating: 1, count: 6))
            }
        }
    }
}
