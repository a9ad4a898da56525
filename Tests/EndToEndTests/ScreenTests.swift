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

@Suite("The screen of a run", .serialized, .timeLimit(.minutes(5)))
struct ScreenTests {
    private func batch(_ site: NewsSite, in etlDash: Installation) throws -> [String] {
        ["run", try etlDash.write("batch.json", site.batch), "--date", "2025-01-01"]
    }

    @Test("Panes fill; cancelling asks, and Enter keeps; y cancels; a retry finishes; q shows the summary")
    func cancelAndRetry() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                let arguments = try batch(site, in: etlDash) + ["--output", "answer.json"]
                let succeeded = { try etlDash.json("answer.json")["succeeded"] }
                try await etlDash.onTerminal(arguments) { run in
                    try await run.waitFor("w1 RUN", "w4 RUN", "4/12", "fp-1", "Worker 4 completed flashpoint fp-9")
                    // Application mode, as the terminal was asked for.
                    run.send("\u{1B}OC")
                    try await run.waitFor("▸ w2")
                    try await run.ask("c", "Cancel worker 2?", answer: "\r")
                    #expect(run.screen.contains("w2 RUN"), "the safe answer keeps it running")
                    try await run.ask("c", "Cancel worker 2?", answer: "y")
                    try await run.waitFor("w2 CANCEL", "worker 2 is being cancelled", "cancelled 2")
                    site.release()
                    try await run.waitFor("w1 DONE", "w3 DONE", "w4 DONE", "12/12", "q leave")
                    #expect(run.screen.isAlternate, "the summary stays on the screen")
                    #expect(await becomesTrue { try succeeded() == 10 }, "the answer does not wait for q")
                    run.send("r")
                    try await run.waitFor("w2 DONE", "all 12 flashpoints done", "ok 12")
                    #expect(await becomesTrue { try succeeded() == 12 })
                    run.send("q")
                    #expect(try await run.waitForEnd() == 0)
                    run.expectGivenBack()
                    #expect(run.screen.contains("12 of 12 flashpoints ok"))
                    #expect(run.screen.unknown.isEmpty, "\(run.screen.unknown)")
                }
                #expect(try await etlDash.events().last?.name == "run.ended")
            }
        }
    }

    @Test("A filter leaves the workers that match, and Esc brings the others back")
    func filter() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.onTerminal(try batch(site, in: etlDash)) { run in
                    try await run.waitFor("w1 RUN", "w4 RUN")
                    run.send("/")
                    try await run.waitFor("Filter workers")
                    run.send("w3\r")
                    try await run.waitForNo("w1 RUN")
                    #expect(run.screen.contains("w3 RUN"))
                    run.send("\u{1B}")
                    try await run.waitFor("w1 RUN", "w4 RUN")
                }
            }
        }
    }

    @Test("Left with s, the run stops: status 1, the way on in the last lines, and resume finishes it")
    func stopHere() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.onTerminal(try batch(site, in: etlDash)) { run in
                    try await run.waitFor("1/12")
                    try await run.ask("q", "Leave a live run?", answer: "s")
                    #expect(try await run.waitForEnd() == 1)
                    run.expectGivenBack()
                    #expect(run.screen.contains("Go on with: etl-dash resume \(etlDash.runs[0])"))
                }
                site.release()
                let resumed = try await etlDash.run(["resume", "last", "--json"])
                #expect(resumed.ending == .code(0), "\(resumed.errorText)")
                #expect(try resumed.answer()["succeeded"] == 12)
            }
        }
    }

    @Test("A run whose journal an older version began is resumed on the screen, and its answer written")
    func oldJournal() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--plain"]) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    run.send(SIGTERM)
                    try await run.waitForEnd()
                }
                site.release()
                try await makeOld(RunStore(home: etlDash.home).folder(of: try #require(etlDash.runs.first)))
                try await etlDash.onTerminal(["resume", "last", "--output", "answer.json"]) { run in
                    try await run.waitFor("12/12", "q leave")
                    #expect(await becomesTrue { try etlDash.json("answer.json")["succeeded"] == 12 })
                    run.send("q")
                    #expect(try await run.waitForEnd() == 0)
                    run.expectGivenBack()
                }
            }
        }
    }

    /// Puts a journal back into the first version of its format.
    private func makeOld(_ folder: RunFolder) async throws {
        let queue = try DatabaseQueue(path: folder.journalPath)
        try await queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE old_result (
                        idx INTEGER PRIMARY KEY REFERENCES flashpoint (idx), seq INTEGER NOT NULL, attempt INTEGER,
                        body BLOB NOT NULL
                    );
                    INSERT INTO old_result SELECT idx, seq, 1, body FROM result JOIN outcome USING (seq);
                    DROP TABLE result;
                    ALTER TABLE old_result RENAME TO result;
                    ALTER TABLE event DROP COLUMN checksum;
                    DROP TABLE packed;
                    DROP TABLE snapshot;
                    DELETE FROM grdb_migrations WHERE identifier <> 'run, flashpoints, events, outcomes';
                    PRAGMA user_version = 1;
                    """
            )
        }
        try queue.close()
    }

    @Test("Left with b, the run goes on without a terminal, and attach watches it to its end")
    func background() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let arguments = try batch(site, in: etlDash) + ["--retries", "1", "--output", "answer.json"]
                try await etlDash.onTerminal(arguments) { run in
                    try await run.waitFor("1/12")
                    try await run.ask("q", "Leave a live run?", answer: "b")
                    #expect(try await run.waitForEnd() == 0)
                    run.expectGivenBack()
                    #expect(run.screen.contains("goes on in the background"))
                }
                // The terminal, its session and all that was in it are gone by now.
                try await etlDash.onTerminal(["attach", "last"]) { viewer in
                    try await viewer.waitFor("w1 RUN", "1/12")
                    site.release()
                    try await viewer.waitFor("12/12", "DONE")
                    viewer.send("q")
                    #expect(try await viewer.waitForEnd() == 0)
                    viewer.expectGivenBack()
                }
                #expect(
                    await becomesTrue { FileManager.default.fileExists(atPath: etlDash.folder.path + "/answer.json") }
                )
                #expect(try etlDash.json("answer.json")["succeeded"] == 12)
            }
        }
    }

    @Test("Ctrl-C is a hint at first, and twice within two seconds ends it with 130")
    func interrupt() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.onTerminal(try batch(site, in: etlDash)) { run in
                    try await run.waitFor("1/12")
                    run.send("\u{3}")
                    try await run.waitFor("Ctrl-C once more")
                    run.send("\u{3}\u{3}")
                    #expect(try await run.waitForEnd() == 130)
                    run.expectGivenBack()
                    #expect(run.screen.contains("Go on with: etl-dash resume"))
                }
            }
        }
    }

    @Test("A signal from outside takes the screen away and stops the run", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signal(signal: Int32) async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let environment = ["ETL_ON_HANGUP": "stop"]
                try await etlDash.onTerminal(try batch(site, in: etlDash), environment: environment) { run in
                    try await run.waitFor("1/12")
                    run.signal(signal)
                    #expect(try await run.waitForEnd() == 128 + signal)
                    run.expectGivenBack()
                    #expect(run.screen.contains("Go on with: etl-dash resume"))
                }
            }
        }
    }

    @Test("A hangup lets the run go on, as nothing is set", arguments: [true, false])
    func hangup(hasScreen: Bool) async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let arguments = try batch(site, in: etlDash) + (hasScreen ? [] : ["--plain"])
                try await etlDash.onTerminal(arguments) { run in
                    try await run.waitFor(hasScreen ? "1/12" : "completed flashpoint fp-0")
                    run.signal(SIGHUP)
                    #expect(try await run.waitForEnd() == 128 + SIGHUP)
                }
                site.release()
                let hasEnded = await becomesTrue(within: .seconds(30)) {
                    (try? await etlDash.events().last?.name) == "run.ended"
                }
                #expect(hasEnded)
            }
        }
    }

    @Test(
        "A terminal that goes away stops the run, or lets it go on where that is set",
        arguments: ["stop", "background"]
    )
    func lostTerminal(response: String) async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let arguments = try batch(site, in: etlDash)
                try await etlDash.onTerminal(arguments, environment: ["ETL_ON_HANGUP": response]) { run in
                    try await run.waitFor("1/12")
                    let pid = try #require(run.pid)
                    run.terminal.hangUp()
                    #expect(await becomesTrue { !ProcessTable.isRunning(pid) }, "it does not linger")
                }
                site.release()
                let hasEnded = await becomesTrue(within: .seconds(response == "stop" ? 1 : 30)) {
                    try await etlDash.events().last?.name == "run.ended"
                }
                #expect(hasEnded == (response == "background"))
            }
        }
    }

    @Test("A batch that can't be read takes the screen away and is one clear line with status 2")
    func badBatch() async throws {
        try await Installation.with { etlDash in
            try etlDash.write("batch.json", #"[{"id": "a", "feeds": [{}]}]"#)
            try await etlDash.onTerminal(["run", "batch.json"]) { run in
                let status = try await run.waitForEnd()
                #expect(status == 2)
                run.expectGivenBack()
                #expect(run.screen.contains("etl-dash: batch.json, line 1, index 0, feeds[0].url"))
            }
            #expect(etlDash.runs.isEmpty)
        }
    }

    @Test(
        "Where there can be no screen there is no escape code, and log lines instead",
        arguments: ["dumb", "", "no-such-terminal"]
    )
    func noScreen(type: String) async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try await etlDash.onTerminal(try batch(site, in: etlDash), environment: ["TERM": type]) { run in
                    let status = try await run.waitForEnd()
                    #expect(status == 0)
                    let text = String(decoding: run.terminal.recording, as: UTF8.self)
                    let escapes = text.split(separator: "\u{1B}").dropFirst().filter {
                        !$0.hasPrefix("]777;") && !$0.hasPrefix("\\")
                    }
                    #expect(escapes.isEmpty, "\(escapes)")
                    #expect(text.contains("INFO: Worker 1 completed all 3 flashpoints"))
                    // A busy machine may have warnings of its own.
                    let warnings = text.components(of: "log lines follow instead of the screen")
                    #expect(warnings == (type == "no-such-terminal" ? 1 : 0), "\(text)")
                }
            }
        }
    }

    @Test("A run that is not there is one clear line with status 2", arguments: ["attach", "replay"])
    func unknownRun(command: String) async throws {
        try await Installation.with { etlDash in
            let outcome = try await etlDash.run([command, "20250101-none", "--once"])
            #expect(outcome.ending == .code(2))
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errorText.contains("there are no runs under"))
        }
    }

    @Test("Into a pipe no command writes an escape code", arguments: ["run", "attach", "replay"])
    func pipe(command: String) async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let environment = ["TERM": "xterm-256color"]
                let run = try await etlDash.run(try batch(site, in: etlDash), environment: environment)
                #expect(run.ending == .code(0), "\(run.errorText)")
                guard command != "run" else { return expectNoEscape(run) }
                let refused = try await etlDash.run([command, "last"], environment: environment)
                #expect(refused.ending == .code(2))
                #expect(refused.errorLines.count == 1)
                #expect(refused.errorText.contains("--once"))
                expectNoEscape(refused)
                let frame = try await etlDash.run([command, "last", "--once", "--size", "80x24"])
                #expect(frame.ending == .code(0), "\(frame.errorText)")
                #expect(frame.outputText.contains("12/12"))
                #expect(frame.outputText.split(separator: "\n", omittingEmptySubsequences: false).count == 25)
                expectNoEscape(frame)
            }
        }
    }

    private func expectNoEscape(_ outcome: ChildProgram.Outcome) {
        #expect(!outcome.output.contains(0x1B))
        #expect(!outcome.errorText.contains("\u{1B}"))
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(of text: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
