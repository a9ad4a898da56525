import DequeModule
import Flashpoints

extension RunState {
    /// Applies one event and says what follows from it.
    ///
    /// `record` effects are to be reduced before any other event. Events about attempts or flashpoints that the run
    /// does not have any more change nothing.
    package mutating func reduce(_ event: Event) -> [Effect] {
        t = max(t, event.t)
        switch event.body {
        case .runPlanned:
            phase = .running
            plannedAt = event.at
            return silenceTimer()
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
        case .attemptIntended(let ref, _, let indices, let endpoint):
            return intended(ref, indices: indices, endpoint: endpoint)
        case .attemptAccepted(let ref, let job):
            return accepted(ref, job: job)
        case .attemptUnknown(let ref, _):
            guard live(ref) != nil else { return [] }
            lanes[ref.worker - 1].live?.phase = .unknown
            return [.setTimer(.unknownGrace(ref), t: t + plan.policy.unknownGrace)]
        case .attemptRefused(let ref, let failure):
            return refused(ref, failure)
        case .attemptStarted(let ref, _, _):
            guard live(ref) != nil else { return [] }
            lanes[ref.worker - 1].live?.phase = .started
            return []
        case .attemptEnded(let ref, let end):
            return ended(ref, end)
        case .flashpointFailed(let ref, let index, _, let failure, _):
            guard live(ref) != nil, flashpoints.standing[index] == .inFlight else { return [] }
            flashpoints.isToRetry[index] = true
            charge(index, for: failure.kind)
            return []
        case .flashpointSettled(let settlement):
            return settled(settlement)
        case .flashpointDuplicate:
            counts.duplicates += 1
            return []
        case .workerCancelRequested(let worker):
            guard lane(worker) != nil else { return [] }
            lanes[worker - 1].isCancelled = true
            return cancelRest(of: worker)
        case .workerRetried(let worker, let indices):
            return retried(worker, only: indices)
        case .retryScheduled(let ref, let due, _):
            guard lane(ref.worker) != nil,
                let place = lanes[ref.worker - 1].retries.firstIndex(where: { $0.work.chunk == ref.chunk })
            else { return [] }
            lanes[ref.worker - 1].retries[place].due = due
            return [.setTimer(.retry(worker: ref.worker), t: due)]
        case .flashpointProgress(let ref, _, _, _, _):
            if lastProgress.indices.contains(ref.worker - 1) { lastProgress[ref.worker - 1] = event.t }
            return []
        case .endpointUnreachable:
            if silentSince == nil { silentSince = event.t }
            return []
        case .endpointReachable:
            silentSince = nil
            return []
        case .flashpointStarted, .endpointHealth, .workerVitals, .log:
            return []
        case .timerFired(let timer):
            return fired(timer)
        }
    }

    // MARK: - Sending

    private mutating func intended(_ ref: AttemptRef, indices: IndexList, endpoint: String) -> [Effect] {
        guard lane(ref.worker) != nil else { return [] }
        lanes[ref.worker - 1].take(chunk: ref.chunk, attempt: ref.attempt)
        lanes[ref.worker - 1].live = Lane.Live(ref: ref, phase: .intended, endpoint: endpoint, indices: indices)
        for index in indices {
            flashpoints.standing[index] = .inFlight
            flashpoints.attempts[index] = flashpoints.attempts[index].addingOne
            flashpoints.isToRetry[index] = false
        }
        return [.submit(ref)]
    }

    private mutating func accepted(_ ref: AttemptRef, job: String) -> [Effect] {
        hasBeenAccepted = true
        guard let live = live(ref) else { return [] }
        lanes[ref.worker - 1].live?.job = job
        lanes[ref.worker - 1].live?.phase = .accepted
        return [.watch(ref, job: job, endpoint: live.endpoint)] + cancelLive(of: ref.worker)
    }

    private mutating func refused(_ ref: AttemptRef, _ failure: Failure) -> [Effect] {
        guard let live = live(ref) else { return [] }
        guard failure.kind == .config else {
            return resolve(live) { _, _ in failure }
        }
        // Nothing was sent, so the flashpoints wait as they were for whoever resumes.
        lanes[ref.worker - 1].live = nil
        lanes[ref.worker - 1].queue.prepend(
            Lane.Work(chunk: ref.chunk, attempt: ref.attempt + 1, indices: live.indices)
        )
        for index in live.indices { flashpoints.standing[index] = .pending }
        halted = failure
        return [.halt(failure)]
    }

    // MARK: - Settling

    private mutating func settled(_ settlement: Settlement) -> [Effect] {
        let index = settlement.index
        guard flashpoints.standing.indices.contains(index), !flashpoints.standing[index].isSettled else { return [] }
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
        speedup.settled(
            worker: settlement.worker,
            weight: plan.catalogue.weight(index),
            seconds: flashpoints.measured(index),
            isEstimated: settlement.isEstimated
        )
        flashpoints.isToRetry[index] = false
        forget(index, worker: settlement.worker)
        guard let limit = plan.policy.maxFailures, counts.failed > limit, !isCancelled else { return [] }
        let why = "\(counts.failed) flashpoints failed, and --max-failures allows \(limit)"
        return [.record(.runCancelRequested(why: why))]
    }

    /// Takes a flashpoint out of what its lane still means to send; the attempt that is out keeps its list.
    private mutating func forget(_ index: Int, worker: Int) {
        guard let lane = lane(worker) else { return }
        if let live = lane.live, live.indices.contains(index) { return }
        lanes[worker - 1].drop(index)
    }

    private mutating func ended(_ ref: AttemptRef, _ end: AttemptEnd) -> [Effect] {
        guard let live = live(ref) else { return [] }
        let isCancelled = isCancelled || lanes[ref.worker - 1].isCancelled || end.kind == .cancelled
        return resolve(live, charging: end.kind != .gone) { index, state in
            isCancelled ? nil : state.failure(of: index, after: end)
        }
    }

    /// Frees the lane and sends every flashpoint of the attempt that has no result its way: settled, or tried again.
    ///
    /// - Parameters:
    ///   - charging: Whether the failure counts against a budget.
    ///   - rest: The failure of a flashpoint without a record; `nil` for cancelled.
    private mutating func resolve(
        _ live: Lane.Live,
        charging: Bool = true,
        rest: (Int, RunState) -> Failure?
    ) -> [Effect] {
        let ref = live.ref
        var effects: [Effect] = []
        var again: [Int] = []
        var why = ""
        var tries = 0
        lanes[ref.worker - 1].live = nil
        for index in live.indices where !flashpoints.standing[index].isSettled {
            let wasTried = flashpoints.isToRetry[index]
            flashpoints.standing[index] = .pending
            guard let failure = rest(index, self) else {
                effects.append(.record(cancellation(of: index, worker: ref.worker, attempt: ref)))
                continue
            }
            if charging, !wasTried { charge(index, for: failure.kind) }
            guard !charging || wasTried || mayTryAgain(index, after: failure.kind) else {
                effects.append(.record(settle(index, as: .failed(failure), worker: ref.worker, attempt: ref)))
                continue
            }
            again.append(index)
            tries = max(tries, Int(flashpoints.tries[index]), Int(flashpoints.losses[index]))
            if why.isEmpty { why = wasTried ? "flashpoint \(plan.catalogue.id(index)) failed" : failure.message }
        }
        guard !again.isEmpty else { return effects }
        let work = Lane.Work(chunk: ref.chunk, attempt: ref.attempt + 1, indices: IndexList(again))
        lanes[ref.worker - 1].retries.append(Lane.Retry(work: work, due: nil))
        let ceiling = tries == 0 ? 0 : plan.policy.backOffCeiling(tries: tries)
        return effects + [.backOff(ref.next, ceiling: ceiling, why: why)]
    }

    // MARK: - Timers and the end

    private func fired(_ timer: RunTimer) -> [Effect] {
        switch timer {
        case .retry:
            // The moment itself is the news: `ready` finds the lane's pause over.
            return []
        case .unknownGrace(let ref):
            guard live(ref)?.phase == .unknown else { return [] }
            let message = "the submission got no answer; it may have run, and its results are taken if they come"
            return [.record(.attemptEnded(ref, AttemptEnd(.lost, status: "UNKNOWN", message: message)))]
        case .silence:
            guard !hasBeenAccepted, silentSince != nil, halted == nil, let limit = plan.policy.silenceLimit else {
                return []
            }
            return [.halt(Failure(.config, "the endpoint gave no answer for \(Int(limit)) s"))]
        }
    }

    private func silenceTimer() -> [Effect] {
        plan.policy.silenceLimit.map { [.setTimer(.silence, t: t + $0)] } ?? []
    }
}

extension UInt8 {
    /// One more, staying at the greatest value.
    var addingOne: UInt8 { self == .max ? .max : self + 1 }
}
