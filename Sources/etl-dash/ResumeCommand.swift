import ArgumentParser
import FoundationEssentials
import RunJournal
import Settings

/// `etl-dash resume`.
struct ResumeCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a run that was interrupted.",
        discussion: """
            What has settled is not done again. Batch, split, date and retries are those the run was planned with; where \
            its jobs go and how long things may take is read from the settings of now. On a terminal a screen shows the \
            run, as for run; exit statuses are those of run.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @OptionGroup var outputs: OutputFlags
    @OptionGroup var screen: ScreenFlags

    @Option(parsing: .unconditional, help: .setting(.runpodEndpoint, "url"))
    var endpoint: String?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        let settings = try settingsFile.load(
            [.runpodEndpoint: endpoint].compactMapValues(\.self).merging(screen.texts) { $1 }
        )
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        let run = try await ContinuedRun(folder, settings: settings)
        return try await run.drive("Resuming", outputs: outputs, envFile: settingsFile.envFile)
    }
}
