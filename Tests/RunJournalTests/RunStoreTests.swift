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

@Suite("The store of runs", .timeLimit(.minutes(5)))
struct RunStoreTests {
    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0
    }

    @Test("A run's folder is its owner's alone, and so is the home that was made for it")
    func modes() async throws {
        try await withTemporaryFolder { folder in
            let home = folder.appending(path: "state/etl-dash").path
            let run = try RunStore(home: home).create(date: "2025-01-31", chance: Chance().next)
            #expect(run.path == "\(home)/runs/\(run.run)")
            #expect(run.run.wholeMatch(of: /20250131-[2-9a-hjkmnp-z]{4}/) != nil)
            for path in [home, "\(home)/runs", run.path] { #expect(mode(path) == 0o700) }
            try run.remove()
            #expect(try RunStore(home: home).ids().isEmpty)
        }
    }

    @Test("A home that is there keeps its mode")
    func existingHome() async throws {
        try await withTemporaryFolder { home in
            #expect(chmod(home.path, 0o755) == 0)
            _ = try RunStore(home: home.path).create(date: "2025-01-31", chance: Chance().next)
            #expect(mode(home.path) == 0o755)
        }
    }

    @Test("An id that is taken is not given again")
    func collision() async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            let first = try store.create(date: "2025-01-31", chance: Chance(seed: 7).next)
            let second = try store.create(date: "2025-01-31", chance: Chance(seed: 7).next)
            #expect(first.run != second.run)
            #expect(try store.ids() == [first.run, second.run].sorted())
        }
    }

    @Test("When all ids are taken that is said")
    func exhausted() async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            _ = try store.create(date: "2025-01-31", chance: { 0 })
            #expect(throws: JournalError.self) { try store.create(date: "2025-01-31", chance: { 0 }) }
        }
    }

    @Test("A home that can't be made is named")
    func unusableHome() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "file").path
            try Data("x".utf8).write(to: URL(filePath: file))
            let error = #expect(throws: JournalError.self) {
                try RunStore(home: "\(file)/home").create(date: "2025-01-31", chance: Chance().next)
            }
            #expect(error?.description.contains("\(file)/home") == true)
        }
    }

    @Test(
        "The system's errors are told apart",
        arguments: [
            (ENOSPC, "no space is left"), (EDQUOT, "no space is left"), (EACCES, "permission denied; make its folder"),
            (EROFS, "can't be written: read-only file system"), (EIO, "can't be used: input/output error"),
        ]
    )
    func systemErrors(_ code: Int32, _ text: String) {
        let error = JournalError(path: "/home/x/journal.sqlite", errno: code)
        #expect(error.description.contains(text))
        #expect(error.description.hasPrefix("/home/x/journal.sqlite"))
    }

    @Test("Runs are listed newest first, unusable ones by their files' time, and last is the newest that was planned")
    func listing() async throws {
        try await withTemporaryFolder { home in
            let store = RunStore(home: home.path)
            #expect(try await store.runs().isEmpty)
            await #expect(throws: RunNameError.noRuns(runsPath: store.runsPath)) { try await store.resolve("2025") }
            let chance = Chance()
            var made: [RunFolder] = []
            // The date of the batch says nothing about when it was run.
            for (date, created) in [("2025-03-01", Int64(10)), ("2025-01-01", 30), ("2025-02-01", 20)] {
                let folder = try store.create(date: date, chance: chance.next)
                let journal = try await SQLiteJournal.create(in: folder)
                try await journal.append([SampleRun.row(0)])
                let plan = SampleRun.plan(1, workers: 1)
                let header = SampleRun.header(folder.run, 1, plan)
                try await journal.setPlan(header, plan, RunPolicy(), createdAt: created)
                try journal.close()
                made.append(folder)
            }
            let unfinished = try store.create(date: "2025-09-09", chance: chance.next)
            let foreign = try store.create(date: "2025-08-08", chance: chance.next)
            try Data("not a journal".utf8).write(to: URL(filePath: foreign.journalPath))
            // Its batch is older than all the others, whatever was done in its folder since.
            try Data().write(to: URL(filePath: foreign.inputPath))
            let long = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: 0, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, foreign.inputPath, long, 0) == 0)
            let strays = ["notes.txt", ".hidden", "20250808-ABCD", "20250808-abcde"]
            for stray in strays { try Data("x".utf8).write(to: URL(filePath: "\(store.runsPath)/\(stray)")) }
            let runs = try await store.runs()
            #expect(runs.map(\.folder) == [unfinished, made[1], made[2], made[0], foreign])
            #expect(try runs[1...3].map { try $0.plan.get().createdAt } == [30, 20, 10])
            #expect(try runs[1].plan.get().header.run == made[1].run)
            #expect(runs[0].plan == .failure(JournalError(path: unfinished.journalPath, .unfinished)))
            #expect(runs[4].plan == .failure(JournalError(path: foreign.journalPath, .foreign)))
            #expect(try await store.resolve("last") == made[1])
            #expect(try await store.resolve("202503") == made[0])
            await #expect(throws: RunNameError.self) { try await store.resolve("../runs") }
        }
    }

    @Test("Listing does not disturb a run that is being driven")
    func listingLive() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.commit(SampleEvents.numbered([.runPaused()]))
            let run = try #require(try await RunStore(home: home.path).runs().first)
            #expect(try run.plan.get().createdAt == SampleRun.createdAt)
            try await journal.commit(SampleEvents.numbered([.runContinued], from: 2))
            try journal.close()
        }
    }

    private static let ids = ["20250101-aaaa", "20250101-abcd", "20250102-k3f9", "20251231-zzzz"]

    @Test(
        "A name is a whole id or the only one that begins so",
        arguments: [
            ("20250101-aaaa", "20250101-aaaa"), ("20250101-ab", "20250101-abcd"), ("20250102", "20250102-k3f9"),
            ("202512", "20251231-zzzz"),
        ]
    )
    func names(_ name: String, _ run: String) throws {
        #expect(try RunNameError.match(name, among: Self.ids, runsPath: "/runs") == run)
    }

    @Test(
        "Any other name is refused with what might have been meant",
        arguments: [
            ("20250101", RunNameError.ambiguous("20250101", matches: ["20250101-aaaa", "20250101-abcd"])),
            ("20250101-a", .ambiguous("20250101-a", matches: ["20250101-aaaa", "20250101-abcd"])),
            ("20250102-k3f8", .unknown("20250102-k3f8", nearest: ["20250102-k3f9"])),
            ("20250103", .unknown("20250103", nearest: ["20250102-k3f9", "20250101-abcd", "20250101-aaaa"])),
            ("", .unknown("", nearest: ["20251231-zzzz", "20250102-k3f9", "20250101-abcd"])),
        ]
    )
    func unknownNames(_ name: String, _ error: RunNameError) {
        #expect(throws: error) { try RunNameError.match(name, among: Self.ids, runsPath: "/runs") }
    }

    @Test("What is wrong with a name is said in one line")
    func texts() {
        let many = (0..<8).map { "20250101-aaa\($0)" }
        #expect(
            RunNameError.ambiguous("2025", matches: many).description
                == "8 runs begin with \"2025\": 20250101-aaa7, 20250101-aaa6, 20250101-aaa5, 20250101-aaa4, "
                + "20250101-aaa3 and 3 more; type more of the id"
        )
        #expect(
            RunNameError.unknown("x\ny", nearest: ["20250101-aaaa"]).description
                == "there is no run \"x\\ny\"; the nearest: 20250101-aaaa"
        )
        #expect(
            RunNameError.noRuns(runsPath: "/h/runs").description
                == "there are no runs under /h/runs; start one with etl-dash run"
        )
    }
}
