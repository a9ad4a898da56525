import Coordination
import Flashpoints
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("The audit of a journal", .timeLimit(.minutes(5)), .serialized)
struct AuditTests {
    private static let bodies: [Event.Body] = [
        SampleEvents.ok(0), SampleEvents.ok(1), SampleEvents.failed(2), SampleEvents.settled(3, .cancelled),
        SampleEvents.ok(5, worker: 2), SampleEvents.settled(5, worker: 2, .ok(result: "again")),
        .flashpointDuplicate(SampleEvents.ref, index: 5, id: "fp-5"),
    ]

    private func withRun(
        _ bodies: [Event.Body],
        _ body: (SQLiteJournal, RunState) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            var state = RunState(plan: try await journal.loadPlan())
            let events = SampleEvents.numbered([.runPlanned(state.plan.header)] + bodies)
            for event in events { _ = state.reduce(event) }
            try await journal.commit(events)
            try await body(journal, state)
            try journal.close()
        }
    }

    @Test("Nothing is wrong with what was committed, retries and doubles among it")
    func whole() async throws {
        try await withRun(Self.bodies) { journal, state in
            #expect(try await journal.audit(state) == nil)
            var state = state
            let again = SampleEvents.numbered(
                [
                    .workerRetried(worker: 1, indices: [2]), SampleEvents.ok(2), .runRetried(generation: 2),
                    SampleEvents.failed(3),
                ],
                from: 20
            )
            for event in again {
                _ = state.reduce(event)
                try await journal.commit([event])
                #expect(try await journal.audit(state) == nil, "after \(event.name)")
            }
            #expect(state.counts.ok == 4)
        }
    }

    @Test(
        "What is lost, doubled, shifted or made up is found",
        arguments: [
            ("DELETE FROM result WHERE seq = 2", "3 flashpoints are ok and the journal has 2 results"),
            ("UPDATE result SET seq = 77 WHERE seq = 2", "flashpoint 0 is ok and has no result"),
            ("INSERT INTO result (seq, body) VALUES (99, '{}')", "3 flashpoints are ok and the journal has 4 results"),
            ("DELETE FROM outcome WHERE idx = 2", "flashpoint 2 is failed and has no outcome"),
            ("DELETE FROM outcome WHERE idx = 5", "flashpoint 5 is ok and has no outcome"),
            ("UPDATE outcome SET idx = 4 WHERE idx = 5", "flashpoint 4 is pending, the journal says ok"),
            ("UPDATE outcome SET kind = 'failed' WHERE idx = 0", "flashpoint 0 is ok, the journal says failed"),
            ("UPDATE outcome SET worker = 3 WHERE idx = 0", "flashpoint 0 is of worker 1, not of 3"),
            ("DELETE FROM flashpoint WHERE idx = 11", "the journal has 11 flashpoints and the run 12"),
        ]
    )
    func fault(sql: String, words: String) async throws {
        try await withRun(Self.bodies) { journal, state in
            try await journal.pool.write { try $0.execute(sql: sql) }
            #expect(try await journal.audit(state)?.contains(words) == true)
        }
    }
}
