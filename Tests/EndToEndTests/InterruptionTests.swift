import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the run's pages let through decides how far it gets before it is interrupted, so every test hits its moment.
@Suite("Runs that are interrupted", .serialized, .timeLimit(.minutes(5)))
struct InterruptionTests {
    /// Of shares 0–2, 3–5, 6–8 and 9–11: the flashpoints that complete before the moment.
    static let moments: [[Int]] = [[0], [0, 3, 6, 9], [0, 1, 2, 3, 4, 6, 7, 9, 10]]

    private func batch(_ site: NewsSite, in etlDash: Installation) throws -> [String] {
        ["run", try etlDash.write("batch.json", site.batch), "--json", "--date", "2025-01-01"]
    }

    @Test("A worker process that is killed loses nothing")
    func killedWorker() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash)) { run in
                    try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                    let workers = ProcessTable.children(of: run.pid)
                    #expect(workers.count == 4)
                    kill(try #require(workers.first), SIGKILL)
                    #expect(await becomesTrue { ProcessTable.children(of: run.pid).contains { !workers.contains($0) } })
                    site.release()
                    let outcome = try await run.waitForEnd()
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    try expectWhole(try outcome.answer())
                }
                let settled = settledIndices(try await etlDash.events())
                #expect(settled == Array(0..<12), "each has one outcome")
                #expect(try await etlDash.clusters(of: "20250101").articles.values.allSatisfy { $0 == 3 })
            }
        }
    }

    @Test("A coordinator that is killed loses nothing, and nothing settled is done again", arguments: moments)
    func killedCoordinator(done: [Int]) async throws {
        try await NewsSite.with(free: done) { site in
            try await Installation.with { etlDash in
                let workers = try await etlDash.start(try batch(site, in: etlDash)) { run in
                    try await run.waitForLines(done.count) { $0.isCompletedFlashpoint }
                    let workers = ProcessTable.descendants(of: run.pid)
                    run.send(SIGKILL)
                    #expect(try await run.waitForEnd().ending == .signal(SIGKILL))
                    return workers
                }
                #expect(workers.count == 4)
                #expect(
                    await becomesTrue { !workers.contains(where: ProcessTable.isRunning) },
                    "workers end by themselves"
                )
                let before = try await etlDash.events()
                #expect(settledIndices(before) == done)
                site.release()
                let name = done.count == 1 ? try #require(etlDash.runs.first) : "last"
                let outcome = try await etlDash.run(["resume", name, "--json"])
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                try expectWhole(try outcome.answer())
                try await expectNothingAgain(done, after: before, in: etlDash)
            }
        }
    }

    @Test("A signal stops the run, says how to go on, and the run goes on", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signal(_ signal: Int32) async throws {
        let done = [0, 1, 3, 6, 9]
        try await NewsSite.with(free: done) { site in
            try await Installation.with { etlDash in
                let (arguments, environment) = (try batch(site, in: etlDash), ["ETL_ON_HANGUP": "stop"])
                let (outcome, workers) = try await etlDash.start(arguments, environment: environment) { run in
                    try await run.waitForLines(done.count) { $0.isCompletedFlashpoint }
                    let workers = ProcessTable.descendants(of: run.pid)
                    run.send(signal)
                    return (try await run.waitForEnd(), workers)
                }
                let run = try #require(etlDash.runs.first)
                #expect(outcome.ending == .code(128 + signal))
                #expect(outcome.output.isEmpty, "there is no answer yet")
                #expect(outcome.errorLines.last == "Go on with: etl-dash resume \(run)")
                #expect(!workers.contains(where: ProcessTable.isRunning), "the workers have ended before it")
                let before = try await etlDash.events()
                site.release()
                let resumed = try await etlDash.run(["resume", String(run.prefix(11)), "--output", "answer.json"])
                #expect(resumed.ending == .code(0), "\(resumed.errorText)")
                try expectWhole(try etlDash.json("answer.json"))
                try await expectNothingAgain(done, after: before, in: etlDash)
            }
        }
    }

    /// Calls `body` with an endpoint that goes on beside the run, and what points the run at it.
    private func withEndpoint(_ body: ([String: String]) async throws -> Void) async throws {
        try await Installation.with { server in
            try await server.start(["endpoint", "--workers", "4"]) { endpoint in
                let lines = try await endpoint.waitForLines(2, on: .output) {
                    $0.hasPrefix("export RUNPOD_ENDPOINT=") || $0.hasPrefix("export RUNPOD_API_KEY=")
                }
                let values = lines.map { String($0.split(separator: "'")[1]) }
                try await body(["RUNPOD_ENDPOINT": values[0], "RUNPOD_API_KEY": values[1]])
            }
        }
    }

    @Test("Jobs on an endpoint elsewhere go on without the coordinator, and resume takes them up")
    func killedCoordinatorOfEndpoint() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await withEndpoint { environment in
                try await Installation.with { etlDash in
                    try await etlDash.start(try batch(site, in: etlDash), environment: environment) { run in
                        try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                        run.send(SIGKILL)
                        try await run.waitForEnd()
                    }
                    let before = try await etlDash.events()
                    site.release()
                    // Where the settings are not: the jobs are paid for, so they are not done again here.
                    let elsewhere = try await etlDash.run(["resume", "last", "--json"])
                    #expect(elsewhere.ending == .code(2), "\(elsewhere.errorText)")
                    #expect(elsewhere.errorLines.count == 1)
                    for words in ["4 jobs of run", "RUNPOD_ENDPOINT", "RUNPOD_API_KEY", "--abandon"] {
                        #expect(elsewhere.errorText.contains(words), "\(elsewhere.errorText)")
                    }
                    #expect(try await etlDash.events() == before, "nothing is changed")
                    let outcome = try await etlDash.run(["resume", "last", "--json"], environment: environment)
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    try expectWhole(try outcome.answer())
                    let after = try await etlDash.events().dropFirst(before.count)
                    #expect(settledIndices(before) == [0, 3, 6, 9])
                    #expect(settledIndices(Array(after)) == [1, 2, 4, 5, 7, 8, 10, 11])
                    #expect(!after.contains { $0.name == "attempt.intended" }, "nothing is paid for twice")
                }
            }
        }
    }

    @Test("Jobs that the settings don't reach are done again once they are given up")
    func abandoned() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await withEndpoint { environment in
                try await Installation.with { etlDash in
                    try await etlDash.start(try batch(site, in: etlDash), environment: environment) { run in
                        try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                        run.send(SIGKILL)
                        try await run.waitForEnd()
                    }
                    site.release()
                    let outcome = try await etlDash.run(["resume", "last", "--abandon", "--json"])
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    try expectWhole(try outcome.answer())
                    let ends = try await etlDash.events().compactMap { event in
                        if case .attemptEnded(_, let end) = event.body { end.kind } else { nil }
                    }
                    #expect(ends.count { $0 == .gone } == 4)
                }
            }
        }
    }

    @Test(
        "Stopped while its disk is full, a run says what still runs and how to go on, and loses nothing",
        .enabled(if: SmallDisk.isPossible)
    )
    func fullDisk() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await withEndpoint { environment in
                try await Installation.with { etlDash in
                    try FileManager.default.createDirectory(atPath: etlDash.home, withIntermediateDirectories: true)
                    let disk = try SmallDisk(at: etlDash.home, bytes: 100_000_000)
                    defer { disk.remove() }
                    let ballast = etlDash.home + "/ballast"
                    try await etlDash.start(try batch(site, in: etlDash), environment: environment) { run in
                        try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                        try fill(ballast)
                        site.release()
                        try await run.waitForLine { $0.contains("Nothing new is submitted") && $0.contains("no space") }
                        run.send(SIGINT)
                        let outcome = try await run.waitForEnd()
                        #expect(outcome.ending == .code(130), "\(outcome.errorText)")
                        #expect(outcome.errorText.contains("still run and bill"), "\(outcome.errorText)")
                        #expect(outcome.errorLines.last == "Go on with: etl-dash resume \(etlDash.runs[0])")
                    }
                    try FileManager.default.removeItem(atPath: ballast)
                    let resumed = try await etlDash.run(["resume", "last", "--json"], environment: environment)
                    #expect(resumed.ending == .code(0), "\(resumed.errorText)")
                    try expectWhole(try resumed.answer())
                    #expect(settledIndices(try await etlDash.events()) == Array(0..<12), "each has one outcome")
                }
            }
        }
    }

    /// Writes a file until the disk has no room.
    private func fill(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        try #require(file >= 0)
        // Smaller and smaller pieces, to the last page.
        for size in [1 << 20, 1 << 12, 1] {
            let piece = [UInt8](repeating: 0xFF, count: size)
            while write(file, piece, size) == size {}
        }
    }

    @Test("A second Ctrl-C does not wait, and even then nothing is lost")
    func secondInterrupt() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let (outcome, workers) = try await etlDash.start(try batch(site, in: etlDash)) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    let workers = ProcessTable.descendants(of: run.pid)
                    run.send(SIGINT)
                    try await run.waitForLine { $0.contains("stopping") }
                    run.send(SIGINT)
                    return (try await run.waitForEnd(), workers)
                }
                #expect(outcome.ending == .code(130))
                #expect(await becomesTrue { !workers.contains(where: ProcessTable.isRunning) })
                site.release()
                let resumed = try await etlDash.run(["resume", "last", "--json"])
                #expect(resumed.ending == .code(0), "\(resumed.errorText)")
                try expectWhole(try resumed.answer())
            }
        }
    }

    @Test("A run that has ended is not done again")
    func endedRun() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let first = try await etlDash.run(try batch(site, in: etlDash))
                let requests = site.server.requests.count
                let second = try await etlDash.run(["resume", "last", "--json"])
                #expect(first.ending == .code(0), "\(first.errorText)")
                #expect(second.ending == .code(0), "\(second.errorText)")
                #expect(try first.answer() == second.answer())
                #expect(site.server.requests.count == requests)
            }
        }
    }

    @Test("Two processes don't drive one run")
    func twoDrivers() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash)) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    let second = try await etlDash.run(["resume", "last"])
                    #expect(second.ending == .code(2))
                    #expect(second.errorLines.count == 1)
                    site.release()
                    #expect(try await run.waitForEnd().ending == .code(0))
                }
            }
        }
    }

    // MARK: - What holds afterwards

    private func settledIndices(_ events: [Event]) -> [Int] {
        events.compactMap { if case .flashpointSettled(let settlement) = $0.body { settlement.index } else { nil } }
            .sorted()
    }

    private func expectWhole(_ answer: JSONValue) throws {
        #expect(answer["ok"] == true)
        #expect(answer["succeeded"] == 12)
        let results = try #require(answer["results"]?.arrayValue)
        let owners = results.map { $0["clusters"]?.arrayValue?.first?["flashpoint_id"]?.stringValue }
        #expect(owners == (0..<12).map { "fp-\($0)" })
    }

    /// What was settled before is in no later attempt, and has one outcome.
    private func expectNothingAgain(_ done: [Int], after before: [Event], in etlDash: Installation) async throws {
        let events = try await etlDash.events()
        #expect(Array(events.prefix(before.count)) == before, "history stays")
        #expect(settledIndices(events) == Array(0..<12))
        let later = events.dropFirst(before.count)
        #expect(later.first?.name == "run.resumed")
        let intended = later.flatMap { event -> [Int] in
            if case .attemptIntended(_, _, let indices, _) = event.body { Array(indices) } else { [] }
        }
        #expect(Set(intended).isDisjoint(with: done))
        #expect(Set(intended).union(done) == Set(0..<12))
    }
}
