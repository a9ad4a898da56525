import ArgumentParser
import FoundationEssentials
import RunJournal
import Settings

/// `etl-dash results`.
struct ResultsCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Print the results of a run, or what failed and why.",
        discussion: """
            Also of a run that goes on or was interrupted: its results so far. json is the answer as run --json prints it; \
            jsonl a flashpoint a line in input order, with its outcome (ok, failed, cancelled or pending); csv a row a \
            flashpoint with its result as JSON. With --failed and no format: the failures by cause, each with its \
            attempts, its last log lines and the command that runs it again.

            Exit status: 0 the results were read, whatever they are; 2 there is no such run.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @Flag(help: "Only what failed or was cancelled; as text by cause unless there is a format.")
    var failed = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("json, jsonl or csv (default: json, with --failed text).", valueName: "format")
    )
    var format: ResultsFormat?

    @Option(parsing: .unconditional, help: ArgumentHelp("Write to this file instead.", valueName: "file"))
    var output: String?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        if output == "" { throw UsageProblem("--output: give the name of a file") }
        let settings = try settingsFile.load()
        let target = try output.map { text throws(UsageProblem) in try OutputTarget(text) }
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        return try await CommandOutput.printing {
            let snapshot = try await ResultsSnapshot.take(folder)
            guard let target else { return try await write(snapshot, to: CommandOutput.print) }
            try await target.write(mark: folder.run) { try await write(snapshot, to: $0) }
        }
    }

    private func write(_ snapshot: ResultsSnapshot, to sink: ([UInt8]) async throws -> Void) async throws {
        if failed, format == nil { return try await FailureReport(snapshot).write(to: sink) }
        let writer = ResultsWriter(snapshot: snapshot, isFailedOnly: failed)
        try await writer.write(format ?? .json, to: sink)
    }
}
