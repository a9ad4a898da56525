import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("The other commands", .timeLimit(.minutes(5)))
struct CommandTests {
    @Test("Alone it names three commands, and two of them can be typed so")
    func bare() async throws {
        try await Installation.with { etlDash in
            let outcome = try await etlDash.run([])
            #expect(outcome.ending == .code(0))
            #expect(outcome.errorLines == [])
            let commands = outcome.outputLines.filter { $0.hasPrefix("  etl-dash ") }
                .map { $0.split(separator: "  ")[0].split(separator: " ").dropFirst().map(String.init) }
            #expect(commands == [["run", "--sample"], ["plan", "--simulate"], ["doctor"]])
            for command in commands.dropFirst() {
                #expect(try await etlDash.run(command).ending == .code(0))
            }
        }
    }

    @Test(
        "Each command has its own help",
        arguments: [
            ("run", "--max-failures"), ("plan", "--simulate"), ("resume", "--output"), ("endpoint", "--port"),
            ("worker", "RUNPOD_WEBHOOK_GET_JOB"), ("doctor", "--env-file"),
        ]
    )
    func help(command: String, word: String) async throws {
        try await Installation.with { etlDash in
            for arguments in [[command, "--help"], ["help", command]] {
                let outcome = try await etlDash.run(arguments)
                #expect(outcome.ending == .code(0))
                #expect(outcome.errorLines == [])
                #expect(outcome.outputText.contains("USAGE: etl-dash \(command)"))
                #expect(outcome.outputText.contains(word))
                #expect(outcome.output.last == UInt8(ascii: "\n"))
            }
        }
    }

    @Test("The general help lists the commands, but not the one that is only for ourselves")
    func generalHelp() async throws {
        try await Installation.with { etlDash in
            let outcome = try await etlDash.run(["--help"])
            #expect(outcome.ending == .code(0))
            for command in ["run", "plan", "resume", "endpoint", "worker", "doctor"] {
                #expect(outcome.outputLines.contains { $0.hasPrefix("  \(command) ") })
            }
            #expect(!outcome.outputText.contains("guard"))
        }
    }

    @Test("The simulated plan prints the seed's log lines and its arithmetic")
    func simulation() async throws {
        try await Installation.with { etlDash in
            let outcome = try await etlDash.run(["plan", "--simulate"])
            #expect(outcome.ending == .code(0))
            let lines = outcome.outputLines.map { $0.drop { $0 == " " } }
            #expect(lines.contains("Sequential: 12 × 10 s = 120 s"))
            #expect(lines.contains("Parallel: max(30 s, 30 s, 30 s, 30 s) = 30 s"))
            #expect(lines.contains { $0.hasPrefix("Speedup: 120 s / 30 s = 4x") })
            for worker in 1...4 {
                #expect(outcome.errorLines.contains("INFO: Worker \(worker) starting with 3 flashpoints"))
                #expect(outcome.errorLines.contains("INFO: Worker \(worker) completed all 3 flashpoints"))
            }
            #expect(outcome.errorLines.count(where: \.isCompletedFlashpoint) == 12)
            #expect(etlDash.runs == [])
        }
    }

    @Test("A plan submits nothing and leaves nothing")
    func plan() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                let outcome = try await etlDash.run(["plan", "batch.json", "--workers", "5"])
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                #expect(outcome.outputText.contains("Worker 5: 2 flashpoints"))
                #expect(site.server.requests.isEmpty)
                #expect(etlDash.runs == [])
            }
        }
    }

    @Test("The doctor names a bad setting and says so by its status")
    func doctor() async throws {
        try await Installation.with { etlDash in
            try etlDash.write(".env", "RUNPOD_WORKERS=0\n")
            let outcome = try await etlDash.run(["doctor"])
            #expect(outcome.ending == .code(1))
            #expect(outcome.outputLines.contains { $0.hasPrefix("WRONG") && $0.contains(".env:1: RUNPOD_WORKERS") })
        }
    }

    @Test("A coordinator runs over an endpoint of its own kind as over RunPod")
    func endpoint() async throws {
        try await NewsSite.with { site in
            try await Installation.with { server in
                try await server.start(["endpoint", "--workers", "3"]) { endpoint in
                    let address = try await endpoint.waitForLine(on: .output) { $0.contains("RUNPOD_ENDPOINT=") }
                    let token = try await endpoint.waitForLine(on: .output) { $0.contains("RUNPOD_API_KEY=") }
                    let value = { (line: String) in String(line.split(separator: "'")[1]) }
                    let environment = [
                        "RUNPOD_ENDPOINT": value(address), "RUNPOD_API_KEY": value(token),
                        "RUNPOD_PRICE_PER_S": "0.5",
                    ]
                    try await Installation.with { etlDash in
                        try etlDash.write("batch.json", site.batch)
                        let arguments = ["run", "batch.json", "--json", "--date", "2025-01-01"]
                        let outcome = try await etlDash.start(arguments, environment: environment) { run in
                            try await run.waitForLine { $0.isCompletedFlashpoint }
                            #expect(ProcessTable.children(of: run.pid) == [], "the work is done elsewhere")
                            return try await run.waitForEnd()
                        }
                        #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                        let answer = try outcome.answer()
                        #expect(answer["succeeded"] == 12)
                        let billed = try #require(answer["billed_sec"]?.doubleValue)
                        #expect(billed > 0)
                        #expect(abs((answer["cost_estimate"]?.doubleValue ?? 0) - billed / 2) < 0.001)
                        #expect(answer["results"]?.arrayValue?.allSatisfy { $0["loaded"] == true } == true)
                        #expect(!FileManager.default.fileExists(atPath: etlDash.database))
                        try expectNowhere(value(token), outcome, in: etlDash)
                        let doctor = try await etlDash.run(["doctor"], environment: environment)
                        #expect(doctor.ending == .code(0), "\(doctor.outputText)")
                    }
                    let workers = ProcessTable.children(of: endpoint.pid)
                    #expect(workers.count == 3)
                    endpoint.send(15)
                    #expect(try await endpoint.waitForEnd().ending == .code(143))
                    #expect(!workers.contains(where: ProcessTable.isRunning))
                    #expect(try await server.clusters(of: "20250101").articles.count == 12, "its workers load")
                }
            }
        }
    }
}
