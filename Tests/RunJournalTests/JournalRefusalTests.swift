import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("A file that is no journal of ours", .timeLimit(.minutes(5)))
struct JournalRefusalTests {
    /// Every file of the folder with its bytes.
    private func contents(_ folder: RunFolder) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: "\(folder.path)/\($0)"))) }
        )
    }

    /// Opens the folder's journal in both ways, and expects the same refusal and an untouched folder.
    private func expectRefusal(_ folder: RunFolder, _ isRight: (JournalError.Reason) -> Bool) async throws {
        let before = try contents(folder)
        for access in [SQLiteJournal.Access.reading, .writing] {
            let error = await #expect(throws: JournalError.self) {
                _ = try await SQLiteJournal.open(folder, for: access)
            }
            #expect(error.map { isRight($0.reason) } == true, "\(String(describing: error))")
            #expect(error?.description.contains(folder.journalPath) == true)
        }
        #expect(try contents(folder) == before)
    }

    private func emptyFolder(_ home: URL) throws -> RunFolder {
        try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
    }

    @Test(
        "Any other file is refused",
        arguments: [
            "x", "SQLite format 4\0",
            "2025-10-02T12:04:31.120Z INFO    w1 a log line that is longer than the header of a database, which has a hundred bytes",
        ]
    )
    func otherFile(_ text: String) async throws {
        try await withTemporaryFolder { home in
            let folder = try emptyFolder(home)
            try Data(text.utf8).write(to: URL(filePath: folder.journalPath))
            try await expectRefusal(folder) { $0 == .foreign }
        }
    }

    @Test("A database of another program is refused")
    func foreign() async throws {
        try await withTemporaryFolder { home in
            let folder = try emptyFolder(home)
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write { try $0.execute(sql: "CREATE TABLE run (id TEXT); INSERT INTO run VALUES ('x')") }
            try queue.close()
            try await expectRefusal(folder) { $0 == .foreign }
        }
    }

    @Test("A journal of a newer version is refused")
    func newer() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.pool.write { try $0.execute(sql: "PRAGMA user_version = 99") }
            try journal.close()
            try await expectRefusal(journal.folder) { $0 == .newer(version: 99, known: JournalSchema.version) }
        }
    }

    @Test("A journal of a newer version is refused also when its log alone says so")
    func newerInLog() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.pool.write { try $0.execute(sql: "PRAGMA user_version = 99") }
            let newer = JournalError(
                path: journal.folder.journalPath,
                .newer(version: 99, known: JournalSchema.version)
            )
            for access in [SQLiteJournal.Access.reading, .writing] {
                await #expect(throws: newer) { _ = try await SQLiteJournal.open(journal.folder, for: access) }
            }
            try journal.close()
        }
    }

    @Test("A journal that was cut short is refused", arguments: [0.2, 0.5, 0.99])
    func truncated(_ part: Double) async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home, count: 2_000)
            try await journal.commit(SampleEvents.numbered((0..<2_000).map { SampleEvents.ok($0) }))
            try journal.close()
            let url = URL(filePath: journal.folder.journalPath)
            let whole = try Data(contentsOf: url)
            try whole.prefix(Int(Double(whole.count) * part)).write(to: url)
            try await expectRefusal(journal.folder) { if case .corrupt = $0 { true } else { false } }
        }
    }

    @Test("A journal of a few bytes is refused as damaged, one of none as never finished", arguments: [0, 16, 99])
    func stump(_ length: Int) async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try journal.close()
            let url = URL(filePath: journal.folder.journalPath)
            try Data(contentsOf: url).prefix(length).write(to: url)
            let damaged = JournalError.Reason.corrupt("it is \(length) bytes long")
            try await expectRefusal(journal.folder) { $0 == (length == 0 ? .unfinished : damaged) }
        }
    }

    @Test("Pages that were overwritten are noticed when they are read")
    func overwritten() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home, count: 2_000)
            try await journal.commit(SampleEvents.numbered((0..<2_000).map { SampleEvents.ok($0) }))
            try journal.close()
            let url = URL(filePath: journal.folder.journalPath)
            var bytes = try Data(contentsOf: url)
            bytes.replaceSubrange(8_192..<bytes.count, with: Data(repeating: 0xA5, count: bytes.count - 8_192))
            try bytes.write(to: url)
            let error = await #expect(throws: JournalError.self) {
                let opened = try await SQLiteJournal.open(journal.folder, for: .reading)
                _ = try await opened.loadState()
            }
            guard case .corrupt = error?.reason else {
                Issue.record("\(String(describing: error)) is not about damage")
                return
            }
        }
    }

    @Test("An event that can't be read is named")
    func unreadableEvent() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.commit(SampleEvents.numbered([.runPaused(), .runContinued]))
            try await journal.pool.write { try $0.execute(sql: "UPDATE event SET body = '{' WHERE seq = 2") }
            let error = await #expect(throws: JournalError.self) { _ = try await journal.loadState() }
            #expect(error?.description.contains("event 2 can't be read") == true)
            try journal.close()
        }
    }
}
