import FoundationEssentials
import Synchronization
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
    @Suite("A run that is killed from outside", .serialized, .timeLimit(.minutes(10)))
    struct KillRandomTests {
        @Test("Coordinators killed at random times, one after another, lose nothing and double nothing")
        func coordinator() async throws {
            let tally = KillTally("coordinator killed at random times")
            var chance = SeededGenerator(seed: KillSettings.seed)
            for number in 0..<KillSettings.randomRuns {
                // Real time, since where it hits is left to the machine; the seed only spreads it.
                let pauses = (0..<3).map { _ in Duration.milliseconds(Int.random(in: 5...500, using: &chance)) }
                let slow: @Sendable (Int, Int) -> KillSite.Manner = { _, _ in .after(.milliseconds(20)) }
                try await KillRun.with(12, manner: slow) { run in
                    for pause in pauses {
                        try await run.start(try await run.nextArguments()) { program in
                            try await Task.sleep(for: pause)
                            program.send(SIGKILL)
                            if try await program.waitForEnd().ending == .signal(SIGKILL) { tally.killed("coordinator") }
                        }
                    }
                    let faults = try await run.faults(
                        of: try await run.drive(try await run.nextArguments()),
                        tally: tally
                    )
                    #expect(faults == [], "after \(pauses) (seed \(KillSettings.seed), run \(number))")
                }
            }
            #expect(tally.kills > 0)
            print(tally)
        }

        /// Who is killed, and so many milliseconds after whoever was killed before.
        private struct Blow: CustomStringConvertible {
            enum Victim: String, CaseIterable { case coordinator, endpoint, worker }

            var victim: Victim
            var pause: Int

            var description: String { "\(victim) after \(pause) ms" }
        }

        @Test("Endpoints, workers and coordinators killed at random times lose nothing and double nothing")
        func everybody() async throws {
            let tally = KillTally("endpoint, workers and coordinator killed at random times")
            var chance = SeededGenerator(seed: KillSettings.seed)
            for number in 0..<(KillSettings.randomRuns + 1) / 2 {
                // Fewer than it takes to condemn a flashpoint: two losses of jobs, each after two deaths of workers.
                let blows = (0..<3).map { _ in
                    Blow(
                        victim: Blow.Victim.allCases.randomElement(using: &chance) ?? .endpoint,
                        pause: Int.random(in: 100...900, using: &chance)
                    )
                }
                print("run \(number) of seed \(KillSettings.seed): \(blows)")
                let faults = try await strike(blows, tally)
                #expect(faults == [], "after \(blows) (seed \(KillSettings.seed), run \(number))")
            }
            #expect(tally.kills > 0)
            print(tally)
        }

        /// What is wrong with a run whose endpoint comes back whenever it is killed, and which is resumed whenever it is.
        private func strike(_ blows: [Blow], _ tally: KillTally) async throws -> [String] {
            try await Installation.with { server in
                let port = try await KillEndpoint.serve(server, port: 0) { _, port in port }
                let environment = KillEndpoint(etlDash: server, port: port).environment
                let slow: @Sendable (Int, Int) -> KillSite.Manner = { _, _ in .after(.milliseconds(200)) }
                return try await KillRun.with(12, environment: environment, manner: slow) { run in
                    let endpoint = Latest()
                    return try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            while !Task.isCancelled {
                                // Killed before it serves, it is started again like any other.
                                try? await KillEndpoint.serve(server, port: port) { program, _ in
                                    endpoint.program.withLock { $0 = program }
                                    try await program.waitForEnd(within: .seconds(300))
                                }
                            }
                        }
                        defer { group.cancelAll() }
                        return try await drive(run, blows, endpoint, tally)
                    }
                }
            }
        }

        /// The endpoint's process of the moment.
        private final class Latest: Sendable {
            let program = Mutex<ChildProgram?>(nil)
        }

        private func drive(
            _ run: KillRun,
            _ blows: [Blow],
            _ endpoint: Latest,
            _ tally: KillTally
        ) async throws -> [String] {
            var left = blows[...]
            var deaths = 0
            while true {
                let outcome = try await run.start(try await run.nextArguments()) { program in
                    while let blow = left.popFirst() {
                        try await Task.sleep(for: .milliseconds(blow.pause))
                        switch blow.victim {
                        case .coordinator:
                            program.send(SIGKILL)
                            return try await program.waitForEnd()
                        case .endpoint:
                            endpoint.program.withLock { $0?.send(SIGKILL) }
                            tally.killed("endpoint")
                        case .worker:
                            let pid = endpoint.program.withLock { $0?.pid }
                            guard let worker = pid.flatMap({ ProcessTable.children(of: $0).first }) else { continue }
                            kill(worker, SIGKILL)
                            tally.killed("worker")
                            deaths += 1
                        }
                    }
                    return try await program.waitForEnd()
                }
                guard outcome.ending == .signal(SIGKILL) else {
                    return try await run.faults(
                        of: outcome,
                        handedOutAgain: deaths,
                        mayLoseJobs: true,
                        tally: tally
                    )
                }
                tally.killed("coordinator")
                tally.resumed()
            }
        }

        @Test("A coordinator that is stopped for a while keeps its run and its lock, and goes on")
        func stoppedCoordinator() async throws {
            let gate = Gate()
            let tally = KillTally("coordinator stopped and continued")
            try await KillEndpoint.with { endpoint in
                defer { gate.open() }
                try await KillRun.with(environment: endpoint.environment, manner: { _, _ in .behind(gate) }) { run in
                    try await run.start(KillRun.beginning) { program in
                        for index in [0, 3] { try await run.site.waitForFetch(of: index) }
                        program.send(SIGSTOP)
                        gate.open()
                        // Both jobs end while nobody looks.
                        for index in [1, 4] { try await run.site.waitForFetch(of: index) }
                        let before = try await run.etlDash.events()
                        let second = try await run.drive(KillRun.resumption)
                        #expect(second.ending == .code(2))
                        #expect(second.output.isEmpty)
                        #expect(second.errorLines.count == 1)
                        #expect(second.errorText.contains("\(program.pid)"), "\(second.errorText)")
                        #expect(try await run.etlDash.events() == before)
                        program.send(SIGCONT)
                        let faults = try await run.faults(of: try await program.waitForEnd(), tally: tally)
                        #expect(faults == [])
                    }
                    #expect(run.site.fetches == Array(repeating: 1, count: 6), "nothing is done twice")
                }
            }
        }

        @Test("A run in the background that is killed with all its workers is resumed")
        func background() async throws {
            let gate = Gate()
            let tally = KillTally("background run and its workers killed")
            let manner: @Sendable (Int, Int) -> KillSite.Manner = { index, _ in index < 2 ? .atOnce : .behind(gate) }
            let environment = ["ETL_ON_HANGUP": "background"]
            defer { gate.open() }
            try await KillRun.with(environment: environment, manner: manner) { run in
                let home = "ETL_DASH_HOME=\(run.etlDash.home)"
                let pid = try await run.start(KillRun.beginning) { program in
                    try await program.waitForLines(2) { $0.isCompletedFlashpoint }
                    program.send(SIGHUP)
                    let outcome = try await program.waitForEnd()
                    let line = outcome.errorLines.first { $0.contains("goes on in the background, process ") }
                    return try #require(line?.split(separator: " ").last.flatMap { Int32($0) }, "\(outcome.errorText)")
                }
                // Its workers are at pages again.
                try await run.site.waitForFetch(of: 3, number: 2)
                let everybody = ProcessTable.processes(startedWith: home)
                #expect(everybody.contains(pid))
                #expect(everybody.count > 1)
                for process in everybody { kill(process, SIGKILL) }
                tally.killed("background run")
                #expect(await becomesTrue { ProcessTable.processes(startedWith: home).isEmpty })
                gate.open()
                let faults = try await run.resume(tally: tally)
                #expect(faults == [])
            }
            print(tally)
        }

        @Test("A run whose planning is killed says that it is unfinished, and the batch can be run again")
        func planning() async throws {
            try await KillRun.with { run in
                let half = try run.etlDash.write(
                    "half.jsonl",
                    #"{"id":"a","feeds":[{"url":"\#(run.site.url(0))"}]}"# + "\n"
                )
                let script = #"{ cat "$1"; exec sleep 600; } | "$0" run - --json"#
                let command = ["/bin/sh", "-c", script, run.etlDash.program.path, half]
                let environment = run.etlDash.surroundings
                try await withChildProgram(command, environment: environment, in: run.etlDash.folder) { shell in
                    let isReading = await becomesTrue { !run.etlDash.runs.isEmpty }
                    #expect(isReading)
                    let reader = ProcessTable.descendants(of: shell.pid).first { pid in
                        ProcessTable.arguments(of: pid)?.first == run.etlDash.program.path
                    }
                    kill(try #require(reader), SIGKILL)
                }
                let name = try run.etlDash.onlyRun()
                let outcome = try await run.etlDash.run(["resume", name, "--json"])
                #expect(outcome.ending == .code(2), "\(outcome.errorText)")
                #expect(outcome.errorLines.count == 1)
                #expect(
                    outcome.errorText.contains(name) && outcome.errorText.contains("nothing was submitted"),
                    "\(outcome.errorText)"
                )
                let again = try await run.drive(KillRun.beginning)
                #expect(again.ending == .code(0), "\(again.errorText)")
            }
        }
    }
}
