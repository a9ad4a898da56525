import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import RunJournal

@Suite("The journal on disk", .timeLimit(.minutes(5)))
struct SQLiteJournalTests {
    private final class CommitCounter: TransactionObserver, Sendable {
        private let commits = Mutex(0)

        var count: Int { commits.withLock { $0 } }
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) { commits.withLock { $0 += 1 } }
        func databaseDidRollback(_ db: Database) {}
    }

    private func pragma(_ name: String, _ journal: SQLiteJournal) async throws -> String? {
        try await journal.pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    @Test("The writer syncs every commit, both when made and when opened again")
    func synchronous() async throws {
        try await withTemporaryFolder { home in
            let made = try await SampleRun.create(in: home)
            let folder = made.folder
            func check(_ journal: SQLiteJournal) async throws {
                // 2 is FULL.
                #expect(try await pragma("synchronous", journal) == "2")
                #expect(try await pragma("fullfsync", journal) == "1")
                #expect(try await pragma("journal_mode", journal) == "wal")
                #expect(try await pragma("busy_timeout", journal) == "5000")
                #expect(try await pragma("foreign_keys", journal) == "1")
            }
            try await check(made)
            try made.close()
            let opened = try await SQLiteJournal.open(folder, for: .writing)
            try await check(opened)
            // Again after a commit: a transaction must not bring the old value back.
            try await opened.commit(SampleEvents.numbered([.runPaused()]))
            try await check(opened)
            try opened.close()
        }
    }

    @Test("A batch is one transaction, and one without anything to keep is none")
    func groupCommit() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let counter = CommitCounter()
            journal.pool.add(transactionObserver: counter, extent: .databaseLifetime)
            try await journal.commit(SampleEvents.numbered(SampleEvents.everyKind))
            #expect(counter.count == 1)
            try await journal.commit(SampleEvents.numbered([.log(level: .info, worker: nil, message: "m")], from: 90))
            #expect(counter.count == 1)
            try await journal.commit(SampleEvents.numbered([.runPaused(), .runContinued], from: 100))
            #expect(counter.count == 2)
            try journal.close()
        }
    }

    @Test("A batch that can't be kept leaves nothing behind, and says what was wrong")
    func atomic() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.commit(SampleEvents.numbered([.runPaused()]))
            let wrong = [SampleEvents.ok(0), SampleEvents.failed(1), SampleEvents.ok(12)]
            let error = await #expect(throws: JournalError.self) {
                try await journal.commit(SampleEvents.numbered(wrong, from: 2))
            }
            guard case .inconsistent = error?.reason else {
                Issue.record("\(String(describing: error)) is not about flashpoint 12, which does not exist")
                return
            }
            #expect(error?.path == journal.folder.journalPath)
            #expect(try await journal.events(after: 1, limit: 10).isEmpty)
            #expect(try await journal.results(in: 0..<2).allSatisfy { $0 == nil })
            #expect(try await journal.failures(from: 0).isEmpty)
            // The same numbers are free again.
            try await journal.commit(SampleEvents.numbered(Array(wrong.prefix(2)), from: 2))
            #expect(try await journal.events(after: 1, limit: 10).map(\.seq) == [2, 3])
            await #expect(throws: JournalError.self) { try await journal.commit(SampleEvents.numbered([.runPaused()])) }
            try journal.close()
        }
    }

    @Test("A full disk is said to be one, and the batch can be committed once there is room")
    func diskFull() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let pages = try #require(try await pragma("page_count", journal))
            _ = try await pragma("max_page_count = \(pages)", journal)
            let big = String(repeating: "x", count: 100_000)
            let batch = SampleEvents.numbered([.runPaused(), SampleEvents.settled(0, .ok(result: .string(big)))])
            await #expect(throws: JournalError(path: journal.folder.journalPath, .diskFull)) {
                try await journal.commit(batch)
            }
            #expect(try await journal.events(after: 0, limit: 10).isEmpty)
            _ = try await pragma("max_page_count = 1000000", journal)
            try await journal.commit(batch)
            #expect(try await journal.events(after: 0, limit: 10) == batch)
            try journal.close()
        }
    }

    @Test(
        "A disk that fills up in the middle of a run loses nothing, and the run goes on once there is room",
        .enabled(if: SmallDisk.isPossible, "only root may mount a disk of its own")
    )
    func smallDisk() async throws {
        try await withTemporaryFolder { home in
            let disk = try SmallDisk(at: home.path, bytes: 1 << 20)
            defer { disk.remove() }
            let journal = try await SampleRun.create(in: home, count: 600)
            let free = try #require(journal.freeBytes())
            #expect(free > 0)
            #expect(free < 1 << 20)
            let big = JSONValue.string(String(repeating: "x", count: 20_000))
            var kept: [Event] = []
            var refused: [Event]?
            for index in 0..<600 where refused == nil {
                let batch = SampleEvents.numbered([SampleEvents.settled(index, .ok(result: big))], from: index + 1)
                do {
                    try await journal.commit(batch)
                    kept += batch
                } catch {
                    #expect(error as? JournalError == JournalError(path: journal.folder.journalPath, .diskFull))
                    refused = batch
                }
            }
            let batch = try #require(refused)
            #expect(!kept.isEmpty)
            #expect(try await journal.events(after: 0, limit: 1_000).map(\.seq) == kept.map(\.seq))
            await #expect(throws: JournalError.self) { try await journal.commit(batch) }
            try disk.grow(to: 1 << 25)
            #expect(try #require(journal.freeBytes()) > 1 << 24)
            try await journal.commit(batch)
            #expect(try await journal.events(after: 0, limit: 1_000).map(\.seq) == (kept + batch).map(\.seq))
            try journal.close()
            let opened = try await SQLiteJournal.open(journal.folder, for: .writing)
            #expect(try await opened.loadState().seq == batch.last?.seq)
            try opened.close()
        }
    }

    @Test("A commit goes through although its task is cancelled")
    func cancelled() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let batch = SampleEvents.numbered([SampleEvents.ok(0)])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    #expect(Task.isCancelled)
                    try await journal.commit(batch)
                }
                try await group.waitForAll()
            }
            #expect(try await journal.events(after: 0, limit: 10) == batch)
            try journal.close()
        }
    }

    @Test("A reader sees each commit while the run is written, and can't write")
    func reader() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let reader = try await SQLiteJournal.open(journal.folder, for: .reading)
            for seq in 1...3 {
                try await journal.commit(SampleEvents.numbered([SampleEvents.ok(seq)], from: seq))
                #expect(try await reader.events(after: 0, limit: 10).map(\.seq) == Array(1...seq))
                #expect(try await reader.results(in: seq..<seq + 1) == journal.results(in: seq..<seq + 1))
            }
            await #expect(throws: JournalError.self) {
                try await reader.commit(SampleEvents.numbered([.runPaused()], from: 4))
            }
            #expect(try await journal.events(after: 3, limit: 10).isEmpty)
            try reader.close()
            try journal.close()
        }
    }

    @Test("What was committed is there without a close, as after the death of the process")
    func unclosed() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let events = SampleEvents.numbered(SampleEvents.everyKind)
            try await journal.commit(events)
            // The files as they are at this moment, which is all that a killed process leaves.
            let copy = RunFolder(run: journal.folder.run, path: home.appending(path: "copy").path)
            try FileManager.default.copyItem(atPath: journal.folder.path, toPath: copy.path)
            let opened = try await SQLiteJournal.open(copy, for: .writing)
            #expect(try await opened.events(after: 0, limit: 100) == events)
            try opened.close()
            try journal.close()
        }
    }

    @Test("A page of events ends early when its results are large, and the next goes on after it")
    func largeResults() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let big = JSONValue.string(String(repeating: "x", count: 3_000_000))
            let events = SampleEvents.numbered((0..<5).map { SampleEvents.settled($0, .ok(result: big)) })
            try await journal.commit(events)
            var pages: [[Event]] = []
            while case let page = try await journal.events(after: pages.last?.last?.seq ?? 0, limit: 100), !page.isEmpty
            {
                pages.append(page)
            }
            #expect(pages.map(\.count) == [3, 2])
            #expect(pages.flatMap { $0 } == events)
            let light = try await journal.events(after: 0, limit: 100, includingResults: false)
            #expect(light == events.map { $0.withResult(.null) })
            try journal.close()
        }
    }
}
