import Coordination

/// Which transitions of runs, attempts and flashpoints were seen, and how often.
struct Coverage: Sendable {
    private(set) var runs: [RunTransition: Int] = [:]
    private(set) var attempts: [AttemptTransition: Int] = [:]
    private(set) var flashpoints: [FlashpointTransition: Int] = [:]

    /// Applies an event to the state and notes what it changed.
    mutating func reduce(_ event: Event, in state: inout RunState) {
        let standings = state.flashpoints.standing
        let run = RunHappening(event.body)
        let standing = state.standing
        let attempt = AttemptHappening.of(event.body)
        let from = attempt.map { state.stage(of: $0.ref) }
        _ = state.reduce(event)
        if run != .other || standing != state.standing {
            runs[RunTransition(from: standing, by: run, to: state.standing), default: 0] += 1
        }
        if let attempt, let from {
            let seen = AttemptTransition(from: from, by: attempt.happening, to: state.stage(of: attempt.ref))
            attempts[seen, default: 0] += 1
        }
        let by = FlashpointHappening(event.body)
        for (index, old) in standings.enumerated() {
            let new = state.flashpoints.standing[index]
            guard old != new || by.isAbout(index, event.body) else { continue }
            flashpoints[FlashpointTransition(from: old, by: by, to: new), default: 0] += 1
        }
    }

    mutating func merge(_ other: Coverage) {
        runs.merge(other.runs) { $0 + $1 }
        attempts.merge(other.attempts) { $0 + $1 }
        flashpoints.merge(other.flashpoints) { $0 + $1 }
    }
}

extension Coverage {
    /// All that was seen, a line each with its count, in the order of the enumerations.
    var table: [String] {
        let runs = RunTransition.all.compactMap { step in
            self.runs[step].map { "run        \(step): \($0)" }
        }
        let attempts = AttemptTransition.all.compactMap { step in
            self.attempts[step].map { "attempt    \(step): \($0)" }
        }
        let flashpoints = FlashpointTransition.all.compactMap { step in
            self.flashpoints[step].map { "flashpoint \(step): \($0)" }
        }
        return runs + attempts + flashpoints
    }

    /// What was expected and not seen, or seen and not expected.
    var surprises: [String] {
        var found: [String] = []
        for step in RunTransition.all {
            switch (step.likelihood, runs[step]) {
            case (.common, nil): found.append("run \(step) was never seen")
            case (.never, .some): found.append("run \(step) was seen and is not expected")
            case (.common, .some), (.rare, _), (.never, nil): break
            }
        }
        for step in AttemptTransition.all where step.isExpected != (attempts[step] != nil) {
            found.append("attempt \(step) was \(step.isExpected ? "never seen" : "seen and is not expected")")
        }
        for step in FlashpointTransition.all where step.isExpected != (flashpoints[step] != nil) {
            found.append("flashpoint \(step) was \(step.isExpected ? "never seen" : "seen and is not expected")")
        }
        return found
    }
}

/// Where an attempt stands as seen by its lane.
enum AttemptStage: String, Sendable, Hashable, CaseIterable {
    /// Not out: never, or not any more.
    case away
    case intended
    case unknown
    case accepted
    case started

    init(_ phase: Lane.Live.Phase) {
        self =
            switch phase {
            case .intended: .intended
            case .unknown: .unknown
            case .accepted: .accepted
            case .started: .started
            }
    }
}

extension RunState {
    fileprivate func stage(of ref: AttemptRef) -> AttemptStage {
        guard let live = lanes[ref.worker - 1].live, live.ref == ref else { return .away }
        return AttemptStage(live.phase)
    }
}
