import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("A run that is taken up again", .timeLimit(.minutes(5)))
struct PlanReloadTests {
    @Test("The plan is what it was", arguments: [(12, 3, Strategy.even), (3, 5, .even), (40, 4, .balanced)])
    func plan(_ count: Int, _ workers: Int, _ strategy: Strategy) async throws {
        try await withTemporaryFolder { home in
            let made = try await SampleRun.create(in: home, count: count, workers: workers, strategy: strategy)
            try made.close()
            let journal = try await SQLiteJournal.open(made.folder, for: .reading)
            let loaded = try await journal.loadPlan()
            let plan = SampleRun.plan(count, workers: workers, strategy: strategy)
            #expect(loaded.plan == plan)
            #expect(loaded.header == SampleRun.header(made.folder.run, count, plan, strategy: strategy))
            #expect(loaded.policy == SampleRun.policy)
            #expect((0..<count).map { catalogued($0, loaded.catalogue) } == (0..<count).map(SampleRun.row))
            try journal.close()
        }
    }

    private func catalogued(_ index: Int, _ catalogue: Catalogue) -> FlashpointRow {
        FlashpointRow(
            index: index,
            id: catalogue.id(index),
            hash: catalogue.hash(index),
            weight: catalogue.weight(index),
            offset: Int(catalogue.offset(index)),
            length: catalogue.length(index),
            line: index + 1
        )
    }

    @Test("An oversize chunk stays marked")
    func oversize() async throws {
        try await withTemporaryFolder { home in
            let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
            let journal = try await SQLiteJournal.create(in: folder)
            try await journal.append([SampleRun.row(0)])
            let chunk = Chunk(id: 1, worker: 1, indices: [0], isOversize: true)
            let plan = Plan(shares: [Share(worker: 1, chunks: [chunk])])
            try await journal.setPlan(SampleRun.header(folder.run, 1, plan), plan, RunPolicy(), createdAt: 0)
            #expect(try await journal.loadPlan().plan == plan)
            try journal.close()
        }
    }

    @Test("The state is the fold of the events, however they were batched")
    func state() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let first = AttemptRef(worker: 1, chunk: 1, attempt: 1)
            let header = try await journal.loadPlan().header
            let events = SampleEvents.numbered([
                .runPlanned(header),
                .attemptIntended(first, nonce: "a", indices: [0, 1], endpoint: "https://e"),
                .attemptIntended(SampleEvents.ref, nonce: "b", indices: [4, 5], endpoint: "https://e"),
                .attemptAccepted(first, job: "j1"),
                .attemptUnknown(SampleEvents.ref, why: "reset"),
                SampleEvents.ok(0),
                .flashpointFailed(first, index: 1, id: "fp-1", Failure(.timeout, "slow"), seconds: 2),
                .attemptEnded(first, AttemptEnd(.completed, status: "COMPLETED")),
                .retryScheduled(first.next, t: 7.25, why: "timeout"),
                .workerCancelRequested(worker: 3),
                SampleEvents.settled(8, worker: 3, .cancelled),
                SampleEvents.failed(9, worker: 3),
                .workerRetried(worker: 3, indices: [9]),
                .runPaused(),
            ])
            var state = RunState(plan: try await journal.loadPlan())
            for event in events { _ = state.reduce(event) }
            try await journal.commit(Array(events[..<5]))
            try await journal.commit(Array(events[5...]))
            try journal.close()

            let opened = try await SQLiteJournal.open(journal.folder, for: .writing)
            let loaded = try await opened.loadState()
            #expect(loaded.seq == 14)
            #expect(loaded.state.t == state.t)
            #expect(loaded.state.phase == state.phase)
            #expect(loaded.state.isPaused)
            #expect(loaded.state.counts == state.counts)
            #expect(loaded.state.counts.ok == 1)
            #expect(loaded.state.speedup == state.speedup)
            #expect(loaded.state.plannedAt == SampleRun.createdAt)
            #expect(loaded.state.flashpoints.standing == state.flashpoints.standing)
            #expect(loaded.state.flashpoints.attempts == state.flashpoints.attempts)
            #expect(loaded.state.lanes.map(\.live) == state.lanes.map(\.live))
            #expect(loaded.state.lanes.map(\.queue) == state.lanes.map(\.queue))
            #expect(loaded.state.lanes.map(\.retries) == state.lanes.map(\.retries))
            #expect(loaded.state.lanes.map(\.isCancelled) == state.lanes.map(\.isCancelled))
            #expect(loaded.state.lanes[0].retries.first?.due == 7.25)
            try opened.close()
        }
    }

    @Test("A run without events starts at zero")
    func fresh() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let loaded = try await journal.loadState()
            #expect(loaded.seq == 0)
            #expect(loaded.state.phase == .planned)
            #expect(loaded.state.t == 0)
            try journal.close()
        }
    }

    @Test("A hundred thousand flashpoints are kept and come back", .heavy)
    func many() async throws {
        try await withTemporaryFolder { home in
            let count = 100_000
            let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
            let journal = try await SQLiteJournal.create(in: folder)
            for start in stride(from: 0, to: count, by: 1_000) {
                try await journal.append((start..<start + 1_000).map(SampleRun.row))
            }
            let plan = SampleRun.plan(count, workers: 16, chunkMax: 200)
            try await journal.setPlan(SampleRun.header(folder.run, count, plan), plan, RunPolicy(), createdAt: 0)
            let loaded = try await journal.loadPlan()
            #expect(loaded.plan == plan)
            #expect(loaded.catalogue.count == count)
            #expect(catalogued(99_999, loaded.catalogue) == SampleRun.row(99_999))
            try journal.close()
        }
    }

    @Test("Until the plan is set there is no run", arguments: [false, true])
    func unfinished(_ hasRows: Bool) async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            let folder = try store.create(date: "2025-10-02", chance: Chance().next)
            let error = JournalError(path: folder.journalPath, .unfinished)
            await #expect(throws: error) { _ = try await SQLiteJournal.open(folder, for: .writing) }
            #expect(!FileManager.default.fileExists(atPath: folder.journalPath))

            let journal = try await SQLiteJournal.create(in: folder)
            if hasRows { try await journal.append((0..<10).map(SampleRun.row)) }
            await #expect(throws: error) { _ = try await SQLiteJournal.open(folder, for: .reading) }
            await #expect(throws: error) { _ = try await journal.loadPlan() }
            try journal.close()
            await #expect(throws: error) { _ = try await SQLiteJournal.open(folder, for: .writing) }
            #expect(try await store.runs().map(\.plan) == [.failure(error)])
            await #expect(throws: RunNameError.noRuns(runsPath: store.runsPath)) { try await store.resolve("last") }
        }
    }

    @Test("A plan of other flashpoints, a second plan and a repeated id are refused")
    func contradictions() async throws {
        try await withTemporaryFolder { home in
            let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
            let journal = try await SQLiteJournal.create(in: folder)
            try await journal.append((0..<11).map(SampleRun.row))
            let plan = SampleRun.plan(12, workers: 3)
            let set = { @Sendable () async throws in
                try await journal.setPlan(SampleRun.header("r", 12, plan), plan, RunPolicy(), createdAt: 0)
            }
            let isInconsistent = { (error: any Error) in
                if case .inconsistent = (error as? JournalError)?.reason { true } else { false }
            }
            await #expect { try await set() } throws: { isInconsistent($0) }
            let again = SampleRun.row(3, at: 11)
            await #expect { try await journal.append([again]) } throws: { isInconsistent($0) }
            try await journal.append([SampleRun.row(11)])
            try await set()
            await #expect { try await set() } throws: { isInconsistent($0) }
            try journal.close()
            await #expect(throws: JournalError(path: folder.journalPath, .exists)) {
                _ = try await SQLiteJournal.create(in: folder)
            }
        }
    }
}
