package import Coordination
package import Flashpoints

/// The fold that turns a coordinator's events into the records of its stream.
package struct CoordinatorRecords: Sendable {
    /// Hashes that the caller gave, to be given back.
    private let hashes: [String]
    private var lines = LogLines(level: .info)

    package init(hashes: [String] = []) {
        self.hashes = hashes
    }

    /// Folds one event and gives its records, in order.
    package mutating func records(for event: Event) -> [StreamRecord] {
        let lines = lines.lines(for: event)
        switch event.body {
        case .attemptAccepted(let ref, let job): return [of(ref.worker, .accepted(job: job))]
        case .attemptStarted(let ref, let instance, let delayMS, _):
            return [of(ref.worker, .started(instance: instance, delayMS: delayMS))]
        case .attemptEnded(let ref, let end):
            let ended = CoordinatedRecord.Body.ended(
                status: end.status,
                executionMS: end.executionMS,
                message: end.message
            )
            return lines.map(log) + [of(ref.worker, ended)]
        case .flashpointStarted(let ref, let index, let id):
            return [of(ref.worker, .record(.start(index: index, id: id)))]
        case .flashpointProgress(let ref, let index, let stage, let done, let total):
            return [of(ref.worker, .record(.progress(index: index, stage: stage, done: done, of: total)))]
        case .flashpointSettled(let settlement): return [record(of: settlement)]
        case .workerVitals(let worker, let residentMB, let cpuSeconds):
            return [of(worker, .record(.heartbeat(residentMB: residentMB, cpuSeconds: cpuSeconds)))]
        case .log(let level, let worker, let message):
            let record = StreamRecord.log(level: level.rawValue, message: message)
            return [worker.map { of($0, .record(record)) } ?? record]
        // A reader has these lines from its own events, and the last record is the coordinator's to write.
        case .runPlanned, .attemptIntended, .runEnded: return []
        case .runResumed, .runPaused, .runContinued, .runCancelRequested, .runRetried, .attemptUnknown, .attemptRefused,
            .attemptUncancelled, .flashpointFailed, .flashpointDuplicate, .workerCancelRequested, .workerRetried,
            .retryScheduled, .endpointHealth, .endpointUnreachable, .endpointReachable, .diskFull, .diskFree,
            .timerFired:
            return lines.map(log)
        }
    }

    /// How a flashpoint came out.
    package func record(of settlement: Settlement) -> StreamRecord { of(settlement.worker, outcome(settlement)) }

    private func of(_ worker: Int, _ body: CoordinatedRecord.Body) -> StreamRecord {
        .coordinated(CoordinatedRecord(worker: worker, body))
    }

    private func outcome(_ settlement: Settlement) -> CoordinatedRecord.Body {
        let outcome: Result<JSONValue, Failure>
        switch settlement.outcome {
        case .cancelled: return .cancelled(index: settlement.index, id: settlement.id)
        case .ok(let result): outcome = .success(result)
        case .failed(let failure): outcome = .failure(failure)
        }
        return .record(
            .result(
                FlashpointResult(
                    index: settlement.index,
                    id: settlement.id,
                    hash: hashes.indices.contains(settlement.index) ? hashes[settlement.index] : nil,
                    outcome: outcome,
                    seconds: settlement.seconds ?? 0
                )
            )
        )
    }

    /// A line that names its worker, as a record of that worker, which a reader names again.
    private func log(_ line: LogLine) -> StreamRecord {
        guard let worker = line.worker else { return .log(level: line.level.rawValue, message: line.message) }
        let name = "Worker \(worker) "
        let message = line.message.hasPrefix(name) ? String(line.message.dropFirst(name.count)) : line.message
        return of(worker, .record(.log(level: line.level.rawValue, message: message)))
    }
}

extension ChunkEnd {
    /// The last record of a run.
    init(_ answer: RunAnswer) {
        self.init(
            ok: answer.ok,
            date: answer.date,
            trigger: answer.trigger,
            cleanup: answer.cleanup,
            workers: answer.workers,
            seconds: answer.durationSeconds,
            processed: answer.flashpoints,
            failed: answer.failed
        )
    }
}
