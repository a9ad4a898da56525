import ArgumentParser
import Coordination
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

    @Flag(help: "Keep what can be read of a damaged journal; the damaged one is kept beside it.")
    var salvage = false

    @Flag(
        help: """
            Give up jobs that are at an endpoint which the settings don't reach: they may go on and bill there, and their \
            flashpoints are done again.
            """
    )
    var abandon = false

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        let settings = try settingsFile.load(
            [.runpodEndpoint: endpoint].compactMapValues(\.self).merging(screen.texts) { $1 }
        )
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        try ContinuedRun.expectUndriven(folder)
        if salvage { try await Self.salvage(folder) }
        let run = try await ContinuedRun(folder, settings: settings)
        return try await run.drive(
            "Resuming",
            outputs: outputs,
            envFile: settingsFile.envFile,
            abandons: abandon
        )
    }

    /// Makes a journal that is damaged whole again, and says what was kept.
    private static func salvage(_ folder: RunFolder) async throws {
        let console = StreamWriter.standardError
        try await ContinuedRun.finishSalvage(of: folder)
        if await isWhole(folder) {
            JournalSalvage.tidy(folder)
            return await console.write("INFO: the journal of run \(folder.run) is whole; there is nothing to salvage\n")
        }
        #if DEBUG
        let hook: (@Sendable (JournalSalvage.Moment) -> Void)? = FaultHooks.moment(ProcessInfo.processInfo.environment)
        let report = try await JournalSalvage.salvage(folder, moment: hook)
        #else
        let report = try await JournalSalvage.salvage(folder)
        #endif
        await console.write("WARNING: \(report)\n")
    }

    /// Whether the journal can be read and holds what it says.
    private static func isWhole(_ folder: RunFolder) async -> Bool {
        do {
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            let state = try await journal.loadState().state
            let violation = try await journal.audit(state)
            try await journal.auditResults(of: state.total)
            try journal.close()
            return violation == nil
        } catch {
            return false
        }
    }
}
