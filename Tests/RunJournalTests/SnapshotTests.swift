import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("A snapshot in the journal", .timeLimit(.minutes(5)), .serialized)
struct SnapshotTests {
    /// A planned run and all that happens in it when nothing goes wrong.
    private func history(_ journal: SQLiteJournal) async throws -> (plan: RunPlan, events: [Event]) {
        let plan = try await journal.loadPlan()
        var bodies: [Event.Body] = [.runPlanned(plan.header)]
        for chunk in plan.plan.chunks {
            let ref = AttemptRef(worker: chunk.worker, chunk: chunk.id, attempt: 1)
            bodies.append(.attemptIntended(ref, nonce: "n", indices: chunk.indices, endpoint: "https://e"))
            bodies.append(.attemptAccepted(ref, job: "job-\(chunk.id)"))
            for index in chunk.indices { bodies.append(SampleEvents.ok(index, worker: chunk.worker)) }
            bodies.append(.attemptEnded(ref, AttemptEnd(.completed, status: "COMPLETED")))
        }
        return (plan, SampleEvents.numbered(bodies))
    }

    private func count(_ table: String, _ journal: SQLiteJournal) async throws -> Int? {
        try await journal.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    @Test("At any point the snapshot and the events after it give the fold of all", arguments: [1, 2, 5, 9, 14])
    func anywhere(place: Int) async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let (plan, events) = try await history(journal)
            var state = RunState(plan: plan)
            for event in events.prefix(place) { _ = state.reduce(event) }
            try await journal.commit(Array(events.prefix(place)))
            try await journal.write { [state] in try Snapshot.write(state, seq: place, to: $0) }
            for event in events.dropFirst(place) { _ = state.reduce(event) }
            try await journal.commit(Array(events.dropFirst(place)))
            // What comes before a snapshot is not looked at.
            try await journal.pool.write { try $0.execute(sql: "UPDATE event SET body = '{' WHERE seq <= \(place)") }
            try journal.close()
            for access in [SQLiteJournal.Access.reading, .writing] {
                let opened = try await SQLiteJournal.open(journal.folder, for: access)
                let loaded = try await opened.loadState()
                #expect(loaded.state == state)
                #expect(loaded.seq == events.count)
                #expect(loaded.state.violation() == nil)
                #expect(loaded.state.plan.plan == plan.plan)
                try opened.close()
            }
        }
    }

    @Test(
        "A snapshot or a packed plan that is damaged, of another format or gone is passed over",
        arguments: [
            "UPDATE packed SET body = zeroblob(length(body))", "UPDATE packed SET checksum = checksum + 1",
            "DELETE FROM packed", "DELETE FROM packed WHERE id = 0", "DELETE FROM snapshot",
            "UPDATE packed SET body = x'02', checksum = \(Int(truncatingIfNeeded: Checksum.of([2])))",
        ]
    )
    func passedOver(sql: String) async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let (plan, events) = try await history(journal)
            var state = RunState(plan: plan)
            for event in events { _ = state.reduce(event) }
            try await journal.commit(events)
            try await journal.write { [state] in try Snapshot.write(state, seq: events.count, to: $0) }
            try await journal.pool.write { try $0.execute(sql: sql) }
            try journal.close()
            let opened = try await SQLiteJournal.open(journal.folder, for: .writing)
            #expect(try await opened.loadState().state == state)
            #expect(try await opened.loadPlan().plan == plan.plan)
            try opened.close()
        }
    }

    @Test("A driver's commits bring one when enough has happened since the last, in the same transaction")
    func cadence() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let (plan, events) = try await history(journal)
            var state = RunState(plan: plan)
            for event in events { _ = state.reduce(event) }
            try await journal.commit(events, leaving: state)
            #expect(try await count("snapshot", journal) == 0)
            var seq = events.count
            while seq <= SnapshotCadence.interval(of: 12) {
                let batch = (0..<10_000).map { Event(seq: seq + 1 + $0, at: 0, t: 9, body: .endpointReachable) }
                for event in batch { _ = state.reduce(event) }
                seq += batch.count
                try await journal.commit(batch, leaving: state)
            }
            let kept = try await journal.pool.read { try Int.fetchOne($0, sql: "SELECT seq FROM snapshot") }
            #expect(kept == seq)
            try await journal.commit([Event(seq: seq + 1, at: 0, t: 9, body: .runPaused())], leaving: state)
            #expect(try await journal.pool.read { try Int.fetchOne($0, sql: "SELECT seq FROM snapshot") } == seq)
            #expect(try await journal.loadState().state.isPaused)
            try journal.close()
        }
    }
}
