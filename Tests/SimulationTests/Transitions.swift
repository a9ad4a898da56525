import Coordination
import Flashpoints

/// What can happen to an attempt.
enum AttemptHappening: String, Sendable, Hashable, CaseIterable {
    case intended, accepted, unknown, refused, started, uncancelled
    case completed, failed, timedOut, lost, gone, cancelled, oversize, absent

    /// What the event says of which attempt; `nil` when it is not about one.
    static func of(_ body: Event.Body) -> (ref: AttemptRef, happening: AttemptHappening)? {
        switch body {
        case .attemptIntended(let ref, _, _, _): (ref, .intended)
        case .attemptAccepted(let ref, _): (ref, .accepted)
        case .attemptUnknown(let ref, _, _): (ref, .unknown)
        case .attemptRefused(let ref, _): (ref, .refused)
        case .attemptStarted(let ref, _, _, _): (ref, .started)
        case .attemptUncancelled(let ref, _, _): (ref, .uncancelled)
        case .attemptEnded(let ref, let end): (ref, AttemptHappening(end.kind))
        case .runPlanned, .runResumed, .runPaused, .runContinued, .runCancelRequested, .runRetried, .runEnded,
            .flashpointStarted, .flashpointProgress, .flashpointFailed, .flashpointSettled, .flashpointDuplicate,
            .workerCancelRequested, .workerRetried, .retryScheduled, .endpointHealth, .endpointUnreachable,
            .endpointReachable, .diskFull, .diskFree, .workerVitals, .log, .timerFired:
            nil
        }
    }

    private init(_ kind: AttemptEnd.Kind) {
        self =
            switch kind {
            case .completed: .completed
            case .failed: .failed
            case .timedOut: .timedOut
            case .lost: .lost
            case .gone: .gone
            case .cancelled: .cancelled
            case .oversize: .oversize
            case .absent: .absent
            }
    }
}

/// One step of an attempt.
struct AttemptTransition: Sendable, Hashable {
    var from: AttemptStage
    var by: AttemptHappening
    var to: AttemptStage
}

extension AttemptTransition: CustomStringConvertible {
    /// Every one that can be written down.
    static var all: [AttemptTransition] {
        AttemptStage.allCases.flatMap { from in
            AttemptHappening.allCases.flatMap { by in
                AttemptStage.allCases.map { AttemptTransition(from: from, by: by, to: $0) }
            }
        }
    }

    var description: String { "\(from.rawValue) + \(by.rawValue) → \(to.rawValue)" }
}

/// What can happen to a flashpoint.
enum FlashpointHappening: String, Sendable, Hashable, CaseIterable {
    case intended, refused, ended, succeeded, failed, cancelled, failedToRetry, duplicate, workerRetried, runRetried
    case other

    init(_ body: Event.Body) {
        self =
            switch body {
            case .attemptIntended: .intended
            case .attemptRefused: .refused
            case .attemptEnded: .ended
            case .flashpointSettled(let settlement):
                switch settlement.outcome {
                case .ok: .succeeded
                case .failed: .failed
                case .cancelled: .cancelled
                }
            case .flashpointFailed: .failedToRetry
            case .flashpointDuplicate: .duplicate
            case .workerRetried: .workerRetried
            case .runRetried: .runRetried
            case .runPlanned, .runResumed, .runPaused, .runContinued, .runCancelRequested, .runEnded,
                .attemptAccepted, .attemptUnknown, .attemptStarted, .attemptUncancelled, .flashpointStarted,
                .flashpointProgress, .workerCancelRequested, .retryScheduled, .endpointHealth, .endpointUnreachable,
                .endpointReachable, .diskFull, .diskFree, .workerVitals, .log, .timerFired:
                .other
            }
    }

    /// Whether the event names the flashpoint.
    func isAbout(_ index: Int, _ body: Event.Body) -> Bool {
        switch body {
        case .flashpointFailed(_, let named, _, _, _), .flashpointDuplicate(_, let named, _): named == index
        default: false
        }
    }
}

/// One step of a flashpoint.
struct FlashpointTransition: Sendable, Hashable {
    var from: FlashpointColumns.Standing
    var by: FlashpointHappening
    var to: FlashpointColumns.Standing
}

extension FlashpointTransition: CustomStringConvertible {
    private static let standings: [FlashpointColumns.Standing] = [.pending, .inFlight, .ok, .failed, .cancelled]

    /// Every one that can be written down.
    static var all: [FlashpointTransition] {
        standings.flatMap { from in
            FlashpointHappening.allCases.flatMap { by in
                standings.map { FlashpointTransition(from: from, by: by, to: $0) }
            }
        }
    }

    var description: String { "\(from) + \(by.rawValue) → \(to)" }
}
