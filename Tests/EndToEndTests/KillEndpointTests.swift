import Coordination
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
    @Suite("An endpoint that is killed and comes back without its jobs", .serialized, .timeLimit(.minutes(5)))
    struct KillEndpointTests {
        /// Kills an endpoint's jobs twice at the same flashpoints, so a job that is forgotten must not be taken for a death.
        @Test(
            "fails no flashpoint: it is unreachable for a while, and what it had forgotten is run again",
            arguments: [1, 2]
        )
        func killed(times: Int) async throws {
            let tally = KillTally("endpoint killed and started again, \(times) times")
            let gate = Gate()
            defer { gate.open() }
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, _ in index % 3 == 0 ? .atOnce : .behind(gate)
            }
            try await Installation.with { server in
                // A port that is free, and known before the endpoint that a run is told of.
                let port = try await KillEndpoint.serve(server, port: 0) { _, port in port }
                let endpoint = KillEndpoint(etlDash: server, port: port)
                try await KillRun.with(environment: endpoint.environment, manner: manner) { run in
                    let outcome = try await run.start(KillRun.beginning) { program in
                        for number in 1...times {
                            try await KillEndpoint.serve(server, port: port) { server, _ in
                                // Each worker is at a page behind the gate: its second one, or the one that goes first again.
                                try await run.site.waitForFetches(of: [1, 2], number)
                                try await run.site.waitForFetches(of: [4, 5], number)
                                server.send(SIGKILL)
                                tally.killed("endpoint")
                                try await server.waitForEnd()
                                try await program.waitForLines(number) { $0.contains("Endpoint cannot be reached") }
                            }
                        }
                        gate.open()
                        return try await KillEndpoint.serve(server, port: port) { _, _ in try await program.waitForEnd()
                        }
                    }
                    #expect(try await run.faults(of: outcome, mayLoseJobs: true, tally: tally) == [])
                    let names = try await run.etlDash.events().map(\.name)
                    #expect(names.count { $0 == "endpoint.reachable" } >= times)
                }
            }
            print(tally)
        }
    }
}
