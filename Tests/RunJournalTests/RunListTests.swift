import Coordination
import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@testable import RunJournal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Runs at a glance", .timeLimit(.minutes(5)))
struct RunListTests {
    private let ref = AttemptRef(worker: 1, chunk: 1, attempt: 1)

    @Test("A run that goes on tells its counts, its time, where it goes and who drives it")
    func running() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            let lock = try RunLock(path: journal.folder.lockPath)
            try await journal.commit(
                SampleEvents.numbered([
                    .attemptIntended(ref, nonce: "n", indices: [0, 1], endpoint: "https://api.runpod.ai/v2/e1"),
                    SampleEvents.ok(0), SampleEvents.failed(1), SampleEvents.settled(2, worker: 2, .cancelled),
                ])
            )
            let listing = try await RunStore(home: home.path).list()
            let run = try #require(listing.runs.first)
            let glance = try run.glance.get()
            #expect(run.driver == RunLock.Holder(pid: getpid()))
            #expect(glance.counts == RunGlance.Counts(ok: 1, failed: 1, cancelled: 1))
            #expect(glance.left == 9)
            #expect(glance.answer == nil)
            #expect(glance.seconds == 0.369)
            #expect(glance.sequentialSeconds == 3.75)
            #expect(glance.endpoint == "https://api.runpod.ai/v2/e1")
            #expect(glance.createdAt == SampleRun.createdAt)
            lock.release()
            #expect(try await RunStore(home: home.path).list().runs.first?.driver == nil)
        }
    }

    @Test("A run is at its end from run.ended on until it is opened again, whatever came behind it")
    func ended() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            func glance() async throws -> RunGlance {
                try await RunStore(home: home.path).list().runs[0].glance.get()
            }
            try await journal.commit(
                SampleEvents.numbered([.runEnded(SampleEvents.answer), .endpointHealth(HealthCounters())])
            )
            #expect(try await glance().answer == SampleEvents.answer)
            #expect(try await glance().counts == RunGlance.Counts(ok: 2, failed: 1, cancelled: 1))
            #expect(try RunStore.hasEnded(journal.folder))
            try await journal.commit(SampleEvents.numbered([.runRetried(generation: 2)], from: 10))
            #expect(try await glance().answer == nil)
            #expect(try !RunStore.hasEnded(journal.folder))
        }
    }

    @Test("A damaged run, one that was never planned and one that may not be read are listed with their reasons")
    func unusable() async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            let chance = Chance()
            let good = try await SampleRun.create(in: home)
            let foreign = try store.create(date: "2025-08-08", chance: chance.next)
            try Data("not a journal".utf8).write(to: URL(filePath: foreign.journalPath))
            let unfinished = try store.create(date: "2025-09-09", chance: chance.next)
            let runs = try await store.list().runs
            // These two were made just now; the good one says that it is older.
            #expect(runs.map(\.folder) == [unfinished, foreign, good.folder])
            #expect(runs[0].glance == .failure(JournalError(path: unfinished.journalPath, .unfinished)))
            #expect(runs[1].glance == .failure(JournalError(path: foreign.journalPath, .foreign)))
            let older = try await SampleRun.create(in: home.appending(path: "other"), createdAt: 1_000)
            try FileManager.default.moveItem(atPath: older.folder.path, toPath: "\(store.runsPath)/20250101-aaaa")
            let first = try await store.list(limit: 1)
            // What can't be used is always told.
            #expect(first.runs.map(\.folder) == [unfinished, foreign, good.folder])
            #expect(first.more == 1)
        }
    }

    @Test("Not being allowed to read is told as that")
    func unreadable() {
        let error = JournalError(reading: "/runs", errno: EACCES)
        #expect(error.reason == .notReadable("permission denied"))
        #expect(error.description.hasPrefix("/runs can't be read: permission denied; "))
        #expect(JournalError(reading: "/runs", errno: EIO).reason == .system("input/output error"))
    }

    @Test("The last run is the newest; where that one can't be used no older one is taken for it")
    func newestUnusable() async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            await #expect(throws: RunNameError.noRuns(runsPath: store.runsPath)) { try await store.resolve("last") }
            let folder = try store.create(date: "2025-08-08", chance: Chance().next)
            // What was never planned is no run.
            await #expect(throws: RunNameError.noRuns(runsPath: store.runsPath)) { try await store.resolve("last") }
            try Data("not a journal".utf8).write(to: URL(filePath: folder.journalPath))
            let error = await #expect(throws: RunNameError.self) { try await store.resolve("last") }
            let expected = "the newest run, \(folder.run), can't be used: \(folder.journalPath) is not a journal"
            #expect(error?.description.hasPrefix(expected) == true)
            // An older one that is whole is not what was meant.
            let older = try await SampleRun.create(in: home, createdAt: 1_000)
            await #expect(throws: RunNameError.self) { try await store.resolve("last") }
            try folder.remove()
            #expect(try await store.resolve("last") == older.folder)
        }
    }

    private static let ids = ["20250101-aaaa", "20250101-abcd", "20250102-k3f9", "20251231-zzzz"]

    @Test(
        "The nearest are those with the fewest slips, then those of the same day",
        arguments: [
            ("20250102-k3f8", ["20250102-k3f9"]), ("20250102-kf39", ["20250102-k3f9"]), ("k3f9", ["20250102-k3f9"]),
            ("20250101-zzzz", ["20251231-zzzz", "20250101-abcd", "20250101-aaaa"]),
            ("20251231-zzz2", ["20251231-zzzz"]),
            ("20250102-K3F9", ["20250102-k3f9"]), ("20250101-abce", ["20250101-abcd", "20250101-aaaa"]),
        ]
    )
    func nearest(_ name: String, _ nearest: [String]) {
        #expect(throws: RunNameError.unknown(name, nearest: nearest)) {
            try RunNameError.match(name, among: Self.ids, runsPath: "/runs")
        }
    }
}
