import ArgumentParser
import FoundationEssentials
import LocalEndpoint
import Logging
import RunPodAPI
import RunPodServerless
import Settings
import UnixSignals

/// `etl-dash worker`.
struct WorkerCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Take jobs as a RunPod worker and run the pipeline on them.",
        discussion: """
            The platform says where jobs come from: RUNPOD_WEBHOOK_GET_JOB and its like, which RunPod sets and etl-dash \
            endpoint prints. On SIGTERM the worker finishes the job in hand and takes no more.
            """
    )

    func perform() async throws -> CommandStatus {
        // A worker is told its settings by the environment alone: a stray .env may hold the operator's.
        let settings = try Settings.load(envFile: .none)
        let environment = ProcessInfo.processInfo.environment
        let logger = Logger(label: "worker") { _ in ConsoleLogHandler(level: Logger.Level(settings.logLevel)) }
        let drain = Latch()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals {
                    logger.info("\(signal): finishing the job in hand, taking no more")
                    drain.release()
                }
            }
            if environment[WorkerProgram.parentWatch] != nil, StandardInput.isPipe {
                group.addTask {
                    try await ParentWatch.waitForEndOfFile()
                    // Nobody is left who could take a result.
                    ProcessGroup.endOwn()
                }
            }
            defer { group.cancelAll() }
            try await WorkerRole.run(settings, environment: environment, drain: drain, logger: logger)
        }
        return .succeeded
    }
}

extension Logger.Level {
    /// The same level as the settings name it.
    init(_ level: Settings.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
