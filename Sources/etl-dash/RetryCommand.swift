import ArgumentParser
import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodServerless
import Settings
import Synchronization

/// `etl-dash retry`.
struct RetryCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run again what failed or was cancelled.",
        discussion: """
            Flashpoints with a result keep it. Without --worker and --flashpoint all that failed or was cancelled runs \
            again. A run that is being driven is told so, and goes on where it is; one that has ended or was interrupted \
            goes on here, as with resume.
            """
    )

    @Argument(help: ArgumentHelp("A run's id, the beginning of one, or last.", valueName: "run"))
    var name: String

    @Option(
        name: .customLong("worker"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only what this worker has to do; may be given several times.", valueName: "n")
    )
    var workers: [String] = []

    @Option(
        name: .customLong("flashpoint"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only the flashpoint of this id; may be given several times.", valueName: "id")
    )
    var flashpoints: [String] = []

    @OptionGroup var outputs: OutputFlags
    @OptionGroup var screen: ScreenFlags

    @Option(parsing: .unconditional, help: .setting(.runpodEndpoint, "url"))
    var endpoint: String?

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try outputs.check()
        let settings = try settingsFile.load(
            [.runpodEndpoint: endpoint].compactMapValues(\.self).merging(screen.texts) { $1 }
        )
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        let run = try await ContinuedRun(folder, settings: settings)
        let selection = try RetrySelection(workers: workers, flashpoints: flashpoints, of: run.state, named: folder.run)
        if let driver = try RunLock.holder(path: folder.lockPath) {
            return try await ask(driver, of: folder, selection)
        }
        let commands = try selection.commands(for: run.state, run: folder.run)
        let refusals = Mutex<[String]>([])
        let pending = commands.map { command in
            PendingCommand(command: command) { receipt in
                if let why = receipt.refusal { refusals.withLock { $0.append(why) } }
            }
        }
        let status = try await run.drive(
            "Retrying",
            outputs: outputs,
            envFile: settingsFile.envFile,
            first: pending
        )
        // Another process may have had the run since it was looked at.
        let refused = refusals.withLock { $0 }
        for why in refused { await StreamWriter.standardError.write("WARNING: not retried: \(why)\n") }
        return refused.count == commands.count ? .usage : status
    }

    /// Has the process that drives the run do it.
    private func ask(
        _ driver: RunLock.Holder,
        of folder: RunFolder,
        _ selection: RetrySelection
    ) async throws -> CommandStatus {
        let client = ControlClient(folder, clock: ContinuousClock())
        var refusals: [String] = []
        let commands = selection.commands
        for command in commands {
            if let why = await client.send(command).refusal { refusals.append(why) }
        }
        guard refusals.count < commands.count else {
            throw UsageProblem("run \(folder.run) retries nothing: \(refusals.joined(separator: "; "))")
        }
        let console = StreamWriter.standardError
        for why in refusals { await console.write("WARNING: not retried: \(why)\n") }
        let process = driver.pid.map { "process \($0)" } ?? "the process"
        await console.write(
            """
            Run \(folder.run) tries again \(selection.words), in \(process) that drives it
            Watch it: etl-dash attach \(folder.run)

            """
        )
        return .succeeded
    }
}

/// What of a run is to be tried again.
struct RetrySelection: Sendable {
    /// As `retry` sends them to a driver.
    let commands: [Command]
    /// For people, such as `worker 2`.
    let words: String
    private let indices: [Int]

    /// Indices of one command at most, so that it fits a line of the control socket.
    private static let indicesAtOnce = 5_000

    /// Reads what was typed.
    ///
    /// - Throws: `UsageProblem` when it names what the run does not have.
    init(workers: [String], flashpoints: [String], of state: RunState, named run: String) throws(UsageProblem) {
        guard workers.isEmpty || flashpoints.isEmpty else {
            throw UsageProblem("--worker and --flashpoint: give one of them")
        }
        if !workers.isEmpty {
            var numbers: [Int] = []
            for text in workers {
                guard let number = Int(text), (1...state.workers).contains(number) else {
                    throw UsageProblem(
                        "--worker: \(text.debugDescription) will not do; run \(run) has workers 1 to \(state.workers)"
                    )
                }
                if !numbers.contains(number) { numbers.append(number) }
            }
            commands = numbers.map { .retryWorker($0, indices: nil) }
            words =
                "what failed or was cancelled of worker\(numbers.count == 1 ? "" : "s") "
                + numbers.map(String.init).joined(separator: ", ")
            indices = []
        } else if !flashpoints.isEmpty {
            let wanted = Set(flashpoints)
            var places: [String: Int] = [:]
            for index in 0..<state.total where wanted.contains(state.plan.catalogue.id(index)) {
                places[state.plan.catalogue.id(index)] = index
            }
            if let missing = flashpoints.first(where: { places[$0] == nil }) {
                throw UsageProblem("--flashpoint: run \(run) has no flashpoint \(missing.debugDescription)")
            }
            indices = places.values.sorted()
            let lanes = Dictionary(grouping: indices) { Int(state.flashpoints.worker[$0]) }
            commands = lanes.sorted { $0.key < $1.key }.flatMap { worker, indices in
                stride(from: 0, to: indices.count, by: Self.indicesAtOnce).map { start in
                    let end = min(start + Self.indicesAtOnce, indices.count)
                    return Command.retryWorker(worker, indices: Array(indices[start..<end]))
                }
            }
            words = indices.count == 1 ? "flashpoint \(flashpoints[0])" : "\(indices.count) flashpoints"
        } else {
            commands = [.retryRun]
            words = "what failed or was cancelled"
            indices = []
        }
    }

    /// The commands that would do something.
    ///
    /// - Throws: `UsageProblem`, which says what there is, when none would.
    func commands(for state: RunState, run: String) throws(UsageProblem) -> [Command] {
        let useful = commands.filter { if case .success = state.admit($0) { true } else { false } }
        guard useful.isEmpty else { return useful }
        let counts = state.counts
        let open = state.total - counts.settled
        var facts = ["\(counts.ok) ok", "\(counts.failed) failed", "\(counts.cancelled) cancelled"]
        if open > 0 { facts.append("\(open) open") }
        var sentence = "run \(run): nothing to retry; of \(RunSummary.flashpoints(state.total)) "
        sentence += facts.joined(separator: ", ")
        if open > 0 { sentence += "; etl-dash resume \(run) goes on with what is open" }
        throw UsageProblem(sentence)
    }
}

extension Receipt {
    /// Why what was asked is not done.
    var refusal: String? {
        switch self {
        case .accepted: nil
        case .tooLate(let why), .unknown(let why): why
        }
    }
}
