package import Coordination

/// A worker's state as a screen names it: a letter and a word.
package enum Condition: Int, Sendable, Hashable, CaseIterable {
    /// Its submission got no answer.
    case lost
    /// Nothing more will come, and some of its flashpoints failed.
    case fail
    case retry
    case cancel
    /// It waits in the queue, or to be sent.
    case queue
    /// It is queued, and the endpoint says that machines are starting.
    case boot
    case run
    case done
    /// It has no flashpoints.
    case idle

    /// One character, in ASCII.
    package var letter: Character {
        switch self {
        case .queue: "."
        case .boot: ":"
        case .run: ">"
        case .done: "#"
        case .retry: "!"
        case .fail: "X"
        case .cancel: "-"
        case .lost: "?"
        case .idle: " "
        }
    }

    /// One word of at most six letters.
    package var word: String {
        switch self {
        case .queue: "QUEUE"
        case .boot: "BOOT"
        case .run: "RUN"
        case .done: "DONE"
        case .retry: "RETRY"
        case .fail: "FAIL"
        case .cancel: "CANCEL"
        case .lost: "LOST"
        case .idle: "IDLE"
        }
    }

    package init(_ lane: LaneView, health: HealthCounters?) {
        self =
            switch lane.state {
            case .idle: .idle
            case .waiting, .submitting: .queue
            case .queued: (health?.initializing ?? 0) > 0 ? .boot : .queue
            case .unanswered: .lost
            case .running: .run
            case .cancelling, .cancelled: .cancel
            case .retrying: .retry
            case .done: lane.failed > 0 ? .fail : .done
            }
    }
}

extension Model {
    /// The state of a worker as the screen names it.
    package func condition(of lane: LaneView) -> Condition { Condition(lane, health: overview.health) }
}
