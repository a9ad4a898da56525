import ArgumentParser
import Canvas
import Coordination
import Dashboard
import FoundationEssentials
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings
import Synchronization
import Terminal

/// `etl-dash attach`.
struct AttachCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Watch and command a run that another process drives.",
        discussion: """
            Shows the run as its own screen does, from its journal and its log, and has the same keys; the process that \
            drives the run does what they ask, and Q stops it after a question. A run that nobody drives is shown as it \
            was left. Leaving, q, does not touch the run; --readonly has no keys that do.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @OptionGroup var snapshot: SnapshotFlags
    @OptionGroup var screen: ScreenFlags
    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        let size = try snapshot.frame()
        let settings = try settingsFile.load(screen.texts)
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let endpoint = try await EndpointName(of: journal)
        let setup = Dashboard.Setup(.attached, endpoint, settings)
        let client = ControlClient(folder, clock: ContinuousClock())
        let viewer = Viewer(settings: settings, folder: folder, size: size, client: client)
        return try await viewer.show(setup, now: NewRun.Sources.system.wallTime) { failed in
            RunFollower(
                folder: folder,
                journal: journal,
                clock: ContinuousClock(),
                level: LogLevel(settings.logLevel),
                follows: size == nil,
                failed: failed
            )
        }
    }
}

extension EndpointName {
    /// Where the attempts of a run go, as far as its journal knows.
    init(of journal: SQLiteJournal) async throws {
        var seen = 0
        self = .unknown
        // The first attempts are among the first events, unless nothing was ever submitted.
        while self == .unknown {
            let page = try await journal.events(after: seen, limit: 1_000, includingResults: false)
            guard let last = page.last else { return }
            seen = last.seq
            self = EndpointName(page)
        }
    }
}

/// Shows a run that this process does not drive, on a screen or as one frame of text.
struct Viewer: Sendable {
    let settings: Settings
    /// The run's; `nil` when there is none, as of a recording in a file.
    let folder: RunFolder?
    /// Size of the frame that is printed; `nil` for a screen.
    let size: Size?
    /// What brings commands to the run's driver; `nil` where there can be none.
    var client: ControlClient<ContinuousClock>?

    /// Shows what the reports say.
    ///
    /// - Parameters:
    ///   - now: Wall time on the run's time line, in milliseconds since 1970.
    ///   - reports: Makes the reports; is given where to tell what keeps them from coming.
    /// - Throws: What was told so; `UsageProblem` when there can be no screen here.
    func show<Reports: AsyncSequence & Sendable>(
        _ setup: Dashboard.Setup,
        now: @escaping @Sendable () -> Int64,
        _ reports: (_ failed: @escaping @Sendable (any Error) -> Void) -> Reports
    ) async throws -> CommandStatus where Reports.Element == ScreenReport, Reports.Failure == Never {
        if let size {
            let text = try await frame(setup, size, now: now, reports)
            await StreamWriter.standardOutput.write(text)
            return .succeeded
        }
        let closing = Latch()
        let problem = Problem()
        let reports = reports { error in
            problem.note(error)
            closing.release()
        }
        let screen: ScreenSetup
        do throws(TerminalProblem) {
            screen = try ScreenSetup(settings)
        } catch {
            throw UsageProblem(error.text(orElse: "--once, which prints one frame as text anywhere"))
        }
        return try await Interruption.trapping { interruption in
            interruption.onSignal { _ in closing.release() }
            let left = try await screen.show(Dashboard(setup), reports, services, until: closing, now: now)
            try problem.rethrow()
            if let signal = interruption.signal { return .signal(signal) }
            return switch left {
            case .hangup: .signal(Interruption.hangup)
            case .interrupt: .signal(Interruption.interrupt)
            case .quit, .stop, .background, nil: .succeeded
            }
        }
    }

    /// The one frame that `--once` prints, of the state after all reports.
    ///
    /// - Throws: What kept reports from coming.
    func frame<Reports: AsyncSequence & Sendable>(
        _ setup: Dashboard.Setup,
        _ size: Size,
        now: @Sendable () -> Int64,
        _ reports: (_ failed: @escaping @Sendable (any Error) -> Void) -> Reports
    ) async throws -> String where Reports.Element == ScreenReport, Reports.Failure == Never {
        let problem = Problem()
        let snapshot = Snapshot(
            setup: setup,
            size: size,
            settings: settings,
            environment: ProcessInfo.processInfo.environment
        )
        let text = await snapshot.text(of: reports { problem.note($0) }, now: now)
        try problem.rethrow()
        return text
    }

    private var services: Services {
        Services(
            send: { [client] in await client?.send($0) ?? .tooLate("nothing can be commanded here") },
            stop: { [client] in await client?.stop() ?? .tooLate("nothing can be stopped here") },
            save: { [folder] in await ScreenFiles.system.save($0, of: folder) }
        )
    }

    /// The first error that kept reports from coming.
    private final class Problem: Sendable {
        private let error = Mutex<(any Error)?>(nil)

        func note(_ error: any Error) {
            self.error.withLock { first in
                if first == nil { first = error }
            }
        }

        func rethrow() throws {
            if let error = error.withLock({ $0 }) { throw error }
        }
    }
}
