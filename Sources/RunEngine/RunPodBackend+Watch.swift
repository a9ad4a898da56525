import Coordination
import Flashpoints
import RunPodAPI

extension RunPodBackend {
    /// Follows a job by the looks that all jobs of the endpoint share: to its end, reading what it streams.
    ///
    /// The job's whole output is read at the end, so a piece that was handed out and lost on the way is not lost: our
    /// worker repeats its results there. An endpoint without `stream` is asked for the status instead. A job that goes on
    /// beyond all limits it was submitted with is given up, by this machine's clock, and so is one of which the endpoint
    /// refuses to tell anything.
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
            var denied: Look?
            if case .news(let hold) = look {
                switch try await readNews(&watch, look, hold: hold, report: report) {
                case .goesOn: continue
                case .hasEnded, .isRefused: break
                case .isUnknown: denied = look
                }
                look = .state
            }
            let reply: JobReply?
            switch try await status(&watch, look, denied: denied, report: report) {
            case .reply(let told): reply = told
            case .unknown: reply = nil
            case .refused(let status, let words):
                let message = "the endpoint does not tell how the job is: \(words)"
                return await abandon(watch, AttemptEnd(.lost, status: "\(status)", message: message), report: report)
            }
            if let reply, reply.status != .inQueue { await reportStart(&watch, reply, report: report) }
            if let end = try await ending(&watch, reply, report: report) {
                watch.hasEnded = true
                return await report(.ended(watch.order.ref, end))
            }
            if isOver {
                let word = reply?.status.rawValue ?? "404"
                let message = "the endpoint still shows \(word) after all the time that the job was given"
                return await abandon(watch, AttemptEnd(.lost, status: word, message: message), report: report)
            }
        }
    }

    /// How long a job is followed at most: all that it was given, once for the queue and once more for a second run after
    /// the loss of a worker, and some minutes.
    private func patience(_ order: JobOrder) -> Duration {
        let count = order.indices.count
        return bodies.life(flashpoints: count) + bodies.executionTimeout(flashpoints: count) + .seconds(600)
    }

    /// Gives up a job that may go on, and tries to stop it; one that could not be stopped is told.
    private func abandon(_ watch: Watch, _ end: AttemptEnd, report: Reporter) async {
        let (ref, job) = (watch.order.ref, watch.job)
        do {
            // A few times and no more: the platform does not keep to its word here as it is.
            try await retrying(clock: clock) { error, failures in
                guard failures < 3, let failure = error as? RunPodFailure, failure.isTemporary else { return nil }
                return max(failure.wait, Backoff.control.wait(afterFailures: failures, chance: sources.chance()))
            } _: {
                _ = try await client.cancel(job)
            }
        } catch is CancellationError {
            return
        } catch {
            await report(.uncancelled(ref, job: job, why: "\(error)"))
        }
        guard !Task.isCancelled else { return }
        await report(.ended(ref, end))
    }

    /// Takes what the job streamed next.
    private func readNews(
        _ watch: inout Watch,
        _ look: Look,
        hold: Duration,
        report: @escaping Reporter
    ) async throws -> Reading {
        let ticket = watch.ticket
        let piece: StreamReply
        let took: Duration
        switch try await nextPiece(watch.job, hold: hold, report: report) {
        case .piece(let reply, let time): (piece, took) = (reply, time)
        case .unknown: return .isUnknown
        case .refused:
            watch.isUnstreamed = true
            desk.plan { planner, _ in planner.unstreamed(ticket) }
            return .isRefused
        }
        let runs = piece.status != .inQueue && !piece.status.isTerminal
        if runs, !watch.hasStarted { try await askForStart(&watch, report: report) }
        let news = await take(piece, &watch, report: report)
        desk.saw(ticket, look, Sight(Sight.Phase(piece.status), news: news, took: took))
        if piece.status == .inQueue, watch.hasStarted { watch.mayHaveMoved = true }
        if runs, watch.mayHaveMoved { try await askForStart(&watch, report: report) }
        watch.endSeen = piece.status.isTerminal ? piece.status : nil
        guard piece.status.isTerminal else { return .goesOn }
        if !piece.outputs.isEmpty { try await drain(&watch, report: report) }
        return .hasEnded
    }

    /// Reports what a piece of the stream brings.
    private func take(_ piece: StreamReply, _ watch: inout Watch, report: Reporter) async -> Sight.News {
        var news = piece.outputs.isEmpty ? Sight.News.none : .pulse
        for output in piece.outputs {
            switch watch.reader.piece(output) {
            case .record(let record):
                switch record.relayed?.record {
                case .heartbeat: break
                case .result(let result):
                    watch.told.insert(result.index)
                    news = .some
                default: news = .some
                }
                if case .start(let index, _) = record { watch.begin(index) }
                if case .end = record { watch.hasLastRecord = true }
                await report(.record(watch.order.ref, record))
            case .results(let results):
                news = .some
                for result in results { await tell(result, &watch, report: report) }
            }
        }
        return news != .none && (watch.hasLastRecord || watch.hasAll) ? .last : news
    }

    /// Reads the rest of what a job streamed that has ended, since only the output is kept and not every handler's
    /// output repeats it.
    private func drain(_ watch: inout Watch, report: @escaping Reporter) async throws {
        let (look, ticket) = (Look.news(hold: .seconds(1)), watch.ticket)
        var misses = 0
        while !watch.hasLastRecord, !watch.isUnstreamed {
            let piece: StreamReply
            switch try await nextPiece(watch.job, hold: .seconds(1), report: report) {
            case .piece(let reply, _): piece = reply
            case .refused:
                watch.isUnstreamed = true
                continue
            case .unknown:
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

    /// The next of what the job streamed.
    private func nextPiece(_ job: String, hold: Duration, report: Reporter) async throws -> Piece {
        var refusals = 0
        return try await untilHeard(report: report) {
            let asked = clock.now
            do {
                let piece = try await client.stream(job, wait: hold)
                return .heard(.piece(piece, took: asked.duration(to: clock.now)))
            } catch let failure as RunPodFailure {
                noteCut(failure, since: asked)
                return try failure.orAgain(&refusals, atMost: 3, refused: { _ in .refused }, else: .unknown)
            }
        }
    }

    /// How the job is, as far as the endpoint tells.
    ///
    /// One 404 is no proof that it does not know the job, so it is asked three times; and a job that is given up is
    /// computed again, so a refusal has to last for half a minute.
    ///
    /// - Parameter denied: A look that the endpoint had no answer to, which says something of the operation only when
    ///   the endpoint does know the job.
    private func status(
        _ watch: inout Watch,
        _ look: Look,
        denied: Look?,
        report: Reporter
    ) async throws -> Answer {
        let (job, ticket) = (watch.job, watch.ticket)
        var look = look
        var denied = denied
        var misses = 0
        var refusals = 0
        while true {
            var seen = (look: look, took: Duration.zero)
            let answer: Answer = try await untilHeard(report: report) {
                let asked = clock.now
                defer { seen.took = asked.duration(to: clock.now) }
                do {
                    if case .end(let hold) = seen.look {
                        if case .reply(let reply) = try await client.statusSync(job, wait: hold) {
                            return .heard(.reply(reply))
                        }
                        denied = seen.look
                        seen.look = .state
                    }
                    return .heard(.reply(try await client.status(job)))
                } catch let failure as RunPodFailure {
                    noteCut(failure, since: asked)
                    return try failure.orAgain(
                        &refusals,
                        atMost: 8,
                        refused: { .refused(status: $0, words: "\(failure)") },
                        else: .unknown
                    )
                }
            }
            switch answer {
            case .reply(let reply):
                if let denied { desk.plan { planner, now in planner.denied(ticket, denied, now: now) } }
                desk.saw(ticket, seen.look, Sight(Sight.Phase(reply.status), took: seen.took))
                return answer
            case .refused: return answer
            case .unknown:
                misses += 1
                if misses == 3 { return answer }
                look = .state
                try await clock.sleep(for: .seconds(2))
            }
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

    /// Asks which machine has the job, which only `status` tells; without an answer the start itself is news enough.
    private func askForStart(_ watch: inout Watch, report: Reporter) async throws {
        let reply = try? await client.status(watch.job)
        try Task.checkCancellation()
        watch.mayHaveMoved = false
        await reportStart(&watch, reply, report: report)
    }

    /// Reports that the job runs, and again when another machine has it: the platform runs a job once more whose worker
    /// vanished.
    private func reportStart(_ watch: inout Watch, _ reply: JobReply?, report: Reporter) async {
        let isElsewhere = reply?.workerId != nil && reply?.workerId != watch.instance
        guard !watch.hasStarted || isElsewhere else { return }
        // The delay counts from the submission; a second machine's would have the first one's run in it.
        let delay = watch.instance == nil ? reply?.delayTime : nil
        watch.hasStarted = true
        watch.instance = reply?.workerId ?? watch.instance
        await report(.started(watch.order.ref, instance: reply?.workerId, delayMS: delay))
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

/// What came of reading a job's news.
private enum Reading {
    case goesOn
    /// The job has ended, so its status is to be asked for.
    case hasEnded
    /// There is no such operation, or no such job (404).
    case isUnknown
    /// The endpoint does not tell what this job streams.
    case isRefused
}

/// What the endpoint hands out of a job's stream.
private enum Piece: Sendable {
    case piece(StreamReply, took: Duration)
    /// There is no such operation, or no such job (404).
    case unknown
    /// The request is refused again and again.
    case refused
}

/// What the endpoint tells of how a job is.
private enum Answer: Sendable {
    case reply(JobReply)
    /// It does not know the job (any more).
    case unknown
    /// The request is refused again and again.
    case refused(status: Int, words: String)
}

/// What is known of a job that is being followed.
private struct Watch {
    let order: JobOrder
    let job: String
    let ticket: PollPlanner.Ticket
    let reader: HandlerOutput
    var hasStarted = false
    /// The machine that has or had the job, when it was told.
    var instance: String?
    /// Whether the stream shows that the job began anew, and nobody has asked where.
    var mayHaveMoved = false
    /// Flashpoints that the job began.
    private var begun: Set<Int> = []
    /// Flashpoints of which the job told a result.
    var told: Set<Int> = []
    /// Whether our worker's last record has come, after which it streams nothing.
    var hasLastRecord = false
    /// Whether the endpoint does not tell what this job streams, whatever it tells of others.
    var isUnstreamed = false
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

    /// A flashpoint that begins once more does so in another execution of the job.
    mutating func begin(_ index: Int) {
        if !begun.insert(index).inserted { mayHaveMoved = true }
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
    /// - Parameters:
    ///   - refusals: How often the request itself was refused.
    ///   - limit: How often it has to be for `refused` to count.
    fileprivate func orAgain<Value: Sendable>(
        _ refusals: inout Int,
        atMost limit: Int,
        refused: (_ status: Int) -> Value,
        else fallback: Value
    ) throws -> Attempted<Value> {
        switch self {
        case .notFound: return .heard(fallback)
        case .badRequest(405, _), .serverTrouble(501, _): return .heard(fallback)
        case .badRequest(let status, _):
            refusals += 1
            if refusals == limit { return .heard(refused(status)) }
            return .again(self)
        case .refusedByEndpoint: throw self
        case .unreachable, .rateLimited, .serverTrouble, .malformedReply: return .again(self)
        }
    }
}
