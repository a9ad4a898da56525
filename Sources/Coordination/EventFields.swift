import Flashpoints

/// An event's own fields as they stand on the wire, for every way of writing it.
struct EventFields {
    enum Value {
        case integer(Int)
        case number(Double)
        case text(String)
        case flag(Bool)
        case indices(IndexList)
        case json(JSONValue)
    }

    private(set) var list: [(key: Event.Field, value: Value)] = []

    init() { list.reserveCapacity(16) }

    mutating func add(_ key: Event.Field, _ number: Int) { list.append((key, .integer(number))) }
    mutating func add(_ key: Event.Field, _ number: Double) { list.append((key, .number(number))) }
    mutating func add(_ key: Event.Field, _ text: String) { list.append((key, .text(text))) }
    mutating func add(_ key: Event.Field, _ indices: IndexList) { list.append((key, .indices(indices))) }
    mutating func add(_ key: Event.Field, _ flag: Bool) { list.append((key, .flag(flag))) }
    mutating func add(_ key: Event.Field, _ value: JSONValue) { list.append((key, .json(value))) }

    mutating func add(_ ref: AttemptRef) {
        add(.worker, ref.worker)
        add(.chunk, ref.chunk)
        add(.attempt, ref.attempt)
    }

    mutating func add(_ failure: Failure) {
        add(.failureClass, failure.kind.rawValue)
        if let stage = failure.stage { add(.stage, stage) }
        add(.message, failure.message)
    }

    mutating func sort() {
        // Few and nearly sorted: an insertion sort, since a general one costs as much as the writing.
        for place in list.indices.dropFirst() {
            var at = place
            while at > 0, list[at].key.rawValue < list[at - 1].key.rawValue {
                list.swapAt(at, at - 1)
                at -= 1
            }
        }
    }
}

extension Event.Body {
    /// The event's own fields; `nil` for the few whose fields are those of a value that encodes itself.
    var fields: EventFields? {
        var fields = EventFields()
        switch self {
        case .runPlanned, .runEnded, .endpointHealth: return nil
        case .runResumed(let endpoint): fields.add(.endpoint, endpoint)
        case .runCancelRequested(let why), .diskFull(let why): fields.add(.why, why)
        case .runContinued, .endpointReachable, .diskFree, .timerFired: break
        case .runPaused(let why):
            if let why { fields.add(.why, why) }
        case .runRetried(let generation): fields.add(.generation, generation)
        case .attemptUncancelled(let ref, let job, let why):
            fields.add(ref)
            fields.add(.job, job)
            fields.add(.why, why)
        case .attemptIntended(let ref, let nonce, let indices, let endpoint):
            fields.add(ref)
            fields.add(.nonce, nonce)
            fields.add(.indices, indices)
            fields.add(.endpoint, endpoint)
        case .attemptAccepted(let ref, let job):
            fields.add(ref)
            fields.add(.job, job)
        case .attemptUnknown(let ref, let why, let status):
            fields.add(ref)
            fields.add(.why, why)
            if let status { fields.add(.httpStatus, status) }
        case .attemptRefused(let ref, let failure):
            fields.add(ref)
            fields.add(failure)
        case .attemptStarted(let ref, let instance, let delayMS, let part):
            fields.add(ref)
            if let instance { fields.add(.instance, instance) }
            if let delayMS { fields.add(.delayMS, delayMS) }
            if let part {
                fields.add(.unbilled, !part.isBilled)
                if let formerMS = part.formerMS { fields.add(.formerMS, formerMS) }
            }
        case .attemptEnded(let ref, let end):
            fields.add(ref)
            fields.add(.kind, end.kind.rawValue)
            fields.add(.status, end.status)
            if let executionMS = end.executionMS { fields.add(.executionMS, executionMS) }
            if let message = end.message { fields.add(.message, message) }
            if let output = end.output { fields.add(.output, output.rawValue) }
        case .flashpointStarted(let ref, let index, let id), .flashpointDuplicate(let ref, let index, let id):
            fields.add(ref)
            fields.add(.index, index)
            fields.add(.id, id)
        case .flashpointProgress(let ref, let index, let stage, let done, let of):
            fields.add(ref)
            fields.add(.index, index)
            fields.add(.stage, stage)
            fields.add(.done, done)
            fields.add(.of, of)
        case .flashpointFailed(let ref, let index, let id, let failure, let seconds):
            fields.add(ref)
            fields.add(.index, index)
            fields.add(.id, id)
            fields.add(failure)
            fields.add(.settledSeconds, seconds)
        case .flashpointSettled(let settlement): settlement.add(to: &fields)
        case .workerCancelRequested(let worker): fields.add(.worker, worker)
        case .workerRetried(let worker, let indices):
            fields.add(.worker, worker)
            if let indices { fields.add(.indices, indices) }
        case .retryScheduled(let ref, let due, let why):
            fields.add(ref)
            fields.add(.due, due)
            fields.add(.why, why)
        case .endpointUnreachable(let since, let cause, let status):
            fields.add(.since, Int(since))
            fields.add(.cause, cause)
            if let status { fields.add(.httpStatus, status) }
        case .workerVitals(let worker, let residentMB, let cpuSeconds):
            fields.add(.worker, worker)
            fields.add(.residentMB, residentMB)
            fields.add(.cpuSeconds, cpuSeconds)
        case .log(let level, let worker, let message):
            fields.add(.level, level.rawValue)
            if let worker { fields.add(.worker, worker) }
            fields.add(.message, message)
        }
        return fields
    }
}

extension Settlement {
    fileprivate func add(to fields: inout EventFields) {
        if let attempt {
            fields.add(attempt)
        } else {
            fields.add(.worker, worker)
        }
        fields.add(.attempts, attempts)
        fields.add(.id, id)
        fields.add(.index, index)
        if isEstimated { fields.add(.estimated, true) }
        switch outcome {
        case .ok(let result):
            fields.add(.outcome, "ok")
            fields.add(.result, result)
        case .failed(let failure):
            fields.add(.outcome, "failed")
            fields.add(failure)
        case .cancelled: fields.add(.outcome, "cancelled")
        }
        if let seconds { fields.add(.settledSeconds, seconds) }
    }
}
