import Coordination
import Flashpoints
import RunPodAPI

extension RunPodBackend {
    /// Follows a job by its stream, which tells progress, results and the end in one held request at a time.
    ///
    /// The job's whole output is read at the end, so a piece that was handed out and lost on the way is not lost: our
    /// worker repeats its results there. An endpoint without `stream` is asked for the status instead. A job that goes on
    /// beyond all limits it was submitted with is given up, by this machine's clock.
    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        var watch = Watch(order, ids: bodies.ids(order))
        let limit = clock.now.advanced(by: patience(order))
        do {
            while true {
                let isOver = clock.now >= limit
                if watch.followsStream, !isOver {
                    guard try await follow(&watch, job, report: report) else { continue }
                }
                let hold: Duration? = watch.followsStream || isOver ? nil : .seconds(50)
                let reply = try await status(job, hold: hold, report: report)
                if let reply, !watch.hasStarted, reply.status != .inQueue {
                    watch.hasStarted = true
                    await report(.started(order.ref, instance: reply.workerId, delayMS: reply.delayTime))
                }
                if let end = await ending(&watch, reply, report: report) { return await report(.ended(order.ref, end)) }
                if isOver { return await giveUp(order, job, reply, report: report) }
                if watch.followsStream { try await clock.sleep(for: .seconds(2)) }
            }
        } catch is CancellationError {
            // The driver leaves; the job goes on and is taken up again by whoever resumes.
        } catch {
            let why = Failure(.config, "\(error)")
            await report(.refused(order.ref, why))
        }
    }

    /// How long a job is followed at most: all that it was given, once for the queue and once more for a second run after
    /// the loss of a worker, and some minutes.
    private func patience(_ order: JobOrder) -> Duration {
        let count = order.indices.count
        return bodies.life(flashpoints: count) + bodies.executionTimeout(flashpoints: count) + .seconds(600)
    }

    /// Gives up a job that goes on beyond its limits, and tries to stop it.
    private func giveUp(_ order: JobOrder, _ job: String, _ reply: JobReply?, report: Reporter) async {
        let word = reply?.status.rawValue ?? "404"
        // Once, and whether or not it is heard: the platform does not keep to its limits here as it is.
        _ = try? await client.cancel(job)
        guard !Task.isCancelled else { return }
        let message = "the endpoint still shows \(word) after all the time that the job was given"
        await report(.ended(order.ref, AttemptEnd(.lost, status: word, message: message)))
    }

    /// Takes what the job streamed next; true when its status is to be asked for.
    private func follow(_ watch: inout Watch, _ job: String, report: @escaping Reporter) async throws -> Bool {
        guard let piece = try await nextPiece(job, report: report) else {
            // One 404 is no proof that there is no such operation, and without it partial results would be lost.
            watch.streamMisses += 1
            return true
        }
        watch.streamMisses = 0
        if !watch.hasStarted, piece.status != .inQueue, !piece.status.isTerminal {
            watch.hasStarted = true
            try await reportStart(watch.order, job, report: report)
        }
        for output in piece.outputs {
            switch watch.reader.piece(output) {
            case .record(let record):
                if case .result(let result) = record.relayed?.record { watch.told.insert(result.index) }
                await report(.record(watch.order.ref, record))
            case .results(let results):
                for result in results { await tell(result, &watch, report: report) }
            }
        }
        watch.endSeen = piece.status.isTerminal ? piece.status : nil
        return piece.status.isTerminal && piece.outputs.isEmpty
    }

    /// The next of what the job streamed, or `nil` when the endpoint has no such operation or no such job.
    private func nextPiece(_ job: String, report: Reporter) async throws -> StreamReply? {
        var refusals = 0
        return try await untilHeard(report: report) {
            do {
                let asked = clock.now
                let reply = try await client.stream(job, wait: hold)
                // An endpoint that does not hold the request must not be asked all the time.
                if reply.outputs.isEmpty, !reply.status.isTerminal, asked.duration(to: clock.now) < .milliseconds(500) {
                    try await clock.sleep(for: .seconds(1))
                }
                return .heard(reply)
            } catch let failure as RunPodFailure {
                return try failure.orAgain(&refusals, else: { .heard(nil) })
            }
        }
    }

    /// How the job is; `nil` when the endpoint does not know it any more.
    ///
    /// One 404 is no proof, so it is asked three times.
    ///
    /// - Parameter hold: How long to wait for the end; `nil` for an answer at once.
    private func status(_ job: String, hold: Duration?, report: Reporter) async throws -> JobReply? {
        var misses = 0
        var refusals = 0
        while true {
            let reply: JobReply? = try await untilHeard(report: report) {
                do {
                    if let hold, case .reply(let reply) = try await client.statusSync(job, wait: hold) {
                        return .heard(reply)
                    }
                    let reply = try await client.status(job)
                    if hold != nil, !reply.status.isTerminal { try await clock.sleep(for: .seconds(2)) }
                    return .heard(reply)
                } catch let failure as RunPodFailure {
                    return try failure.orAgain(&refusals, else: { .heard(nil) })
                }
            }
            if let reply { return reply }
            misses += 1
            if misses == 3 { return nil }
            try await clock.sleep(for: .seconds(2))
        }
    }

    private func reportStart(_ order: JobOrder, _ job: String, report: Reporter) async throws {
        // Only `status` tells the machine and the delay; without an answer the start itself is news enough.
        let reply = try? await client.status(job)
        try Task.checkCancellation()
        await report(.started(order.ref, instance: reply?.workerId, delayMS: reply?.delayTime))
    }

    /// Reports what the job's output holds, and tells how it ended; `nil` while it goes on.
    private func ending(_ watch: inout Watch, _ reply: JobReply?, report: Reporter) async -> AttemptEnd? {
        guard let reply else { return .forgotten }
        guard var end = AttemptEnd(reply) else { return watch.endDespite(reply) }
        if reply.status == .completed || reply.output?.arrayValue != nil {
            let reader = HandlerOutput(
                indices: watch.order.indices,
                ids: bodies.ids(watch.order),
                executionMS: reply.executionTime
            )
            for result in reader.results(in: reply.output) { await tell(result, &watch, report: report) }
        }
        if end.kind == .completed, !watch.hasAll { end.message = AttemptEnd.explanation(ofMissing: reply.output) }
        return end
    }

    private func tell(_ result: ItemResult, _ watch: inout Watch, report: Reporter) async {
        watch.told.insert(result.index)
        await report(.result(watch.order.ref, result))
    }
}

/// What is known of a job that is being followed.
private struct Watch {
    let order: JobOrder
    let reader: HandlerOutput
    var hasStarted = false
    /// Flashpoints of which the job told a result.
    var told: Set<Int> = []
    /// How often in a row the endpoint had no stream of the job.
    var streamMisses = 0
    /// The end that the stream told at last.
    var endSeen: JobStatus? {
        didSet { if endSeen == nil { denials = 0 } }
    }
    /// How often the status denied the end that the stream told.
    private var denials = 0

    init(_ order: JobOrder, ids: [String]) {
        self.order = order
        reader = HandlerOutput(indices: order.indices, ids: ids, executionMS: nil)
    }

    var followsStream: Bool { streamMisses < 3 }

    /// Whether there is a result of each flashpoint.
    var hasAll: Bool { order.indices.allSatisfy(told.contains) }

    /// The end of a job whose status goes on denying it.
    ///
    /// A progress update that reaches RunPod after the result puts the job back to `IN_PROGRESS` for ever, with the
    /// progress in place of its output (runpod-python#250).
    mutating func endDespite(_ reply: JobReply) -> AttemptEnd? {
        guard let endSeen, reply.status == .inProgress, followsStream else {
            denials = 0
            return nil
        }
        denials += 1
        guard denials == 5 else { return nil }
        let message = "its stream ended with \(endSeen.rawValue), but the endpoint shows it as running again"
        return AttemptEnd(JobReply(id: reply.id, status: endSeen, executionTime: reply.executionTime, error: message))
    }
}

extension RunPodFailure {
    /// Another try for passing trouble, `fallback` for an unknown job or operation, and otherwise itself, thrown.
    ///
    /// - Parameter refusals: How often the request itself was refused; the third time counts.
    fileprivate func orAgain<Value: Sendable>(
        _ refusals: inout Int,
        else fallback: () -> Attempted<Value>
    ) throws -> Attempted<Value> {
        switch self {
        case .notFound: return fallback()
        case .badRequest(405, _), .serverTrouble(501, _): return fallback()
        case .badRequest:
            refusals += 1
            if refusals == 3 { throw self }
            return .again(cause: "\(self)", atLeast: wait)
        case .refusedByEndpoint: throw self
        case .unreachable, .rateLimited, .serverTrouble, .malformedReply: return .again(cause: "\(self)", atLeast: wait)
        }
    }
}
