import ArgumentParser
import Coordination
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings

/// `etl-dash resume`.
struct ResumeCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a run that was interrupted.",
        discussion: """
            What has settled is not done again. Batch, split, date and retries are those the run was planned with; where \
            its jobs go and how long things may take is read from the settings of now.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @OptionGroup var outputs: OutputFlags

    @Option(parsing: .unconditional, help: .setting(.runpodEndpoint, "url"))
    var endpoint: String?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        var settings = try settingsFile.load([.runpodEndpoint: endpoint].compactMapValues(\.self))
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        settings.runpodWorkers = try await Self.workers(of: folder)
        let loaded = settings
        let isSample = SampleMark.site(of: folder) != nil
        let mode = try RunMode(settings, isSample: isSample)
        let answers = try AnswerOutput(outputs)
        return try await Interruption.trapping { interruption in
            let session = RunSession(
                settings: loaded,
                mode: mode,
                answers: answers,
                printsEvents: outputs.events,
                interruption: interruption
            )
            await session.announce()
            return try await session.drive(folder)
        }
    }

    /// The number of workers that the run was split over.
    private static func workers(of folder: RunFolder) async throws -> Int {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let workers = try await journal.loadPlan().header.workers
        try journal.close()
        return workers
    }
}
