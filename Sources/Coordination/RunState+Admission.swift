import Flashpoints

extension RunState {
    /// The event to journal for what a backend reports, or `nil` for what changes nothing and need not be kept.
    ///
    /// Late, repeated, out-of-order and foreign reports are ordinary: the first valid result of a flashpoint wins, by
    /// input index, id and content hash, from whichever attempt it comes.
    ///
    /// - Parameter now: Seconds driven.
    package func admit(_ report: Report, now: Double) -> Event.Body? {
        switch report {
        case .accepted(let ref, let job):
            // Also when the attempt is no longer awaited: the journal must know every job that exists.
            live(ref)?.job == job ? nil : .attemptAccepted(ref, job: job)
        case .unknown(let ref, let why, let status):
            live(ref)?.phase == .intended ? .attemptUnknown(ref, why: why, status: status) : nil
        case .refused(let ref, let failure):
            admit(failure, refusing: ref)
        case .started(let ref, let instance, let delayMS, let part):
            admit(ref, startedOn: instance, delayMS: delayMS, part)
        case .ended(let ref, let end):
            admit(end, of: ref)
        case .uncancelled(let ref, let job, let why):
            .attemptUncancelled(ref, job: job, why: why)
        case .record(let ref, let record):
            admit(record, of: ref, now: now)
        case .result(let ref, let result):
            admit(result, of: ref)
        case .health(let counters):
            .endpointHealth(counters)
        case .unreachable(let since, let cause, let status):
            isNews(EndpointTrouble.Kind(status: status), now: now)
                ? .endpointUnreachable(since: since, cause: cause, status: status) : nil
        case .reachable:
            trouble == nil ? nil : .endpointReachable
        case .log(let level, let worker, let message):
            .log(level: level, worker: worker, message: message)
        }
    }

    private func admit(
        _ ref: AttemptRef,
        startedOn instance: String?,
        delayMS: Int?,
        _ part: AttemptPart?
    ) -> Event.Body? {
        guard let live = live(ref) else { return nil }
        // A job that is taken up again tells its start again; another machine is news, as the platform moved it.
        let isKnown = part == nil && live.phase == .started && (instance == nil || instance == live.instance)
        return isKnown ? nil : .attemptStarted(ref, instance: instance, delayMS: delayMS, part: part)
    }

    /// Whether trouble of the endpoint is to be noted.
    ///
    /// Requests that go at the same time may meet different trouble, so one kind takes the place of another no more than
    /// twice a minute; but that there is an answer at all is news at once. The same is noted once more when it lasts.
    private func isNews(_ kind: EndpointTrouble.Kind, now: Double) -> Bool {
        guard let trouble else { return true }
        if trouble.kind == kind {
            return !trouble.isLasting && now - trouble.began > EndpointTrouble.lastingSeconds + 0.01
        }
        return trouble.kind == .silent || now - trouble.changed >= 30
    }

    private func admit(_ end: AttemptEnd, of ref: AttemptRef) -> Event.Body? {
        guard let live = live(ref) else { return nil }
        // What a search did not find may have turned up meanwhile.
        return end.isAnswerToSearch && live.job != nil ? nil : .attemptEnded(ref, end)
    }

    private func admit(_ failure: Failure, refusing ref: AttemptRef) -> Event.Body? {
        guard let live = live(ref) else { return nil }
        // Once a job is known, only a refusal of the key or the address can still be about it.
        return live.job == nil || failure.kind == .config ? .attemptRefused(ref, failure) : nil
    }

    private func admit(_ record: StreamRecord, of ref: AttemptRef, now: Double) -> Event.Body? {
        switch record {
        case .start(let index, _):
            guard isOut(index, ref) else { return nil }
            return .flashpointStarted(ref, index: index, id: plan.catalogue.id(index))
        case .progress(let index, let stage, let done, let of):
            guard isOut(index, ref), now - lastProgress[ref.worker - 1] >= 1 else { return nil }
            return .flashpointProgress(ref, index: index, stage: stage, done: done, of: of)
        case .log(let level, let message):
            return .log(level: LogLevel(rawValue: level) ?? .info, worker: ref.worker, message: message)
        case .result(let result):
            return admit(ItemResult(result), of: ref)
        case .heartbeat(let residentMB, let cpuSeconds):
            guard lane(ref.worker) != nil else { return nil }
            return .workerVitals(worker: ref.worker, residentMB: residentMB, cpuSeconds: cpuSeconds)
        case .end:
            return nil
        case .coordinated:
            // Of a coordinator that this run did not ask for, only what its workers say means anything here.
            return record.relayed.flatMap { admit($0.record, of: ref, now: now) }
        }
    }

    private func admit(_ result: ItemResult, of ref: AttemptRef) -> Event.Body? {
        let index = result.index
        guard flashpoints.standing.indices.contains(index), flashpoints.worker[index] == Int32(ref.worker) else {
            return distrust(ref, "a result for flashpoint number \(index), which is not of this worker's share")
        }
        if let id = result.id, id != plan.catalogue.id(index) {
            return distrust(ref, "a result for \(id) at position \(index), where \(plan.catalogue.id(index)) stands")
        }
        if let hash = result.hash, hash != plan.catalogue.hash(index) {
            return distrust(ref, "a result for \(plan.catalogue.id(index)) made from other content")
        }
        let id = plan.catalogue.id(index)
        let duplicate = Event.Body.flashpointDuplicate(ref, index: index, id: id)
        if flashpoints.standing[index].isSettled {
            // A job's output repeats what it streamed; only another attempt's result is work done twice.
            return live(ref)?.told.contains(index) == true ? nil : duplicate
        }
        switch result.outcome {
        case .success(let value):
            return settle(result, of: ref, as: .ok(result: value))
        case .failure(let failure):
            // Of an attempt that no longer holds the flashpoint, only a success still says something new.
            guard let live = live(ref), isOut(index, ref) else { return duplicate }
            if flashpoints.isToRetry[index] { return nil }
            if !live.isCancelled, mayTryAgain(index, after: failure.kind, uncharged: 1) {
                let seconds = result.plausibleSeconds ?? 0
                return .flashpointFailed(ref, index: index, id: id, failure, seconds: seconds)
            }
            return settle(result, of: ref, as: .failed(failure))
        }
    }

    private func settle(_ result: ItemResult, of ref: AttemptRef, as outcome: Settlement.Outcome) -> Event.Body {
        .flashpointSettled(
            Settlement(
                attempt: ref,
                worker: ref.worker,
                index: result.index,
                id: plan.catalogue.id(result.index),
                outcome: outcome,
                seconds: result.plausibleSeconds,
                isEstimated: result.isEstimated && result.plausibleSeconds != nil,
                attempts: Int(flashpoints.attempts[result.index])
            )
        )
    }

    private func distrust(_ ref: AttemptRef, _ what: String) -> Event.Body {
        .log(
            level: .error,
            worker: ref.worker,
            message: "chunk \(ref.chunk), attempt \(ref.attempt) sent \(what); it is not taken"
        )
    }
}

extension ItemResult {
    /// The seconds when they are a time that a job can take: a handler may write any number.
    fileprivate var plausibleSeconds: Double? {
        seconds.flatMap { $0 >= 0 && $0 < 1e9 ? $0 : nil }
    }
}
