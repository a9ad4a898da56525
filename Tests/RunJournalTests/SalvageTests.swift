import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@testable import RunJournal

@Suite("A damaged journal", .heavy, .timeLimit(.minutes(10)), .serialized)
struct SalvageTests {
    private static let count = 60

    /// The result that every flashpoint has in these tests: large enough for a page of its own.
    private static func result(_ index: Int) -> JSONValue {
        ["index": .integer(Int64(index)), "text": .string(String(repeating: "\(index % 10)", count: 2_500))]
    }

    /// A run that has ended, all of it ok, closed.
    private func endedRun(in home: URL) async throws -> (folder: RunFolder, state: RunState) {
        let journal = try await SampleRun.create(in: home, count: Self.count)
        let plan = try await journal.loadPlan()
        var bodies: [Event.Body] = [.runPlanned(plan.header)]
        for chunk in plan.plan.chunks {
            let ref = AttemptRef(worker: chunk.worker, chunk: chunk.id, attempt: 1)
            bodies.append(.attemptIntended(ref, nonce: "n", indices: chunk.indices, endpoint: "https://e"))
            bodies.append(.attemptAccepted(ref, job: "job-\(chunk.id)"))
            for index in chunk.indices {
                bodies.append(SampleEvents.settled(index, worker: chunk.worker, .ok(result: Self.result(index))))
            }
            bodies.append(.attemptEnded(ref, AttemptEnd(.completed, status: "COMPLETED")))
        }
        bodies.append(.runEnded(SampleEvents.answer))
        var state = RunState(plan: plan)
        let events = SampleEvents.numbered(bodies)
        for event in events { _ = state.reduce(event) }
        for start in stride(from: 0, to: events.count, by: 20) {
            try await journal.commit(Array(events[start..<min(start + 20, events.count)]))
        }
        try journal.close()
        return (journal.folder, state)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    /// What every salvaged run must be, whatever was damaged.
    private func expectSound(_ folder: RunFolder, _ report: SalvageReport) async throws {
        let journal = try await SQLiteJournal.open(folder, for: .writing)
        let state = try await journal.loadState().state
        #expect(state.violation() == nil)
        #expect(try await journal.audit(state) == nil)
        #expect(state.counts.ok == report.results)
        let results = try await journal.results(in: 0..<Self.count)
        for (index, text) in results.enumerated() {
            #expect((text != nil) == (state.flashpoints.standing[index] == .ok))
            if let text { #expect(text == (try Self.result(index).jsonText())) }
        }
        // The run can go on: whatever is open is held by a lane, and ready to be sent or out.
        if state.counts.settled < Self.count {
            let resumed = Event(seq: 9_999, at: 0, t: state.t, body: .runResumed(endpoint: "https://e"))
            var state = state
            let effects = state.reduce(resumed) + state.ready(at: 0, now: state.t)
            #expect(!effects.isEmpty)
        }
        try journal.close()
    }

    @Test("Wherever bytes are flipped, opening changes nothing, and salvage keeps what is whole", arguments: 0..<24)
    func flipped(place: Int) async throws {
        try await withTemporaryFolder { home in
            let (folder, _) = try await endedRun(in: home)
            var damaged = try bytes(folder.journalPath)
            var random = SeededGenerator(seed: UInt64(place))
            // Not the first page: without it there are no tables at all.
            let start = Int.random(in: 4_096..<damaged.count - 64, using: &random)
            for offset in start..<start + 64 { damaged[offset] ^= 0x5A }
            try damaged.write(to: URL(filePath: folder.journalPath))
            for access in [SQLiteJournal.Access.reading, .writing] {
                do {
                    let journal = try await SQLiteJournal.open(folder, for: access)
                    if access == .reading {
                        _ = try? await journal.loadState()
                        _ = try? await journal.results(in: 0..<Self.count)
                        try journal.close()
                        #expect(try bytes(folder.journalPath) == damaged)
                    } else {
                        // The damage is nothing that a resume reads, so that it may be written.
                        try journal.close()
                        damaged = try bytes(folder.journalPath)
                    }
                } catch is JournalError {
                    #expect(try bytes(folder.journalPath) == damaged)
                }
            }
            let report: SalvageReport
            do {
                report = try await JournalSalvage.salvage(folder)
            } catch {
                // Only where the plan itself is gone.
                #expect("\(error)".contains("its plan can't be read"), "\(error)")
                #expect(try bytes(folder.journalPath) == damaged)
                return
            }
            #expect(try bytes(report.damagedPath) == damaged)
            try await expectSound(folder, report)
        }
    }

    @Test("A result that does not fit its checksum is lost, and its flashpoint is pending again")
    func lostResult() async throws {
        try await withTemporaryFolder { home in
            let (folder, before) = try await endedRun(in: home)
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write { db in
                try db.execute(sql: "UPDATE result SET body = '{}' WHERE seq = (SELECT seq FROM outcome WHERE idx = 7)")
            }
            try queue.close()
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            await #expect(throws: JournalError.self) { try await journal.results(in: 0..<Self.count) }
            await #expect(throws: JournalError.self) { try await journal.auditResults(of: Self.count) }
            #expect(try await journal.audit(before) == nil, "only the bodies tell")
            try journal.close()
            let report = try await JournalSalvage.salvage(folder)
            #expect(report.results == Self.count - 1)
            #expect(report.lostResults == 1)
            #expect(report.damagedPath == "\(folder.journalPath).damaged-1")
            #expect(report.description.contains("59 results of 60 flashpoints"))
            #expect(report.description.contains("1 results that it told of are lost"))
            try await expectSound(folder, report)
            let opened = try await SQLiteJournal.open(folder, for: .reading)
            let state = try await opened.loadState().state
            #expect(before.phase == .ended)
            #expect(state.phase == .running)
            #expect(state.flashpoints.standing[7] == .pending)
            #expect(state.lanes[0].queue.flatMap(\.indices) == [7])
            try opened.close()
        }
    }

    @Test("Results outlive the loss of their events")
    func lostEvents() async throws {
        try await withTemporaryFolder { home in
            let (folder, _) = try await endedRun(in: home)
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write { try $0.execute(sql: "UPDATE event SET checksum = checksum + 1 WHERE seq = 30") }
            try queue.close()
            await #expect(throws: JournalError.self) { _ = try await SQLiteJournal.open(folder, for: .writing) }
            let report = try await JournalSalvage.salvage(folder)
            #expect(report.events == 29)
            #expect(report.results == Self.count)
            #expect(report.lostResults == 0)
            #expect(report.damage?.contains("event 30") == true)
            try await expectSound(folder, report)
        }
    }

    @Test("The plan comes from wherever it can be had", arguments: ["packed", "tables", "spool"])
    func plan(source: String) async throws {
        try await withTemporaryFolder { home in
            let (folder, state) = try await endedRun(in: home)
            let lines = try (0..<Self.count).map { index in
                try JSONCoding.encode(Flashpoint(id: "fp-\(index)", feeds: [Feed(url: "https://e/\(index)")]))
            }
            let spool = lines.reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }
            try spool.write(to: URL(filePath: folder.inputPath))
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write { db in
                if source != "packed" { try db.execute(sql: "DELETE FROM packed") }
                if source != "tables" {
                    try db.execute(sql: "PRAGMA foreign_keys = OFF")
                    try db.execute(sql: "UPDATE flashpoint SET chunk = NULL WHERE idx = 3")
                }
                if source == "spool" { try db.execute(sql: "UPDATE run SET header = '{'") }
            }
            try queue.close()
            let report = try await JournalSalvage.salvage(folder)
            #expect(report.results == Self.count)
            try await expectSound(folder, report)
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            #expect(try await journal.loadPlan().plan == state.plan.plan)
            try journal.close()
        }
    }

    @Test("What came with the log is salvaged too, and the log goes aside with its file")
    func log() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(0), .runPaused(), SampleEvents.ok(1)]))
            try await journal.pool.write { try $0.execute(sql: "UPDATE event SET body = '{' WHERE seq = 2") }
            let copy = RunFolder(run: journal.folder.run, path: home.appending(path: "copy").path)
            try FileManager.default.copyItem(atPath: journal.folder.path, toPath: copy.path)
            try journal.close()
            let log = try bytes("\(copy.journalPath)-wal")
            #expect(!log.isEmpty)
            await #expect(throws: JournalError.self) { _ = try await SQLiteJournal.open(copy, for: .writing) }
            #expect(try bytes("\(copy.journalPath)-wal") == log)
            let report = try await JournalSalvage.salvage(copy)
            #expect(report.results == 2)
            #expect(try bytes("\(report.damagedPath)-wal") == log)
            let opened = try await SQLiteJournal.open(copy, for: .reading)
            #expect(try await opened.loadState().state.counts.ok == 2)
            try opened.close()
            let again = try await JournalSalvage.salvage(copy)
            #expect(again.damagedPath == "\(copy.journalPath).damaged-2")
        }
    }

    @Test("A salvage that was cut off while it exchanged the files is finished, and loses nothing")
    func cutOff() async throws {
        try await withTemporaryFolder { home in
            let journal = try await SampleRun.create(in: home)
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(0)]))
            let old = RunFolder(run: journal.folder.run, path: home.appending(path: "old").path)
            try FileManager.default.copyItem(atPath: journal.folder.path, toPath: old.path)
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(1), SampleEvents.ok(2)], from: 2))
            try journal.close()
            #expect(try !JournalSalvage.finish(old))
            // The new one stands for what was salvaged; the process dies once the old one's log has gone.
            let damaged = try FileSwap(old).begin(with: journal.folder.journalPath)
            #expect(try !bytes("\(damaged)-wal").isEmpty)
            try FileManager.default.removeItem(atPath: "\(old.journalPath)-wal")
            #expect(FileSwap(old).isBegun)
            #expect(try JournalSalvage.finish(old))
            #expect(try !JournalSalvage.finish(old))
            let opened = try await SQLiteJournal.open(old, for: .writing)
            #expect(try await opened.loadState().state.counts.ok == 3)
            try opened.close()
        }
    }

    @Test("What is not ours, newer, never planned or being driven is left alone")
    func refusals() async throws {
        try await withTemporaryFolder { home in
            let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
            await #expect(throws: JournalError(path: folder.journalPath, .unfinished)) {
                try await JournalSalvage.salvage(folder)
            }
            try Data("something else".utf8).write(to: URL(filePath: folder.journalPath))
            await #expect(throws: JournalError(path: folder.journalPath, .foreign)) {
                try await JournalSalvage.salvage(folder)
            }
            #expect(try bytes(folder.journalPath) == Data("something else".utf8))
            let journal = try await SampleRun.create(in: home.appending(path: "other"))
            let lock = try RunLock(path: journal.folder.lockPath)
            let error = await #expect(throws: JournalError.self) { try await JournalSalvage.salvage(journal.folder) }
            guard case .held = error?.reason else {
                Issue.record("\(String(describing: error)) does not say that the run is driven")
                return
            }
            lock.release()
            try journal.close()
        }
    }
}
