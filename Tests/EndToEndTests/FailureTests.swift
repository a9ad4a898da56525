import Coordination
import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("Flashpoints and endpoints that fail", .serialized, .timeLimit(.minutes(5)))
struct FailureTests {
    @Test("A flashpoint without a readable page is null with its reason, and the others are fine")
    func failedFlashpoint() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let missing = ["\(site.server.url)/gone/1", "\(site.server.url)/gone/2"]
                try etlDash.write("batch.jsonl", site.lines(urls: [4: missing]).joined(separator: "\n"))
                let outcome = try await etlDash.run(["run", "batch.jsonl", "--json"])
                #expect(outcome.ending == .code(1))
                let answer = try outcome.answer()
                #expect(answer["ok"] == false)
                #expect(answer["succeeded"] == 11)
                #expect(answer["failed"] == 1)
                let results = try #require(answer["results"]?.arrayValue)
                #expect(results.indices.filter { results[$0] == .null } == [4])
                let failures = try #require(answer["failures"]?.arrayValue)
                let failure = try #require(failures.first)
                #expect(failures.count == 1)
                #expect(failure["index"] == 4)
                #expect(failure["id"] == "fp-4")
                #expect(failure["class"] == "permanent")
                #expect(failure["stage"] == "fetch")
                #expect(failure["attempts"] == 1, "what is permanent is not tried again")
                #expect(failure["message"]?.stringValue?.contains("http 404") == true)
                #expect(
                    outcome.errorLines.contains { $0.hasPrefix("ERROR: Worker 2 failed flashpoint fp-4: permanent") }
                )
                #expect(outcome.errorLines.contains("WARNING: Worker 2 completed 2 of 3 flashpoints, 1 failed"))
            }
        }
    }

    @Test("Beyond the allowed failures the rest is cancelled")
    func tooManyFailures() async throws {
        // Only the failing flashpoint can end: the others wait for pages that never come.
        try await NewsSite.with(free: []) { site in
            try await Installation.with { etlDash in
                let lines = site.lines(urls: [0: ["\(site.server.url)/gone"]])
                try etlDash.write("batch.jsonl", lines.joined(separator: "\n"))
                let outcome = try await etlDash.run(["run", "batch.jsonl", "--json", "--max-failures", "0"])
                #expect(outcome.ending == .code(1))
                let answer = try outcome.answer()
                #expect(answer["failed"] == 1)
                #expect(answer["cancelled"] == 11)
                #expect(answer["results"]?.arrayValue == Array(repeating: .null, count: 12))
                #expect(answer["failures"]?.arrayValue?.count == 1)
            }
        }
    }

    @Test("A page slower than REQUEST_TIMEOUT fails its flashpoint with class and stage")
    func requestTimeout() async throws {
        try await NewsSite.with(free: (0..<12).filter { $0 != 7 }) { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                let outcome = try await etlDash.run(
                    ["run", "batch.json", "--json", "--retries", "1"],
                    environment: ["REQUEST_TIMEOUT": "2"]
                )
                #expect(outcome.ending == .code(1), "\(outcome.errorText)")
                let answer = try outcome.answer()
                #expect(answer["succeeded"] == 11)
                let failure = try #require(answer["failures"]?.arrayValue?.first)
                #expect(failure["index"] == 7)
                #expect(failure["class"] == "timeout")
                #expect(failure["stage"] == "extract")
                #expect(failure["attempts"] == 2)
                #expect(failure["message"]?.stringValue?.contains("REQUEST_TIMEOUT") == true)
            }
        }
    }

    @Test("Hostile pages end with reasons, and the worker lives on")
    func hostilePages() async throws {
        let hostile: [String: ScriptedServer.Reply] = [
            "/deep": .answer(200, String(repeating: "<div><b>", count: 200_000), type: "text/html"),
            "/reset": .reset,
            "/endless": ScriptedServer.Reply([
                .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><body><p>"),
                .repeatForever(Data(repeating: UInt8(ascii: "x"), count: 65_536)),
            ]),
            "/short": .answer(200, "<p>Hello", type: "text/html"),
            "/picture": .answer(200, "GIF89a", type: "image/gif"),
            "/loop": .answer(302, headers: [("Location", "/loop")]),
            "/passwd": .answer(302, headers: [("Location", "file:///etc/passwd")]),
        ]
        let script: ScriptedServer.Script = { hostile[$0.target] ?? .answer(404) }
        try await withScriptedServer(script) { server in
            try await NewsSite.with { site in
                try await Installation.with { etlDash in
                    let bad = hostile.keys.sorted().map { server.url + $0 }
                    let fine = "\(site.server.url)/1/0"
                    let lines = site.lines(urls: [0: bad, 1: bad + [fine]])
                    try etlDash.write("batch.jsonl", lines.joined(separator: "\n"))
                    let (outcome, before, after) = try await etlDash.start(
                        ["run", "batch.jsonl", "--json", "--retries", "0", "--workers", "2"]
                    ) { run in
                        try await run.waitForLine { $0.contains("Worker 2 completed") }
                        let before = ProcessTable.children(of: run.pid)
                        try await run.waitForLine { $0.contains("Worker 1 completed flashpoint fp-1") }
                        let after = ProcessTable.children(of: run.pid)
                        return (try await run.waitForEnd(), before, after)
                    }
                    #expect(outcome.ending == .code(1), "\(outcome.errorText)")
                    #expect(before.count == 2)
                    #expect(Set(after).isSubset(of: before), "no worker was started again")
                    let answer = try outcome.answer()
                    #expect(answer["failed"] == 1)
                    let failure = try #require(answer["failures"]?.arrayValue?.first)
                    #expect(failure["index"] == 0)
                    let mixed = try #require(answer["results"]?.arrayValue?[1]["feeds"])
                    #expect(mixed["seen"]?.intValue == bad.count + 1)
                    #expect(mixed["used"] == 1)
                    let dropped = try #require(mixed["dropped"]?.objectValue)
                    #expect(dropped.values.compactMap(\.intValue).reduce(0, +) == bad.count)
                    for reason in ["too large", "not html", "redirect loop", "redirect scheme", "connection lost"] {
                        #expect(dropped[reason] == 1, "\(dropped)")
                    }
                }
            }
        }
    }

    @Test("An endpoint that refuses us ends with status 3 and says what to do", arguments: [401, 403, 404])
    func refusal(status: Int) async throws {
        let key = "rpa_REFUSEDKEYREFUSEDKEY0123456789"
        let script: ScriptedServer.Script = { _ in .answer(status, #"{"error":"\#(key) is no good"}"#) }
        try await withScriptedServer(script) { server in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", #"[{"id":"a","feeds":[{"url":"http://127.0.0.1:9/"}]}]"#)
                let outcome = try await etlDash.run(
                    ["run", "batch.json", "--json", "--workers", "2"],
                    environment: ["RUNPOD_API_KEY": key, "RUNPOD_ENDPOINT": server.url + "/v2/abc/run"]
                )
                #expect(outcome.ending == .code(3), "\(outcome.errorText)")
                #expect(outcome.output.isEmpty)
                let last = try #require(outcome.errorLines.last)
                let variable = status == 404 ? "RUNPOD_ENDPOINT" : "RUNPOD_API_KEY"
                #expect(last.contains(variable), "\(last)")
                #expect(last.contains("etl-dash resume \(etlDash.runs.first ?? "-")"), "\(last)")
                #expect(server.requests.allSatisfy { $0.header("Authorization") == "Bearer \(key)" })
                try expectNowhere(key, outcome, in: etlDash)
            }
        }
    }
}
