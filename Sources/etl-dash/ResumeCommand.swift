import ArgumentParser
import Coordination
import FoundationEssentials
import RunJournal
import RunPodServerless
import SampleNews
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
        var settings = try settingsFile.load(
            [.runpodEndpoint: endpoint].compactMapValues(\.self).merging(screen.texts) { $1 }
        )
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        let (workers, hasEnded) = try await Self.look(at: folder)
        settings.runpodWorkers = workers
        let loaded = settings
        let sample = SampleMark.site(of: folder)
        let mode = try RunMode(settings, isSample: sample != nil)
        // The answer of a run that has ended needs no site.
        let site = hasEnded ? nil : sample
        return try await Interruption.trapping { interruption in
            let session = try RunSession(
                settings: loaded,
                mode: mode,
                outputs: outputs,
                envFile: settingsFile.envFile,
                interruption: interruption,
                // There is nothing left to watch: the answer is printed again.
                canHaveScreen: !hasEnded
            )
            return try await session.drive { screen in
                await screen?.prepare("Resuming run \(folder.run)")
                guard let site else { return try await session.drive(folder, on: screen) }
                return try await Self.serving(site, of: folder) { try await session.drive(folder, on: screen) }
            }
        }
    }

    /// Calls `body` while the sample's site is served again where the run's feeds point.
    private static func serving(
        _ site: URL,
        of folder: RunFolder,
        _ body: () async throws -> RunSession.Driven
    ) async throws -> RunSession.Driven {
        do {
            return try await SampleSite.run(port: site.port ?? 0) { _ in try await body() }
        } catch let error as SampleSite.CannotListen {
            throw UsageProblem(
                """
                \(folder.run) is over the sample, whose pages were at \(site.absoluteString), and they can't be served \
                there again (\(error)). Start etl-dash run --sample again
                """
            )
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
