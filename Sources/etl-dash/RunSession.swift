import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import Logging
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings

/// Drives one run for the command line: the screen or log lines while it goes, the answer and the summary at its end.
struct RunSession: Sendable {
    /// How a run was left by its driver.
    struct Driven: Sendable {
        var departure: RunLauncher.Departure
        var folder: RunFolder
        var overview: Overview
        /// Whether the answer was written where it was asked for.
        var isDelivered = false
        /// How the operator left the screen, when there was one and it was left.
        var left: Dashboard.Departure?
    }

    let settings: Settings
    let mode: RunMode
    let outputs: OutputFlags
    let answers: AnswerOutput
    /// What was typed for `--env-file`.
    let envFile: String?
    /// Whether jobs that these settings don't reach are given up.
    let abandons: Bool
    let interruption: Interruption
    /// Whether there is a screen; else log lines, and what may surprise about that.
    let choice: ScreenSetup.Choice
    private let terminals = BackgroundRun.Terminals.now
    private let output = StreamWriter.standardOutput
    private let console = StreamWriter.standardError

    /// - Parameter canHaveScreen: Whether nothing but the terminal and the flags speaks against a screen.
    init(
        settings: Settings,
        mode: RunMode,
        outputs: OutputFlags,
        envFile: String?,
        abandons: Bool = false,
        interruption: Interruption,
        canHaveScreen: Bool
    ) throws {
        self.settings = settings
        self.mode = mode
        self.outputs = outputs
        self.envFile = envFile
        self.abandons = abandons
        self.interruption = interruption
        answers = try AnswerOutput(outputs)
        choice = ScreenSetup.choose(settings, isWanted: canHaveScreen && outputs.wantsScreen)
    }

    /// Whether each event is printed on standard output.
    private var printsEvents: Bool { outputs.events }

    /// How long an endpoint may say nothing before the first job: at a screen somebody looks on.
    private var silenceLimit: Double? {
        if case .screen = choice { nil } else { 30 }
    }

    /// Prepares and drives a run, on a screen when there is one, until it ends, is left, or a signal stops it.
    ///
    /// - Parameter body: Calls ``drive(_:on:)`` with the screen that it is given.
    func drive(
        _ body: @escaping @Sendable (RunScreen?) async throws -> Driven
    ) async throws -> CommandStatus {
        await announce()
        guard case .screen(let setup) = choice else { return try await conclude(body(nil)) }
        let dashboard = Dashboard(Dashboard.Setup(.driver, EndpointName(mode), settings))
        do {
            var (driven, left) = try await RunScreen.with(setup, dashboard, files: .system) { try await body($0) }
            driven.left = left
            return try await conclude(driven)
        } catch let error as RunScreen.Abandoned {
            await console.write("etl-dash: \(error)\n")
            return error.departure == .interrupt ? .signal(Interruption.interrupt) : .incomplete
        }
    }

    /// Says what the user should know before the run: probable slips in the settings, an address of old, no screen.
    private func announce() async {
        for warning in settings.warnings { await say(.warning, "\(warning)") }
        if case .endpoint(let address, _) = mode, let notice = address.notice { await say(.warning, notice) }
        if case .lines(let why?) = choice { await say(.warning, "\(why); log lines follow instead of the screen") }
    }

    /// A line for the user, in the log of the screen when there is one.
    func say(_ level: LogLevel, _ text: String, on screen: RunScreen? = nil) async {
        guard let screen else { return await console.write(LogLine(level, text).text + "\n") }
        let now = NewRun.Sources.system.wallTime()
        await screen.tell(.lines([LogEntry(LogLine(level, text), at: now)], lost: 0))
    }

    /// Drives the run to its end or until it is stopped.
    ///
    /// - Parameters:
    ///   - found: The run as it was found on disk, when it was looked at.
    ///   - commands: What is asked of it first.
    func drive(
        _ folder: RunFolder,
        on screen: RunScreen?,
        found: FoundRun? = nil,
        first commands: [PendingCommand] = []
    ) async throws -> Driven {
        do {
            let watch = RunWatch()
            if let screen { await tellLog(of: folder, to: screen) }
            let launcher = try launcher(of: folder, asksOperator: screen != nil && !settings.readOnly)
            var departure = try await launcher.drive(folder, found: found, first: commands) { handle in
                try await attend(handle, watch, screen)
            }
            while let screen, case .ended(let answer) = departure {
                try await catchUp(watch, with: folder, on: screen)
                // At once: nobody knows how long the screen stays.
                try await deliver(answer, of: folder)
                // Nothing runs and nothing wakes up while the operator looks at the end.
                interruption.onSignal { _ in await screen.close() }
                guard let command = await screen.nextCommand() else { break }
                do {
                    // Another process may have had the run meanwhile.
                    departure = try await launcher.drive(folder, first: [command]) { handle in
                        try await attend(handle, watch, screen)
                    }
                } catch let error as JournalError {
                    command.reply(.tooLate("\(error)"))
                }
            }
            let isEnded = if case .ended = departure { true } else { false }
            // Of a run that had ended before, nobody had to attend to anything, and nothing is known yet.
            if isEnded { try await catchUp(watch, with: folder, on: screen) }
            return Driven(
                departure: departure,
                folder: folder,
                overview: watch.overview,
                isDelivered: isEnded && screen != nil
            )
        } catch let error where CommandFailure(error).status == .fault && !(error is ConservationFault) {
            if error is CancellationError { throw error }
            throw RunFault(cause: "\(error)", run: folder.run, journal: folder.journalPath)
        }
    }

    private func catchUp(
        _ watch: RunWatch,
        with folder: RunFolder,
        upTo last: Int = .max,
        on screen: RunScreen?
    ) async throws {
        try await watch.catchUp(with: folder, upTo: last) { events in await screen?.tell(.events(events)) }
    }

    /// Delivers the answer from a journal that is opened now: one of an older format has another one since it was driven.
    private func deliver(_ answer: RunAnswer, of folder: RunFolder) async throws {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        try await answers.deliver(answer, from: journal)
        try journal.close()
    }

    /// Shows the lines that former drivers have written.
    private func tellLog(of folder: RunFolder, to screen: RunScreen) async {
        var tail = RunLogTail(path: folder.logPath, limit: RunFollower<ContinuousClock>.lineLimit)
        while true {
            let (lines, hasMore) = tail.next()
            let entries = lines.filter { $0.level >= LogLevel(settings.logLevel) }.map { LogEntry($0) }
            if !entries.isEmpty { await screen.tell(.lines(entries, lost: 0)) }
            if !hasMore { return }
        }
    }

    private func launcher(of folder: RunFolder, asksOperator: Bool) throws -> RunLauncher {
        var environment = ProcessInfo.processInfo.environment
        environment[WorkerProgram.parentWatch] = "1"
        var launcher = RunLauncher(
            settings: settings,
            mode: mode,
            workerCommand: try WorkerProgram.command("worker"),
            environment: environment,
            // What the endpoint on this machine has to say is told by the run's own events.
            logger: Logger(label: "etl-dash") { _ in SwiftLogNoOpLogHandler() }
        )
        launcher.asksOperator = asksOperator
        launcher.silenceLimit = silenceLimit
        launcher.abandons = abandons
        if RemoteRun.isMarked(folder) { launcher.role = .remote }
        #if DEBUG
        launcher.moment = FaultHooks.moment(environment)
        #endif
        return launcher
    }

    // MARK: - While it goes

    private func attend(_ handle: RunHandle, _ watch: RunWatch, _ screen: RunScreen?) async throws {
        let (logged, printed) = (handle.batches(), printsEvents ? handle.batches() : nil)
        interruption.onSignal { signal in
            await screen?.close()
            await console.write(stopping(handle.header.run, by: signal))
            await handle.stop()
        }
        await screen?.hand(over: handle)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Beside the driver, whose news wait meanwhile: a long history would hold up its first submission.
                try await catchUp(watch, with: handle.folder, upTo: handle.start, on: screen)
                await watch.follow(logged, lines: handle.lines) { news in
                    guard let screen else {
                        return await console.write(news.lines.map { $0.line.text + "\n" }.joined())
                    }
                    await show(news, on: screen)
                }
            }
            if let printed {
                group.addTask {
                    for await events in printed {
                        for event in events { await output.write(line(event)) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Shows a batch, and waits as long as a frame lasts, so that many events cost few wake-ups.
    private func show(_ news: RunWatch.News, on screen: RunScreen) async {
        if !news.events.isEmpty { await screen.tell(.events(news.events)) }
        if !news.lines.isEmpty || news.lost > 0 {
            await screen.tell(.lines(news.lines.map { LogEntry($0.line, at: $0.at) }, lost: news.lost))
        }
        try? await Task.sleep(for: .milliseconds(100))
    }

    private func line(_ event: Event) -> [UInt8] {
        guard let text = try? event.jsonText() else {
            preconditionFailure("an event of ours can always be encoded")
        }
        return text + [UInt8(ascii: "\n")]
    }

    private func stopping(_ run: String, by signal: Int32) -> String {
        let name = Interruption.name(signal)
        return "WARNING: \(name): stopping run \(run), nothing more is submitted; Ctrl-C now ends it at once\n"
    }

    // MARK: - At its end

    private func conclude(_ driven: Driven) async throws -> CommandStatus {
        let folder = driven.folder
        switch driven.departure {
        case .ended(let answer):
            if !driven.isDelivered { try await deliver(answer, of: folder) }
            if answers.wantsSummary(beside: printsEvents) {
                let summary = RunSummary(answer: answer, overview: driven.overview, journal: folder.journalPath)
                await console.write(summary.text)
            }
            if output.isClosed {
                await console.write(
                    "WARNING: standard output was closed before its end; all results are in \(folder.journalPath)\n"
                )
            }
            return answer.ok ? .succeeded : .incomplete
        case .halted(let failure) where failure.kind == .config:
            let summary = stopSummary(of: driven)
            await console.write(
                "etl-dash: \(failure.message); the run can be resumed: etl-dash resume \(folder.run)\n"
                    + (summary.hasJobsOut ? summary.text : "")
            )
            return .endpoint
        case .halted(let failure):
            // There was nobody to ask how to go on.
            await console.write("etl-dash: the run stopped itself: \(failure.message)\n" + stopSummary(of: driven).text)
            return .incomplete
        case .stopped: return try await leave(driven)
        case .unkept(let error):
            await console.write("WARNING: \(error); what came last is not kept, and is asked for again then\n")
            return try await leave(driven)
        }
    }

    /// Ends with a run that was stopped, here or for good.
    private func leave(_ driven: Driven) async throws -> CommandStatus {
        if wantsBackground(driven.left) { return try await goOn(driven) }
        await console.write(stopSummary(of: driven).text)
        return status(stopped: driven.left)
    }

    private func stopSummary(of driven: Driven) -> StopSummary {
        StopSummary(
            overview: driven.overview,
            run: driven.folder.run,
            endpoint: mode.billedEndpoint,
            isRemote: RemoteRun.isMarked(driven.folder),
            now: NewRun.Sources.system.wallTime()
        )
    }

    private func status(stopped left: Dashboard.Departure?) -> CommandStatus {
        if let signal = interruption.signal { return .signal(signal) }
        return switch left {
        case .hangup: .signal(Interruption.hangup)
        case .interrupt: .signal(Interruption.interrupt)
        // Without either it was another process that asked.
        case .quit, .stop, .background, nil: .incomplete
        }
    }

    private func wantsBackground(_ left: Dashboard.Departure?) -> Bool {
        if let signal = interruption.signal, signal != Interruption.hangup { return false }
        let isHungUp = interruption.signal == Interruption.hangup || left == .hangup
        return left == .background || (isHungUp && settings.onHangup == .background)
    }

    /// Hands the stopped run to a process of its own.
    private func goOn(_ driven: Driven) async throws -> CommandStatus {
        let background = BackgroundRun(
            folder: driven.folder,
            settings: settings,
            envFile: envFile,
            outputs: outputs,
            terminals: terminals
        )
        let started = try await background.start()
        let run = driven.folder.run
        await console.write(
            """
            Run \(run) goes on in the background, process \(started.pid)
            Watch it: etl-dash attach \(run)
            Stop it: Q there, or kill \(started.pid)\(started.words.map { "\nIts words: \($0)" } ?? "")

            """
        )
        return driven.left == .background ? .succeeded : status(stopped: driven.left)
    }
}

extension RunMode {
    /// The endpoint whose jobs go on and bill after this process; nil on this machine.
    fileprivate var billedEndpoint: String? {
        if case .endpoint(let address, _) = self { "\(address)" } else { nil }
    }
}
