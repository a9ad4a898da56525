import Coordination
import Flashpoints

/// Where a run stands as a whole.
enum RunStanding: String, Sendable, Hashable, CaseIterable {
    case planned, running, paused
    /// The endpoint refuses us, so the driver leaves.
    case halted
    case ended
}

extension RunState {
    var standing: RunStanding {
        switch phase {
        case .planned: .planned
        case .ended: .ended
        case .running: halted != nil ? .halted : isPaused ? .paused : .running
        }
    }
}

/// What can happen to a run as a whole.
enum RunHappening: String, Sendable, Hashable, CaseIterable {
    case planned, resumed, paused, continued, cancelled, ended, workerRetried, runRetried, refused, other

    init(_ body: Event.Body) {
        self =
            switch body {
            case .runPlanned: .planned
            case .runResumed: .resumed
            case .runPaused: .paused
            case .runContinued: .continued
            case .runCancelRequested: .cancelled
            case .runEnded: .ended
            case .workerRetried: .workerRetried
            case .runRetried: .runRetried
            case .attemptRefused(_, let failure): failure.kind == .config ? .refused : .other
            case .attemptIntended, .attemptAccepted, .attemptUnknown, .attemptStarted, .attemptEnded,
                .attemptUncancelled, .flashpointStarted, .flashpointProgress, .flashpointFailed, .flashpointSettled,
                .flashpointDuplicate, .workerCancelRequested, .retryScheduled, .endpointHealth, .endpointUnreachable,
                .endpointReachable, .diskFull, .diskFree, .workerVitals, .log, .timerFired:
                .other
            }
    }
}

/// One step of a run.
struct RunTransition: Sendable, Hashable {
    /// Whether the histories show it.
    enum Likelihood {
        /// Some thousands of histories do.
        case common
        /// It takes two things in one batch of the driver's.
        case rare
        case never
    }

    var from: RunStanding
    var by: RunHappening
    var to: RunStanding
}

extension RunTransition: CustomStringConvertible {
    /// Every one that can be written down.
    static var all: [RunTransition] {
        RunStanding.allCases.flatMap { from in
            RunHappening.allCases.flatMap { by in
                RunStanding.allCases.map { RunTransition(from: from, by: by, to: $0) }
            }
        }
    }

    var description: String { "\(from.rawValue) + \(by.rawValue) → \(to.rawValue)" }
}
