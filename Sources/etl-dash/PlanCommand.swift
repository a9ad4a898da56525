import ArgumentParser
import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodServerless
import Settings

/// `etl-dash plan`.
struct PlanCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show the shares, the predicted times and the speedup of a batch; nothing is submitted.",
        discussion: """
            FILE is what run takes: JSON, JSON Lines or CSV. With --simulate the plan is also played in virtual time by \
            the engine of real runs. Without a file it is the worked example: 12 flashpoints of 10 seconds over 4 workers.
            """
    )

    @Argument(help: ArgumentHelp("The batch: a file, or - for standard input.", valueName: "file"))
    var file: String?

    @Flag(help: "Plan the sample.")
    var sample = false

    @Flag(help: "Play the plan in virtual time and print its log lines.")
    var simulate = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds that a feed takes, or any other unit of weight (default: as the latest run measured).",
            valueName: "seconds"
        )
    )
    var pace: Double?

    @OptionGroup var split: SplitFlags
    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        if sample, file != nil { throw UsageProblem("--sample brings its own batch; leave out the file or --sample") }
        if file == nil, !sample, !simulate {
            throw UsageProblem("nothing to plan; give a FILE, - for standard input, --sample, or --simulate alone")
        }
        if let pace, !(pace > 0 && pace.isFinite) {
            throw UsageProblem("--pace \(pace): give a number of seconds above 0, such as 0.5")
        }
        let settings = try settingsFile.load(split.texts)
        for warning in settings.warnings { await StreamWriter.standardError.write("WARNING: \(warning)\n") }
        return try await Interruption.trapping { _ in
            let batch = try await batch()
            let forecast = Forecast(
                batch: batch,
                workers: settings.runpodWorkers,
                strategy: settings.strategy.split,
                limits: ChunkLimits(flashpoints: settings.chunkMax),
                pace: try await pace(for: batch, settings)
            )
            await StreamWriter.standardOutput.write(forecast.text)
            if simulate { try await play(forecast, settings) }
            let advice = WorkerAdvice(
                forecast: forecast,
                cores: ProcessInfo.processInfo.activeProcessorCount,
                isOnEndpoint: settings.runpodEndpoint != nil && !sample,
                connections: settings.databaseMaxConnections
            )
            await StreamWriter.standardOutput.write(advice.text)
            return .succeeded
        }
    }

    private func batch() async throws -> PlannedBatch {
        if let file { return try await PlannedBatch(path: file) }
        return sample ? try PlannedBatch.sample() : PlannedBatch.workedExample
    }

    /// What a unit of weight takes: as typed, as the example has it, as the latest run measured it, or a guess.
    private func pace(for batch: PlannedBatch, _ settings: Settings) async throws -> Pace {
        if let pace { return Pace(seconds: pace, origin: "as --pace says") }
        if let pace = batch.pace { return pace }
        let store = RunStore(home: settings.home.path(percentEncoded: false))
        for stored in (try? await store.runs().prefix(5)) ?? [] {
            guard let journal = try? await SQLiteJournal.open(stored.folder, for: .reading) else { continue }
            let rate = try? await journal.loadState().state.speedup.secondsPerWeight
            try? journal.close()
            if let rate, rate > 0 { return Pace(seconds: rate, origin: "as run \(stored.folder.run) measured") }
        }
        return Pace(seconds: 0.6, origin: "a guess; no run has measured it yet")
    }

    private func play(_ forecast: Forecast, _ settings: Settings) async throws {
        let plan = forecast.runPlan(date: settings.date ?? NewRun.day(of: NewRun.Sources.system.wallTime()))
        let weights = forecast.batch.items.map(\.weight)
        let seconds = forecast.pace.seconds
        let (events, answer) = try Simulation.play(plan) { weights[$0] * seconds }
        var lines = LogLines(level: LogLevel(settings.logLevel))
        for event in events {
            let text = lines.lines(for: event).map { $0.text + "\n" }.joined()
            await StreamWriter.standardError.write(text)
        }
        await StreamWriter.standardOutput.write(forecast.simulated(answer))
    }
}
