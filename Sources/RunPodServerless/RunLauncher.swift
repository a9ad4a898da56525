import Coordination
package import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
package import Logging
package import RunEngine
package import RunJournal
import RunPodAPI
package import Settings

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Drives a run that is on disk, new or interrupted, with the backend that its mode wants.
package struct RunLauncher: Sendable {
    /// How a run was left.
    package enum Departure: Sendable {
        case ended(RunAnswer)
        /// The endpoint refuses us or never answered (`config`), or the run would have asked and nobody looks on; the run
        /// can be resumed.
        case halted(Failure)
        /// Somebody asked to stop; the run can be resumed.
        case stopped
        /// Somebody asked to stop while the disk was full, so that what came last is not kept; the run can be resumed.
        case unkept(JournalError)
    }

    /// Which part of the run this process has.
    package enum Role: Sendable {
        /// It coordinates, and others work.
        case ordinary
        /// It coordinates inside a worker, and does the first share.
        case coordinator(CoordinatorSeat)
        /// It watches a job that coordinates, and goes on with what that leaves.
        case remote
    }

    package var settings: Settings
    package var mode: RunMode
    package var role = Role.ordinary
    /// How this machine's worker processes are started: a program and its arguments.
    package var workerCommand: [String]
    /// The environment that worker processes inherit from.
    package var environment: [String: String]
    package var logger: Logger
    package var sources: NewRun.Sources = .system
    /// Whether an operator looks on, who can be asked how to go on; else a run that would ask stops.
    package var asksOperator = false
    /// Seconds without any answer, before the first job was accepted, after which the run gives up; `nil` for never.
    package var silenceLimit: Double?
    /// Whether jobs of the run that these settings don't reach are given up and done again; else they stop the run.
    package var abandons = false
    /// Told of every moment of the driver, for tests that end the process there.
    package var moment: (@Sendable (DriverOptions.Moment) -> Void)?

    package init(
        settings: Settings,
        mode: RunMode,
        workerCommand: [String],
        environment: [String: String],
        logger: Logger
    ) {
        self.settings = settings
        self.mode = mode
        self.workerCommand = workerCommand
        self.environment = environment
        self.logger = logger
    }

    /// Drives the run while `attend` watches it.
    ///
    /// Other processes can command it meanwhile, through ``ControlClient``.
    ///
    /// - Parameters:
    ///   - found: The run as it was found on disk, to spare reading it again; good only while nobody has driven it since.
    ///   - commands: What is asked of the run first. A run that has ended goes on only when one of them lets it; else its
    ///     answer is all there is. Each gets its receipt unless this throws.
    ///   - attend: Gets the handle before the first event; its own end does not end the run.
    /// - Throws: `JournalError` when somebody else drives the run or its journal can't be used; ``ConservationFault``.
    package func drive(
        _ folder: RunFolder,
        found: FoundRun? = nil,
        first commands: [PendingCommand] = [],
        attend: @escaping @Sendable (RunHandle) async throws -> Void
    ) async throws -> Departure {
        let lock = try RunLock(path: folder.lockPath)
        defer { lock.release() }
        let control = RunControl()
        let journal = try await SQLiteJournal.open(folder, for: .writing, found: found)
        var (state, seq) = try await journal.loadState()
        state.silenceLimit = silenceLimit
        var isReopened = false
        for pending in commands {
            if state.finalAnswer != nil, case .failure(let refusal) = state.admit(pending.command) {
                pending.reply(refusal.receipt)
            } else {
                isReopened = true
                _ = await control.send(pending)
            }
        }
        if let answer = state.finalAnswer, !isReopened {
            try journal.close()
            return .ended(answer)
        }
        let lines = LogLines(level: LogLevel(settings.logLevel), of: state)
        let log = try RunLogKeeper(folder: folder, lines: lines, logger: logger)
        // Who attends subscribes while the driver begins already; what it said by then must not be missed.
        let feed = EventFeed(journal: journal, remembered: 256) { await log.keep($0) }
        let handle = RunHandle(
            header: state.plan.header,
            folder: folder,
            start: seq,
            lines: lines,
            control: control,
            feed: feed
        )
        let bodies = try Self.bodies(state.plan, folder, settings)
        let host = BackendHost(launcher: self, bodies: bodies, control: control, state: state)
        let turn = Turn(
            state: state,
            seq: seq,
            journal: journal,
            control: control,
            feed: feed,
            sources: sources,
            options: DriverOptions(asksOperator: asksOperator, moment: moment)
        )
        let left = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await attend(handle) }
            defer { feed.finish() }
            let left = try await commanded(folder, control) {
                try await host.withBackend { try await turn.drive($0) }
            }
            // Who watches has the feed's end to see; what it throws is the caller's to know.
            try await group.waitForAll()
            return left
        }
        moment?(.beforeClose)
        try journal.close()
        moment?(.afterClose)
        return left
    }

    /// Calls `body` while other processes can command the run.
    private func commanded(
        _ folder: RunFolder,
        _ control: RunControl,
        _ body: () async throws -> Departure
    ) async throws -> Departure {
        let server = ControlServer(
            place: ControlPlace(folder, environment: environment),
            control: control,
            driver: ControlDriver(run: folder.run, pid: getpid(), hasScreen: asksOperator),
            clock: ContinuousClock()
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.run()
                } catch {
                    guard !Task.isCancelled else { return }
                    await control.log(.warning, "No other process can command this run: \(error)")
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    static func bodies(_ plan: RunPlan, _ folder: RunFolder, _ settings: Settings) throws -> JobBodies {
        JobBodies(
            plan: plan,
            spool: try SpoolReader(folder: folder.path),
            // The platform refuses an executionTimeout below 5 s; the worker keeps each flashpoint's own limit.
            limits: JobBodies.Limits(
                requestTimeout: max(settings.requestTimeout, .seconds(5)),
                jobTimeout: settings.jobTimeout
            ),
            payload: settings.runpodPayload == .ids ? .ids : .full,
            logLevel: settings.logLevel.rawValue
        )
    }
}

/// One driver's turn at a run.
private struct Turn: Sendable {
    let state: RunState
    let seq: Int
    let journal: SQLiteJournal
    let control: RunControl
    let feed: EventFeed
    let sources: NewRun.Sources
    let options: DriverOptions

    func drive<B: Backend>(_ backend: B) async throws -> RunLauncher.Departure {
        let driver = RunDriver(
            state: state,
            seq: seq,
            clock: SuspendingClock(),
            backend: backend,
            journal: journal,
            sources: RunDriver<SuspendingClock, B, SQLiteJournal>.Sources(
                wallTime: sources.wallTime,
                chance: sources.chance,
                nonce: { UUID().uuidString.lowercased() }
            ),
            control: control,
            feed: feed,
            options: options
        )
        let (outcome, last) = try await driver.run()
        switch outcome {
        case .ended, .halted, .stopped: try await ConservationFault.check(last, journal)
        // What was not kept makes it another run than the journal's.
        case .unkept: break
        }
        return switch outcome {
        case .ended: .ended(last.finalAnswer ?? last.answer(at: sources.wallTime(), now: last.t))
        case .halted(let failure): .halted(failure)
        case .stopped: .stopped
        case .unkept(let error): .unkept(error)
        }
    }
}
