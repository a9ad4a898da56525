import DequeModule
import Flashpoints

extension RunState {
    /// Applies one event and says what follows from it.
    ///
    /// `record` effects are to be reduced before any other event. Events about attempts or flashpoints that the run
    /// does not have any more change nothing.
    package mutating func reduce(_ event: Event) -> [Effect] {
        // What the journal does not keep must leave no trace, or a resumed run would be another one.
        if event.isJournalled { t = max(t, event.t) }
        switch event.body {
        case .runPlanned:
            phase = .running
            plannedAt = event.at
            return []
        case .runResumed(let endpoint):
            return resumed(at: endpoint)
        case .runPaused:
            isPaused = true
            return []
        case .runContinued:
            isPaused = false
            return []
        case .runCancelRequested:
            isCancelled = true
            return lanes.flatMap { cancelRest(of: $0.worker) }
        case .runEnded(let answer):
            phase = .ended
            finalAnswer = answer
            return []
        case .runRetried(let generation):
            self.generation = generation
            return lanes.flatMap { retried($0.worker, only: nil) }
        case .attemptIntended(let ref, _, let indices, let endpoint):
            return intended(ref, indices: indices, endpoint: endpoint)
        case .attemptAccepted(let ref, let job):
            return accepted(ref, job: job)
        case .attemptUnknown(let ref, _):
            guard let live = live(ref), live.job == nil else { return [] }
            lanes[ref.worker - 1].live?.phase = .unknown
            return [.setTimer(.unknownGrace(ref), t: event.t + plan.policy.unknownGrace)]
        case .attemptRefused(let ref, let failure):
            return refused(ref, failure)
        case .attemptStarted(let ref, _, _):
            // Without a job's id nobody can follow it, so it stays unknown until its grace is over.
            guard let live = live(ref), live.phase != .unknown else { return [] }
            lanes[ref.worker - 1].live?.phase = .started
            return []
        case .attemptEnded(let ref, let end):
            return ended(ref, end)
        case .flashpointStarted(let ref, let index, _):
            if isOut(index, ref) { lanes[ref.worker - 1].live?.begun.insert(index) }
            return []
        case .flashpointFailed(let ref, let index, _, let failure, _):
            guard isOut(index, ref), !flashpoints.isToRetry[index] else { return [] }
            flashpoints.isToRetry[index] = true
            charge(index, for: failure.kind)
            return []
        case .flashpointSettled(let settlement):
            return settled(settlement)
        case .flashpointDuplicate(let ref, let index, _):
            counts.duplicates += 1
            if live(ref) != nil { lanes[ref.worker - 1].live?.told.insert(index) }
            return []
        case .workerCancelRequested(let worker):
            return lane(worker) == nil ? [] : cancelRest(of: worker)
        case .workerRetried(let worker, let indices):
            return retried(worker, only: indices)
        case .retryScheduled(let ref, let due, _):
            return scheduled(ref, due: due)
        case .flashpointProgress(let ref, _, _, _, _):
            if lastProgress.indices.contains(ref.worker - 1) { lastProgress[ref.worker - 1] = event.t }
            return []
        case .endpointUnreachable(let since, _):
            return unreachable(since: since, event)
        case .endpointReachable:
            silentSince = nil
            return []
        case .endpointHealth, .workerVitals, .log, .attemptUncancelled, .diskFull, .diskFree:
            return []
        case .timerFired(let timer):
            return fired(timer, t: event.t)
        }
    }

    // MARK: - Sending

    private mutating func intended(_ ref: AttemptRef, indices: IndexList, endpoint: String) -> [Effect] {
        guard let lane = lane(ref.worker), lane.live == nil, indices.allSatisfy(flashpoints.standing.indices.contains)
        else { return [] }
        lanes[ref.worker - 1].take(chunk: ref.chunk, attempt: ref.attempt)
        lanes[ref.worker - 1].live = Lane.Live(ref: ref, phase: .intended, endpoint: endpoint, indices: indices)
        for index in indices where flashpoints.standing[index] == .pending {
            flashpoints.standing[index] = .inFlight
            flashpoints.attempts[index] = flashpoints.attempts[index].addingOne
            flashpoints.isToRetry[index] = false
        }
        return [.submit(ref)]
    }

    private mutating func accepted(_ ref: AttemptRef, job: String) -> [Effect] {
        hasBeenAccepted = true
        guard let lane = lane(ref.worker) else { return [] }
        if let live = live(ref) {
            guard live.job == nil else {
                let isTwin = live.job != job
                return isTwin ? [.cancelJob(ref, job: job, endpoint: live.endpoint)] : []
            }
            lanes[ref.worker - 1].unanswered = 0
            lanes[ref.worker - 1].live?.job = job
            if live.phase != .started { lanes[ref.worker - 1].live?.phase = .accepted }
            return [.watch(ref, job: job, endpoint: live.endpoint)] + cancelJob(of: ref.worker)
        }
        // The lane has gone on without it, and may have one job at a time.
        guard let place = lane.abandoned.firstIndex(where: { $0.ref == ref }) else { return [] }
        let late = lanes[ref.worker - 1].abandoned.remove(at: place)
        return [.cancelJob(ref, job: job, endpoint: late.endpoint)]
    }

    private mutating func refused(_ ref: AttemptRef, _ failure: Failure) -> [Effect] {
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
            return blame(open, ref) { _, _ in failure }
        }
        // Nothing was sent, so the flashpoints wait as they were for whoever resumes.
        halted = failure
        return sendAgain(open, ref) + [.halt(failure)]
    }

    // MARK: - Settling

    private mutating func settled(_ settlement: Settlement) -> [Effect] {
        let index = settlement.index
        guard flashpoints.standing.indices.contains(index), !flashpoints.standing[index].isSettled else { return [] }
        let worker = Int(flashpoints.worker[index])
        if let ref = settlement.attempt, live(ref) != nil { lanes[ref.worker - 1].live?.told.insert(index) }
        if flashpoints.standing[index] == .pending {
            lanes[worker - 1].drop(index, of: Int(flashpoints.chunk[index]))
        }
        switch settlement.outcome {
        case .ok:
            flashpoints.standing[index] = .ok
            counts.ok += 1
        case .failed:
            flashpoints.standing[index] = .failed
            counts.failed += 1
        case .cancelled:
            flashpoints.standing[index] = .cancelled
            counts.cancelled += 1
        }
        flashpoints.seconds[index] = settlement.seconds.map { Float($0) } ?? FlashpointColumns.unmeasured
        flashpoints.isEstimated[index] = settlement.isEstimated
        flashpoints.isToRetry[index] = false
        speedup.settled(
            worker: worker,
            weight: plan.catalogue.weight(index),
            seconds: flashpoints.measured(index),
            isEstimated: settlement.isEstimated
        )
        guard case .failed = settlement.outcome, let limit = plan.policy.maxFailures, counts.failed > limit,
            counts.settled < total, !isCancelled
        else { return [] }
        let why = "\(counts.failed) flashpoints failed, and --max-failures allows \(limit)"
        return [.record(.runCancelRequested(why: why))]
    }

    private mutating func ended(_ ref: AttemptRef, _ end: AttemptEnd) -> [Effect] {
        guard let live = live(ref) else { return [] }
        let open = release(live)
        // Its job may still turn up, except on an endpoint that is no more.
        if live.job == nil, end.kind != .gone { lanes[ref.worker - 1].abandon(live) }
        if live.isCancelled { return cancellations(of: open, ref) }
        switch end.kind {
        case .gone, .absent:
            return sendAgain(open, ref)
        case .cancelled:
            // After a cancelling that was taken back, what it stopped goes on; else somebody else meant it.
            return live.cancelSent ? sendAgain(open, ref) : cancellations(of: open, ref)
        case .lost where live.phase == .unknown:
            // Silence is never failure: no budget is charged, only the pauses grow.
            lanes[ref.worker - 1].unanswered += 1
            let ceiling = plan.policy.backOffCeiling(tries: lanes[ref.worker - 1].unanswered)
            return sendAgain(open, ref, ceiling: ceiling, why: "the submission got no answer")
        case .completed, .oversize:
            return blame(open, ref) { state, index in state.failure(of: index, after: end) }
        case .failed, .timedOut, .lost:
            let suspects = open.filter { live.begun.contains($0) && !flashpoints.isToRetry[$0] }
            return blame(open, suspects: suspects, ref) { state, index in
                if end.kind == .lost, !suspects.isEmpty { return state.death(of: index, after: end) }
                return state.failure(of: index, after: end)
            }
        }
    }

    /// Frees the lane and gives the flashpoints that the attempt held without a result.
    private mutating func release(_ live: Lane.Live) -> [Int] {
        lanes[live.ref.worker - 1].live = nil
        return live.indices.filter { flashpoints.standing[$0] == .inFlight }
    }

    private func cancellations(of open: [Int], _ ref: AttemptRef) -> [Effect] {
        open.map { .record(cancellation(of: $0, worker: ref.worker, attempt: ref)) }
    }

    /// Charges who is to blame; what is out of its budget fails, the rest is tried again.
    ///
    /// With suspects the others are charged nothing and go first, and each suspect goes alone, so that a flashpoint that
    /// takes its worker down harms no other.
    ///
    /// - Parameters:
    ///   - suspects: What the worker was at; empty when nobody knows, and all of `open` is to blame.
    ///   - cause: The failure of a flashpoint that is to blame and has not been charged by a record of its own.
    private mutating func blame(
        _ open: [Int],
        suspects: [Int] = [],
        _ ref: AttemptRef,
        by cause: (inout RunState, Int) -> Failure
    ) -> [Effect] {
        var effects: [Effect] = []
        var together: [Int] = []
        var alone: [Int] = []
        var why = ""
        for index in open {
            let isSuspect = suspects.contains(index)
            if flashpoints.isToRetry[index] || (!suspects.isEmpty && !isSuspect) {
                together.append(index)
                continue
            }
            let failure = cause(&self, index)
            charge(index, for: failure.kind)
            if mayTryAgain(index, after: failure.kind) {
                if isSuspect { alone.append(index) } else { together.append(index) }
            } else {
                effects.append(.record(settle(index, as: .failed(failure), worker: ref.worker, attempt: ref)))
            }
            if why.isEmpty { why = failure.message }
        }
        if why.isEmpty, let first = together.first { why = "flashpoint \(plan.catalogue.id(first)) failed" }
        for work in [together] + alone.map({ [$0] }) {
            let tries = work.map { flashpoints.spent($0) }.max() ?? 0
            effects += sendAgain(work, ref, ceiling: plan.policy.backOffCeiling(tries: tries), why: why)
        }
        return effects
    }

    /// Puts flashpoints of an attempt that is over back on the lane, at its head or after a pause.
    ///
    /// - Parameter ceiling: Of the pause; `nil` for none.
    private mutating func sendAgain(
        _ indices: [Int],
        _ ref: AttemptRef,
        ceiling: Double? = nil,
        why: String = ""
    ) -> [Effect] {
        guard !indices.isEmpty else { return [] }
        for index in indices { flashpoints.standing[index] = .pending }
        let attempt = lanes[ref.worker - 1].nextAttempt(of: ref.chunk)
        let work = Lane.Work(chunk: ref.chunk, attempt: attempt, indices: IndexList(indices))
        guard let ceiling else {
            lanes[ref.worker - 1].queue.prepend(work)
            return []
        }
        lanes[ref.worker - 1].retries.append(Lane.Retry(work: work, due: nil))
        let next = AttemptRef(worker: ref.worker, chunk: ref.chunk, attempt: attempt)
        return [.backOff(next, ceiling: ceiling, why: why)]
    }

    // MARK: - Timers

    private mutating func scheduled(_ ref: AttemptRef, due: Double) -> [Effect] {
        let isIt = { (retry: Lane.Retry) in retry.work.chunk == ref.chunk && retry.work.attempt == ref.attempt }
        guard let place = lane(ref.worker)?.retries.firstIndex(where: isIt) else { return [] }
        lanes[ref.worker - 1].retries[place].due = due.wholeMilliseconds
        // The pause that ends first: a driver may keep one timer of a kind.
        return lanes[ref.worker - 1].nextDue.map { [.setTimer(.retry(worker: ref.worker), t: $0)] } ?? []
    }

    private func fired(_ timer: RunTimer, t: Double) -> [Effect] {
        switch timer {
        case .retry(let worker):
            // The moment itself is the news: `ready` finds the pause over. One that fired early is set again.
            let next = lane(worker)?.retries.compactMap(\.due).filter { $0 > t }.min()
            return next.map { [.setTimer(timer, t: $0)] } ?? []
        case .unknownGrace(let ref):
            guard let live = live(ref), live.phase == .unknown else { return [] }
            return [.find(ref, endpoint: live.endpoint)]
        case .silence:
            // A hundredth of a second, since a timer may fire early and is not set again.
            guard !hasBeenAccepted, halted == nil, let silentSince, let limit = plan.policy.silenceLimit,
                t >= silentSince + limit - 0.01
            else { return [] }
            let message = "the endpoint gave no answer for \(Int(limit)) s"
            return [.record(.log(level: .error, worker: nil, message: message)), .halt(Failure(.config, message))]
        }
    }

    private mutating func unreachable(since: Int64, _ event: Event) -> [Effect] {
        guard silentSince == nil else { return [] }
        let start = min(event.t, max(0, event.t - Double(event.at - since) / 1_000))
        silentSince = start
        guard !hasBeenAccepted, let limit = plan.policy.silenceLimit else { return [] }
        return [.setTimer(.silence, t: start + limit)]
    }
}

extension UInt8 {
    /// One more, staying at the greatest value.
    var addingOne: UInt8 { self == .max ? .max : self + 1 }
}
