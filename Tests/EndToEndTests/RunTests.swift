import Coordination
import Flashpoints
import FoundationEssentials
import SampleNews
import TestSupport
import Testing

@Suite("A run from end to end", .serialized, .timeLimit(.minutes(5)))
struct RunTests {
    @Test("The answer has twelve results in the order of the input, from one process as from four")
    func answer() async throws {
        try await SampleSite.run(latencyScale: 0) { site in
            let flashpoints = SampleNews.flashpoints(site: site)
            let batch = String(decoding: try JSONCoding.encode(flashpoints), as: UTF8.self)
            let four = try await answer(to: batch, workers: "4")
            let one = try await answer(to: batch, workers: "1")
            for answer in [four, one] {
                #expect(answer["ok"] == true)
                #expect(answer["date"] == "2025-01-01")
                #expect(answer["trigger"] == "manual")
                #expect(answer["cleanup"] == true)
                for count in ["flashpoints", "succeeded"] { #expect(answer[count] == 12) }
                for count in ["failed", "cancelled"] { #expect(answer[count] == 0) }
                #expect(answer["failures"] == [])
                for number in ["duration_sec", "wall_sec", "sequential_sec", "speedup", "efficiency", "attainable"] {
                    #expect(try #require(answer[number]?.doubleValue) > 0)
                }
                #expect(answer["run"]?.stringValue?.hasPrefix("20250101-") == true)
            }
            #expect(four["workers"] == 4)
            #expect(one["workers"] == 1)
            let results = try #require(four["results"]?.arrayValue)
            let owners = results.map { $0["clusters"]?.arrayValue?.first?["flashpoint_id"]?.stringValue }
            #expect(owners == flashpoints.map(\.id))
            #expect(results.map { $0["feeds"]?["seen"]?.intValue } == flashpoints.map(\.feeds.count))
            #expect(results.allSatisfy { $0["loaded"] == true })
            #expect(results.map(\.withoutSeconds) == one["results"]?.arrayValue?.map(\.withoutSeconds))
        }
    }

    private func answer(to batch: String, workers: String) async throws -> JSONValue {
        try await Installation.with { etlDash in
            let file = try etlDash.write("batch.json", batch)
            let outcome = try await etlDash.run(
                ["run", file, "--json", "--date", "2025-01-01"],
                environment: ["RUNPOD_WORKERS": workers]
            )
            #expect(outcome.ending == .code(0), "\(outcome.errorText)")
            #expect(outcome.output.last == UInt8(ascii: "\n"))
            return try outcome.answer()
        }
    }

    @Test("One worker is this very process")
    func oneProcess() async throws {
        try await NewsSite.with(free: []) { site in
            try await Installation.with { etlDash in
                let file = try etlDash.write("batch.json", site.batch)
                try await etlDash.start(["run", file, "--json"], environment: ["RUNPOD_WORKERS": "1"]) { run in
                    try await site.server.waitForRequests(1)
                    #expect(ProcessTable.descendants(of: run.pid) == [])
                    #expect(site.server.requests.allSatisfy { $0.target.hasPrefix("/0/") }, "one after another")
                    site.release()
                    let outcome = try await run.waitForEnd()
                    #expect(outcome.ending == .code(0))
                    #expect(try outcome.answer()["succeeded"] == 12)
                }
            }
        }
    }

    @Test("Events come as lines of JSON with growing numbers, from the plan to the end")
    func events() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let file = try etlDash.write("batch.jsonl", site.lines().joined(separator: "\n") + "\n")
                let outcome = try await etlDash.run(["run", file, "--events"])
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                let events = try outcome.events()
                #expect(zip(events, events.dropFirst()).allSatisfy { $0.seq < $1.seq && $0.t <= $1.t })
                #expect(events.first?.name == "run.planned")
                #expect(events.last?.name == "run.ended")
                #expect(events.count { $0.name == "flashpoint.settled" } == 12)
                let journalled = try await etlDash.events()
                #expect(events.filter(\.isJournalled) == journalled)
                #expect(!outcome.errorText.contains("Speedup"), "the summary is for people")
            }
        }
    }

    @Test("A batch from standard input and an answer in a file, both at once")
    func inputAndOutput() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try etlDash.write("answer.json", "old")
                let outcome = try await etlDash.run(
                    ["run", "-", "--output", "answer.json", "--strategy", "balanced", "--trigger", "cron"],
                    input: site.batch
                )
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                #expect(outcome.output.isEmpty)
                let answer = try etlDash.json("answer.json")
                #expect(answer["results"]?.arrayValue?.count == 12)
                #expect(answer["trigger"] == "cron")
                let files = try FileManager.default.contentsOfDirectory(atPath: etlDash.folder.path)
                #expect(Set(files) == ["answer.json", "state"], "no draft is left")
            }
        }
    }

    @Test("A reader that leaves after the first event does no harm")
    func lostReader() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                let script = #"{ "$0" run batch.json --events; echo "status $?" >&2; } | head -n 1"#
                let command = ["/bin/sh", "-c", script, etlDash.program.path]
                try await withChildProgram(command, environment: etlDash.surroundings, in: etlDash.folder) { shell in
                    let outcome = try await shell.waitForEnd()
                    #expect(outcome.ending == .code(0))
                    #expect(outcome.outputLines.count == 1)
                    #expect(outcome.errorLines.last == "status 0")
                }
                #expect(try await etlDash.events().last?.name == "run.ended")
            }
        }
    }
}

/// Looks for a secret in all that the program wrote, on its streams and under its home.
func expectNowhere(_ secret: String, _ outcome: ChildProgram.Outcome, in etlDash: Installation) throws {
    #expect(!outcome.outputText.contains(secret) && !outcome.errorText.contains(secret))
    let files = try FileManager.default.subpathsOfDirectory(atPath: etlDash.home)
    #expect(!files.isEmpty)
    for file in files {
        let bytes = FileManager.default.contents(atPath: etlDash.home + "/" + file) ?? Data()
        #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(file) has the key")
    }
}
