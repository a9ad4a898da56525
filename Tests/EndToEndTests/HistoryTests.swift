import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("History, results and logs", .timeLimit(.minutes(5)), .serialized)
struct HistoryTests {
    /// Two flashpoints, of which the second one's article is missing.
    private static let table = """
        title,flashpoint_id,url,tone
        "One, with a comma",fp-1,ARTICLE,-2
        ,fp-1,ARTICLE?again,
        ,fp-2,file:///nonexistent/article.html,

        """

    private func run(_ etlDash: Installation) async throws -> ChildProgram.Outcome {
        let article = etlDash.folder.appending(path: "article.html")
        let words = String(repeating: "The river rises in the town, say the people on its banks. ", count: 40)
        let page = """
            <html><head><title>Flood</title></head><body><article><h1>Flood</h1><p>\(words)</p></article></body></html>
            """
        try Data(page.utf8).write(to: article)
        try etlDash.write("news.csv", Self.table.replacing("ARTICLE", with: "file://\(article.path)"))
        return try await etlDash.run(["run", "news.csv", "--workers", "2", "--retries", "0", "--date", "2025-01-01"])
    }

    @Test("A table is run, and its history, results, failures and log can be read afterwards")
    func wholeStory() async throws {
        try await Installation.with { etlDash in
            let outcome = try await run(etlDash)
            #expect(outcome.ending == .code(1), "\(outcome.errorText)")
            let run = try #require(etlDash.runs.first)
            #expect(outcome.errorText.contains("Each of them: etl-dash results \(run) --failed"))
            #expect(outcome.errorText.contains("What has no result, again: etl-dash retry \(run)"))

            let table = try await etlDash.run(["runs"])
            #expect(table.ending == .code(0))
            #expect(table.outputLines.count == 2)
            #expect(table.outputText.contains("ended"))
            #expect(table.outputText.contains("1/2"))
            let list = try await etlDash.run(["runs", "--format", "json"]).answer()
            #expect(list.arrayValue?.compactMap { $0["run"]?.stringValue } == [run])
            #expect(list.arrayValue?.first?["failed"] == 1)

            let answer = try await etlDash.run(["results", "last"]).answer()
            #expect(answer["run"]?.stringValue == run)
            #expect(answer["results"]?.arrayValue?.map { $0 == .null } == [false, true])
            let again = try await etlDash.run(["resume", "last", "--json"]).answer()
            #expect(again == answer)
            let lines = try await etlDash.run(["results", "2025", "--format", "jsonl"]).outputLines
            #expect(lines.count == 2)
            #expect(lines.last?.hasPrefix(#"{"index":1,"id":"fp-2","outcome":"failed""#) == true)
            let file = try await etlDash.run(["results", run, "--format", "csv", "--output", "out.csv"])
            #expect(file.ending == .code(0))
            #expect(file.output.isEmpty)
            let csv = try String(contentsOf: etlDash.folder.appending(path: "out.csv"), encoding: .utf8)
            #expect(csv.hasPrefix("index,id,outcome,class,stage,message,attempts,seconds,result\r\n0,fp-1,ok,"))

            let failed = try await etlDash.run(["results", run, "--failed"])
            #expect(failed.ending == .code(0))
            #expect(failed.outputText.hasPrefix("Run \(run): 1 of 2 flashpoints ok, 1 failed\n"))
            #expect(failed.outputText.contains("again: etl-dash retry \(run) --flashpoint fp-2"))

            let log = try await etlDash.run(["logs", "last", "--level", "error"])
            #expect(log.outputLines.count == 1)
            #expect(log.outputText.contains("ERROR   w2 Worker 2 failed flashpoint fp-2"))
            #expect(!log.outputText.contains("\u{1B}"))
            let coloured = try await etlDash.run(["logs", "last", "--worker", "1", "--color", "always"])
            #expect(coloured.outputText.contains("\u{1B}[32mINFO\u{1B}[0m    w1 Worker 1"))
            let nobody = try await etlDash.run(["logs", "last", "--worker", "99"])
            #expect(nobody.ending == .code(2))
            #expect(nobody.errorLines == ["etl-dash: --worker 99: run \(run) has workers 1 to 2"])
            // The run is over, so there is nothing to wait for.
            let followed = try await etlDash.run(["logs", "last", "-f", "--tail", "1"])
            #expect(followed.ending == .code(0))
            #expect(followed.outputLines.count == 1)
        }
    }

    @Test("Without runs it is said how to start one")
    func noRuns() async throws {
        try await Installation.with { etlDash in
            let runs = try await etlDash.run(["runs"])
            #expect(runs.ending == .code(0))
            #expect(runs.output.isEmpty)
            #expect(runs.errorText.contains("Start one: etl-dash run --sample"))
            #expect(try await etlDash.run(["runs", "--format", "json"]).outputText == "[]\n")
            for command in ["results", "logs", "attach", "resume", "retry", "replay"] {
                let outcome = try await etlDash.run([command, "last"])
                #expect(outcome.ending == .code(2), "\(command)")
                #expect(outcome.errorText.contains("there are no runs under"), "\(command): \(outcome.errorText)")
            }
        }
    }

    @Test("A run that there is not ends with status 2 and offers the nearest, whatever the command")
    func unknownRun() async throws {
        try await Installation.with { etlDash in
            _ = try await run(etlDash)
            let run = try #require(etlDash.runs.first)
            let typed = String(run.dropLast()) + "_"
            for command in ["results", "logs", "attach", "resume", "retry", "replay"] {
                let outcome = try await etlDash.run([command, typed])
                #expect(outcome.ending == .code(2), "\(command)")
                let expected = "etl-dash: there is no run \"\(typed)\"; the nearest: \(run)"
                #expect(outcome.errorLines == [expected], "\(command)")
            }
        }
    }

    @Test("A run that has ended is not waited for, even when its log is gone")
    func lostLog() async throws {
        try await Installation.with { etlDash in
            _ = try await run(etlDash)
            let run = try #require(etlDash.runs.first)
            try FileManager.default.removeItem(atPath: etlDash.home + "/runs/\(run)/run.log")
            let outcome = try await etlDash.run(["logs", run, "-f"])
            #expect(outcome.ending == .code(0))
            #expect(outcome.output.isEmpty)
        }
    }

    @Test("A run that goes on gives its results so far, and its log is followed until a signal")
    func running() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                try await etlDash.start(["run", "batch.json", "--plain"]) { driver in
                    try await driver.waitForLines(4) { $0.isCompletedFlashpoint }
                    try await etlDash.start(["logs", "last", "--follow", "--worker", "2"]) { program in
                        try await program.waitForLine(on: .output) { $0.contains("Worker 2 completed flashpoint fp-3") }
                        site.release([4])
                        try await program.waitForLine(on: .output) { $0.contains("Worker 2 completed flashpoint fp-4") }
                        program.send(SIGINT)
                        let outcome = try await program.waitForEnd()
                        #expect(outcome.ending == .code(130))
                        #expect(outcome.errorLines == [])
                        #expect(outcome.outputLines.allSatisfy { $0.contains(" w2 ") })
                    }
                    let list = try await etlDash.run(["runs", "--format", "jsonl"]).answer()
                    #expect(list["state"] == "running")
                    #expect(list["pid"] == .integer(Int64(driver.pid)))
                    #expect(list["left"] == 7)
                    let answer = try await etlDash.run(["results", "last"]).answer()
                    let results = try #require(answer["results"]?.arrayValue)
                    #expect(results.indices.filter { results[$0] != .null } == [0, 3, 4, 6, 9])
                    #expect(answer["succeeded"] == 5)
                    driver.send(SIGTERM)
                    #expect(try await driver.waitForEnd().ending == .code(143))
                }
                let list = try await etlDash.run(["runs", "--format", "jsonl"]).answer()
                #expect(list["state"] == "interrupted")
                #expect(try await etlDash.run(["results", "last"]).answer()["succeeded"] == 5)
            }
        }
    }

    @Test("A reader that has enough ends the log and the results without a complaint", arguments: ["logs", "results"])
    func closedPipe(command: String) async throws {
        try await Installation.with { etlDash in
            _ = try await run(etlDash)
            let outcome = try await withChildProgram(
                ["/bin/sh", "-c", "{ '\(etlDash.program.path)' \(command) last; echo $? >&2; } | head -c 1"],
                environment: etlDash.surroundings,
                in: etlDash.folder
            ) { try await $0.waitForEnd() }
            #expect(outcome.errorLines == ["0"])
            #expect(outcome.output.count == 1)
        }
    }
}
