import Flashpoints

extension Event.Body {
    /// The event's name on the wire.
    var name: String {
        switch self {
        case .runPlanned: "run.planned"
        case .runResumed: "run.resumed"
        case .runPaused: "run.paused"
        case .runContinued: "run.continued"
        case .runRetried: "run.retried"
        case .runCancelRequested: "run.cancelRequested"
        case .runEnded: "run.ended"
        case .attemptIntended: "attempt.intended"
        case .attemptAccepted: "attempt.accepted"
        case .attemptUnknown: "attempt.unknown"
        case .attemptRefused: "attempt.refused"
        case .attemptStarted: "attempt.started"
        case .attemptEnded: "attempt.ended"
        case .attemptUncancelled: "attempt.uncancelled"
        case .flashpointStarted: "flashpoint.started"
        case .flashpointProgress: "flashpoint.progress"
        case .flashpointFailed: "flashpoint.failed"
        case .flashpointSettled: "flashpoint.settled"
        case .flashpointDuplicate: "flashpoint.duplicate"
        case .workerCancelRequested: "worker.cancelRequested"
        case .workerRetried: "worker.retried"
        case .retryScheduled: "retry.scheduled"
        case .endpointHealth: "endpoint.health"
        case .endpointUnreachable: "endpoint.unreachable"
        case .endpointReachable: "endpoint.reachable"
        case .diskFull: "disk.full"
        case .diskFree: "disk.free"
        case .workerVitals: "worker.vitals"
        case .log: "log"
        case .timerFired: "timer.fired"
        }
    }

    typealias Fields = KeyedEncodingContainer<Event.Field>

    func encode(_ fields: inout Fields, _ encoder: any Encoder) throws {
        switch self {
        case .runPlanned(let header): try header.encode(to: encoder)
        case .runEnded(let answer): try answer.encode(to: encoder)
        case .runResumed(let endpoint): try fields.encode(endpoint, forKey: .endpoint)
        case .runCancelRequested(let why): try fields.encode(why, forKey: .why)
        case .runContinued, .endpointReachable, .diskFree, .timerFired: break
        case .runPaused(let why): try fields.encodeIfPresent(why, forKey: .why)
        case .runRetried(let generation): try fields.encode(generation, forKey: .generation)
        case .diskFull(let why): try fields.encode(why, forKey: .why)
        case .attemptUncancelled(let ref, let job, let why):
            try fields.encode(ref)
            try fields.encode(job, forKey: .job)
            try fields.encode(why, forKey: .why)
        case .attemptIntended(let ref, let nonce, let indices, let endpoint):
            try fields.encode(ref)
            try fields.encode(nonce, forKey: .nonce)
            try fields.encode(indices, forKey: .indices)
            try fields.encode(endpoint, forKey: .endpoint)
        case .attemptAccepted(let ref, let job):
            try fields.encode(ref)
            try fields.encode(job, forKey: .job)
        case .attemptUnknown(let ref, let why):
            try fields.encode(ref)
            try fields.encode(why, forKey: .why)
        case .attemptRefused(let ref, let failure):
            try fields.encode(ref)
            try fields.encode(failure)
        case .attemptStarted(let ref, let instance, let delayMS):
            try fields.encode(ref)
            try fields.encodeIfPresent(instance, forKey: .instance)
            try fields.encodeIfPresent(delayMS, forKey: .delayMS)
        case .attemptEnded(let ref, let end):
            try fields.encode(ref)
            try fields.encode(end.kind, forKey: .kind)
            try fields.encode(end.status, forKey: .status)
            try fields.encodeIfPresent(end.executionMS, forKey: .executionMS)
            try fields.encodeIfPresent(end.message, forKey: .message)
        case .flashpointStarted(let ref, let index, let id), .flashpointDuplicate(let ref, let index, let id):
            try fields.encode(ref)
            try fields.encode(index, forKey: .index)
            try fields.encode(id, forKey: .id)
        case .flashpointProgress(let ref, let index, let stage, let done, let of):
            try fields.encode(ref)
            try fields.encode(index, forKey: .index)
            try fields.encode(stage, forKey: .stage)
            try fields.encode(done, forKey: .done)
            try fields.encode(of, forKey: .of)
        case .flashpointFailed(let ref, let index, let id, let failure, let seconds):
            try fields.encode(ref)
            try fields.encode(index, forKey: .index)
            try fields.encode(id, forKey: .id)
            try fields.encode(failure)
            try fields.encode(seconds, forKey: .settledSeconds)
        case .flashpointSettled(let settlement):
            try settlement.encode(&fields)
        case .workerCancelRequested(let worker):
            try fields.encode(worker, forKey: .worker)
        case .workerRetried(let worker, let indices):
            try fields.encode(worker, forKey: .worker)
            try fields.encodeIfPresent(indices, forKey: .indices)
        case .retryScheduled(let ref, let due, let why):
            try fields.encode(ref)
            try fields.encode(due, forKey: .due)
            try fields.encode(why, forKey: .why)
        case .endpointHealth(let counters): try counters.encode(to: encoder)
        case .endpointUnreachable(let since, let cause):
            try fields.encode(since, forKey: .since)
            try fields.encode(cause, forKey: .cause)
        case .workerVitals(let worker, let residentMB, let cpuSeconds):
            try fields.encode(worker, forKey: .worker)
            try fields.encode(residentMB, forKey: .residentMB)
            try fields.encode(cpuSeconds, forKey: .cpuSeconds)
        case .log(let level, let worker, let message):
            try fields.encode(level, forKey: .level)
            try fields.encodeIfPresent(worker, forKey: .worker)
            try fields.encode(message, forKey: .message)
        }
    }
}

extension KeyedEncodingContainer<Event.Field> {
    mutating func encode(_ ref: AttemptRef) throws {
        try encode(ref.worker, forKey: .worker)
        try encode(ref.chunk, forKey: .chunk)
        try encode(ref.attempt, forKey: .attempt)
    }

    mutating func encode(_ failure: Failure) throws {
        try encode(failure.kind, forKey: .failureClass)
        try encodeIfPresent(failure.stage, forKey: .stage)
        try encode(failure.message, forKey: .message)
    }
}

extension Settlement {
    fileprivate func encode(_ fields: inout Event.Body.Fields) throws {
        if let attempt {
            try fields.encode(attempt)
        } else {
            try fields.encode(worker, forKey: .worker)
        }
        try fields.encode(index, forKey: .index)
        try fields.encode(id, forKey: .id)
        try fields.encodeIfPresent(seconds, forKey: .settledSeconds)
        try fields.encode(attempts, forKey: .attempts)
        if isEstimated { try fields.encode(true, forKey: .estimated) }
        switch outcome {
        case .ok(let result):
            try fields.encode("ok", forKey: .outcome)
            try fields.encode(result, forKey: .result)
        case .failed(let failure):
            try fields.encode("failed", forKey: .outcome)
            try fields.encode(failure)
        case .cancelled:
            try fields.encode("cancelled", forKey: .outcome)
        }
    }
}
