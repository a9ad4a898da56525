import RunPodAPI
import Synchronization

/// Stands between the sockets and the service: keeps the rate limits and does the faults that were asked for.
final class EndpointEdge<C: Clock>: Sendable where C.Duration == Duration {
    enum Admission: Sendable {
        case admitted(Entry)
        /// To be answered so after the pause.
        case refused(EndpointResponse, after: Duration = .zero)
    }

    /// A request that was let in; it is counted until ``finished(_:)``.
    struct Entry: Sendable {
        var operation: EndpointOperation
        fileprivate var ticket: RateGate.Ticket?
    }

    enum Answer: Sendable {
        /// `given` is what the queue said, nil where it was not asked.
        case response(EndpointResponse, given: JobQueue.Reply?)
        /// The connection is to be closed without a word.
        case drop
    }

    private struct State {
        var gate: RateGate
        /// What is handed out once more, in order.
        var again: [[JobQueue.TakenJob]] = []
        /// Progress that is put aside until the job's end.
        var late: [String: [(operation: EndpointOperation, body: [UInt8])]] = [:]
        /// Workers with another key that were told of.
        var strangers: Set<String> = []
    }

    /// RunPod's SDK asks again at once when it is refused.
    private static var pauseForStrangers: Duration { .seconds(1) }

    private let service: EndpointService<C>
    private let queue: QueueDriver<C>
    private let dial: FaultDial
    private let clock: C
    private let isLimited: Bool
    private let onRequest: @Sendable (EndpointCall, _ isAdmitted: Bool) -> Void
    private let onForeignWorker: @Sendable (_ worker: String) -> Void
    private let state: Mutex<State>

    init(
        service: EndpointService<C>,
        queue: QueueDriver<C>,
        rates: RateLimits?,
        dial: FaultDial,
        clock: C,
        onRequest: @escaping @Sendable (EndpointCall, _ isAdmitted: Bool) -> Void = { _, _ in },
        onForeignWorker: @escaping @Sendable (_ worker: String) -> Void = { _ in }
    ) {
        self.onRequest = onRequest
        self.onForeignWorker = onForeignWorker
        self.service = service
        self.queue = queue
        self.dial = dial
        self.clock = clock
        isLimited = rates != nil
        state = Mutex(State(gate: RateGate(rates ?? RateLimits(rules: []))))
    }

    /// Checks the token, the target and the limits; the body need not have come yet.
    func admit(method: String, target: String, authorization: String?) -> Admission {
        switch service.admit(method: method, target: target, authorization: authorization) {
        case .refused(let response):
            return .refused(response)
        case .foreignWorker(let worker):
            let isNew = state.withLock { state in
                // Whoever makes up names without end is not worth more lines.
                state.strangers.count < 16 && state.strangers.insert(worker).inserted
            }
            if isNew { onForeignWorker(worker) }
            return .refused(.unauthorized, after: Self.pauseForStrangers)
        case .admitted(let operation):
            let admission = admit(operation)
            if case .admitted = admission { onRequest(operation.call, true) } else { onRequest(operation.call, false) }
            return admission
        }
    }

    private func admit(_ operation: EndpointOperation) -> Admission {
        guard isLimited else { return .admitted(Entry(operation: operation)) }
        let load = queue.load
        let now = queue.now
        return state.withLock { state in
            guard state.gate.allowsQueueing(operation.call, queued: load.queued, workers: load.workers) else {
                return .refused(.tooManyRequests(retryAfter: RateGate.pauseForConcurrency))
            }
            switch state.gate.admit(operation.call, running: load.running, at: now) {
            case .refused(let pause): return .refused(.tooManyRequests(retryAfter: pause))
            case .admitted(let ticket): return .admitted(Entry(operation: operation, ticket: ticket))
            case .free: return .admitted(Entry(operation: operation))
            }
        }
    }

    /// Lets that much of the endpoint's time pass, less when the task is cancelled.
    func pass(_ pause: Duration) async {
        guard pause > .zero else { return }
        try? await clock.sleep(for: pause)
    }

    /// Notes that the request has its answer, whichever.
    func finished(_ entry: Entry) {
        guard let ticket = entry.ticket else { return }
        state.withLock { $0.gate.finished(ticket) }
    }

    /// Does what the request asks, and what the faults make of it; long polls take their time.
    func answer(_ entry: Entry, body: [UInt8]) async -> Answer {
        guard dial.isOn else {
            let reply = await service.reply(to: entry.operation, body: body)
            return .response(EndpointResponse(reply), given: reply)
        }
        var operation = entry.operation
        var after: [EndpointFaults.Fault] = []
        for fault in dial.faults(of: call(operation, body)) {
            switch fault {
            case .answer(let status, let text, let pause):
                return .response(
                    EndpointResponse(status: status, body: Array(text.utf8), retryAfter: pause),
                    given: nil
                )
            case .drop:
                return .drop
            case .delay(let pause):
                guard (try? await clock.sleep(for: pause)) != nil else { return .drop }
            case .ignore:
                return .response(EndpointResponse(service.pretence(of: operation)), given: nil)
            case .notHeld:
                operation = operation.unheld
            case .late:
                putAside(operation, body)
                return .response(EndpointResponse(.acknowledged), given: nil)
            case .answerAfter, .delayAnswer, .dropAfter, .deliverAgain, .omitEmptyInput, .throttled:
                after.append(fault)
            }
        }
        let reply: JobQueue.Reply
        if let again = handedOutAgain(operation) {
            reply = again
        } else {
            reply = await service.reply(to: operation, body: body)
        }
        await applyLateProgress(after: operation)
        return await wrong(reply, after)
    }

    /// Answers a request whose body is over the operation's limit.
    func answerToOversizeBody(of entry: Entry) async -> EndpointResponse {
        var response = await service.replyToOversizeBody(of: entry.operation)
        response.status = dial.oversizeStatus
        return response
    }

    /// Puts the jobs of an answer that could not be sent back into the queue, and its chunks to their job.
    func giveBack(_ reply: JobQueue.Reply, of entry: Entry) {
        service.giveBack(reply, of: entry.operation)
    }

    // MARK: - Faults

    private func call(_ operation: EndpointOperation, _ body: [UInt8]) -> EndpointCall {
        guard case .jobDone = operation, let members = try? JSONText.members(of: body),
            members["status"]?.stringValue == "IN_PROGRESS"
        else { return operation.call }
        return .progress
    }

    /// Words the answer with the faults that come after the deed.
    private func wrong(_ reply: JobQueue.Reply, _ faults: [EndpointFaults.Fault]) async -> Answer {
        var reply = reply
        for case .throttled(let count) in faults {
            guard case .health(var health) = reply else { break }
            health.workers.throttled = count
            reply = .health(health)
        }
        var response = EndpointResponse(reply, omittingEmptyInput: faults.contains(.omitEmptyInput))
        for fault in faults {
            switch fault {
            case .answerAfter(let status, let text):
                response = EndpointResponse(status: status, body: Array(text.utf8))
            case .dropAfter:
                return .drop
            case .delayAnswer(let pause):
                guard (try? await clock.sleep(for: pause)) != nil else { return .drop }
            case .deliverAgain:
                let jobs = reply.takenJobs
                if !jobs.isEmpty { state.withLock { $0.again.append(jobs) } }
            case .answer, .delay, .drop, .ignore, .late, .notHeld, .omitEmptyInput, .throttled:
                break
            }
        }
        return .response(response, given: reply)
    }

    /// What a former take was given already, for a take.
    private func handedOutAgain(_ operation: EndpointOperation) -> JobQueue.Reply? {
        guard case .jobTake(_, let batch) = operation else { return nil }
        return state.withLock { state in
            guard let jobs = state.again.first, let first = jobs.first else { return nil }
            state.again.removeFirst()
            return batch == nil ? .taken(first) : .takenBatch(jobs)
        }
    }

    private func putAside(_ operation: EndpointOperation, _ body: [UInt8]) {
        guard case .jobDone(_, let job) = operation else { return }
        state.withLock { $0.late[job, default: []].append((operation, body)) }
    }

    private func applyLateProgress(after operation: EndpointOperation) async {
        guard case .jobDone(_, let job) = operation else { return }
        for report in state.withLock({ $0.late.removeValue(forKey: job) }) ?? [] {
            _ = await service.reply(to: report.operation, body: report.body)
        }
    }
}

extension JobQueue.Reply {
    /// The jobs that the answer hands out.
    var takenJobs: [JobQueue.TakenJob] {
        switch self {
        case .taken(let job): [job]
        case .takenBatch(let jobs): jobs
        case .accepted, .job, .chunks, .removed, .health, .list, .jobsToStop, .acknowledged, .nothing, .refused: []
        }
    }
}

extension EndpointOperation {
    /// The same, to be answered at once where a client may wait.
    var unheld: EndpointOperation {
        switch self {
        case .runsync: .runsync(wait: .zero)
        case .statusSync(let job, _): .statusSync(job, wait: .zero)
        case .stream(let job, _): .stream(job, wait: .zero)
        case .run, .status, .cancel, .retry, .purgeQueue, .health, .requests, .jobTake, .jobDone, .jobStream, .ping,
            .jobStop:
            self
        }
    }
}
