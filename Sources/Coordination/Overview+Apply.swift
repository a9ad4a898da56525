import Flashpoints

extension Overview {
    /// Folds one event; takes them in the order of their numbers.
    package mutating func apply(_ event: Event) {
        seq = max(seq, event.seq)
        t = max(t, event.t)
        bill.apply(event)
        observations.apply(event)
        switch event.body {
        case .runPlanned(let header): planned(header)
        case .runResumed:
            halted = nil
            trouble = nil
            isPaused = false
            pauseCause = nil
        case .runPaused(let why):
            isPaused = true
            pauseCause = why
        case .runContinued:
            isPaused = false
            pauseCause = nil
        case .runRetried(let generation):
            self.generation = generation
            let freed = failures.removeAll()
            for lane in lanes {
                reopened(lane, freed[lane.worker] ?? FailureLedger.Freed(), indices: nil, t: event.t)
            }
        case .diskFull(let why): diskTrouble = why
        case .diskFree: diskTrouble = nil
        case .attemptUncancelled(let ref, let job, let why):
            let isListed = uncancelled.contains { $0.job == job }
            if !isListed, uncancelled.count < Self.uncancelledLimit {
                uncancelled.append(UncancelledJob(attempt: ref, job: job, why: why))
            }
        case .runCancelRequested(let why):
            cancelCause = why
            for place in lanes.indices where lanes[place].phase != nil { lanes[place].isCancelRequested = true }
            for place in lanes.indices { lanes[place].retries = [] }
        case .runEnded(let answer):
            phase = .ended
            self.answer = answer
        case .attemptIntended, .attemptAccepted, .attemptUnknown, .attemptRefused, .attemptStarted, .attemptEnded:
            apply(attempt: event.body, t: event.t, at: event.at)
        case .flashpointStarted, .flashpointProgress, .flashpointFailed, .flashpointDuplicate, .flashpointSettled:
            apply(flashpoint: event.body, t: event.t, at: event.at)
        case .workerCancelRequested(let worker):
            change(worker, t: event.t) { lane in
                lane.isCancelRequested = lane.phase != nil
                lane.retries = []
            }
        case .workerRetried(let worker, let indices):
            guard let lane = lane(worker) else { break }
            reopened(lane, failures.remove(worker: worker, indices: indices), indices: indices, t: event.t)
        case .retryScheduled(let ref, let due, let why):
            change(ref.worker, t: event.t) { lane in
                lane.retries.removeAll { $0.attempt == ref }
                lane.retries.append(LaneView.Retry(attempt: ref, due: due, why: why))
                lane.retrySeconds += max(0, due - event.t)
            }
        case .endpointHealth(let counters):
            health = counters
            answeredAt = event.at
        case .endpointUnreachable(let since, let cause, let status):
            let latest = EndpointTrouble(since: since, cause: cause, status: status)
            // The same again says that it lasts.
            guard trouble?.kind != latest.kind else { break }
            // Up to now the end of any job would have been seen.
            for place in lanes.indices where latest.kind == .silent && lanes[place].job != nil {
                lanes[place].heardAt = answeredAt
            }
            trouble = latest
        case .endpointReachable:
            trouble = nil
            answeredAt = event.at
        case .workerVitals(let worker, let residentMB, let cpuSeconds):
            heard(worker, at: event.at)
            change(worker, t: event.t) { lane in
                lane.vitals = LaneView.Vitals(residentMB: residentMB, cpuSeconds: cpuSeconds)
            }
        case .log, .timerFired: break
        }
    }

    private mutating func planned(_ header: RunHeader) {
        self.header = header
        phase = .running
        lanes = header.shares.enumerated().map { place, share in
            let chunks = header.chunks.indices.contains(place) ? header.chunks[place] : 0
            return LaneView(worker: place + 1, share: share, chunks: chunks)
        }
    }

    private mutating func change(_ worker: Int, t: Double, _ body: (inout LaneView) -> Void) {
        guard lanes.indices.contains(worker - 1) else { return }
        lanes[worker - 1].lastEvent = t
        body(&lanes[worker - 1])
    }

    /// Changes the lane when `ref` is the attempt that is out on it.
    private mutating func change(_ ref: AttemptRef, t: Double, _ body: (inout LaneView) -> Void) {
        change(ref.worker, t: t) { lane in
            if lane.phase != nil, lane.attempt == ref { body(&lane) }
        }
    }

    /// Notes that the endpoint has told something of the worker's job.
    private mutating func heard(_ worker: Int, at: Int64) {
        answeredAt = at
        guard lanes.indices.contains(worker - 1), lanes[worker - 1].job != nil else { return }
        lanes[worker - 1].heardAt = at
    }

    // MARK: - Attempts

    private mutating func apply(attempt body: Event.Body, t: Double, at: Int64) {
        switch body {
        case .attemptIntended(let ref, _, let indices, let endpoint):
            change(ref.worker, t: t) { lane in
                lane.intend(ref, count: indices.count)
                lane.isOnThisMachine = endpoint.isOnThisMachine
            }
        case .attemptAccepted(let ref, let job):
            answeredAt = at
            change(ref, t: t) { lane in
                if lane.job == nil {
                    lane.job = job
                    lane.acceptedAt = at
                    lane.heardAt = at
                }
                lane.unanswered = nil
                if lane.phase != .started { lane.phase = .accepted }
            }
        case .attemptUnknown(let ref, _, _):
            change(ref, t: t) { lane in
                if lane.job == nil { lane.leaveUnanswered(ref, at: at) }
            }
        case .attemptRefused(let ref, let failure):
            if failure.kind == .config { halted = failure }
            change(ref, t: t) { lane in
                guard lane.job == nil else { return }
                lane.unanswered = nil
                lane.release()
            }
        case .attemptStarted(let ref, let instance, let delayMS, _):
            heard(ref.worker, at: at)
            change(ref, t: t) { lane in
                lane.instance = instance ?? lane.instance
                guard lane.phase != .started, lane.phase != .unknown else { return }
                lane.phase = .started
                lane.queueSeconds += Double(delayMS ?? 0) / 1_000
                lane.startedAt = t
            }
        case .attemptEnded(let ref, let end):
            if end.isUnanswered { submissionsGivenUp += 1 } else { answeredAt = at }
            let job = lane(ref.worker)?.job
            if end.isOfJob { uncancelled.removeAll { $0.attempt == ref && $0.job == job } }
            change(ref, t: t) { lane in
                if !end.isUnanswered { lane.unanswered = nil }
                if end.kind != .completed, end.kind != .cancelled, let startedAt = lane.startedAt {
                    let lost = max(0, t - startedAt - lane.accountedSeconds)
                    if end.kind == .gone { lane.stoppedSeconds += lost } else { lane.retrySeconds += lost }
                }
                lane.release()
            }
        default: break
        }
    }

    // MARK: - Flashpoints

    private mutating func apply(flashpoint body: Event.Body, t: Double, at: Int64) {
        switch body {
        case .flashpointStarted(let ref, let index, let id):
            heard(ref.worker, at: at)
            change(ref, t: t) { $0.current = LaneView.Current(index: index, id: id) }
        case .flashpointProgress(let ref, let index, let stage, let done, let of):
            heard(ref.worker, at: at)
            change(ref, t: t) { lane in
                let id = lane.current?.index == index ? lane.current?.id : nil
                lane.current = LaneView.Current(index: index, id: id, stage: stage, done: done, of: of)
            }
        case .flashpointFailed(let ref, let index, _, _, let seconds):
            heard(ref.worker, at: at)
            change(ref, t: t) { lane in
                lane.retrySeconds += seconds
                lane.accountedSeconds += seconds
                if lane.current?.index == index { lane.current = nil }
            }
        case .flashpointDuplicate(let ref, _, _):
            duplicates += 1
            change(ref.worker, t: t) { _ in }
        case .flashpointSettled(let settlement):
            if let attempt = settlement.attempt, lane(attempt.worker)?.attempt == attempt {
                heard(attempt.worker, at: at)
            }
            settled(settlement, t: t)
        default: break
        }
    }

    private mutating func settled(_ settlement: Settlement, t: Double) {
        switch settlement.outcome {
        case .ok: counts.ok += 1
        case .failed(let failure):
            counts.failed += 1
            let lane = lane(settlement.worker)
            let instance = lane?.attempt == settlement.attempt ? lane?.instance : nil
            failures.insert(settlement, failure, instance: instance)
        case .cancelled: counts.cancelled += 1
        }
        if settlement.isEstimated { isEstimated = true }
        change(settlement.worker, t: t) { $0.settle(settlement) }
    }

    /// - Parameter freed: What left the ledger of failures with it.
    private mutating func reopened(_ lane: LaneView, _ freed: FailureLedger.Freed, indices: IndexList?, t: Double) {
        phase = .running
        answer = nil
        cancelCause = nil
        let cancelled = indices.map { $0.count - freed.count } ?? lane.cancelled
        counts.failed = max(0, counts.failed - freed.count)
        counts.cancelled = max(0, counts.cancelled - cancelled)
        change(lane.worker, t: t) { lane in
            lane.failed = max(0, lane.failed - freed.count)
            lane.cancelled = max(0, lane.cancelled - cancelled)
            lane.measured = max(0, lane.measured - freed.measured)
            lane.seconds = lane.measured == 0 ? 0 : max(0, lane.seconds - freed.seconds)
            lane.retrySeconds += freed.seconds
            if indices == nil { lane.isCancelRequested = false }
        }
    }
}

extension AttemptEnd {
    /// Whether the job runs no more, rather than the run having given it up.
    fileprivate var isOfJob: Bool {
        switch kind {
        case .completed, .failed, .timedOut, .cancelled, .oversize, .absent: true
        case .lost: ["FAILED", "TIMED_OUT", Self.forgottenStatus].contains(status)
        case .gone: status == "GONE"
        }
    }
}

extension LaneView {
    mutating func intend(_ ref: AttemptRef, count: Int) {
        if let chunk, chunk.id == ref.chunk {
            self.chunk?.done = min(chunk.done, max(0, chunk.total - count))
        } else {
            if ref.attempt == 1 { chunkNumber += 1 }
            chunk = ChunkView(id: ref.chunk, done: 0, total: count)
        }
        chunks = max(chunks, chunkNumber)
        attempt = ref
        phase = .intended
        job = nil
        acceptedAt = nil
        heardAt = nil
        current = nil
        startedAt = nil
        accountedSeconds = 0
        isCancelRequested = false
        submissions += 1
        retries.removeAll { $0.attempt == ref }
    }

    /// Its submission got no answer, so nobody knows whether it arrived.
    mutating func leaveUnanswered(_ ref: AttemptRef, at: Int64) {
        phase = .unknown
        guard let earlier = unanswered else {
            unanswered = Unanswered(attempt: ref, count: 1, since: at)
            return
        }
        if earlier.attempt != ref {
            unanswered = Unanswered(attempt: ref, count: earlier.count + 1, since: earlier.since)
        }
    }

    /// Nothing is out any more.
    mutating func release() {
        phase = nil
        job = nil
        acceptedAt = nil
        heardAt = nil
        current = nil
        startedAt = nil
        accountedSeconds = 0
        isCancelRequested = false
    }

    mutating func settle(_ settlement: Settlement) {
        switch settlement.outcome {
        case .ok: ok += 1
        case .failed: failed += 1
        case .cancelled: cancelled += 1
        }
        if let seconds = settlement.seconds {
            self.seconds += seconds
            measured += 1
            if settlement.attempt == attempt { accountedSeconds += seconds }
        }
        if let chunk, settlement.attempt?.chunk == chunk.id { self.chunk?.done = min(chunk.done + 1, chunk.total) }
        if current?.index == settlement.index { current = nil }
    }
}
