import Coordination
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import SampleNews
import Settings

/// A run on disk that this process is to go on with: what `resume` and `retry` have in common.
struct ContinuedRun: Sendable {
    let folder: RunFolder
    /// Those of now, with the run's number of workers.
    let settings: Settings
    private let found: FoundRun
    private let hasEnded: Bool
    /// Where its attempts are that are out and outlive their driver.
    private let placesOfJobs: [String]

    /// - Throws: `UsageProblem` when its journal is damaged, `JournalError` when it can't be read.
    init(_ folder: RunFolder, settings: Settings) async throws {
        self.folder = folder
        do {
            try await Self.finishSalvage(of: folder)
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            found = try await journal.find()
            try journal.close()
        } catch let error as JournalError {
            guard case .corrupt = error.reason else { throw error }
            throw UsageProblem("\(error)")
        }
        let state = found.state
        hasEnded = state.phase == .ended
        placesOfJobs = state.placesOfJobs
        var settings = settings
        settings.runpodWorkers = state.workers
        self.settings = settings
    }

    /// As its journal has it; to be asked for only before it is driven.
    var state: RunState { found.state }

    /// Finishes a salvage that was cut off, and says so.
    static func finishSalvage(of folder: RunFolder) async throws(JournalError) {
        guard try JournalSalvage.finish(folder) else { return }
        await StreamWriter.standardError.write("INFO: a salvage of run \(folder.run) that was cut off is finished\n")
    }

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
    ///   - abandons: Whether jobs that the settings don't reach are given up.
    ///   - commands: What is asked of the run first.
    /// - Throws: `UsageProblem` when it has such jobs and they are not to be given up; what driving it throws.
    func drive(
        _ intent: String,
        outputs: OutputFlags,
        envFile: String?,
        abandons: Bool = false,
        first commands: [PendingCommand] = []
    ) async throws -> CommandStatus {
        // An answer that is only printed again needs no site, and there is nothing to watch.
        let isOver = hasEnded && commands.isEmpty
        let sample = SampleMark.site(of: folder)
        let mode = try RunMode(settings, isSample: sample != nil, isRemote: RemoteRun.isMarked(folder))
        if !abandons { try expectReach(mode) }
        return try await Interruption.trapping { interruption in
            let session = try RunSession(
                settings: settings,
                mode: mode,
                outputs: outputs,
                envFile: envFile,
                abandons: abandons,
                interruption: interruption,
                canHaveScreen: !isOver
            )
            return try await session.drive { screen in
                await screen?.prepare("\(intent) run \(folder.run)")
                guard let sample, !isOver else {
                    return try await session.drive(folder, on: screen, found: found, first: commands)
                }
                return try await serving(sample) {
                    try await session.drive(folder, on: screen, found: found, first: commands)
                }
            }
        }
    }

    /// Refuses to go on without the jobs that are out: they would be billed and nobody would have their results.
    private func expectReach(_ mode: RunMode) throws(UsageProblem) {
        let lost = placesOfJobs.filter { !mode.reaches($0) }
        guard let first = lost.first else { return }
        let places = Set(lost)
        let others = places.count == 1 ? "" : " and \(places.count - 1) more"
        let jobs = lost.count == 1 ? "1 job of run \(folder.run) is" : "\(lost.count) jobs of run \(folder.run) are"
        throw UsageProblem(
            """
            \(jobs) at \(first)\(others), which these settings don't reach. Set RUNPOD_ENDPOINT and RUNPOD_API_KEY as \
            they were, in the environment or in .env, and what the jobs bring is kept; or give them up, though they may \
            go on and bill, and do their work again: etl-dash resume \(folder.run) --abandon
            """
        )
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

extension RunMode {
    /// Whether a job at this endpoint can be asked about: whether the key may go there.
    fileprivate func reaches(_ endpoint: String) -> Bool {
        guard case .endpoint(let address, _) = self else { return false }
        return (try? EndpointAddress(endpoint, allowedHosts: [address.host])) != nil
    }
}
