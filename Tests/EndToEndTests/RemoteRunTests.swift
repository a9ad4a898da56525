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

@Suite("A run on a coordinator, from end to end", .serialized, .timeLimit(.minutes(5)))
struct RemoteRunEndToEndTests {
    private static let token = "token-of-the-endpoint-with-coordinators"

    /// Calls `body` with the variables of a client of an endpoint with workers of ours.
    ///
    /// - Parameter program: What is started as a worker, when that is said.
    private func withEndpoint(
        _ etlDash: Installation,
        workers: Int = 3,
        program: [String] = [],
        _ body: ([String: String]) async throws -> Void
    ) async throws {
        let arguments = ["endpoint", "--workers", "\(workers)"] + (program.isEmpty ? [] : ["--"] + program)
        try await etlDash.start(arguments, environment: ["ETL_DASH_ENDPOINT_TOKEN": Self.token]) { program in
            let line = try await program.waitForLine(on: .output) { $0.hasPrefix("export RUNPOD_ENDPOINT=") }
            let url = String(line.split(separator: "'")[1])
            try await body(["RUNPOD_ENDPOINT": url, "RUNPOD_API_KEY": Self.token])
        }
    }

    @Test("run --remote gives the answer of a run of one's own")
    func answer() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try await withEndpoint(etlDash) { environment in
                    let file = try etlDash.write("batch.json", site.batch)
                    let outcome = try await etlDash.run(
                        ["run", file, "--remote", "--workers", "3", "--json", "--date", "2025-01-01"],
                        environment: environment
                    )
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    let answer = try outcome.answer()
                    #expect(answer["ok"] == true && answer["workers"] == 3 && answer["succeeded"] == 12)
                    let owners = answer["results"]?.arrayValue?.map {
                        $0["clusters"]?.arrayValue?.first?["flashpoint_id"]?.stringValue
                    }
                    #expect(owners == (0..<NewsSite.flashpointCount).map { "fp-\($0)" })
                    #expect(etlDash.runs.count == 1, "the coordinator keeps its own elsewhere")
                    for worker in 1...3 {
                        #expect(outcome.errorText.contains("INFO: Worker \(worker) completed all 4 flashpoints"))
                    }
                }
            }
        }
    }

    @Test("Ctrl-C leaves the coordinator at work, and resume finds it again")
    func resumed() async throws {
        try await NewsSite.with(free: []) { site in
            try await Installation.with { etlDash in
                try await withEndpoint(etlDash) { environment in
                    let file = try etlDash.write("batch.json", site.batch)
                    let arguments = ["run", file, "--remote", "--workers", "3", "--plain"]
                    try await etlDash.start(arguments, environment: environment) { run in
                        try await site.server.waitForRequests(3)
                        _ = try await run.waitForLine { $0.contains("The coordinator runs as job") }
                        run.send(2)
                        let outcome = try await run.waitForEnd()
                        #expect(outcome.ending == .code(130), "\(outcome.errorText)")
                        #expect(outcome.errorText.contains("The coordinator and its workers go on and bill"))
                        #expect(outcome.errorText.contains("etl-dash resume"))
                    }
                    site.release()
                    let outcome = try await etlDash.run(["resume", "last", "--json"], environment: environment)
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    #expect(try outcome.answer()["succeeded"] == 12)
                }
            }
        }
    }

    @Test("A coordinator that dies is followed by another, which cancels what it left, and the run comes to its end")
    func killed() async throws {
        try await NewsSite.with(free: []) { site in
            try await Installation.with { etlDash in
                try await withEndpoint(etlDash, workers: 4) { environment in
                    let file = try etlDash.write("batch.json", site.batch)
                    let arguments = ["run", file, "--remote", "--workers", "3", "--json"]
                    try await etlDash.start(arguments, environment: environment) { run in
                        let line = try await run.waitForLine { $0.contains("The coordinator runs as job") }
                        // All three shares are at work.
                        for first in ["/0/", "/4/", "/8/"] {
                            try await site.server.waitForRequests { $0.target.hasPrefix(first) }
                        }
                        let pod = "RUNPOD_POD_ID=\(line.split(separator: " ").last ?? "-")"
                        let coordinator = ProcessTable.processes(startedWith: pod).first {
                            ProcessTable.environment(of: $0)?.contains("ETL_DASH_HOME=\(etlDash.home)/endpoint") == true
                        }
                        kill(try #require(coordinator), SIGKILL)
                        let words = try await run.waitForLine { $0.contains("starts over") }
                        #expect(words.contains("2 of its jobs, left by the former one, cancelled"), "\(words)")
                        site.release()
                        let outcome = try await run.waitForEnd()
                        #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                        #expect(try outcome.answer()["succeeded"] == 12)
                    }
                }
            }
        }
    }

    @Test("A coordinator without a key says so in one line, and the command ends as refused")
    func noKey() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                // A worker of somebody else is not told the endpoint's key.
                try await withEndpoint(etlDash, program: [etlDash.program.path, "worker"]) { environment in
                    let file = try etlDash.write("batch.json", site.batch)
                    let outcome = try await etlDash.run(["run", file, "--remote", "--plain"], environment: environment)
                    #expect(outcome.ending == .code(3), "\(outcome.errorText)")
                    #expect(outcome.errorText.contains("RUNPOD_API_KEY and RUNPOD_ENDPOINT_ID are not set"))
                    #expect(site.server.requests.isEmpty)
                }
            }
        }
    }

    @Test(
        "What can't go with --remote is said before anything happens",
        arguments: [
            (["run", "--sample", "--remote"], "--sample runs on this machine"),
            (["run", "batch.json", "--remote"], "RUNPOD_ENDPOINT is not set"),
            (["run", "batch.json", "--remote", "--trigger", "etl_worker"], "--trigger etl_worker"),
        ]
    )
    func refused(arguments: [String], words: String) async throws {
        try await Installation.with { etlDash in
            try etlDash.write("batch.json", #"[{"id":"a","feeds":[{"url":"http://127.0.0.1:1/"}]}]"#)
            let outcome = try await etlDash.run(arguments)
            #expect(outcome.ending == .code(2), "\(outcome.errorText)")
            #expect(outcome.errorText.contains(words), "\(outcome.errorText)")
            #expect(etlDash.runs.isEmpty)
        }
    }
}
