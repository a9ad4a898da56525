import DequeModule
import Flashpoints

extension RunState {
    /// Applies one event and says what follows from it.
    ///
    /// `record` effects are to be reduced before any other event. Events about attempts or flashpoints that the run
    /// does not have any more change nothing.
    package mutating func reduce(_ event: Event) -> [Effect] {
        let before = at
        // What the journal does not keep must leave no trace, or a resumed run would be another one.
        if event.isJournalled {
            t = max(t, event.t)
            at = event.at
            bill.apply(event)
        }
        let effects = apply(event, before: before)
        return tripped().map { effects + [.ask(why: $0)] } ?? effects
    }

    /// - Parameter before: Wall time of the event before.
    private mutating func apply(_ event: Event, before: Int64) -> [Effect] {
        switch event.body {
        case .runPlanned:
            phase = .running
            plannedAt = event.at
            return []
        case .runResumed(let endpoint):
            return resumed(at: endpoint, t: event.t, gap: event.at - before)
        case .runPaused(let why):
            isPaused = true
            pauseCause = why
            return []
        case .runContinued:
            isPaused = false
            pauseCause = nil
            breaker.reset()
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
            return accepted(ref, job: job, t: event.t)
        case .attemptUnknown(let ref, _, let status):
            guard let live = live(ref), live.job == nil else { return [] }
            lanes[ref.worker - 1].live?.phase = .unknown
            lanes[ref.worker - 1].live?.answer = status
            return [.setTimer(.unknownGrace(ref), t: event.t + plan.policy.unknownGrace)]
        case .attemptRefused(let ref, let failure):
            return refused(ref, failure)
        case .attemptStarted(let ref, let instance, _, _):
            // Without a job's id nobody can follow it, so it stays unknown until its grace is over.
            guard let live = live(ref), live.phase != .unknown else { return [] }
            lanes[ref.worker - 1].live?.phase = .started
            if let instance { lanes[ref.worker - 1].live?.instance = instance }
            return []
        case .attemptEnded(let ref, let end):
            return ended(ref, end)
        case .flashpointStarted(let ref, let index, _):
            if isOut(index, ref) { lanes[ref.worker - 1].live?.begun.insert(index) }
            return []
        case .flashpointFailed(let ref, let index, let id, let failure, _):
            guard isOut(index, ref), !flashpoints.isToRetry[index] else { return [] }
            flashpoints.isToRetry[index] = true
            charge(index, for: failure.kind)
            breaker.failed(failure, id: id)
            return []
        case .flashpointSettled(let settlement):
            return settled(settlement)
        case .flashpointDuplicate(let ref, let index, _):
            counts.duplicates += 1
            if isLive(ref) { lanes[ref.worker - 1].live?.told.insert(index) }
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
        case .endpointUnreachable(_, _, let status):
            return troubled(EndpointTrouble.Kind(status: status), t: event.t)
        case .endpointReachable:
            trouble = nil
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
        let setbacks = lanes[ref.worker - 1].take(ref, indices: indices)
        lanes[ref.worker - 1].live = Lane.Live(
            ref: ref,
            phase: .intended,
            endpoint: endpoint,
            indices: indices,
            setbacks: setbacks
        )
        breaker.submitted()
        for index in indices where flashpoints.standing[index] == .pending {
            flashpoints.standing[index] = .inFlight
            flashpoints.attempts[index] = flashpoints.attempts[index].addingOne
            flashpoints.isToRetry[index] = false
        }
        return [.submit(ref)]
    }

    private mutating func accepted(_ ref: AttemptRef, job: String, t: Double) -> [Effect] {
        hasBeenAccepted = true
        guard let lane = lane(ref.worker) else { return [] }
        if let live = live(ref) {
            guard live.job == nil else {
                let isTwin = live.job != job
                return isTwin ? [.cancelJob(ref, job: job, endpoint: live.endpoint)] : []
            }
            lanes[ref.worker - 1].unanswered = 0
            lanes[ref.worker - 1].live?.job = job
            lanes[ref.worker - 1].live?.acceptedAt = t
            if live.phase != .started { lanes[ref.worker - 1].live?.phase = .accepted }
            return [.watch(ref, job: job, endpoint: live.endpoint)] + cancelJob(of: ref.worker)
        }
        // The lane has gone on without it, and may have one job at a time.
        guard let place = lane.abandoned.firstIndex(where: { $0.ref == ref }) else { return [] }
        let late = lanes[ref.worker - 1].abandoned.remove(at: place)
        return [.cancelJob(ref, job: job, endpoint: late.endpoint)]
    }

    // MARK: - Settling

    private mutating func settled(_ settlement: Settlement) -> [Effect] {
        let index = settlement.index
        guard flashpoints.standing.indices.contains(index), !flashpoints.standing[index].isSettled else { return [] }
        let worker = Int(flashpoints.worker[index])
        // What a job that has ended leaves open is settled after it; its failure has been noted then, once.
        let isOwnRecord = settlement.attempt.map(isLive) ?? false
        if isOwnRecord { lanes[worker - 1].live?.told.insert(index) }
        if flashpoints.standing[index] == .pending {
            lanes[worker - 1].drop(index, of: Int(flashpoints.chunk[index]))
        }
        switch settlement.outcome {
        case .ok:
            flashpoints.standing[index] = .ok
            counts.ok += 1
            breaker.succeeded()
        case .failed(let failure):
            flashpoints.standing[index] = .failed
            counts.failed += 1
            if isOwnRecord { breaker.failed(failure, id: settlement.id) }
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
            guard !hasBeenAccepted, halted == nil, let trouble, trouble.kind == .silent,
                let limit = plan.policy.silenceLimit, t >= trouble.changed + limit - 0.01
            else { return [] }
            let message = "the endpoint gave no answer for \(Int(limit)) s"
            return [.record(.log(level: .error, worker: nil, message: message)), .halt(Failure(.config, message))]
        }
    }

    /// Notes what the endpoint is like, and in silence starts the wait for the first answer; by the time driven, since
    /// the wall clock may be set meanwhile.
    private mutating func troubled(_ kind: EndpointTrouble.Kind, t: Double) -> [Effect] {
        let began = trouble?.began ?? t
        let changed = trouble?.kind == kind ? trouble?.changed ?? t : t
        let isNew = trouble?.kind != kind
        let isLasting = t - began >= EndpointTrouble.lastingSeconds
        trouble = Trouble(kind: kind, began: began, changed: changed, isLasting: isLasting)
        guard isNew, kind == .silent, !hasBeenAccepted, let limit = plan.policy.silenceLimit else { return [] }
        return [.setTimer(.silence, t: t + limit)]
    }

    // MARK: - Asking

    /// Why the operator is to be asked before more is sent; once, and only while there is something to send.
    private mutating func tripped() -> String? {
        guard phase == .running, !isCancelled, !breaker.hasAsked, let why = breaker.cause(by: plan.policy),
            plan.policy.maxFailures.map({ counts.failed <= $0 }) ?? true,
            lanes.contains(where: { !$0.queue.isEmpty || !$0.retries.isEmpty })
        else { return nil }
        breaker.hasAsked = true
        return why
    }
}

extension UInt8 {
    /// One more, staying at the greatest value.
    var addingOne: UInt8 { self == .max ? .max : self + 1 }
}
