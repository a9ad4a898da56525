import DequeModule
import Flashpoints

// How attempts end, and what becomes of the flashpoints they leave without a result.
extension RunState {
    /// Takes a refused submission: nothing runs, so its flashpoints are charged, or wait for whoever resumes.
    mutating func refused(_ ref: AttemptRef, _ failure: Failure) -> [Effect] {
        guard let live = live(ref) else { return [] }
        if live.job != nil {
            // The key was withdrawn while the job runs: whoever resumes the run takes the job up again.
            guard failure.kind == .config else { return [] }
            halted = failure
            return [.halt(failure)]
        }
        let open = release(live)
        if live.isCancelled { return cancellations(of: open, ref) }
        guard failure.kind == .config else {
            breaker.failed(failure)
            return blame(open, live) { _, _ in failure }
        }
        // Nothing was sent, so the flashpoints wait as they were for whoever resumes.
        halted = failure
        return sendAtOnce([open], live) + [.halt(failure)]
    }

    /// Takes the end of an attempt, however it came about.
    mutating func ended(_ ref: AttemptRef, _ end: AttemptEnd) -> [Effect] {
        guard let live = live(ref), !end.isAnswerToSearch || live.job == nil else { return [] }
        let open = release(live)
        // Its job may still turn up, except on an endpoint that is no more or that turned it away.
        if live.job == nil, end.kind != .gone, end.kind != .oversize { lanes[ref.worker - 1].abandon(live) }
        if live.isCancelled { return cancellations(of: open, ref) }
        switch end.kind {
        case .gone:
            return sendAtOnce([open], live)
        case .absent:
            lanes[ref.worker - 1].unanswered = 0
            return sendAtOnce([open], live)
        case .cancelled:
            // After a cancelling that was taken back, what it stopped goes on; else somebody else meant it.
            return live.cancelSent ? sendAtOnce([open], live) : cancellations(of: open, ref)
        case .lost where live.phase == .unknown:
            // Silence is never failure: no flashpoint is charged, only the pauses grow. But the job may run and be paid
            // for, so as a retry it counts; unless the endpoint said that it is in trouble, which passes.
            lanes[ref.worker - 1].unanswered += 1
            if !live.metTrouble, !live.isInherited { breaker.retried() }
            let ceiling = plan.policy.backOffCeiling(tries: lanes[ref.worker - 1].unanswered)
            return sendLater(open, live, ceiling: ceiling, why: "the submission got no answer")
        case .completed:
            return incomplete(open, live, end)
        case .oversize:
            guard open.count > 1 else { return blame(open, live) { $0.failure(of: $1, after: end) } }
            return halves(open, live, why: "more than the platform takes in one job")
        case .failed, .timedOut, .lost:
            return broken(open, live, end)
        }
    }

    /// Takes a job that returned without all results.
    private mutating func incomplete(_ open: [Int], _ live: Lane.Live, _ end: AttemptEnd) -> [Effect] {
        let missing = open.filter { !flashpoints.isToRetry[$0] }
        if let first = missing.first { breaker.failed(failure(of: first, after: end)) }
        // Not one result of several: what they are together may be more than the platform hands back.
        if missing.count > 1, missing.count == open.count, live.told.isEmpty {
            return halves(missing, live, why: "the job completed without a result")
        }
        return blame(open, live) { $0.failure(of: $1, after: end) }
    }

    /// Takes a job that failed, ran over its time or was lost.
    ///
    /// Where the worker told what it was at, that is suspected. Where it told nothing, the same flashpoints go once more,
    /// and after a second such end in halves, until the one that is to blame is alone.
    private mutating func broken(_ open: [Int], _ live: Lane.Live, _ end: AttemptEnd) -> [Effect] {
        if live.isInherited, end.kind == .lost, end.status == AttemptEnd.forgottenStatus {
            // What a former driver left and the endpoint forgot meanwhile is no sign of how the run goes now.
            return blame(open, live, isRetry: false) { $0.failure(of: $1, after: end) }
        }
        let silent = open.filter { !flashpoints.isToRetry[$0] }
        guard let first = silent.first else { return blame(open, live) { $0.failure(of: $1, after: end) } }
        breaker.failed(failure(of: first, after: end))
        let isDeath = end.kind == .lost && end.tookWorkerDown(live)
        if end.kind == .lost, !isDeath { return blame(open, live) { $0.failure(of: $1, after: end) } }

        let begun = silent.filter { live.begun.contains($0) }
        let suspects = begun.isEmpty && silent.count == 1 ? silent : begun
        let setback = Lane.Setback(end, of: live, open: silent.count)
        if !suspects.isEmpty {
            return blame(open, live, suspects: suspects, setback: setback) { state, index in
                isDeath ? state.death(of: index, after: end, live, setback) : state.failure(of: index, after: end)
            }
        }
        let answered = open.filter { flashpoints.isToRetry[$0] }
        let others = answered.isEmpty ? [] : blame(answered, live) { $0.failure(of: $1, after: end) }
        if end.kind == .timedOut { return halves(silent, live, why: "the job ran over its executionTimeout") + others }
        let setbacks = live.setbacks + [setback]
        let why = failure(of: first, after: end).message
        // A job that brought some results died of what is left, so that is another group than before.
        if live.setbacks.isEmpty || !live.told.isEmpty || !answered.isEmpty {
            breaker.retried()
            return again(silent, live, setbacks, why: why) + others
        }
        let middle = silent.count / 2
        return [announceHalves(of: silent.count, live, why: "its job ended badly again with the same flashpoints")]
            + again(Array(silent[..<middle]), live, setbacks, why: why)
            + again(Array(silent[middle...]), live, setbacks, why: why) + others
    }

    /// Frees the lane and gives the flashpoints that the attempt held without a result.
    private mutating func release(_ live: Lane.Live) -> [Int] {
        lanes[live.ref.worker - 1].live = nil
        return live.indices.filter { flashpoints.standing[$0] == .inFlight }
    }

    private func cancellations(of open: [Int], _ ref: AttemptRef) -> [Effect] {
        open.map { .record(cancellation(of: $0, worker: ref.worker, attempt: ref)) }
    }

    // MARK: - Blame

    /// Charges who is to blame; what is out of its budget fails, the rest is tried again.
    ///
    /// With suspects the others are charged nothing and go first, and each suspect goes alone, so that a flashpoint that
    /// takes its worker down harms no other.
    ///
    /// - Parameters:
    ///   - suspects: What the worker was at; empty when nobody knows, and all of `open` is to blame.
    ///   - setback: What befell the suspects.
    ///   - isRetry: Whether trying again counts as a retry of the run.
    ///   - cause: The failure of a flashpoint that is to blame and has not been charged by a record of its own.
    private mutating func blame(
        _ open: [Int],
        _ live: Lane.Live,
        suspects: [Int] = [],
        setback: Lane.Setback? = nil,
        isRetry: Bool = true,
        by cause: (inout RunState, Int) -> Failure
    ) -> [Effect] {
        var effects: [Effect] = []
        var together: [Int] = []
        var alone: [Int] = []
        var why = ""
        var isCharged = false
        for index in open {
            let isSuspect = suspects.contains(index)
            if flashpoints.isToRetry[index] || (!suspects.isEmpty && !isSuspect) {
                isCharged = isCharged || flashpoints.isToRetry[index]
                together.append(index)
                continue
            }
            let failure = cause(&self, index)
            charge(index, for: failure.kind)
            if mayTryAgain(index, after: failure.kind) {
                if isSuspect { alone.append(index) } else { together.append(index) }
                isCharged = isCharged || !isSuspect
            } else {
                effects.append(.record(settle(index, as: .failed(failure), worker: live.ref.worker, attempt: live.ref)))
            }
            if why.isEmpty { why = failure.message }
        }
        if why.isEmpty, let first = together.first { why = "flashpoint \(plan.catalogue.id(first)) failed" }
        if !together.isEmpty {
            if isCharged, isRetry { breaker.retried() }
            effects += sendLater(together, live, ceiling: ceiling(together), why: why)
        }
        for index in alone {
            breaker.retried()
            let setbacks = live.setbacks + [setback].compactMap(\.self)
            effects += sendLater([index], live, setbacks, ceiling: ceiling([index]), why: why)
        }
        return effects
    }

    private func ceiling(_ indices: [Int]) -> Double {
        plan.policy.backOffCeiling(tries: indices.map { flashpoints.spent($0) }.max() ?? 0)
    }

    /// Sends a group whose job ended badly again, charging nobody.
    private mutating func again(
        _ indices: [Int],
        _ live: Lane.Live,
        _ setbacks: [Lane.Setback],
        why: String
    ) -> [Effect] {
        let ceiling = plan.policy.backOffCeiling(tries: setbacks.count)
        return sendLater(indices, live, setbacks, ceiling: ceiling, why: why)
    }

    // MARK: - Splitting

    /// Sends two halves at once instead of the same again, charging nobody.
    private mutating func halves(_ indices: [Int], _ live: Lane.Live, why: String) -> [Effect] {
        let middle = indices.count / 2
        let line = announceHalves(of: indices.count, live, why: why)
        return [line] + sendAtOnce([Array(indices[..<middle]), Array(indices[middle...])], live)
    }

    private func announceHalves(of count: Int, _ live: Lane.Live, why: String) -> Effect {
        let message =
            "sends the \(count) flashpoints of chunk \(live.ref.chunk), attempt \(live.ref.attempt) in halves: "
        return .record(.log(level: .warning, worker: live.ref.worker, message: message + why))
    }

    // MARK: - Sending again

    /// Puts flashpoints of an attempt that is over back at the head of the lane, each group as a job of its own.
    private mutating func sendAtOnce(_ groups: [[Int]], _ live: Lane.Live) -> [Effect] {
        let works = groups.filter { !$0.isEmpty }.map { pend($0, live, live.setbacks) }
        for work in works.reversed() { lanes[live.ref.worker - 1].queue.prepend(work) }
        return []
    }

    /// Puts flashpoints of an attempt that is over back on the lane, to be sent after a pause of at most `ceiling`.
    private mutating func sendLater(
        _ indices: [Int],
        _ live: Lane.Live,
        _ setbacks: [Lane.Setback]? = nil,
        ceiling: Double,
        why: String
    ) -> [Effect] {
        guard !indices.isEmpty else { return [] }
        let work = pend(indices, live, setbacks ?? live.setbacks)
        lanes[live.ref.worker - 1].retries.append(Lane.Retry(work: work, due: nil))
        let next = AttemptRef(worker: live.ref.worker, chunk: work.chunk, attempt: work.attempt)
        return [.backOff(next, ceiling: ceiling, why: why)]
    }

    private mutating func pend(_ indices: [Int], _ live: Lane.Live, _ setbacks: [Lane.Setback]) -> Lane.Work {
        for index in indices { flashpoints.standing[index] = .pending }
        return Lane.Work(
            chunk: live.ref.chunk,
            attempt: lanes[live.ref.worker - 1].nextAttempt(of: live.ref.chunk),
            indices: IndexList(indices),
            setbacks: setbacks.suffix(Lane.Setback.limit)
        )
    }
}

extension AttemptEnd {
    /// The word for a submission of which nobody can tell whether it arrived.
    package static let unansweredStatus = "UNKNOWN"

    /// Whether it says that nobody can tell whether the submission arrived.
    package var isUnanswered: Bool { kind == .lost && status == Self.unansweredStatus }

    /// Whether it comes from looking for a submission that got no answer, and says nothing of a job that is known.
    var isAnswerToSearch: Bool { kind == .absent || isUnanswered }

    /// Whether a worker had the job and was lost with it, rather than the job or its result alone.
    fileprivate func tookWorkerDown(_ live: Lane.Live) -> Bool {
        switch status {
        // The endpoint forgets jobs by their age, whether they ended well or not.
        case Self.forgottenStatus: false
        // Either no worker took it in time, or one did and never reported.
        case "TIMED_OUT": live.instance != nil || !live.begun.isEmpty
        default: live.hasRun
        }
    }
}

extension Lane.Setback {
    init(_ end: AttemptEnd, of live: Lane.Live, open: Int) {
        self.init(
            attempt: live.ref.attempt,
            open: open,
            instance: live.instance,
            words: String((end.message ?? end.status).prefix(160))
        )
    }
}

extension Lane.Setback: CustomStringConvertible {
    /// Such as `attempt 2 on abc123 with 4 flashpoints: job timed out after 1 retries`.
    var description: String {
        let place = instance.map { " on \($0)" } ?? ""
        let company = open == 1 ? "" : " with \(open) flashpoints"
        return "attempt \(attempt)\(place)\(company): \(words)"
    }
}
