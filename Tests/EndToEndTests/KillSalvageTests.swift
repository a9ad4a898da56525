import Coordination
import FoundationEssentials
import GRDB
import RunJournal
import TestSupport
import Testing

extension KillLoop {
    @Suite("A run that dies while its journal is salvaged", .serialized, .timeLimit(.minutes(5)))
    struct KillSalvageTests {
        private static let salvage = KillRun.resumption + ["--salvage"]

        @Test("has a journal at every moment, which is salvaged the next time and goes on", arguments: 1...7)
        func salvaging(moment: Int) async throws {
            let tally = KillTally("killed at moment \(moment) of a salvage")
            try await KillRun.with { run in
                // Dies with results in the journal and work left to do.
                let outcome = try await run.drive(KillRun.beginning, crashAt: 44)
                #expect(outcome.diedByItself, "\(outcome.errorText)")
                let settled = try await run.etlDash.events().compactMap { event in
                    if case .flashpointSettled(let settlement) = event.body { settlement.index } else { nil }
                }
                #expect(!settled.isEmpty)
                let folder = RunStore(home: run.etlDash.home).folder(of: try run.etlDash.onlyRun())
                let damaged = try await damageEvents(folder)
                let death = try await run.drive(Self.salvage, crashAt: moment)
                #expect(tally.died(death), "\(death.errorText)")
                // The seventh moment is the driver's first.
                let isSwapped = moment >= 6
                #expect((try Data(contentsOf: URL(filePath: folder.journalPath)) == damaged) == !isSwapped)
                let last = try await run.drive(Self.salvage)
                tally.resumed()
                // What was lost of the events are the submissions before the damage.
                #expect(try await run.faults(of: last, handedOutAgain: 1, tally: tally) == [])
                for index in settled { #expect(run.site.fetches[index] == 1, "its result was in the journal") }
                let beside = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(beside.contains("journal.sqlite.damaged-1"), "\(beside)")
                #expect(!beside.contains("salvage"))
            }
            print(tally)
        }

        /// Overwrites the root of the table of events, and gives the journal's bytes then.
        private func damageEvents(_ folder: RunFolder) async throws -> Data {
            let queue = try DatabaseQueue(path: folder.journalPath)
            let (root, size) = try await queue.writeWithoutTransaction { db -> (Int, Int) in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let root = try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'event'") ?? 0
                return (root, try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            }
            try queue.close()
            let path = URL(filePath: folder.journalPath)
            var bytes = try Data(contentsOf: path)
            bytes.replaceSubrange((root - 1) * size..<root * size, with: Data(repeating: 0xA5, count: size))
            try bytes.write(to: path)
            return bytes
        }
    }
}
