import FoundationEssentials
import TestSupport
import Testing

@Suite("What a user types or sets wrong", .timeLimit(.minutes(5)))
struct UsageTests {
    struct Slip: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [String]
        var environment: [String: String] = [:]
        /// Files of the working folder.
        var files: [String: String] = [:]
        /// What the one line has to name.
        var names: [String]

        init(
            _ description: String,
            _ arguments: [String] = ["run", "batch.json"],
            environment: [String: String] = [:],
            files: [String: String] = [:],
            names: [String]
        ) {
            testDescription = description
            self.arguments = arguments
            self.environment = environment
            self.files = files.merging(["good.json": UsageTests.good]) { $1 }
            self.names = names
        }
    }

    private static let good = #"{"id":"a","feeds":[{"url":"http://127.0.0.1:9/"}]}"#

    static let slips = [
        Slip("a missing file", names: ["batch.json"]),
        Slip(
            "malformed JSON",
            files: ["batch.json": "[\n\(good),\n{\"id\": oops}\n]"],
            names: ["batch.json", "line 3"]
        ),
        Slip(
            "a missing field",
            files: ["batch.json": "[\(good),\n{\"id\":\"b\"}]"],
            names: ["line 2", "index 1", "feeds"]
        ),
        Slip("two equal ids", files: ["batch.json": "[\(good),\n\(good)]"], names: ["line 2", #""a""#, "line 1"]),
        Slip("an empty batch", files: ["batch.json": "[]"], names: ["batch.json", "empty"]),
        Slip("an empty file", files: ["batch.json": ""], names: ["batch.json", "empty"]),
        Slip(
            "a table without ids",
            ["run", "news.csv"],
            files: ["news.csv": "id,url\na,u\n"],
            names: ["news.csv", "line 1", "flashpoint_id"]
        ),
        Slip(
            "a table whose rows don't stand together",
            ["run", "news.csv"],
            files: ["news.csv": "flashpoint_id,url\na,u\nb,v\na,w\n"],
            names: ["news.csv", "line 4", #""a""#, "line 2"]
        ),
        Slip("a bad value of a flag", ["run", "good.json", "--workers", "many"], names: ["--workers", "many"]),
        Slip("a flag that there is not", ["run", "good.json", "--fast"], names: ["--fast", "etl-dash run --help"]),
        Slip(
            "two wishes for standard output",
            ["run", "good.json", "--json", "--events"],
            names: ["--json", "--events"]
        ),
        Slip("nothing to run", ["run"], names: ["FILE"]),
        Slip("a command that there is not", ["ruin"], names: ["ruin"]),
        Slip(
            "a bad variable",
            ["run", "good.json"],
            environment: ["REQUEST_TIMEOUT": "2 hours"],
            names: ["REQUEST_TIMEOUT", "environment", "2 hours"]
        ),
        Slip(
            "a bad line of .env",
            ["run", "good.json"],
            files: [".env": "LOG_LEVEL=INFO\nRENDER_TIMEOUT_S=long # an hour\n"],
            names: [".env:2", "RENDER_TIMEOUT_S", "long"]
        ),
        Slip("no such .env", ["run", "good.json", "--env-file", "other.env"], names: ["other.env"]),
        Slip(
            "the sample's placeholder",
            ["run", "good.json"],
            environment: ["RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/your_endpoint_id/run"],
            names: ["RUNPOD_ENDPOINT", "placeholder"]
        ),
        Slip(
            "an endpoint without a key",
            ["run", "good.json"],
            environment: ["RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/abc/run"],
            names: ["RUNPOD_API_KEY"]
        ),
        Slip(
            "an endpoint that is not RunPod's",
            ["run", "good.json", "--endpoint", "https://example.com/v2/abc/run"],
            environment: ["RUNPOD_API_KEY": "rpa_secret_secret"],
            names: ["example.com", "--endpoint"]
        ),
        Slip(
            "an answer in a folder that is not there",
            ["run", "good.json", "--output", "no/where.json"],
            names: ["--output"]
        ),
        Slip("a run that there is not", ["resume", "2025"], names: ["no runs", "etl-dash run"]),
        Slip("results of a run that there is not", ["results", "2025"], names: ["no runs", "etl-dash run"]),
        Slip(
            "results into a folder that is not there",
            ["results", "last", "--output", "no/where.json"],
            names: ["--output", "no/where.json"]
        ),
        Slip("a level that there is not", ["logs", "last", "--level", "LOUD"], names: ["LOUD", "WARNING"]),
        Slip("a worker outside a platform", ["worker"], names: ["RUNPOD_WEBHOOK_GET_JOB"]),
    ]

    @Test("gets one clear line, status 2, and leaves no run", arguments: slips)
    func slip(_ slip: Slip) async throws {
        try await Installation.with { etlDash in
            for (name, text) in slip.files { try etlDash.write(name, text) }
            let outcome = try await etlDash.run(slip.arguments, environment: slip.environment)
            #expect(outcome.ending == .code(2))
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1, "\(outcome.errorText)")
            let line = try #require(outcome.errorLines.first)
            #expect(line.hasPrefix("etl-dash: "))
            for name in slip.names { #expect(line.contains(name), "\(line)") }
            #expect(!line.contains("rpa_secret"))
            #expect(etlDash.runs == [])
        }
    }
}
