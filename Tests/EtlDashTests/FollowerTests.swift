import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings
import TestSupport
import Testing

@testable import etl_dash

@Suite("Following a run from outside", .timeLimit(.minutes(5)))
struct FollowerTests {
    /// What a viewer was told, in the order of its kind.
    private struct Told: Sendable {
        var seqs: [Int] = []
        var lines: [String] = []
        var standings: [Standing] = []

        mutating func take(_ report: ScreenReport) {
            switch report {
            case .events(let events): seqs += events.map(\.seq)
            case .lines(let entries, _): lines += entries.map(\.message)
            case .standing(let standing): standings.append(standing)
            case .preparing: break
            }
        }
    }

    private func plan(in home: URL) async throws -> (RunFolder, SQLiteJournal) {
        let flashpoints = (0..<4).map { index in
            Flashpoint(id: "fp-\(index)", feeds: [Feed(url: "https://example.org/\(index)")])
        }
        var settings = Settings.defaults
        settings.home = home
        let folder = try await NewRun.create(from: .flashpoints(flashpoints), settings: settings)
        return (folder, try await SQLiteJournal.open(folder, for: .writing))
    }

    private func follower(
        _ folder: RunFolder,
        _ journal: SQLiteJournal,
        _ clock: TestClock,
        follows: Bool
    )
        -> RunFollower<TestClock>
    {
        RunFollower(folder: folder, journal: journal, clock: clock, level: .info, follows: follows) {
            Issue.record($0)
        }
    }

    /// Lets it look once more, and waits until it sleeps again: then all that is there has been told.
    private func look(_ clock: TestClock) async {
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        await clock.waitForSleepers(1)
    }

    @Test("Without following it ends with what is there")
    func once() async throws {
        try await withTemporaryFolder { home in
            let (folder, journal) = try await plan(in: home)
            try await journal.commit((1...2_500).map { Event(seq: $0, at: 0, t: 0, body: .runPaused()) })
            let line = RunLog.Line(at: 5, level: .info, worker: 1, message: "hello")
            try RunLog(path: folder.logPath).append([line])
            var told = Told()
            for await report in follower(folder, journal, TestClock(), follows: false) { told.take(report) }
            #expect(told.seqs == Array(1...2_500))
            #expect(told.lines == ["hello"])
            #expect(told.standings == [.interrupted])
        }
    }

    @Test("It tells what another process commits and logs, who drives, and goes on when drivers come and go")
    func follows() async throws {
        try await withTemporaryFolder { home in
            let (folder, journal) = try await plan(in: home)
            let clock = TestClock()
            let lock = try RunLock(path: folder.lockPath)
            let log = try RunLog(path: folder.logPath)
            let told = Shared(Told())
            let reports = follower(folder, journal, clock, follows: true)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await report in reports { told.change { $0.take(report) } }
                }
                await look(clock)
                #expect(told.value.standings == [.driven(pid: ProcessInfo.processInfo.processIdentifier)])
                try await journal.commit([Event(seq: 1, at: 0, t: 0, body: .runPaused())])
                log.append([RunLog.Line(at: 5, level: .debug, worker: nil, message: "too much")])
                log.append([RunLog.Line(at: 5, level: .warning, worker: nil, message: "one")])
                await look(clock)
                #expect(told.value.seqs == [1])
                #expect(told.value.lines == ["one"])
                let (state, _) = try await journal.loadState()
                let answer = state.answer(at: 0, now: 0)
                try await journal.commit([Event(seq: 2, at: 0, t: 0, body: .runEnded(answer))])
                await look(clock)
                #expect(told.value.seqs == [1, 2])
                lock.release()
                await look(clock)
                // Somebody tries again what failed.
                let next = try RunLock(path: folder.lockPath)
                try await journal.commit([Event(seq: 3, at: 0, t: 0, body: .runRetried(generation: 2))])
                await look(clock)
                #expect(told.value.seqs == [1, 2, 3])
                next.release()
                group.cancelAll()
            }
            let driven = Standing.driven(pid: ProcessInfo.processInfo.processIdentifier)
            #expect(told.value.standings == [driven, .interrupted, driven])
        }
    }

    @Test(
        "It looks often while something happens, once a second in a quiet run, and less where nobody drives",
        arguments: [
            (.zero, true, false, .milliseconds(250)), (.seconds(2), true, false, .milliseconds(250)),
            (.seconds(3), true, false, .seconds(1)), (.zero, false, false, .seconds(2)),
            (.zero, false, true, .seconds(5)),
        ] as [(Duration, Bool, Bool, Duration)]
    )
    func pause(quiet: Duration, isDriven: Bool, hasEnded: Bool, pause: Duration) {
        let found = RunFollower<TestClock>.pause(sinceNews: quiet, isDriven: isDriven, hasEnded: hasEnded)
        #expect(found == pause)
    }
}
