import Coordination
import Flashpoints
import RunPodAPI

extension RunPodBackend {
    /// Follows a job by the looks that all jobs of the endpoint share: to its end, reading what it streams.
    ///
    /// The job's whole output is read at the end, so a piece that was handed out and lost on the way is not lost: our
    /// worker repeats its results there. An endpoint without `stream` is asked for the status instead. A job that goes on
    /// beyond all limits it was submitted with is given up, by this machine's clock.
    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        switch holder(of: order) {
        case .this: break
        case .former(let former): return await watchElsewhere(order, job: job, at: former, report: report)
        case .outOfReach(let why):
            return await report(.ended(order.ref, AttemptEnd(.gone, status: "OUT_OF_REACH", message: why)))
        }
        let ticket = desk.follow(job, flashpoints: order.indices.count)
        var watch = Watch(order, job: job, ticket: ticket, ids: bodies.ids(order))
        defer { desk.leave(ticket, hasEnded: watch.hasEnded) }
        do {
            try await follow(&watch, report: report)
        } catch is CancellationError {
            // The driver leaves; the job goes on and is taken up again by whoever resumes.
        } catch {
            let why = Failure(.config, "\(error)")
            await report(.refused(order.ref, why))
        }
    }

    private func follow(_ watch: inout Watch, report: @escaping Reporter) async throws {
        let limit = clock.now.advanced(by: patience(watch.order))
        while true {
            let isOver = clock.now >= limit
            var look = Look.state
            if !isOver {
                if watch.endSeen != nil {
                    // The stream has ended and the status denies it.
                    try await clock.sleep(for: .seconds(2))
                    look = .news(hold: .seconds(1))
                } else {
                    look = try await desk.next(watch.ticket)
                }
            }
            if case .news(let hold) = look {
                guard try await readNews(&watch, look, hold: hold, report: report) else { continue }
                look = .state
            }
            let reply = try await status(&watch, look, report: report)
            if let reply, !watch.hasStarted, reply.status != .inQueue {
                watch.hasStarted = true
                await report(.started(watch.order.ref, instance: reply.workerId, delayMS: reply.delayTime))
            }
            if let end = try await ending(&watch, reply, report: report) {
                watch.hasEnded = true
                return await report(.ended(watch.order.ref, end))
            }
            if isOver { return await giveUp(watch.order, watch.job, reply, report: report) }
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
    private func readNews(
        _ watch: inout Watch,
        _ look: Look,
        hold: Duration,
        report: @escaping Reporter
    ) async throws -> Bool {
        let ticket = watch.ticket
        guard let (piece, took) = try await nextPiece(watch.job, hold: hold, report: report) else {
            // One 404 is no proof that there is no such operation, and without it partial results would be lost.
            desk.plan { planner, now in planner.denied(ticket, look, now: now) }
            return true
        }
        if !watch.hasStarted, piece.status != .inQueue, !piece.status.isTerminal {
            watch.hasStarted = true
            try await reportStart(watch.order, watch.job, report: report)
        }
        let news = await take(piece, &watch, report: report)
        desk.saw(ticket, look, Sight(Sight.Phase(piece.status), news: news, took: took))
        watch.endSeen = piece.status.isTerminal ? piece.status : nil
        guard piece.status.isTerminal else { return false }
        if !piece.outputs.isEmpty { try await drain(&watch, report: report) }
        return true
    }

    /// Reports what a piece of the stream brings.
    private func take(_ piece: StreamReply, _ watch: inout Watch, report: Reporter) async -> Sight.News {
        for output in piece.outputs {
            switch watch.reader.piece(output) {
            case .record(let record):
                if case .result(let result) = record.relayed?.record { watch.told.insert(result.index) }
                if case .end = record { watch.hasLastRecord = true }
                await report(.record(watch.order.ref, record))
            case .results(let results):
                for result in results { await tell(result, &watch, report: report) }
            }
        }
        guard !piece.outputs.isEmpty else { return .none }
        return watch.hasLastRecord || watch.hasAll ? .last : .some
    }

    /// Reads the rest of what a job streamed that has ended, since only the output is kept and not every handler's
    /// output repeats it.
    private func drain(_ watch: inout Watch, report: @escaping Reporter) async throws {
        let (look, ticket) = (Look.news(hold: .seconds(1)), watch.ticket)
        var misses = 0
        while !watch.hasLastRecord {
            guard let (piece, _) = try await nextPiece(watch.job, hold: .seconds(1), report: report) else {
                // One 404 is no proof that there is no such operation.
                misses += 1
                let isOffered = desk.plan { planner, now in
                    planner.denied(ticket, look, now: now)
                    return planner.offersStream(now: now)
                }
                guard isOffered, misses < 3 else { return }
                try await clock.sleep(for: .seconds(1))
                continue
            }
            guard !piece.outputs.isEmpty else { return }
            desk.plan { planner, _ in planner.noteStreaming() }
            _ = await take(piece, &watch, report: report)
        }
    }

    /// The next of what the job streamed and the time its answer took, or `nil` when the endpoint has no such operation
    /// or no such job.
    private func nextPiece(
        _ job: String,
        hold: Duration,
        report: Reporter
    ) async throws -> (piece: StreamReply, took: Duration)? {
        var refusals = 0
        return try await untilHeard(report: report) {
            let asked = clock.now
            do {
                let piece = try await client.stream(job, wait: hold)
                return .heard((piece, asked.duration(to: clock.now)))
            } catch let failure as RunPodFailure {
                noteCut(failure, since: asked)
                return try failure.orAgain(&refusals, else: { .heard(nil) })
            }
        }
    }

    /// How the job is; `nil` when the endpoint does not know it any more.
    ///
    /// One 404 is no proof, so it is asked three times.
    private func status(_ watch: inout Watch, _ look: Look, report: Reporter) async throws -> JobReply? {
        let (job, ticket) = (watch.job, watch.ticket)
        var look = look
        var misses = 0
        var refusals = 0
        while true {
            var seen = (look: look, took: Duration.zero)
            let reply: JobReply? = try await untilHeard(report: report) {
                let asked = clock.now
                defer { seen.took = asked.duration(to: clock.now) }
                do {
                    if case .end(let hold) = seen.look {
                        if case .reply(let reply) = try await client.statusSync(job, wait: hold) {
                            return .heard(reply)
                        }
                        let denied = seen.look
                        seen.look = .state
                        desk.plan { planner, now in planner.denied(ticket, denied, now: now) }
                    }
                    return .heard(try await client.status(job))
                } catch let failure as RunPodFailure {
                    noteCut(failure, since: asked)
                    return try failure.orAgain(&refusals, else: { .heard(nil) })
                }
            }
            if let reply {
                desk.saw(ticket, seen.look, Sight(Sight.Phase(reply.status), took: seen.took))
                return reply
            }
            misses += 1
            if misses == 3 { return nil }
            look = .state
            try await clock.sleep(for: .seconds(2))
        }
    }

    /// Tells the planner of a held request that came to nothing.
    private func noteCut(_ failure: RunPodFailure, since asked: C.Instant) {
        switch failure {
        case .unreachable, .serverTrouble:
            let took = asked.duration(to: clock.now)
            desk.plan { planner, now in planner.cut(after: took, now: now) }
        case .refusedByEndpoint, .rateLimited, .notFound, .badRequest, .malformedReply: break
        }
    }

    private func reportStart(_ order: JobOrder, _ job: String, report: Reporter) async throws {
        // Only `status` tells the machine and the delay; without an answer the start itself is news enough.
        let reply = try? await client.status(job)
        try Task.checkCancellation()
        await report(.started(order.ref, instance: reply?.workerId, delayMS: reply?.delayTime))
    }

    /// Reports what the job's output holds, and tells how it ended; `nil` while it goes on.
    private func ending(
        _ watch: inout Watch,
        _ reply: JobReply?,
        report: @escaping Reporter
    ) async throws -> AttemptEnd? {
        guard let reply else { return .forgotten }
        guard var end = AttemptEnd(reply) else { return watch.endDespite(reply) }
        var isDrained = watch.endSeen != nil
        if !isDrained, isWorthDraining(reply) {
            try await drain(&watch, report: report)
            isDrained = true
        }
        if reply.status == .completed || reply.output?.arrayValue != nil {
            let reader = HandlerOutput(
                indices: watch.order.indices,
                ids: bodies.ids(watch.order),
                executionMS: reply.executionTime
            )
            for result in reader.results(in: reply.output) { await tell(result, &watch, report: report) }
        }
        if !isDrained, !watch.hasAll { try await drain(&watch, report: report) }
        if end.kind == .completed, !watch.hasAll {
            (end.output, end.message) = AttemptEnd.explanation(ofMissing: reply.output)
        }
        return end
    }

    /// Whether a job that has ended may have streamed something that its output does not repeat.
    private func isWorthDraining(_ reply: JobReply) -> Bool {
        desk.plan { planner, now in
            planner.offersStream(now: now) && !(planner.isSilent && reply.status == .completed)
        }
    }

    private func tell(_ result: ItemResult, _ watch: inout Watch, report: Reporter) async {
        watch.told.insert(result.index)
        await report(.result(watch.order.ref, result))
    }
}

/// What is known of a job that is being followed.
private struct Watch {
    let order: JobOrder
    let job: String
    let ticket: PollPlanner.Ticket
    let reader: HandlerOutput
    var hasStarted = false
    /// Flashpoints of which the job told a result.
    var told: Set<Int> = []
    /// Whether our worker's last record has come, after which it streams nothing.
    var hasLastRecord = false
    var hasEnded = false
    /// The end that the stream told at last.
    var endSeen: JobStatus? {
        didSet { if endSeen == nil { denials = 0 } }
    }
    /// How often the status denied the end that the stream told.
    private var denials = 0

    init(_ order: JobOrder, job: String, ticket: PollPlanner.Ticket, ids: [String]) {
        self.order = order
        self.job = job
        self.ticket = ticket
        reader = HandlerOutput(indices: order.indices, ids: ids, executionMS: nil)
    }

    /// Whether there is a result of each flashpoint.
    var hasAll: Bool { order.indices.allSatisfy(told.contains) }

    /// The end of a job whose status goes on denying it.
    ///
    /// A progress update that reaches RunPod after the result puts the job back to `IN_PROGRESS` for ever, with the
    /// progress in place of its output (runpod-python#250).
    mutating func endDespite(_ reply: JobReply) -> AttemptEnd? {
        guard let endSeen, reply.status == .inProgress else {
            denials = 0
            return nil
        }
        denials += 1
        guard denials == 5 else { return nil }
        let message = "its stream ended with \(endSeen.rawValue), but the endpoint shows it as running again"
        return AttemptEnd(JobReply(id: reply.id, status: endSeen, executionTime: reply.executionTime, error: message))
    }
}

extension Sight.Phase {
    fileprivate init(_ status: JobStatus) {
        self = status.isTerminal ? .ended : status == .inQueue ? .queued : .running
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
            return .again(self)
        case .refusedByEndpoint: throw self
        case .unreachable, .rateLimited, .serverTrouble, .malformedReply: return .again(self)
        }
    }
}
