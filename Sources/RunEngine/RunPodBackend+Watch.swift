import Coordination
import Flashpoints
import RunPodAPI

extension RunPodBackend {
    /// Follows a job by its stream, which tells progress, results and the end in one held request at a time.
    ///
    /// The job's whole output is read at the end, so a piece that was handed out and lost on the way is not lost: our
    /// worker repeats its results there. An endpoint without `stream` is asked for the status instead.
    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        let reader = HandlerOutput(indices: order.indices, ids: bodies.ids(order), executionMS: nil)
        var hasStarted = false
        var streams = true
        do {
            while true {
                if streams {
                    let piece = try await nextPiece(job, report: report)
                    guard let piece else {
                        streams = false
                        continue
                    }
                    if !hasStarted, piece.status != .inQueue, !piece.status.isTerminal {
                        hasStarted = true
                        try await reportStart(order, job, report: report)
                    }
                    for output in piece.outputs { await self.report(reader.piece(output), of: order, to: report) }
                    guard piece.status.isTerminal, piece.outputs.isEmpty else { continue }
                }
                let reply = try await status(job, isHeld: !streams, report: report)
                if let reply, !hasStarted, reply.status != .inQueue {
                    hasStarted = true
                    await report(.started(order.ref, instance: reply.workerId, delayMS: reply.delayTime))
                }
                guard let end = await ending(order, reply, report: report) else { continue }
                return await report(.ended(order.ref, end))
            }
        } catch is CancellationError {
            // The driver leaves; the job goes on and is taken up again by whoever resumes.
        } catch {
            let why = Failure(.config, "\(error)")
            await report(.refused(order.ref, why))
        }
    }

    /// The next of what the job streamed, or `nil` when the endpoint has no such operation or no such job.
    private func nextPiece(_ job: String, report: Reporter) async throws -> StreamReply? {
        try await untilHeard(report: report) {
            do {
                let asked = clock.now
                let reply = try await client.stream(job, wait: hold)
                // An endpoint that does not hold the request must not be asked all the time.
                if reply.outputs.isEmpty, !reply.status.isTerminal, asked.duration(to: clock.now) < .milliseconds(500) {
                    try await clock.sleep(for: .seconds(1))
                }
                return .heard(reply)
            } catch let failure as RunPodFailure {
                return try failure.orAgain(else: { .heard(nil) })
            }
        }
    }

    /// How the job is; `nil` when the endpoint does not know it any more.
    ///
    /// One 404 is no proof, so it is asked three times.
    private func status(_ job: String, isHeld: Bool, report: Reporter) async throws -> JobReply? {
        var misses = 0
        while true {
            let reply: JobReply? = try await untilHeard(report: report) {
                do {
                    if isHeld, case .reply(let reply) = try await client.statusSync(job, wait: .seconds(60)) {
                        return .heard(reply)
                    }
                    let reply = try await client.status(job)
                    if isHeld, !reply.status.isTerminal { try await clock.sleep(for: .seconds(2)) }
                    return .heard(reply)
                } catch let failure as RunPodFailure {
                    return try failure.orAgain(else: { .heard(nil) })
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
    private func ending(_ order: JobOrder, _ reply: JobReply?, report: Reporter) async -> AttemptEnd? {
        guard let reply else {
            return AttemptEnd(.lost, status: "404", message: "the endpoint does not know the job any more (404)")
        }
        guard let end = AttemptEnd(reply) else { return nil }
        if reply.status == .completed || reply.output?.arrayValue != nil {
            let reader = HandlerOutput(
                indices: order.indices,
                ids: bodies.ids(order),
                executionMS: reply.executionTime
            )
            for result in reader.results(in: reply.output) { await report(.result(order.ref, result)) }
        }
        return end
    }

    private func report(_ piece: HandlerOutput.Piece, of order: JobOrder, to report: Reporter) async {
        switch piece {
        case .record(let record): await report(.record(order.ref, record))
        case .results(let results): for result in results { await report(.result(order.ref, result)) }
        }
    }
}

extension RunPodFailure {
    /// Another try for passing trouble, `fallback` for an unknown job or operation, and otherwise itself, thrown.
    fileprivate func orAgain<Value: Sendable>(
        else fallback: () -> Attempted<Value>
    ) throws -> Attempted<Value> {
        switch self {
        case .notFound: return fallback()
        case .badRequest(405, _): return fallback()
        case .refusedByEndpoint, .badRequest: throw self
        case .unreachable, .rateLimited, .serverTrouble, .malformedReply: return .again(cause: "\(self)", atLeast: wait)
        }
    }
}
