import ArgumentParser
import FoundationEssentials
import RunJournal
import Settings

/// `etl-dash runs`.
struct RunsCommand: StatusCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, jsonl
    }

    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs, the newest first.",
        discussion: """
            running: a process drives it, its pid is told; ended: every flashpoint has its outcome; interrupted: nobody \
            drives it, and resume goes on with it; damaged: it can't be used, and why is told, whatever --limit is. Times \
            are in UTC. As json a list, as jsonl a run a line, for scripts.
            """
    )

    @Option(parsing: .unconditional, help: ArgumentHelp("table, json or jsonl.", valueName: "format"))
    var format = Format.table

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many at most (default: 20 in a table, else all).", valueName: "n")
    )
    var limit: Int?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        if let limit, limit < 1 { throw UsageProblem("--limit \(limit): give 1 or more") }
        let settings = try settingsFile.load()
        let store = RunStore(home: settings.home.path(percentEncoded: false))
        return try await CommandOutput.printing {
            let listing = try await store.list(limit: limit ?? (format == .table ? 20 : .max))
            let list = RunList(listing)
            switch format {
            case .table:
                guard !list.isEmpty else {
                    let text = "There are no runs under \(store.runsPath). Start one: etl-dash run --sample\n"
                    return await StreamWriter.standardError.write(text)
                }
                try await CommandOutput.print(Array(list.table(width: CommandOutput.width).utf8))
            case .json: try await CommandOutput.print(try list.json())
            case .jsonl: for line in try list.jsonLines() { try await CommandOutput.print(line) }
            }
        }
    }
}
