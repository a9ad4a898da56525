public import Flashpoints
public import FoundationEssentials
import Logging
import RunJournal
public import Settings

/// Distributes flashpoints over RunPod Serverless workers and collects their results in input order.
///
/// The settings decide where the work is done, and no code changes with them: one worker means this process, several
/// mean RunPod when `RUNPOD_ENDPOINT` is set and worker processes on this machine when it is not.
///
/// ```swift
/// let settings = try Settings.load()
/// let manager = RunPodServerlessManager(workers: settings.runpodWorkers, settings: settings)
/// let results = try await manager.distributeToWorkers(flashpoints, date: "2025-01-01", cleanup: true)
/// ```
public struct RunPodServerlessManager: Sendable {
    /// What every run starts from; the number of workers is that of the manager.
    public let settings: Settings
    private let workerCommand: [String]
    private let environment: [String: String]

    /// Makes a manager.
    ///
    /// - Parameters:
    ///   - workers: Jobs that are out at the same time, at most; 1 for this process alone.
    ///   - workerCommand: How a worker process on this machine is started, `etl-dash worker` or a program of one's own
    ///     that speaks RunPod's worker protocol; needed only for several workers without an endpoint.
    ///   - environment: What worker processes inherit, but for the key and the endpoint.
    public init(
        workers: Int,
        settings: Settings,
        workerCommand: [String] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        var settings = settings
        settings.runpodWorkers = workers
        self.settings = settings
        self.workerCommand = workerCommand
        self.environment = environment
    }

    /// The shares of the workers: in the order of the input, sizes differing by at most one under `even`.
    ///
    /// - Returns: One list for each worker; empty for one that has nothing to do.
    public func distributeFlashpoints(_ flashpoints: [Flashpoint]) -> [[Flashpoint]] {
        let workers = settings.runpodWorkers
        switch settings.strategy {
        case .even:
            return Split.even(flashpoints.count, over: workers).map { Array(flashpoints[$0]) }
        case .balanced:
            return Split.balanced(flashpoints.map(\.cost), over: workers).map { share in
                share.map { flashpoints[Int($0)] }
            }
        }
    }

    /// Processes the flashpoints on the workers and waits for all of them.
    ///
    /// The run is kept under `ETL_DASH_HOME`; `etl-dash resume` finishes it should this program die.
    ///
    /// - Parameters:
    ///   - date: The day whose news it is, `YYYY-MM-DD`; today in UTC when `nil`.
    ///   - cleanup: Whether a flashpoint's earlier rows of that day go when its new ones come.
    /// - Returns: The results in input order, `nil` where a flashpoint failed.
    /// - Throws: ``RunPodServerlessError``, or `CancellationError` when the task is cancelled; the run can be resumed.
    public func distributeToWorkers(
        _ flashpoints: [Flashpoint],
        date: String? = nil,
        cleanup: Bool = true
    ) async throws -> [JSONValue?] {
        try await withRun(flashpoints, date: date, cleanup: cleanup) { _ in }.results
    }

    /// Processes the flashpoints while `body` watches and commands the run.
    ///
    /// - Returns: The run's answer and its results in input order.
    /// - Throws: As `distributeToWorkers`, and what `body` throws, once the run has ended.
    public func withRun(
        _ flashpoints: [Flashpoint],
        date: String? = nil,
        cleanup: Bool = true,
        _ body: @escaping @Sendable (ServerlessRun) async throws -> Void
    ) async throws -> RunReport {
        var settings = settings
        settings.cleanup = cleanup
        if let date { settings.date = date }
        do {
            let mode = try RunMode(settings)
            if case .onThisMachine = mode, workerCommand.isEmpty {
                throw RunPodServerlessError(
                    """
                    several workers on this machine need a workerCommand, such as the path of etl-dash and "worker"; or \
                    set RUNPOD_ENDPOINT
                    """
                )
            }
            let folder = try await NewRun.create(from: .flashpoints(flashpoints), settings: settings)
            let launcher = RunLauncher(
                settings: settings,
                mode: mode,
                workerCommand: workerCommand,
                environment: environment,
                logger: Logger(label: "etl-dash") { _ in SwiftLogNoOpLogHandler() }
            )
            let departure = try await launcher.drive(folder) { try await body(ServerlessRun(handle: $0)) }
            guard case .ended(let answer) = departure else {
                throw RunPodServerlessError(
                    "run \(folder.run) was left before its end: \(departure.why)",
                    run: folder.run
                )
            }
            return try await RunReport(answer, folder)
        } catch let error as RunPodServerlessError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RunPodServerlessError("\(error)", underlying: error)
        }
    }
}

/// Why a batch could not be processed.
public struct RunPodServerlessError: Error, CustomStringConvertible {
    /// What happened and what to do, without secrets.
    public let description: String
    /// The run, when it got as far as having an id; `etl-dash resume` goes on with it.
    public let run: String?
    /// What lies beneath, when that says more.
    public let underlying: (any Error)?

    init(_ description: String, run: String? = nil, underlying: (any Error)? = nil) {
        self.description = description
        self.run = run
        self.underlying = underlying
    }
}

extension RunLauncher.Departure {
    fileprivate var why: String {
        switch self {
        case .ended: "it has ended"
        case .halted(let failure): failure.message
        case .stopped: "it was told to stop"
        case .unkept(let error): "it was told to stop, and its latest news could not be kept: \(error)"
        }
    }
}
