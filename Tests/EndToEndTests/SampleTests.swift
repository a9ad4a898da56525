import Coordination
import Flashpoints
import FoundationEssentials
import SampleNews
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs at the pace of real sites, so they mostly wait.
@Suite("The sample", .timeLimit(.minutes(5)))
struct SampleTests {
    @Test("A copied binary runs the sample over four workers and measures a speedup")
    func sample() async throws {
        try await Installation.with(isCopied: true) { etlDash in
            let arguments = ["run", "--sample", "--plain", "--workers", "4", "--date", "2025-01-01"]
            let key = "rpa_KEYTHATMUSTNOTSHOW0123456789"
            let environment = [
                "RUNPOD_API_KEY": key, "RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/someendpoint/run",
                "LOG_LEVEL": "DEBUG",
            ]
            let (outcome, workers) = try await etlDash.start(arguments, environment: environment) { run in
                try await run.waitForLine { $0.isCompletedFlashpoint }
                let workers = ProcessTable.descendants(of: run.pid)
                #expect(workers.count == 4)
                for worker in workers {
                    let variables = try #require(ProcessTable.environment(of: worker))
                    let leaks = variables.contains {
                        $0.contains(key) || $0.hasPrefix("RUNPOD_API_KEY=") || $0.hasPrefix("RUNPOD_ENDPOINT=")
                    }
                    #expect(!leaks)
                    #expect(ProcessTable.arguments(of: worker)?.first == etlDash.program.path, "the copy starts itself")
                }
                return (try await run.waitForEnd(within: .seconds(90)), workers)
            }
            #expect(outcome.ending == .code(0))
            #expect(outcome.output.isEmpty, "standard output is data only")
            for worker in 1...4 {
                #expect(outcome.errorLines.contains("INFO: Worker \(worker) starting with 3 flashpoints"))
                #expect(outcome.errorLines.contains("INFO: Worker \(worker) completed all 3 flashpoints"))
            }
            let completed = outcome.errorLines.filter(\.isCompletedFlashpoint)
            let expected = SampleNews.stories.enumerated().map {
                "INFO: Worker \($0 / 3 + 1) completed flashpoint \($1.id)"
            }
            #expect(completed.sorted() == expected.sorted())
            #expect(outcome.errorText.contains("12 of 12 flashpoints ok"))
            #expect(outcome.errorLines.contains { $0.contains("RUNPOD_ENDPOINT is ignored") })
            let ratio = outcome.errorLines.first { $0.hasPrefix("Speedup ") }?.split(separator: " ").dropFirst().first
            #expect(try #require(ratio.flatMap { Double($0) }) > 2)
            let clusters = try await etlDash.clusters(of: "20250101")
            #expect(Set(clusters.articles.keys) == Set(SampleNews.stories.map(\.id)))
            #expect(clusters.rows > 12)
            #expect(await becomesTrue { !workers.contains(where: ProcessTable.isRunning) }, "no process is left")
            try expectNowhere(key, outcome, in: etlDash)
        }
    }

    @Test("The sample goes on after its coordinator was killed, though its site went with it")
    func resumedSample() async throws {
        try await Installation.with { etlDash in
            try await etlDash.start(["run", "--sample", "--date", "2025-01-01"]) { run in
                try await run.waitForLines(2) { $0.isCompletedFlashpoint }
                run.send(SIGKILL)
                #expect(try await run.waitForEnd().ending == .signal(SIGKILL))
            }
            let outcome = try await etlDash.run(["resume", "last", "--json"], within: .seconds(120))
            #expect(outcome.ending == .code(0), "\(outcome.errorText)")
            #expect(try outcome.answer()["succeeded"] == 12)
            #expect(try await etlDash.clusters(of: "20250101").articles.count == 12)
        }
    }
}
