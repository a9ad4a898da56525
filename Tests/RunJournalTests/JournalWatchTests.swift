import Coordination
import RunJournal
import TestSupport
import Testing

@Suite("Watch over a journal")
struct JournalWatchTests {
    @Test("another connection's commit changes the number, and nothing else does")
    func changes() async throws {
        try await withTemporaryFolder { home in
            let run = try await SampleRun.planned(home: home.path)
            let watch = try JournalWatch(run.folder)
            let before = try watch.version()
            #expect(try watch.version() == before)
            try await run.journal.commit([Event(seq: 1, at: 0, t: 0, body: .runPaused)])
            let after = try watch.version()
            #expect(after != before)
            _ = try await run.journal.events(after: 0, limit: 10)
            #expect(try watch.version() == after)
        }
    }
}
