import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import RunJournal
import TestSupport
import Testing

@Suite("A run's results at one moment", .timeLimit(.minutes(5)))
struct ResultsSnapshotTests {
    /// Commits a history of three workers: 0 ok, 1 failed after a retry, 2 cancelled, the others open.
    private func journal(in home: URL) async throws -> SQLiteJournal {
        let journal = try await SampleRun.create(in: home, count: 6, workers: 3)
        let first = AttemptRef(worker: 1, chunk: 1, attempt: 1)
        try await journal.commit(
            SampleEvents.numbered([
                .attemptIntended(first, nonce: "n", indices: [0, 1], endpoint: "https://api.runpod.ai/v2/e1"),
                .attemptAccepted(first, job: "job-1"),
                .attemptStarted(first, instance: "i-1", delayMS: nil),
                SampleEvents.ok(0),
                .flashpointFailed(first, index: 1, id: "fp-1", Failure(.transient, "busy"), seconds: 1),
                .attemptEnded(first, AttemptEnd(.completed, status: "COMPLETED", executionMS: 5)),
                .attemptIntended(first.next, nonce: "n", indices: [1], endpoint: "https://api.runpod.ai/v2/e1"),
                .attemptAccepted(first.next, job: "job-2"),
                .attemptStarted(first.next, instance: "i-2", delayMS: nil),
                SampleEvents.failed(1),
                .attemptEnded(first.next, AttemptEnd(.failed, status: "FAILED", message: "died")),
                SampleEvents.settled(2, worker: 2, .cancelled),
            ])
        )
        return journal
    }

    @Test("Outcomes come in input order with results, failures and what is open")
    func outcomes() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            let snapshot = try await ResultsSnapshot.take(journal.folder)
            let outcomes = try await snapshot.outcomes(in: 0..<6, includingResults: true)
            #expect(outcomes.map(\.index) == Array(0..<6))
            #expect(outcomes.map(\.id) == (0..<6).map { "fp-\($0)" })
            #expect(outcomes.map(\.worker) == [1, 1, 2, 2, 3, 3])
            #expect(outcomes[0].kind == .ok)
            #expect(outcomes[0].result.map { String(decoding: $0, as: UTF8.self) } == #"{"n":0}"#)
            #expect(outcomes[0].seconds == 1.25)
            #expect(outcomes[1].kind == .failed(Failure(.timeout, stage: "render", "fp-1 took too long")))
            #expect(outcomes[1].result == nil)
            #expect(outcomes[2].kind == .cancelled)
            #expect(outcomes[3...].allSatisfy { $0.kind == .pending && $0.attempts == 0 && $0.seconds == nil })
            let failed = try await snapshot.outcomes(in: 0..<6, isFailedOnly: true, includingResults: false)
            #expect(failed.map(\.index) == [1, 2])
            #expect(try await snapshot.outcomes(in: 2..<2, includingResults: true).isEmpty)
            var each: [Int] = []
            try await snapshot.eachFailed { each.append($0.index) }
            #expect(each == [1, 2])
            #expect(try await snapshot.failures(from: 0).map(\.id) == ["fp-1"])
            #expect(try await snapshot.failures(from: 2).isEmpty)
        }
    }

    @Test("What is committed later is not in it, and the run goes on meanwhile")
    func moment() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            let snapshot = try await ResultsSnapshot.take(journal.folder)
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(3)], from: 100))
            #expect(try await snapshot.outcomes(in: 3..<4, includingResults: true).first?.kind == .pending)
            let later = try await ResultsSnapshot.take(journal.folder)
            #expect(try await later.outcomes(in: 3..<4, includingResults: true).first?.kind == .ok)
        }
    }

    @Test("The answer of a run that goes on is the one that its state gives")
    func answer() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            let last = try #require(try await journal.events(after: 0, limit: 100).last)
            let state = try await journal.loadState().state
            var expected = state.answer(at: last.at, now: last.t)
            // Nobody planned this run by an event, from which a state takes its first moment.
            expected.wallSeconds = 0.011
            #expect(try await ResultsSnapshot.take(journal.folder).answer() == expected)
            #expect(expected.failed == 1 && expected.cancelled == 1 && expected.succeeded == 1)
        }
    }

    @Test("The answer of a run that has ended is the one it ended with, until it is opened again")
    func endedAnswer() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            try await journal.commit(SampleEvents.numbered([.runEnded(SampleEvents.answer)], from: 100))
            #expect(try await ResultsSnapshot.take(journal.folder).answer() == SampleEvents.answer)
            try await journal.commit(SampleEvents.numbered([.workerRetried(worker: 1, indices: nil)], from: 101))
            #expect(try await ResultsSnapshot.take(journal.folder).answer().failed == 0)
        }
    }

    @Test("Of a flashpoint it tells every submission that held it, with its machine and how it ended")
    func attempts() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            let attempts = try await ResultsSnapshot.take(journal.folder).attempts(of: [1, 5])
            #expect(Set(attempts.keys) == [1])
            let history = try #require(attempts[1])
            #expect(history.map(\.ref.attempt) == [1, 2])
            #expect(history.map(\.instance) == ["i-1", "i-2"])
            #expect(history.map(\.job) == ["job-1", "job-2"])
            #expect(history.map(\.failure) == [Failure(.transient, "busy"), nil])
            #expect(history[1].end == AttemptEnd(.failed, status: "FAILED", message: "died"))
            #expect(history[1].at == SampleRun.createdAt + 6)
            #expect(history[1].endedAt == SampleRun.createdAt + 10)
        }
    }

    @Test("A journal of the first format tells the same, and is left as it is")
    func oldFormat() async throws {
        try await withTemporaryFolder { home in
            let ref = AttemptRef(worker: 1, chunk: 1, attempt: 1)
            let bodies: [Event.Body] = [
                .attemptIntended(ref, nonce: "n", indices: [0, 1], endpoint: "e"),
                SampleEvents.ok(0), SampleEvents.failed(1),
            ]
            let folder = try OldJournal.create(in: home, events: SampleEvents.numbered(bodies))
            let before = try Data(contentsOf: URL(filePath: folder.journalPath))
            let snapshot = try await ResultsSnapshot.take(folder)
            let outcomes = try await snapshot.outcomes(in: 0..<3, includingResults: true)
            #expect(outcomes.map { $0.result.map { String(decoding: $0, as: UTF8.self) } } == [#"{"n":0}"#, nil, nil])
            #expect(outcomes.map(\.attempts) == [1, 1, 0])
            #expect(try await snapshot.attempts(of: [1])[1]?.count == 1)
            let glance = try await RunStore(home: home.path).list().runs[0].glance.get()
            #expect(glance.counts == RunGlance.Counts(ok: 1, failed: 1))
            #expect(glance.endpoint == "e")
            #expect(try Data(contentsOf: URL(filePath: folder.journalPath)) == before)
        }
    }

    @Test("A result that is not what was written is told, not given")
    func damagedResult() async throws {
        try await withTemporaryFolder { home in
            let journal = try await journal(in: home)
            try journal.close()
            let queue = try DatabaseQueue(path: journal.folder.journalPath)
            try await queue.write { try $0.execute(sql: "UPDATE result SET body = CAST('{\"n\":7}' AS BLOB)") }
            try queue.close()
            let snapshot = try await ResultsSnapshot.take(journal.folder)
            let error = await #expect(throws: JournalError.self) {
                try await snapshot.outcomes(in: 0..<6, includingResults: true)
            }
            #expect(error?.description.contains("the result of flashpoint 0 does not fit its checksum") == true)
        }
    }

    @Test("A run that was never planned, or is damaged, is refused as it is elsewhere")
    func refused() async throws {
        try await withTemporaryFolder { home in
            let folder = try RunStore(home: home.path).create(date: "2025-01-01", chance: Chance().next)
            await #expect(throws: JournalError(path: folder.journalPath, .unfinished)) {
                try await ResultsSnapshot.take(folder)
            }
            try Data("rubbish".utf8).write(to: URL(filePath: folder.journalPath))
            await #expect(throws: JournalError(path: folder.journalPath, .foreign)) {
                try await ResultsSnapshot.take(folder)
            }
        }
    }
}
