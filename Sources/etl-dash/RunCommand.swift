import ArgumentParser
import Coordination
import Flashpoints
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
            FILE is a JSON array, JSON Lines, or CSV with a row for each feed, columns flashpoint_id and url and any of \
            title, description, entities, domains (; between values), feed_id, feed_title, language, image. A name that \
            ends in .csv says CSV; else the first line tells. - reads standard input. On a terminal a screen shows the \
            run and takes keys, ? lists them; elsewhere, and with --plain, --json or --events, log lines go to standard \
            error. Data goes to standard output.

            Exit status: 0 all succeeded, or the run goes on in the background; 1 some failed or were cancelled, or the \
            run was left with s, stop here; 2 usage or settings; 3 the endpoint refuses us or gives no answer; 70 a \
            fault of etl-dash; 128+n ended by signal n, 130 by Ctrl-C.

            Settings, as flags, in the environment or in .env:

            \(Settings.helpText())
            """
    )

    @Argument(help: ArgumentHelp("The batch: a file, or - for standard input.", valueName: "file"))
    var file: String?

    @Flag(help: "Run the sample: 12 flashpoints, 120 articles, on this machine.")
    var sample = false

    @Flag(
        help: """
            Give the whole batch to RUNPOD_ENDPOINT as one job, whose worker splits it, works along and answers; this \
            command watches.
            """
    )
    var remote = false

    @OptionGroup var outputs: OutputFlags
    @OptionGroup var screen: ScreenFlags
    @OptionGroup var split: SplitFlags
    @OptionGroup var run: RunFlags
    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        if sample, file != nil { throw UsageProblem("--sample brings its own batch; leave out the file or --sample") }
        if !sample, file == nil { throw UsageProblem("nothing to run; give a FILE, - for standard input, or --sample") }
        let flags = split.texts.merging(run.texts) { $1 }.merging(screen.texts) { $1 }
        let settings = try settingsFile.load(flags)
        if remote { try checkRemote(settings) }
        let mode = try RunMode(settings, isSample: sample, isRemote: remote)
        return try await Interruption.trapping { interruption in
            let session = try RunSession(
                settings: settings,
                mode: mode,
                outputs: outputs,
                envFile: settingsFile.envFile,
                interruption: interruption,
                // A batch that is typed needs the keyboard.
                canHaveScreen: file != "-"
            )
            return try await session.drive { screen in
                guard let file else { return try await Self.runSample(session, screen) }
                await screen?.prepare("Reading \(file)")
                let folder = try await NewRun.create(
                    from: .path(file),
                    settings: settings,
                    kind: remote ? .remote : .ordinary,
                    sources: Self.sources
                ) { count in
                    await screen?.prepare("Reading \(file): \(RunSummary.flashpoints(count))")
                }
                if remote {
                    do {
                        try await RemoteRun.check(folder, settings: settings)
                    } catch let error as RemoteRun.TooLarge {
                        throw UsageProblem("--remote: \(error)")
                    }
                }
                return try await session.drive(folder, on: screen)
            }
        }
    }

    private static var sources: NewRun.Sources {
        #if DEBUG
        var sources = NewRun.Sources.system
        sources.moment = FaultHooks.moment(ProcessInfo.processInfo.environment)
        return sources
        #else
        return .system
        #endif
    }

    private func checkRemote(_ settings: Settings) throws(UsageProblem) {
        if sample { throw UsageProblem("--sample runs on this machine; leave out --remote, or give a FILE") }
        if settings.trigger == JobInput.workerTrigger {
            throw UsageProblem(
                "--trigger \(settings.trigger) makes a worker process a chunk; with --remote give another"
            )
        }
    }

    private static func runSample(_ session: RunSession, _ screen: RunScreen?) async throws -> RunSession.Driven {
        await screen?.prepare("Starting the sample's site")
        if session.settings.runpodEndpoint != nil {
            await session.say(.info, "--sample runs on this machine; RUNPOD_ENDPOINT is ignored", on: screen)
        }
        return try await SampleSite.run { site in
            let pace = "The sample's site answers as slowly as real news sites do, 0.5 to 5 s a page"
            await session.say(.info, pace, on: screen)
            let folder = try await NewRun.create(
                from: .flashpoints(SampleNews.flashpoints(site: site)),
                settings: session.settings,
                marks: SampleMark.file(site: site)
            )
            return try await session.drive(folder, on: screen)
        }
    }
}
