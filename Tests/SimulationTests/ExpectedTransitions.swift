import Coordination

// Which transitions there are. A new case of a phase, an ending or a standing does not compile until it is listed here,
// and every transition that is listed must be seen by the histories, and no other.

extension RunTransition {
    var likelihood: Likelihood {
        if Self.standings(from: from, by: by) == to { return .common }
        return Self.hasty(from: from, by: by).contains(to) ? .rare : .never
    }

    private static func standings(from: RunStanding, by happening: RunHappening) -> RunStanding? {
        switch (happening, from) {
        case (.planned, .planned): .running
        // Whoever takes the run up lets it go on, whatever it was left for; but what has ended stays so.
        case (.resumed, .running), (.resumed, .paused), (.resumed, .halted): .running
        case (.resumed, .ended): .ended
        case (.paused, .running): .paused
        case (.continued, .paused): .running
        case (.cancelled, .running): .running
        case (.cancelled, .paused): .paused
        case (.refused, .running), (.refused, .paused), (.refused, .halted): .halted
        case (.ended, .running), (.ended, .paused): .ended
        case (.workerRetried, .running), (.runRetried, .running): .running
        case (.workerRetried, .paused), (.runRetried, .paused): .paused
        // Reopened.
        case (.workerRetried, .ended), (.runRetried, .ended): .running
        default: nil
        }
    }

    /// What can befall a run that its driver is about to leave, or that asks while the operator pauses it.
    private static func hasty(from: RunStanding, by happening: RunHappening) -> [RunStanding] {
        switch (happening, from) {
        case (.paused, .halted), (.continued, .halted), (.cancelled, .halted), (.workerRetried, .halted),
            (.runRetried, .halted):
            [.halted]
        case (.paused, .paused): [.paused]
        default: []
        }
    }
}

extension AttemptTransition {
    var isExpected: Bool { Self.stages(from: from, by: by).contains(to) }

    private static func stages(from: AttemptStage, by happening: AttemptHappening) -> [AttemptStage] {
        switch happening {
        case .intended: from == .away ? [.intended] : []
        case .accepted: accepted(from)
        case .unknown:
            switch from {
            case .intended: [.unknown]
            case .away, .unknown, .accepted, .started: []
            }
        case .refused: refused(from)
        case .started:
            switch from {
            case .accepted, .started: [.started]
            case .away, .intended, .unknown: []
            }
        case .uncancelled: uncancelled(from)
        case .completed, .failed, .timedOut, .lost, .gone, .cancelled, .oversize, .absent: ended(from, by: happening)
        }
    }

    private static func accepted(_ from: AttemptStage) -> [AttemptStage] {
        switch from {
        case .intended, .unknown: [.accepted]
        // A job that turns up late is kept, to be cancelled.
        case .away: [.away]
        case .accepted, .started: []
        }
    }

    private static func refused(_ from: AttemptStage) -> [AttemptStage] {
        switch from {
        case .intended: [.away]
        // The key was withdrawn: the job stays.
        case .accepted: [.accepted]
        case .started: [.started]
        case .away, .unknown: []
        }
    }

    private static func uncancelled(_ from: AttemptStage) -> [AttemptStage] {
        switch from {
        case .away: [.away]
        case .accepted: [.accepted]
        case .started: [.started]
        case .intended, .unknown: []
        }
    }

    private static func ended(_ from: AttemptStage, by happening: AttemptHappening) -> [AttemptStage] {
        switch (from, happening) {
        case (.away, _): []
        case (.intended, .gone), (.unknown, .gone), (.accepted, .gone), (.started, .gone): [.away]
        case (.unknown, .lost), (.unknown, .absent): [.away]
        case (.intended, .oversize), (.started, .oversize): [.away]
        case (.accepted, .lost), (.accepted, .cancelled): [.away]
        case (.started, .completed), (.started, .failed), (.started, .timedOut), (.started, .lost),
            (.started, .cancelled):
            [.away]
        default: []
        }
    }
}

extension FlashpointTransition {
    var isExpected: Bool { Self.standings(from: from, by: by).contains(to) }

    private static func standings(
        from: FlashpointColumns.Standing,
        by happening: FlashpointHappening
    ) -> [FlashpointColumns.Standing] {
        switch happening {
        case .intended: from == .pending ? [.inFlight] : []
        case .refused, .ended: from == .inFlight ? [.pending] : []
        case .succeeded: from == .pending || from == .inFlight ? [.ok] : []
        case .failed: from == .inFlight ? [.failed] : []
        case .cancelled: from == .pending || from == .inFlight ? [.cancelled] : []
        case .failedToRetry: from == .inFlight ? [.inFlight] : []
        case .duplicate: [from]
        case .workerRetried, .runRetried: from == .failed || from == .cancelled ? [.pending] : []
        case .other: []
        }
    }
}
