import Flashpoints

extension Event.Body {
    typealias Read = KeyedDecodingContainer<Event.Field>

    init(name: String, _ fields: Read, _ decoder: any Decoder) throws {
        switch name {
        case "run.planned": self = .runPlanned(try RunHeader(from: decoder))
        case "run.ended": self = .runEnded(try RunAnswer(from: decoder))
        case "run.resumed": self = .runResumed(endpoint: try fields.decode(String.self, forKey: .endpoint))
        case "run.paused": self = .runPaused(why: try fields.decodeIfPresent(String.self, forKey: .why))
        case "run.retried": self = .runRetried(generation: try fields.decode(Int.self, forKey: .generation))
        case "disk.full": self = .diskFull(why: try fields.decode(String.self, forKey: .why))
        case "disk.free": self = .diskFree
        case "attempt.uncancelled":
            self = .attemptUncancelled(
                try fields.ref(),
                job: try fields.decode(String.self, forKey: .job),
                why: try fields.decode(String.self, forKey: .why)
            )
        case "run.continued": self = .runContinued
        case "run.cancelRequested": self = .runCancelRequested(why: try fields.decode(String.self, forKey: .why))
        case "attempt.intended":
            self = .attemptIntended(
                try fields.ref(),
                nonce: try fields.decode(String.self, forKey: .nonce),
                indices: try fields.decode(IndexList.self, forKey: .indices),
                endpoint: try fields.decode(String.self, forKey: .endpoint)
            )
        case "attempt.accepted":
            self = .attemptAccepted(try fields.ref(), job: try fields.decode(String.self, forKey: .job))
        case "attempt.unknown":
            self = .attemptUnknown(
                try fields.ref(),
                why: try fields.decode(String.self, forKey: .why),
                status: try fields.decodeIfPresent(Int.self, forKey: .httpStatus)
            )
        case "attempt.refused":
            self = .attemptRefused(try fields.ref(), try fields.failure())
        case "attempt.started":
            self = .attemptStarted(
                try fields.ref(),
                instance: try fields.decodeIfPresent(String.self, forKey: .instance),
                delayMS: try fields.decodeIfPresent(Int.self, forKey: .delayMS),
                part: try fields.part()
            )
        case "attempt.ended":
            let end = AttemptEnd(
                try fields.decode(AttemptEnd.Kind.self, forKey: .kind),
                status: try fields.decode(String.self, forKey: .status),
                executionMS: try fields.decodeIfPresent(Int.self, forKey: .executionMS),
                message: try fields.decodeIfPresent(String.self, forKey: .message),
                // A word of a later version says nothing here.
                output: try fields.decodeIfPresent(String.self, forKey: .output).flatMap {
                    AttemptEnd.Output(rawValue: $0)
                }
            )
            self = .attemptEnded(try fields.ref(), end)
        case "flashpoint.started":
            self = .flashpointStarted(try fields.ref(), index: try fields.index(), id: try fields.id())
        case "flashpoint.duplicate":
            self = .flashpointDuplicate(try fields.ref(), index: try fields.index(), id: try fields.id())
        case "flashpoint.progress":
            self = .flashpointProgress(
                try fields.ref(),
                index: try fields.index(),
                stage: try fields.decode(String.self, forKey: .stage),
                done: try fields.decode(Int.self, forKey: .done),
                of: try fields.decode(Int.self, forKey: .of)
            )
        case "flashpoint.failed":
            self = .flashpointFailed(
                try fields.ref(),
                index: try fields.index(),
                id: try fields.id(),
                try fields.failure(),
                seconds: try fields.decode(Double.self, forKey: .settledSeconds)
            )
        case "flashpoint.settled": self = .flashpointSettled(try Settlement(fields))
        case "worker.cancelRequested": self = .workerCancelRequested(worker: try fields.worker())
        case "worker.retried":
            self = .workerRetried(
                worker: try fields.worker(),
                indices: try fields.decodeIfPresent(IndexList.self, forKey: .indices)
            )
        case "retry.scheduled":
            self = .retryScheduled(
                try fields.ref(),
                t: try fields.decode(Double.self, forKey: .due),
                why: try fields.decode(String.self, forKey: .why)
            )
        case "endpoint.health": self = .endpointHealth(try HealthCounters(from: decoder))
        case "endpoint.unreachable":
            self = .endpointUnreachable(
                since: try fields.decode(Int64.self, forKey: .since),
                cause: try fields.decode(String.self, forKey: .cause),
                status: try fields.decodeIfPresent(Int.self, forKey: .httpStatus)
            )
        case "endpoint.reachable": self = .endpointReachable
        case "worker.vitals":
            self = .workerVitals(
                worker: try fields.worker(),
                residentMB: try fields.decode(Int.self, forKey: .residentMB),
                cpuSeconds: try fields.decode(Double.self, forKey: .cpuSeconds)
            )
        case "log":
            self = .log(
                level: try fields.decode(LogLevel.self, forKey: .level),
                worker: try fields.decodeIfPresent(Int.self, forKey: .worker),
                message: try fields.decode(String.self, forKey: .message)
            )
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .event,
                in: fields,
                debugDescription: "no event is called \(name)"
            )
        }
    }
}

extension KeyedDecodingContainer<Event.Field> {
    fileprivate func worker() throws -> Int { try decode(Int.self, forKey: .worker) }
    fileprivate func index() throws -> Int { try decode(Int.self, forKey: .index) }
    fileprivate func id() throws -> String { try decode(String.self, forKey: .id) }

    fileprivate func ref() throws -> AttemptRef {
        AttemptRef(
            worker: try worker(),
            chunk: try decode(Int.self, forKey: .chunk),
            attempt: try decode(Int.self, forKey: .attempt)
        )
    }

    fileprivate func part() throws -> AttemptPart? {
        guard let isUnbilled = try decodeIfPresent(Bool.self, forKey: .unbilled) else { return nil }
        return AttemptPart(formerMS: try decodeIfPresent(Int.self, forKey: .formerMS), isBilled: !isUnbilled)
    }

    fileprivate func failure() throws -> Failure {
        Failure(
            try decode(FailureClass.self, forKey: .failureClass),
            stage: try decodeIfPresent(String.self, forKey: .stage),
            try decode(String.self, forKey: .message)
        )
    }
}

extension Settlement {
    fileprivate init(_ fields: Event.Body.Read) throws {
        let outcome: Outcome
        switch try fields.decode(String.self, forKey: .outcome) {
        case "ok": outcome = .ok(result: try fields.decodeIfPresent(JSONValue.self, forKey: .result) ?? .null)
        case "failed": outcome = .failed(try fields.failure())
        case "cancelled": outcome = .cancelled
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .outcome,
                in: fields,
                debugDescription: "\(other) is not an outcome"
            )
        }
        self.init(
            attempt: fields.contains(.chunk) ? try fields.ref() : nil,
            worker: try fields.worker(),
            index: try fields.index(),
            id: try fields.id(),
            outcome: outcome,
            seconds: try fields.decodeIfPresent(Double.self, forKey: .settledSeconds),
            isEstimated: try fields.decodeIfPresent(Bool.self, forKey: .estimated) ?? false,
            attempts: try fields.decode(Int.self, forKey: .attempts)
        )
    }
}
