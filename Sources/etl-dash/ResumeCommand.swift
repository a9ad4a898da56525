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
        let (workers, hasEnded) = try await Self.look(at: folder)
        settings.runpodWorkers = workers
        // The answer of a run that has ended needs no site.
        if let site = SampleMark.site(of: folder), !hasEnded {
            throw UsageProblem(
                """
                \(folder.run) is over the sample, whose site \(site.absoluteString) ended with the command that ran it; \
                its pages can't be read any more. Start etl-dash run --sample again
                """
            )
        }
        let loaded = settings
        let mode = try RunMode(settings)
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

    /// The number of workers that the run was split over, and whether it is at its end.
    private static func look(at folder: RunFolder) async throws -> (workers: Int, hasEnded: Bool) {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let state = try await journal.loadState().state
        try journal.close()
        return (state.workers, state.phase == .ended)
    }
}
