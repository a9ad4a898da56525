import ArgumentParser
import FoundationEssentials
import LocalEndpoint
import Logging
import RunPodServerless
import Settings

/// `etl-dash endpoint`.
struct EndpointCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint",
        abstract: "Serve a RunPod-compatible endpoint on this machine, for any worker and client.",
        discussion: """
            Without PROGRAM and --workers there are no workers but those that you start with the variables it prints. \
            With --workers alone they are processes of etl-dash worker. A PROGRAM is started in their place and ended \
            with the endpoint.
            """
    )

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The port of 127.0.0.1 to listen on; 0 takes a free one.", valueName: "port")
    )
    var port = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many worker processes to run (default: 1 with PROGRAM, else none).", valueName: "n")
    )
    var workers: Int?

    @Flag(help: "Keep RunPod's rate limits: requests beyond them are answered 429.")
    var limits = false

    @Option(
        name: .customLong("fault"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Do something wrong on purpose, as in run=answer:500@next:2.",
            valueName: "call=fault",
            visibility: .hidden
        )
    )
    var faults: [String] = []

    @Argument(parsing: .postTerminator, help: ArgumentHelp("A worker program and its arguments.", valueName: "program"))
    var program: [String] = []

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        guard 0...65_535 ~= port else {
            throw UsageProblem("--port \(port): give a port, 1 to 65535, or 0 for a free one")
        }
        guard 0...256 ~= workers ?? 0 else { throw UsageProblem("--workers \(workers ?? 0): give 0 to 256") }
        let settings = try settingsFile.load()
        let options = try options(settings)
        if options.workers > 0, settings.database == nil { try makeHome(settings) }
        return try await Interruption.trapping { interruption in
            let stopped = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
            interruption.onSignal { signal in
                stopped.continuation.yield(signal)
                stopped.continuation.finish()
            }
            do {
                return try await LocalEndpoint.run(options) { address in
                    await StreamWriter.standardOutput.write(EndpointGuide(address: address, options: options).text)
                    let signal = await stopped.stream.first { _ in true }
                    return .signal(signal ?? Interruption.interrupt)
                }
            } catch let error where port != 0 && !(error is CancellationError) {
                throw UsageProblem(
                    "--port \(port): can't be listened on (\(error)); give another one, or 0 for a free one"
                )
            }
        }
    }

    /// Makes the folder of the database that workers load into; no run has made it when this is the first command.
    private func makeHome(_ settings: Settings) throws(UsageProblem) {
        do {
            let onlyOwner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(
                at: settings.home,
                withIntermediateDirectories: true,
                attributes: onlyOwner
            )
        } catch {
            throw UsageProblem(
                "\(settings.home.path(percentEncoded: false)) can't be made for the workers' database; set "
                    + "ETL_DATABASE or ETL_DASH_HOME to another place (\(error))"
            )
        }
    }

    private func options(_ settings: Settings) throws -> LocalEndpoint.Options {
        var options = LocalEndpoint.Options(token: UUID().uuidString.lowercased())
        options.port = port
        if limits { options.rates = .documented }
        for text in faults {
            do {
                options.faults.rules.append(try EndpointFaults.Rule(parsing: text))
            } catch {
                throw UsageProblem("--fault \(error)")
            }
        }
        options.workers = workers ?? (program.isEmpty ? 0 : 1)
        options.workerCommand =
            program.isEmpty
            ? try WorkerProgram.command("worker") : try WorkerProgram.command("guard", "--") + program
        var environment = ProcessInfo.processInfo.environment
        #if DEBUG
        if let token = FaultHooks.endpointToken(environment) { options.token = token }
        #endif
        environment[WorkerProgram.parentWatch] = "1"
        // So that our own workers can coordinate a run. A foreign one would print its log in another form.
        options.workersAreClients = program.isEmpty
        options.environment = settings.childEnvironment(from: environment)
        // A coordinator keeps its run there; among the operator's own it would be the last one, and not for them.
        options.environment[Settings.Key.home.rawValue] =
            settings.home.appending(path: "endpoint").path(percentEncoded: false)
        let logger = Logger(label: "endpoint") { _ in ConsoleLogHandler(level: Logger.Level(settings.logLevel)) }
        options.onForeignWorker = { worker in
            // Whatever stood in the address.
            let name = String(worker.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
            logger.warning(
                """
                worker \(name) calls with another key than this endpoint's and gets no job: its variables are of an \
                earlier start, or RunPod's SDK takes a key saved in ~/.runpod/config.toml. Give it the variables that \
                are printed here, all of them, or start it with HOME=$(mktemp -d)
                """
            )
        }
        options.onWorkerLine = { pod, line in logger.info("\(pod): \(line)") }
        options.onWorkerEvent = { pod, event in
            switch event {
            case .started(let pid): logger.info("\(pod) started (pid \(pid))")
            case .exited(let status): logger.info("\(pod) ended: \(status)")
            case .failedToStart(let message): logger.error("\(pod) can't be started: \(message)")
            case .restarting(.zero, _): logger.info("\(pod) is started afresh, as it asked")
            case .restarting(let wait, let isCrashLooping):
                let advice = isCrashLooping ? "; it dies again and again" : ""
                let pause = "\(RunSummary.seconds(wait / .seconds(1))) s"
                logger.log(level: isCrashLooping ? .error : .warning, "\(pod) is started again in \(pause)\(advice)")
            }
        }
        return options
    }
}
