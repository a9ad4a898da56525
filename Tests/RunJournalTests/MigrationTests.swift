import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("A journal of an earlier version", .timeLimit(.minutes(5)), .serialized)
struct MigrationTests {
    private static let events = SampleEvents.numbered([
        .runPlanned(SampleRun.header("20251002-aaaa", 12, SampleRun.plan(12, workers: 3))),
        SampleEvents.ok(0), SampleEvents.failed(1), SampleEvents.ok(3), SampleEvents.settled(2, .cancelled),
        .runPaused(),
    ])

    private func expectContents(_ journal: SQLiteJournal) async throws {
        #expect(try await journal.events(after: 0, limit: 100) == Self.events)
        let texts = try await journal.results(in: 0..<4).map { $0.map { String(decoding: $0, as: UTF8.self) } }
        #expect(texts == [#"{"n":0}"#, nil, nil, #"{"n":3}"#])
        #expect(try await journal.failures(from: 0).map(\.index) == [1])
        let loaded = try await journal.loadState()
        var state = RunState(plan: try await journal.loadPlan())
        for event in Self.events { _ = state.reduce(event) }
        #expect(loaded.state == state)
        #expect(loaded.seq == Self.events.count)
        #expect(try await journal.audit(state) == nil)
    }

    @Test("It is read as it is, and left so")
    func reading() async throws {
        try await withTemporaryFolder { home in
            let folder = try OldJournal.create(in: home, events: Self.events)
            let before = try Data(contentsOf: URL(filePath: folder.journalPath))
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            try await expectContents(journal)
            try journal.close()
            #expect(try Data(contentsOf: URL(filePath: folder.journalPath)) == before)
        }
    }

    @Test("To be written it is brought up to date by named steps, and keeps all it has")
    func writing() async throws {
        try await withTemporaryFolder { home in
            let folder = try OldJournal.create(in: home, events: Self.events)
            let journal = try await SQLiteJournal.open(folder, for: .writing)
            try await expectContents(journal)
            let steps = try await journal.pool.read { try JournalSchema.migrator.appliedIdentifiers($0) }
            #expect(
                steps == ["run, flashpoints, events, outcomes", "results by event, checksums, packed plan and state"]
            )
            #expect(try await journal.pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 2)
            #expect(try await journal.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM packed") } == 1)
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(5, worker: 2)], from: 7))
            try journal.close()
            let again = try await SQLiteJournal.open(folder, for: .reading)
            #expect(try await again.results(in: 5..<6).map { $0?.count } == [7])
            #expect(try await again.loadState().state.counts.ok == 3)
            try again.close()
        }
    }
}
