import Coordination
import Flashpoints
import FoundationEssentials
import GRDB
import RunJournal
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Runs that ask, and runs that are not what they say", .serialized, .timeLimit(.minutes(5)))
struct TrustTests {
    /// Calls `body` with a run that was stopped after four of its flashpoints.
    private func withStoppedRun(_ body: (NewsSite, Installation, RunFolder) async throws -> Void) async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                let batch = try etlDash.write("batch.json", site.batch)
                try await etlDash.start(["run", batch, "--date", "2025-01-01", "--plain"]) { run in
                    try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                    run.send(SIGTERM)
                    try await run.waitForEnd()
                }
                site.release()
                try await body(site, etlDash, RunStore(home: etlDash.home).folder(of: try #require(etlDash.runs.first)))
            }
        }
    }

    @Test("A result that is missing from the journal is a fault with status 70 and the journal's path")
    func missingResult() async throws {
        try await withStoppedRun { _, etlDash, folder in
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write {
                try $0.execute(sql: "DELETE FROM result WHERE rowid = (SELECT min(rowid) FROM result)")
            }
            try queue.close()
            let outcome = try await etlDash.run(["resume", "last"])
            #expect(outcome.ending == .code(70), "\(outcome.errorText)")
            #expect(outcome.errorLines.last?.contains("a fault in etl-dash: ") == true, "\(outcome.errorText)")
            #expect(outcome.errorLines.last?.contains(folder.journalPath) == true)
        }
    }

    @Test("A damaged journal is refused with the way on, and --salvage keeps what can be read and goes on")
    func damagedJournal() async throws {
        try await withStoppedRun { _, etlDash, folder in
            let queue = try DatabaseQueue(path: folder.journalPath)
            let (root, size) = try await queue.writeWithoutTransaction { db -> (Int, Int) in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let root = try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'event'") ?? 0
                return (root, try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            }
            try queue.close()
            let file = open(folder.journalPath, O_WRONLY)
            let noise = [UInt8](repeating: 0xA5, count: size)
            #expect(pwrite(file, noise, size, off_t((root - 1) * size)) == size)
            close(file)
            let refused = try await etlDash.run(["resume", "last"])
            #expect(refused.ending == .code(2), "\(refused.errorText)")
            #expect(refused.errorLines.count == 1)
            #expect(refused.errorText.contains("etl-dash resume \(folder.run) --salvage"))
            let salvaged = try await etlDash.run(["resume", "last", "--salvage", "--json"])
            #expect(salvaged.ending == .code(0), "\(salvaged.errorText)")
            #expect(salvaged.errorText.contains("WARNING: the journal was damaged"))
            #expect(try salvaged.answer()["succeeded"] == 12)
            let again = try await etlDash.run(["resume", "last", "--salvage", "--json"])
            #expect(again.ending == .code(0), "\(again.errorText)")
            #expect(again.errorText.contains("there is nothing to salvage"))
        }
    }

    @Test("A result that is damaged is told with the way on, and --salvage finds it and has it computed again")
    func damagedResult() async throws {
        try await withStoppedRun { _, etlDash, folder in
            let queue = try DatabaseQueue(path: folder.journalPath)
            try await queue.write { db in
                let first = "(SELECT min(rowid) FROM result)"
                try db.execute(sql: "UPDATE result SET body = replace(body, 'e', 'f') WHERE rowid = \(first)")
            }
            try queue.close()
            let results = try await etlDash.run(["results", "last"])
            #expect(results.errorText.contains("does not fit its checksum"), "\(results.errorText)")
            #expect(results.errorText.contains("etl-dash resume \(folder.run) --salvage"), "\(results.errorText)")
            let salvaged = try await etlDash.run(["resume", "last", "--salvage", "--json"])
            #expect(salvaged.ending == .code(0), "\(salvaged.errorText)")
            #expect(salvaged.errorText.contains("WARNING: the journal was damaged"), "\(salvaged.errorText)")
            #expect(try salvaged.answer()["succeeded"] == 12)
        }
    }

    @Test("A home that can't be there is one line with status 2, and nothing is submitted")
    func impossibleHome() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let batch = try etlDash.write("batch.json", site.batch)
                let environment = ["ETL_DASH_HOME": "/dev/null/state"]
                let outcome = try await etlDash.run(["run", batch], environment: environment)
                #expect(outcome.ending == .code(2))
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.errorText.contains("ETL_DASH_HOME"), "\(outcome.errorText)")
                #expect(site.server.requests.isEmpty)
            }
        }
    }

    // MARK: - The breaker

    /// One flashpoint a job, so that there is something left to submit when three have failed.
    private static let environment = ["ETL_BREAKER": "3", "ETL_CHUNK_MAX": "1"]

    /// A batch all of whose pages are gone.
    private func hopeless(_ site: NewsSite, in etlDash: Installation) throws -> [String] {
        let urls = Dictionary(uniqueKeysWithValues: (0..<12).map { ($0, ["\(site.server.url)/gone/\($0)/x"]) })
        let batch = try etlDash.write("batch.jsonl", site.lines(urls: urls).joined(separator: "\n"))
        return ["run", batch, "--workers", "2"]
    }

    @Test("Where nobody looks on, a run that only fails stops with status 1 and the way on")
    func headless() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let outcome = try await etlDash.run(try hopeless(site, in: etlDash), environment: Self.environment)
                #expect(outcome.ending == .code(1), "\(outcome.errorText)")
                #expect(outcome.errorText.contains("etl-dash: the run stopped itself: "), "\(outcome.errorText)")
                #expect(outcome.errorText.contains("failures in a row are alike"))
                #expect(outcome.errorLines.last == "Go on with: etl-dash resume \(etlDash.runs[0])")
                #expect(try await etlDash.events().last?.name != "run.ended")
            }
        }
    }

    @Test("At a screen it asks: p goes on, and the run ends")
    func onScreen() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let arguments = try hopeless(site, in: etlDash)
                try await etlDash.onTerminal(arguments, environment: Self.environment) { run in
                    var answered = 0
                    while answered < 5 {
                        try await run.waitForScreen { screen in
                            screen.contains("how to go on?") || screen.contains("12/12")
                        }
                        guard run.screen.contains("how to go on?") else { break }
                        #expect(run.screen.contains("PAUSED"))
                        // Keys typed within 300 ms are none for a question.
                        try await Task.sleep(for: .milliseconds(400))
                        run.send("p")
                        answered += 1
                        try await run.waitForNo("how to go on?")
                    }
                    #expect(answered > 0)
                    try await run.waitFor("12/12", "FAILED")
                    run.send("q")
                    #expect(try await run.waitForEnd() == 1)
                    run.expectGivenBack()
                }
            }
        }
    }
}
