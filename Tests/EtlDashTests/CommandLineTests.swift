import ArgumentParser
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings
import TestSupport
import Testing

@testable import etl_dash

@Suite("Arguments")
struct CommandLineTests {
    private static let every = [
        "run", "news.json", "--plain", "--json", "--output", "answer.json", "--workers", "7", "--date", "2025-01-31",
        "--no-cleanup", "--trigger", "cron", "--strategy", "balanced", "--retries", "5", "--max-failures", "10%",
        "--endpoint", "https://api.runpod.ai/v2/abc/run", "--env-file", "prod.env", "--ascii", "--color", "never",
        "--readonly",
    ]

    @Test("Every flag of run becomes the text of a setting or a wish about the output")
    func everyFlag() throws {
        let run = try #require(try EtlDash.parseAsRoot(Self.every) as? RunCommand)
        #expect(run.file == "news.json")
        #expect(run.outputs.plain)
        #expect(run.outputs.json)
        #expect(!run.outputs.events)
        #expect(run.outputs.output == "answer.json")
        #expect(run.settingsFile.envFile == "prod.env")
        #expect(run.screen.texts == [.ascii: "true", .color: "never", .readOnly: "true"])
        #expect(run.split.texts == [.runpodWorkers: "7", .strategy: "balanced"])
        #expect(
            run.run.texts == [
                .date: "2025-01-31", .cleanup: "false", .trigger: "cron", .retries: "5", .maxFailures: "10%",
                .runpodEndpoint: "https://api.runpod.ai/v2/abc/run",
            ]
        )
    }

    @Test("What is not typed is left to the environment and the file")
    func nothingTyped() throws {
        let run = try #require(try EtlDash.parseAsRoot(["run", "-"]) as? RunCommand)
        #expect(run.file == "-")
        #expect(run.split.texts.isEmpty)
        #expect(run.run.texts.isEmpty)
        #expect(run.screen.texts.isEmpty)
    }

    @Test("Every flag that the table of settings names is a flag of run")
    func everySettingsFlag() {
        let help = EtlDash.helpMessage(for: RunCommand.self, columns: 200)
        for flag in Settings.Key.allCases.compactMap(\.flag) { #expect(help.contains(flag), "\(flag)") }
        #expect(help.contains("--no-cleanup"))
    }

    @Test("The help of run lists every setting")
    func helpListsSettings() {
        let help = EtlDash.helpMessage(for: RunCommand.self, columns: 200)
        for key in Settings.Key.allCases { #expect(help.contains(key.rawValue), "\(key.rawValue)") }
    }

    @Test("The help of etl-dash lists the commands and not the one that programs use")
    func helpListsCommands() {
        let help = EtlDash.helpMessage(columns: 120)
        for command in ["run", "plan", "resume", "runs", "results", "logs", "endpoint", "worker", "doctor"] {
            #expect(help.contains("\n  \(command) "), "\(command)")
        }
        #expect(!help.contains("guard"))
    }

    @Test("A program after -- is taken whole, flags and all")
    func program() throws {
        let command = try #require(
            try EtlDash.parseAsRoot(["endpoint", "--port", "8000", "--", "python3", "-u", "handler.py"])
                as? EndpointCommand
        )
        #expect(command.port == 8_000)
        #expect(!command.limits)
        #expect(command.program == ["python3", "-u", "handler.py"])
    }

    @Test(
        "What can't be meant ends with status 2 and one line that says what would be right",
        arguments: [
            (["run"], "nothing to run; give a FILE, - for standard input, or --sample"),
            (["run", "--bogus"], "Unknown option '--bogus'. See etl-dash run --help"),
            (["frobnicate"], "Unexpected argument 'frobnicate'. See etl-dash --help"),
            (["run", "x.json", "--sample"], "--sample brings its own batch; leave out the file or --sample"),
            (
                ["run", "x.json", "--json", "--events"],
                "--json and --events both want standard output; give one of them"
            ),
            (["run", "x.json", "--output", ""], "--output: give the name of a file"),
            (["resume"], "Missing expected argument '<run>'. See etl-dash resume --help"),
            (["plan"], "nothing to plan; give a FILE, - for standard input, --sample, or --simulate alone"),
            (["plan", "--simulate", "--pace", "0"], "--pace 0.0: give a number of seconds above 0, such as 0.5"),
            (["endpoint", "--port", "99999"], "--port 99999: give a port, 1 to 65535, or 0 for a free one"),
            (["endpoint", "--workers", "-1"], "--workers -1: give 0 to 256"),
            (["endpoint", "--fault", "run=fly"], "--fault fly: no fault"),
            (["attach"], "Missing expected argument '<run>'. See etl-dash attach --help"),
            (["attach", "last", "--size", "80x24"], "--size is for --once; a screen is as large as its terminal"),
            (["attach", "last", "--once", "--size", "big"], "--size: \"big\" is no size; give columns and rows"),
            (["replay", "x.jsonl", "--speed", "0"], "--speed: \"0\" will not do; give a number from 0.1 to 10000"),
            (["replay", "x.jsonl", "--once", "--at", "-1"], "--at: \"-1\" will not do; give the seconds of the run"),
            (["replay", "/nonexistent/x.jsonl", "--once"], "/nonexistent/x.jsonl: can't be opened: no such file"),
            (["runs", "--limit", "0"], "--limit 0: give 1 or more"),
            (["runs", "--format", "xml"], "The value 'xml' is invalid for '--format <format>'"),
            (["results"], "Missing expected argument '<run>'. See etl-dash results --help"),
            (["results", "last", "--format", "xml"], "The value 'xml' is invalid for '--format <format>'"),
            (["results", "last", "--output", ""], "--output: give the name of a file"),
            (["results", "last", "--output", "/nonexistent/x"], "--output /nonexistent/x: /nonexistent"),
            (["results", "last", "--output", "/"], "--output /: is a folder; name a file in it"),
            (
                ["logs", "last", "--level", "loud"],
                "--level: \"loud\" is no level; give one of DEBUG, INFO, WARNING, ERROR"
            ),
            (["logs", "last", "--worker", "0"], "--worker 0: workers are numbered from 1"),
            (["logs", "last", "--worker", "x"], "The value 'x' is invalid for '--worker <n>'"),
            (["logs", "last", "--tail", "-1"], "--tail -1: give 0 or more"),
            (["run", "x.json", "--color", "blue"], "--color: ETL_COLOR: \"blue\" is not one of the choices"),
            (["guard"], "no program to run; give one after --"),
            (
                ["run", "x.json", "--workers", "fifty"],
                "--workers: RUNPOD_WORKERS: \"fifty\" is not a whole number; give a whole number from 1 to 256"
            ),
            (["run", "x.json", "--retries", "-1"], "--retries: ETL_RETRIES: \"-1\" is out of range"),
            (["run", "/nonexistent/x.json"], "/nonexistent/x.json: can't be opened: no such file or directory"),
            (["run", "--sample", "--output", "/nonexistent/x"], "--output /nonexistent/x: "),
            (["run", "x.json", "--env-file", "/nonexistent/env"], "/nonexistent/env: can't be read"),
        ]
    )
    func usage(_ arguments: [String], _ line: String) async throws {
        let failure = try #require(await failure(of: arguments))
        #expect(failure.status == .usage)
        #expect(failure.lines.count == 1)
        #expect(failure.lines.first?.hasPrefix("etl-dash: \(line)") == true, "\(failure.lines)")
        #expect(failure.lines.allSatisfy { !$0.contains("\n") })
    }

    @Test("Several settings that are wrong get a line each")
    func severalProblems() async throws {
        let failure = try #require(await failure(of: ["run", "x.json", "--workers", "0", "--date", "2025-02-30"]))
        #expect(failure.status == .usage)
        #expect(failure.lines.count == 2)
    }

    @Test("Help is no error")
    func help() async throws {
        let failure = try #require(await failure(of: ["run", "--help"]))
        #expect(failure.status == .succeeded)
        #expect(failure.lines.first?.contains("USAGE: etl-dash run") == true)
    }

    /// What a command line comes to that ends before it does anything.
    private func failure(of arguments: [String]) async -> CommandFailure? {
        do {
            _ = try await EtlDash.perform(arguments)
            return nil
        } catch {
            return CommandFailure(error, arguments: arguments)
        }
    }
}

@Suite("Exit statuses")
struct CommandStatusTests {
    @Test(
        "Each way to end has its number",
        arguments: [
            (CommandStatus.succeeded, Int32(0)), (.incomplete, 1), (.usage, 2), (.endpoint, 3), (.fault, 70),
            (.signal(2), 130), (.signal(15), 143), (.signal(1), 129), (.program(7), 7),
        ]
    )
    func codes(_ status: CommandStatus, _ code: Int32) {
        #expect(status.code == code)
    }

    @Test(
        "What the operator can put right is usage, what he can't is a fault",
        arguments: [
            (JournalError.Reason.held(pid: 7), CommandStatus.usage), (.diskFull, .usage), (.notWritable("x"), .usage),
            (.corrupt("x"), .fault), (.inconsistent("x"), .fault), (.system("disk I/O error"), .usage),
        ]
    )
    func journal(_ reason: JournalError.Reason, _ status: CommandStatus) {
        #expect(CommandFailure(JournalError(path: "/runs/x", reason)).status == status)
    }

    @Test("A missing key is usage and names the variable")
    func missingKey() {
        let failure = CommandFailure(RunModeProblem.missingKey(endpoint: "https://api.runpod.ai/v2/abc"))
        #expect(failure.status == .usage)
        #expect(failure.lines.first?.contains("RUNPOD_API_KEY is not set") == true)
    }

    @Test("An error nobody expected is a fault that names the run's journal")
    func unexpected() {
        let fault = RunFault(cause: "x", run: "20250101-abcd", journal: "/runs/20250101-abcd/journal.sqlite")
        let failure = CommandFailure(fault)
        #expect(failure.status == .fault)
        #expect(failure.lines.first?.contains("/runs/20250101-abcd/journal.sqlite") == true)
        #expect(CommandFailure(CancellationError()).status == .fault)
    }

    @Test("A signal before anything was submitted ends with 128 and its number")
    func signal() {
        #expect(CommandFailure(Interruption.Interrupted(signal: 15)).status.code == 143)
    }
}
