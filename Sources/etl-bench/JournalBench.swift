import ArgumentParser
import Coordination
import Flashpoints
import FoundationEssentials
import Logging
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes the results of a run into its journal on this disk, and reads the run back.
struct JournalBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "journal", abstract: "Commit results, then resume.")

    @Option(help: "Flashpoints of the run.")
    var flashpoints = 20_000

    @Option(help: "Results committed together: those of a chunk.")
    var perCommit = 10

    @Option(help: "Bytes of a result.")
    var resultBytes = 3_000

    @Option(help: "Instead, take up a run over so many flashpoints that was killed half way.")
    var resume: Int?

    @Option(help: .hidden)
    var folder: String?

    func run() async throws {
        if let folder { return try await takeUp(folder) }
        if let resume { return try await measureResume(of: resume) }
        let (plan, rows) = benchPlan(flashpoints: flashpoints, workers: 16, perChunk: perCommit)
        try await withBenchFolder { home in
            let (journal, planned) = try await Measurement.of { try await benchJournal(home: home, plan, rows) }
            print(planned.line("plan of \(flashpoints) flashpoints", count: flashpoints))
            var history = BenchHistory(plan, result: benchResult(bytes: resultBytes))
            let (_, committed) = try await Measurement.of {
                while let events = history.nextChunk() { try await journal.commit(events, leaving: history.state) }
            }
            let chunks = plan.plan.shares.reduce(0) { $0 + $1.chunks.count }
            print(committed.line("\(flashpoints) results, a chunk a commit, fully synced", count: flashpoints))
            print(committed.line("the same, by the chunk", count: chunks))
            try journal.close()
            let (state, resumed) = try await Measurement.of {
                try await SQLiteJournal.open(journal.folder, for: .reading).loadState().state
            }
            print(resumed.line("read back, \(state.counts.settled) settled", count: flashpoints))
        }
    }

    // MARK: - Resuming

    /// Makes the journal, then lets a fresh process take the run up, so that nothing made here counts.
    private func measureResume(of count: Int) async throws {
        let perChunk = perCommit
        try await withBenchFolder { home in
            let path = try await Self.killedRun(home: home, count: count, perChunk: perChunk)
            try Self.startSelf(["journal", "--folder", path])
        }
    }

    /// A run of which half is settled, in batches far larger than real ones; its log is not folded into its file.
    private static func killedRun(home: String, count: Int, perChunk: Int) async throws -> String {
        let (plan, rows) = benchPlan(flashpoints: count, workers: 16, perChunk: perChunk)
        let journal = try await benchJournal(home: home, plan, rows)
        var history = BenchHistory(plan, result: benchResult(bytes: 300))
        var batch: [Event] = []
        while history.state.counts.settled < count / 2, let events = history.nextChunk() {
            batch += events
            if batch.count >= 5_000 {
                try await journal.commit(batch, leaving: history.state)
                batch = []
            }
        }
        try await journal.commit(batch, leaving: history.state)
        print("made: \(history.seq) events, \(history.state.counts.settled) of \(count) settled")
        return journal.folder.path
    }

    /// Does what `resume` does, up to the first submissions, and reads the run's history beside it.
    private func takeUp(_ path: String) async throws {
        let folder = RunFolder(run: "20250101-bnch", path: path)
        try Data().write(to: URL(filePath: folder.inputPath))
        guard let credential = Credential("bench") else { throw ValidationError("a key for the bench can't be made") }
        let nobody = try EndpointAddress("http://127.0.0.1:9/v2/bench")
        var launcher = RunLauncher(
            settings: Settings.defaults,
            mode: .endpoint(nobody, credential),
            workerCommand: [],
            environment: [:],
            logger: Logger(label: "etl-bench") { _ in SwiftLogNoOpLogHandler() }
        )
        let acted = Latch()
        launcher.moment = { if $0 == .afterAction { acted.release() } }
        let driving = launcher
        let clock = ContinuousClock()
        let start = clock.now
        let (seen, measured) = try await Measurement.of {
            let seen = Mutex((events: 0, seconds: 0.0, flashpoints: 0))
            let found = try await Self.find(folder)
            _ = try await driving.drive(folder, found: found) { handle in
                async let events = Self.catchUp(with: folder, upTo: handle.start)
                await acted.wait()
                let seconds = start.duration(to: clock.now) / .seconds(1)
                let read = try await events
                seen.withLock { $0 = (read, seconds, handle.header.flashpoints) }
                await handle.stop()
            }
            return seen.withLock { $0 }
        }
        print("taken up: first submissions after \((seen.seconds * 100).rounded() / 100) s")
        print(measured.line("the same with its \(seen.events) events read beside it, and stopped", count: 1))
        var first = measured
        first.wallSeconds = seen.seconds
        print(Goal.table(Self.goals(of: first, flashpoints: seen.flashpoints)))
    }

    /// The goals of a resume, to the first action.
    static func goals(of measured: Measurement, flashpoints: Int) -> [Goal] {
        let isJudged = flashpoints >= 1_000_000
        let excuse = isJudged ? nil : "the goal is for 1,000,000 flashpoints, --resume 1000000"
        return [
            Goal("resume, time", .atMost(2), "s", isJudged ? measured.wallSeconds : nil, excuse: excuse),
            Goal("resume, peak memory", .atMost(150), "MB", isJudged ? measured.peakMB : nil, excuse: excuse),
        ]
    }

    private static func find(_ folder: RunFolder) async throws -> FoundRun {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        defer { try? journal.close() }
        return try await journal.find()
    }

    /// What the screen and the summary read, whose price is not the driver's.
    private static func catchUp(with folder: RunFolder, upTo last: Int) async throws -> Int {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        defer { try? journal.close() }
        var overview = Overview()
        while overview.seq < last {
            let page = try await journal.events(after: overview.seq, limit: 1_000, includingResults: false)
            for event in page where event.seq <= last { overview.apply(event) }
            if page.isEmpty { break }
        }
        return overview.seq
    }

    /// Runs this program again and waits for it.
    private static func startSelf(_ arguments: [String]) throws {
        let texts = [CommandLine.arguments.first ?? "etl-bench"] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/proc/self/exe", nil, nil, &words, environ)
        guard code == 0 else { throw ValidationError("this program can't be started again: error \(code)") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
}

/// What happens in a run in which nothing goes wrong, a chunk at a time, the workers in turn.
struct BenchHistory {
    private(set) var state: RunState
    private(set) var seq = 0
    private var places: [Int]
    private var worker = 0
    private let result: JSONValue

    init(_ plan: RunPlan, result: JSONValue) {
        state = RunState(plan: plan)
        places = Array(repeating: 0, count: plan.plan.shares.count)
        self.result = result
    }

    /// The events of the next chunk; `nil` after the last.
    mutating func nextChunk() -> [Event]? {
        let shares = state.plan.plan.shares
        for _ in shares.indices {
            defer { worker = (worker + 1) % shares.count }
            guard places[worker] < shares[worker].chunks.count else { continue }
            let chunk = shares[worker].chunks[places[worker]]
            places[worker] += 1
            return events(of: chunk)
        }
        return nil
    }

    private mutating func events(of chunk: Chunk) -> [Event] {
        let ref = AttemptRef(worker: chunk.worker, chunk: chunk.id, attempt: 1)
        var bodies: [Event.Body] = seq == 0 ? [.runPlanned(state.plan.header)] : []
        bodies.append(.attemptIntended(ref, nonce: "0123456789abcdef", indices: chunk.indices, endpoint: "bench"))
        bodies.append(.attemptAccepted(ref, job: "job-\(chunk.id)"))
        bodies.append(.attemptStarted(ref, instance: "bench", delayMS: 120))
        for index in chunk.indices {
            let id = state.plan.catalogue.id(index)
            bodies.append(.flashpointStarted(ref, index: index, id: id))
            bodies.append(
                .flashpointSettled(
                    Settlement(
                        attempt: ref,
                        worker: chunk.worker,
                        index: index,
                        id: id,
                        outcome: .ok(result: result),
                        seconds: 1.25,
                        attempts: 1
                    )
                )
            )
        }
        bodies.append(.attemptEnded(ref, AttemptEnd(.completed, status: "COMPLETED", executionMS: 12_500)))
        return bodies.map { body in
            seq += 1
            let event = Event(seq: seq, at: 1_759_406_671_120 + Int64(seq), t: Double(seq) / 1_000, body: body)
            _ = state.reduce(event)
            return event
        }
    }
}
