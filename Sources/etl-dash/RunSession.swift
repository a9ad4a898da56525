import Coordination
import Flashpoints
import FoundationEssentials
import Logging
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings

/// Drives one run for the command line: log lines and events while it goes, the answer and the summary at its end.
struct RunSession: Sendable {
    let settings: Settings
    let mode: RunMode
    let answers: AnswerOutput
    /// Whether each event is printed on standard output.
    let printsEvents: Bool
    let interruption: Interruption
    private let output = StreamWriter.standardOutput
    private let console = StreamWriter.standardError

    init(settings: Settings, mode: RunMode, answers: AnswerOutput, printsEvents: Bool, interruption: Interruption) {
        self.settings = settings
        self.mode = mode
        self.answers = answers
        self.printsEvents = printsEvents
        self.interruption = interruption
    }

    /// Says what the user should know before the run: probable slips in the settings, an address of old.
    func announce() async {
        for warning in settings.warnings { await console.write("WARNING: \(warning)\n") }
        if case .endpoint(let address, _) = mode, let notice = address.notice {
            await console.write("WARNING: \(notice)\n")
        }
    }

    /// Drives the run to its end or until a signal stops it.
    func drive(_ folder: RunFolder) async throws -> CommandStatus {
        do {
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            let watch = try await RunWatch(journal, level: LogLevel(settings.logLevel))
            let departure = try await launcher().drive(folder) { handle in try await attend(handle, watch) }
            let status = try await conclude(departure, folder, journal, watch.overview)
            try journal.close()
            return status
        } catch let error where CommandFailure(error).status == .fault && !(error is ConservationFault) {
            throw RunFault(cause: "\(error)", run: folder.run, journal: folder.journalPath)
        }
    }

    private func launcher() throws -> RunLauncher {
        var environment = ProcessInfo.processInfo.environment
        environment[WorkerProgram.parentWatch] = "1"
        return RunLauncher(
            settings: settings,
            mode: mode,
            workerCommand: try WorkerProgram.command("worker"),
            environment: environment,
            // What the endpoint on this machine has to say is told by the run's own events.
            logger: Logger(label: "etl-dash") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    // MARK: - While it goes

    private func attend(_ handle: RunHandle, _ watch: RunWatch) async throws {
        // Subscribed here and now, before anything is awaited: what comes before is read from the journal.
        let (logged, printed) = (handle.batches(), printsEvents ? handle.batches() : nil)
        interruption.onSignal { signal in
            await console.write(stopping(handle.header.run, by: signal))
            await handle.stop()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await watch.follow(logged) { _, lines in
                    await console.write(lines.map { $0.text + "\n" }.joined())
                }
            }
            if let printed {
                let journal = try await SQLiteJournal.open(handle.folder, for: .reading)
                let eventWatch = try await RunWatch(journal, level: .error)
                group.addTask {
                    try await eventWatch.follow(printed) { events, _ in
                        for event in events { await output.write(line(event)) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func line(_ event: Event) -> [UInt8] {
        guard let encoded = try? JSONCoding.encode(event) else {
            preconditionFailure("an event of ours can always be encoded")
        }
        return Array(encoded) + [UInt8(ascii: "\n")]
    }

    private func stopping(_ run: String, by signal: Int32) -> String {
        let name = Interruption.name(signal)
        var text = "WARNING: \(name): stopping run \(run), nothing more is submitted; Ctrl-C now ends it at once\n"
        if signal == Interruption.hangup, settings.onHangup == .background {
            text += "WARNING: ETL_ON_HANGUP=background is not possible yet; the run can be resumed\n"
        }
        return text
    }

    // MARK: - At its end

    private func conclude(
        _ departure: RunLauncher.Departure,
        _ folder: RunFolder,
        _ journal: SQLiteJournal,
        _ overview: Overview
    ) async throws -> CommandStatus {
        switch departure {
        case .ended(let answer):
            try await answers.deliver(answer, from: journal)
            if answers.wantsSummary(beside: printsEvents) {
                let summary = RunSummary(answer: answer, overview: overview, journal: folder.journalPath)
                await console.write(summary.text)
            }
            if output.isClosed {
                await console.write(
                    "WARNING: standard output was closed before its end; all results are in \(folder.journalPath)\n"
                )
            }
            return answer.ok ? .succeeded : .incomplete
        case .halted(let failure):
            await console.write("etl-dash: \(failure.message); the run can be resumed: etl-dash resume \(folder.run)\n")
            return .endpoint
        case .stopped:
            let now = Int64(Date().timeIntervalSince1970 * 1_000)
            await console.write(
                StopSummary(overview: overview, run: folder.run, endpoint: mode.billedEndpoint, now: now).text
            )
            return .signal(interruption.signal ?? Interruption.interrupt)
        }
    }
}

extension RunMode {
    /// The endpoint whose jobs go on and bill after this process; nil on this machine.
    fileprivate var billedEndpoint: String? {
        if case .endpoint(let address, _) = self { "\(address)" } else { nil }
    }
}
