import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings
import TestSupport
import Testing

@testable import etl_dash

@Suite("Logs of a run", .timeLimit(.minutes(5)))
struct LogsTests {
    private func plan(in home: URL) async throws -> RunFolder {
        var settings = Settings.defaults
        settings.home = home
        let source = NewRun.Source.flashpoints([Flashpoint(id: "a", feeds: [Feed(url: "u")])])
        return try await NewRun.create(from: source, settings: settings)
    }

    private func line(_ number: Int, _ level: LogLevel = .info, worker: Int? = nil) -> RunLog.Line {
        RunLog.Line(at: Int64(number), level: level, worker: worker, message: "line \(number)")
    }

    private func lines(_ folder: RunFolder, tail: Int? = nil, _ filter: LogFilter = LogFilter()) async throws -> [Int64]
    {
        let follower = LogFollower(folder: folder, clock: TestClock(), follows: false, tail: tail, filter: filter)
        var numbers: [Int64] = []
        try await follower.follow {
            numbers += $0.map(\.at)
        } waiting: {
        }
        return numbers
    }

    @Test("Lines are chosen by worker and level, and the last ones of these")
    func filters() async throws {
        try await withTemporaryFolder { home in
            let folder = try await plan(in: home)
            #expect(try await lines(folder).isEmpty)
            let log = try RunLog(path: folder.logPath)
            log.append([
                line(1), line(2, .debug, worker: 1), line(3, .error, worker: 2), line(4, .warning, worker: 1),
                line(5, worker: 3),
            ])
            #expect(try await lines(folder) == [1, 2, 3, 4, 5])
            #expect(try await lines(folder, tail: 2) == [4, 5])
            #expect(try await lines(folder, tail: 0).isEmpty)
            #expect(try await lines(folder, LogFilter(level: .warning)) == [3, 4])
            #expect(try await lines(folder, LogFilter(workers: [1, 3])) == [2, 4, 5])
            #expect(try await lines(folder, tail: 1, LogFilter(workers: [1, 2], level: .info)) == [4])
        }
    }

    @Test("Following goes on until the run has ended and nobody drives it, and says once that nobody does")
    func follows() async throws {
        try await withTemporaryFolder { home in
            let folder = try await plan(in: home)
            let log = try RunLog(path: folder.logPath)
            log.append([line(1), line(2)])
            let clock = TestClock()
            let follower = LogFollower(folder: folder, clock: clock, follows: true, tail: 1, filter: LogFilter())
            let (told, waits) = (Shared<[Int64]>([]), Shared(0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await follower.follow { lines in
                        told.change { $0 += lines.map(\.at) }
                    } waiting: {
                        waits.change { $0 += 1 }
                    }
                }
                await clock.waitForSleepers(1)
                #expect(told.value == [2])
                #expect(waits.value == 1)
                let lock = try RunLock(path: folder.lockPath)
                log.append([line(3)])
                clock.advance(by: .seconds(2))
                await clock.waitForSleepers(1)
                #expect(told.value == [2, 3])
                let journal = try await SQLiteJournal.open(folder, for: .writing)
                let answer = try await journal.loadState().state.answer(at: 0, now: 0)
                try await journal.commit([Event(seq: 1, at: 0, t: 0, body: .runEnded(answer))])
                clock.advance(by: .seconds(1))
                await clock.waitForSleepers(1)
                log.append([line(4)])
                lock.release()
                clock.advance(by: .seconds(1))
                try await group.waitForAll()
            }
            #expect(told.value == [2, 3, 4])
            #expect(waits.value == 1)
        }
    }

    @Test("Colours are for the level, and the text stays as the file has it")
    func colours() {
        let line = RunLog.Line(at: 0, level: .error, worker: 2, message: "bad \u{1B}[2J\n")
        let plain = LogStyle(hasColours: false).text(of: line)
        #expect(plain == line.description)
        #expect(!plain.contains("\u{1B}"))
        let coloured = LogStyle(hasColours: true).text(of: line)
        #expect(
            coloured == "\u{1B}[2m1970-01-01T00:00:00.000Z\u{1B}[0m \u{1B}[1;31mERROR\u{1B}[0m   w2 bad \\u{1b}[2J\\n"
        )
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    }
}
