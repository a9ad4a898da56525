import ArgumentParser
import FoundationEssentials
import RunJournal
import RunPodServerless
import SampleNews
import Settings

/// `etl-dash run`.
struct RunCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a batch of flashpoints.",
        discussion: """
            FILE is a JSON array or JSON Lines; - reads standard input. Log lines go to standard error, data to \
            standard output. Exit status: 0 all succeeded, 1 some failed or were cancelled, 2 usage or settings, \
            3 the endpoint refuses us or gives no answer, 70 a fault of etl-dash, 128+n ended by signal n.

            Settings, as flags, in the environment or in .env:

            \(Settings.helpText())
            """
    )

    @Argument(help: ArgumentHelp("The batch: a file, or - for standard input.", valueName: "file"))
    var file: String?

    @Flag(help: "Run the sample: 12 flashpoints, 120 articles, on this machine.")
    var sample = false

    @OptionGroup var outputs: OutputFlags
    @OptionGroup var split: SplitFlags
    @OptionGroup var run: RunFlags
    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        if sample, file != nil { throw UsageProblem("--sample brings its own batch; leave out the file or --sample") }
        if !sample, file == nil { throw UsageProblem("nothing to run; give a FILE, - for standard input, or --sample") }
        let settings = try settingsFile.load(split.texts.merging(run.texts) { $1 })
        let mode = try RunMode(settings, isSample: sample)
        let answers = try AnswerOutput(outputs)
        return try await Interruption.trapping { interruption in
            let session = RunSession(
                settings: settings,
                mode: mode,
                answers: answers,
                printsEvents: outputs.events,
                interruption: interruption
            )
            await session.announce()
            guard let file else { return try await runSample(session) }
            let folder = try await NewRun.create(from: .path(file), settings: settings, silenceLimit: silenceLimit)
            return try await session.drive(folder)
        }
    }

    /// How long an endpoint may say nothing before the first job, since nobody looks on.
    private var silenceLimit: Double { 30 }

    private func runSample(_ session: RunSession) async throws -> CommandStatus {
        let console = StreamWriter.standardError
        if session.settings.runpodEndpoint != nil {
            await console.write("INFO: --sample runs on this machine; RUNPOD_ENDPOINT is ignored\n")
        }
        return try await SampleSite.run { site in
            await console.write("INFO: The sample's site answers as slowly as real news sites do, 0.5 to 5 s a page\n")
            let folder = try await NewRun.create(
                from: .flashpoints(SampleNews.flashpoints(site: site)),
                settings: session.settings,
                silenceLimit: silenceLimit
            )
            try SampleMark.set(on: folder, site: site)
            return try await session.drive(folder)
        }
    }
}
