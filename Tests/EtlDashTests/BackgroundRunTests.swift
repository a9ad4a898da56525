import ArgumentParser
import FoundationEssentials
import RunJournal
import Settings
import Testing

@testable import etl_dash

@Suite("What goes on in the background")
struct BackgroundRunTests {
    private func background(
        _ typed: [String],
        terminals: BackgroundRun.Terminals = .init(output: true, error: true)
    ) throws -> BackgroundRun {
        let run = try #require(try EtlDash.parseAsRoot(typed) as? RunCommand)
        return BackgroundRun(
            folder: RunFolder(run: "20250101-abcd", path: "/state/runs/20250101-abcd"),
            settings: try Settings.load(
                environment: ["LOG_LEVEL": "DEBUG"],
                envFile: .none,
                flags: run.split.texts.merging(run.run.texts) { $1 }.merging(run.screen.texts) { $1 }
            ),
            envFile: run.settingsFile.envFile,
            outputs: run.outputs,
            terminals: terminals
        )
    }

    @Test("It is resume with log lines, and what was typed about files")
    func arguments() throws {
        #expect(try background(["run", "-"]).arguments == ["resume", "20250101-abcd", "--plain"])
        let typed = ["run", "a.json", "--env-file", "prod.env", "--output", "answer.json"]
        #expect(
            try background(typed).arguments == [
                "resume", "20250101-abcd", "--plain", "--env-file", "prod.env", "--output", "answer.json",
            ]
        )
    }

    @Test("Data goes on where it went, unless that was the terminal")
    func data() throws {
        let typed = ["run", "a.json", "--events"]
        #expect(try !background(typed).arguments.contains("--events"))
        let piped = try background(typed, terminals: .init(output: false, error: true))
        #expect(piped.arguments.contains("--events"))
    }

    @Test("Settings that were typed are in its environment, and those alone")
    func environment() throws {
        let typed = [
            "run", "a.json", "--endpoint", "https://api.runpod.ai/v2/abc/run", "--retries", "7", "--no-cleanup",
        ]
        let environment = try background(typed).environment(["PATH": "/bin", "LOG_LEVEL": "DEBUG", "ETL_RETRIES": "1"])
        #expect(
            environment == [
                "PATH": "/bin", "LOG_LEVEL": "DEBUG", "ETL_RETRIES": "7", "ETL_CLEANUP": "false",
                "RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/abc/run",
            ]
        )
    }
}
