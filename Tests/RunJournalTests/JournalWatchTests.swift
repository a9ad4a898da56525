import Coordination
import RunJournal
import TestSupport
import Testing

@Suite("Watch over a journal")
struct JournalWatchTests {
    @Test("another connection's commit changes the number, and nothing else does")
    func changes() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let watch = try JournalWatch(journal.folder)
            let before = try watch.version()
            #expect(try watch.version() == before)
            try await journal.commit([Event(seq: 1, at: 0, t: 0, body: .runPaused())])
            let after = try watch.version()
            #expect(after != before)
            _ = try await journal.events(after: 0, limit: 10)
            #expect(try watch.version() == after)
        }
    }
}
