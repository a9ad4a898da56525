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

    func encode(to container: inout KeyedEncodingContainer<Event.Field>, _ encoder: any Encoder) throws {
        switch self {
        case .runPlanned(let header): try header.encode(to: encoder)
        case .runEnded(let answer): try answer.encode(to: encoder)
        case .endpointHealth(let counters): try counters.encode(to: encoder)
        default:
            for (key, value) in fields?.list ?? [] {
                switch value {
                case .integer(let number): try container.encode(number, forKey: key)
                case .number(let number): try container.encode(number, forKey: key)
                case .text(let text): try container.encode(text, forKey: key)
                case .flag(let flag): try container.encode(flag, forKey: key)
                case .indices(let indices): try container.encode(indices, forKey: key)
                case .json(let value): try container.encode(value, forKey: key)
                }
            }
        }
    }
}
