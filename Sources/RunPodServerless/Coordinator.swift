import Coordination
package import Flashpoints
import FoundationEssentials
package import Logging
package import RunEngine
import RunJournal
package import RunPodAPI
package import Settings

/// Coordinates a run from inside a worker: splits the batch, submits the shares of the others to its own endpoint, does
/// the first share itself, and answers for all of them.
///
/// The run is a run like any other, driven by the same engine; its id is that of the job.
package struct Coordinator: Sendable {
    private let settings: Settings
    private let environment: [String: String]
    private let logger: Logger
    private let patience: Duration
    private let answerLimit: Int
    private let handler: InProcessBackend.Handler

    /// Makes a coordinator.
    ///
    /// - Parameters:
    ///   - settings: The worker's; the job's input goes before them.
    ///   - environment: Where `RUNPOD_API_KEY` and `RUNPOD_ENDPOINT_ID` are.
    ///   - patience: How long a job may wait in the queue before the coordinator, once it is free, does it itself.
    ///   - answerLimit: Bytes above which results go by the stream alone; `nil` for what the platform takes.
    ///   - handler: Processes a chunk in this process.
    package init(
        settings: Settings,
        environment: [String: String],
        logger: Logger,
        patience: Duration = .seconds(30),
        answerLimit: Int? = nil,
        handler: @escaping InProcessBackend.Handler
    ) {
        self.settings = settings
        self.environment = environment
        self.logger = logger
        self.patience = patience
        self.answerLimit = answerLimit ?? CoordinatorAnswer.limit
        self.handler = handler
    }

    /// Coordinates the run that the job asks for.
    ///
    /// - Returns: The run's answer.
    /// - Throws: `Failure` when the job or the environment does not allow it, or the endpoint refuses it;
    ///   `CancellationError` when the job was stopped, once the jobs of the other workers are cancelled.
    package func coordinate(_ job: TakenJob, _ input: JobInput, _ stream: JobStreamWriter) async throws -> JSONValue {
        let order = try CoordinatorOrder(input, json: job.input, settings: settings)
        do {
            try InputSpool.validate(input.flashpoints)
        } catch {
            throw Failure(.permanent, "the job's input can't be used: \(error)")
        }
        let isAlone = order.settings.runpodWorkers == 1
        let place = isAlone ? nil : try CoordinatorPlace(environment)
        var former = CoordinatorRestart()
        if let place {
            former = try await BackendHost.withClient(place.address, place.credential) { client in
                try await CoordinatorRestart.look(job.id, client: client)
            }
        }
        let found = former
        return try await CoordinatorHome.withHome(order.settings, job: job.id) { home, isKnown in
            var settings = order.settings
            settings.home = home
            if isKnown || found.isRestart {
                let restart = Self.restart(cancelled: found.cancelled)
                logger.warning("\(restart)")
                try await stream.write(StreamRecord.log(level: "WARNING", message: restart).asJSONValue())
            }
            return try await run(order, job.id, settings, place, stream)
        }
    }

    private static func restart(cancelled: Int) -> String {
        let jobs = cancelled == 0 ? "" : "; \(cancelled) of its jobs, left by the former one, cancelled"
        return "The platform gave the run to a new coordinator, which starts over\(jobs)"
    }

    private func run(
        _ order: CoordinatorOrder,
        _ job: String,
        _ settings: Settings,
        _ place: CoordinatorPlace?,
        _ stream: JobStreamWriter
    ) async throws -> JSONValue {
        let folder = try await NewRun.create(
            from: .flashpoints(order.input.flashpoints),
            settings: settings,
            kind: .coordinated(job: job)
        )
        let seat = CoordinatorSeat(patience: patience, handler: handler)
        var launcher = RunLauncher(
            settings: settings,
            mode: place.map { .endpoint($0.address, $0.credential) } ?? .inProcess,
            workerCommand: [],
            environment: environment,
            logger: logger
        )
        launcher.role = .coordinator(seat)
        // So that it does not leave its jobs behind where it would ask; the answer is to cancel the rest.
        launcher.asksOperator = true
        let records = CoordinatorRecords(hashes: order.input.run?.hashes ?? [])
        let departure = try await drive(launcher, folder, records, seat, stream)
        switch departure {
        case .ended(let answer):
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            let value = try await CoordinatorAnswer.value(answer, of: journal, limit: answerLimit)
            try journal.close()
            return value
        case .halted(let failure): throw Failure(failure.kind, "the run can't be coordinated: \(failure.message)")
        case .stopped, .unkept: throw CancellationError()
        }
    }

    /// Drives the run to its end; when the job is stopped, to the end of its jobs.
    private func drive(
        _ launcher: RunLauncher,
        _ folder: RunFolder,
        _ records: CoordinatorRecords,
        _ seat: CoordinatorSeat,
        _ stream: JobStreamWriter
    ) async throws -> RunLauncher.Departure {
        let stop = Latch()
        // Unstructured, because the jobs of the other workers must be cancelled when this job is, and a driver that is
        // cancelled itself leaves them running. It is always waited for.
        let driving = Task {
            try await launcher.drive(folder) { handle in
                try await attend(handle, records, seat, stop, stream)
            }
        }
        let departure = try await withTaskCancellationHandler {
            try await driving.value
        } onCancel: {
            stop.release()
        }
        try Task.checkCancellation()
        return departure
    }

    private func attend(
        _ handle: RunHandle,
        _ records: CoordinatorRecords,
        _ seat: CoordinatorSeat,
        _ stop: Latch,
        _ stream: JobStreamWriter
    ) async throws {
        let (relayed, looked) = (handle.batches(), handle.batches())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await relay(relayed, records, stream) }
            group.addTask { await look(looked, handle, seat) }
            // Ends by being cancelled, unless the job is stopped.
            let watch = group.addTaskUnlessCancelled { await obey(stop, handle) }
            precondition(watch, "a group that was just opened is not cancelled")
            for _ in 0..<2 { try await group.next() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Cancels the run when its job is stopped, and leaves it if that takes too long.
    private func obey(_ stop: Latch, _ handle: RunHandle) async {
        await stop.wait()
        guard stop.isReleased else { return }
        _ = await handle.send(.cancelRun)
        guard (try? await SuspendingClock().sleep(for: .seconds(30))) != nil else { return }
        await handle.stop()
    }

    /// Writes the run's records into the job's stream, as fast as the platform takes them.
    private func relay(
        _ batches: EventFeed.Batches,
        _ records: CoordinatorRecords,
        _ stream: JobStreamWriter
    ) async throws {
        var records = records
        for await events in batches {
            for event in events {
                for record in records.records(for: event) { await stream.write(try record.asJSONValue()) }
            }
        }
    }

    /// Follows the run to say when the first share is done, and to decide where an operator would be asked.
    private func look(_ batches: EventFeed.Batches, _ handle: RunHandle, _ seat: CoordinatorSeat) async {
        var open = handle.header.shares.first ?? 0
        if open == 0 { seat.ownShareIsDone.release() }
        var lines = LogLines(level: LogLevel(settings.logLevel))
        for await events in batches {
            for event in events {
                for line in lines.lines(for: event) { logger.log(level: .init(line.level), "\(line.message)") }
                switch event.body {
                case .flashpointSettled(let settlement) where settlement.worker == 1:
                    open -= 1
                    if open == 0 { seat.ownShareIsDone.release() }
                case .runPaused(.some): _ = await handle.send(.cancelRun)
                default: break
                }
            }
        }
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
