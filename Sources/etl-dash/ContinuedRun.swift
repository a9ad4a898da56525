import Coordination
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodServerless
import SampleNews
import Settings

/// A run on disk that this process is to go on with: what `resume` and `retry` have in common.
struct ContinuedRun: Sendable {
    let folder: RunFolder
    /// Those of now, with the run's number of workers.
    let settings: Settings
    /// As its journal has it.
    let state: RunState

    /// - Throws: `UsageProblem` when its journal is damaged, `JournalError` when it can't be read.
    init(_ folder: RunFolder, settings: Settings) async throws {
        self.folder = folder
        do {
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            state = try await journal.loadState().state
            try journal.close()
        } catch let error as JournalError {
            guard case .corrupt = error.reason else { throw error }
            throw UsageProblem("\(error), or keep what can be read of it: etl-dash resume \(folder.run) --salvage")
        }
        var settings = settings
        settings.runpodWorkers = state.workers
        self.settings = settings
    }

    var hasEnded: Bool { state.phase == .ended }

    /// Says who drives the run already.
    ///
    /// - Throws: `UsageProblem` when somebody does; `JournalError` when that can't be found out.
    static func expectUndriven(_ folder: RunFolder) throws {
        guard let driver = try RunLock.holder(path: folder.lockPath) else { return }
        let process = driver.pid.map { "process \($0)" } ?? "another process"
        throw UsageProblem(
            "run \(folder.run) is being driven by \(process); watch and command it: etl-dash attach \(folder.run)"
        )
    }

    /// Drives the run, on a screen or with log lines, until it ends or is left.
    ///
    /// - Parameters:
    ///   - intent: What is being done, for the screen, such as `Resuming`.
    ///   - commands: What is asked of the run first.
    func drive(
        _ intent: String,
        outputs: OutputFlags,
        envFile: String?,
        first commands: [PendingCommand] = []
    ) async throws -> CommandStatus {
        // An answer that is only printed again needs no site, and there is nothing to watch.
        let isOver = hasEnded && commands.isEmpty
        let sample = SampleMark.site(of: folder)
        let mode = try RunMode(settings, isSample: sample != nil, isRemote: RemoteRun.isMarked(folder))
        return try await Interruption.trapping { interruption in
            let session = try RunSession(
                settings: settings,
                mode: mode,
                outputs: outputs,
                envFile: envFile,
                interruption: interruption,
                canHaveScreen: !isOver
            )
            return try await session.drive { screen in
                await screen?.prepare("\(intent) run \(folder.run)")
                guard let sample, !isOver else { return try await session.drive(folder, on: screen, first: commands) }
                return try await serving(sample) {
                    try await session.drive(folder, on: screen, first: commands)
                }
            }
        }
    }

    /// Calls `body` while the sample's site is served again where the run's feeds point.
    private func serving(
        _ site: URL,
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
}
