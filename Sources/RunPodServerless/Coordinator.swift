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
    private let deliveryPauses: [Duration]
    private let handler: InProcessBackend.Handler

    /// Makes a coordinator.
    ///
    /// - Parameters:
    ///   - settings: The worker's; the job's input goes before them.
    ///   - environment: Where `RUNPOD_API_KEY` and `RUNPOD_ENDPOINT_ID` are.
    ///   - patience: How long a job may wait in the queue before the coordinator, once it is free, does it itself.
    ///   - answerLimit: Bytes above which results go by the stream alone; `nil` for what the platform takes.
    ///   - deliveryPauses: Before each further try to bring results into the stream that it did not take.
    ///   - handler: Processes a chunk in this process.
    package init(
        settings: Settings,
        environment: [String: String],
        logger: Logger,
        patience: Duration = .seconds(30),
        answerLimit: Int? = nil,
        deliveryPauses: [Duration] = [1, 2, 4, 8, 15, 15, 15].map { .seconds($0) },
        handler: @escaping InProcessBackend.Handler
    ) {
        self.settings = settings
        self.environment = environment
        self.logger = logger
        self.patience = patience
        self.answerLimit = answerLimit ?? CoordinatorAnswer.limit
        self.deliveryPauses = deliveryPauses
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
        let found = try await lookBack(job.id, place)
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

    /// Finds out whether the job was begun before; one that works alone asks only where it can.
    private func lookBack(_ job: String, _ place: CoordinatorPlace?) async throws -> CoordinatorRestart {
        guard let known = place ?? (try? CoordinatorPlace(environment)) else { return CoordinatorRestart() }
        do {
            return try await BackendHost.withClient(known.address, known.credential) { client in
                try await CoordinatorRestart.look(job, client: client)
            }
        } catch let refusal as Failure {
            guard place == nil else { throw refusal }
            return CoordinatorRestart()
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
        let delivery = ResultDelivery(stream: stream)
        let departure = try await drive(launcher, folder, records, seat, delivery)
        switch departure {
        case .ended(let answer):
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            let value = try await close(answer, journal, records, delivery)
            try journal.close()
            return value
        case .halted(let failure): throw Failure(failure.kind, "the run can't be coordinated: \(failure.message)")
        case .stopped, .unkept: throw CancellationError()
        }
    }

    /// Makes the answer, brings into the stream what it leaves to that, and writes the stream's last record.
    private func close(
        _ answer: RunAnswer,
        _ journal: SQLiteJournal,
        _ records: CoordinatorRecords,
        _ delivery: ResultDelivery
    ) async throws -> JSONValue {
        if let whole = try await CoordinatorAnswer.whole(answer, of: journal, limit: answerLimit) {
            try await delivery.post(.end(ChunkEnd(answer)))
            return whole
        }
        let left = try await delivery.bring(
            from: journal,
            records,
            pauses: deliveryPauses,
            clock: SuspendingClock()
        )
        let summary = try await CoordinatorAnswer.summary(answer, of: journal, undelivered: left, limit: answerLimit)
        if !summary.lost.isEmpty {
            let message =
                "\(summary.lost.count) results are lost: the stream did not take them, and the answer has no room: "
                + summary.lost.prefix(20).map(\.id).joined(separator: ", ")
            logger.error("\(message)")
            try await delivery.post(.log(level: LogLevel.error.rawValue, message: message))
        }
        try await delivery.post(.end(ChunkEnd(summary.answer)))
        return summary.value
    }

    /// Drives the run to its end; when the job is stopped, to the end of its jobs.
    private func drive(
        _ launcher: RunLauncher,
        _ folder: RunFolder,
        _ records: CoordinatorRecords,
        _ seat: CoordinatorSeat,
        _ delivery: ResultDelivery
    ) async throws -> RunLauncher.Departure {
        let stop = Latch()
        // Unstructured, because the jobs of the other workers must be cancelled when this job is, and a driver that is
        // cancelled itself leaves them running. It is always waited for.
        let driving = Task {
            try await launcher.drive(folder) { handle in
                try await attend(handle, records, seat, stop, delivery)
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
        _ delivery: ResultDelivery
    ) async throws {
        let (relayed, looked) = (handle.batches(), handle.batches())
        let isOver = Latch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await relay(relayed, records, delivery, isOver) }
            group.addTask { await look(looked, handle, seat, isOver) }
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
    ///
    /// - Parameter isOver: Given when the run has ended.
    private func relay(
        _ batches: EventFeed.Batches,
        _ records: CoordinatorRecords,
        _ delivery: ResultDelivery,
        _ isOver: Latch
    ) async throws {
        var records = records
        for await events in batches {
            var told: [StreamRecord] = []
            for event in events { told += records.records(for: event) }
            let digest = StreamDigest(told)
            for record in digest.records {
                // The answer waits; it has the results itself, or they are brought later.
                if digest.isBehind, isOver.isReleased, record.settledIndex != nil { continue }
                try await delivery.post(record)
            }
        }
    }

    /// Follows the run to say when the first share is done, and to decide where an operator would be asked.
    private func look(
        _ batches: EventFeed.Batches,
        _ handle: RunHandle,
        _ seat: CoordinatorSeat,
        _ isOver: Latch
    ) async {
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
                case .runEnded: isOver.release()
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
