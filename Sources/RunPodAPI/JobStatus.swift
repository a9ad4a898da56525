/// The state of a job as RunPod names it.
package enum JobStatus: Sendable, Hashable {
    case inQueue
    case inProgress
    case completed
    case failed
    case cancelled
    case timedOut
    /// A word this program does not know, which means that the job goes on.
    case unknown(String)

    /// Whether the job has ended, one way or another.
    package var isTerminal: Bool {
        switch self {
        case .completed, .failed, .cancelled, .timedOut: true
        case .inQueue, .inProgress, .unknown: false
        }
    }
}

extension JobStatus: RawRepresentable, Codable {
    /// The state that RunPod's word stands for; `RUNNING` is listed beside `IN_PROGRESS` and means the same.
    package init(rawValue: String) {
        self =
            switch rawValue {
            case "IN_QUEUE": .inQueue
            case "IN_PROGRESS", "RUNNING": .inProgress
            case "COMPLETED": .completed
            case "FAILED": .failed
            case "CANCELLED": .cancelled
            case "TIMED_OUT": .timedOut
            default: .unknown(rawValue)
            }
    }

    package var rawValue: String {
        switch self {
        case .inQueue: "IN_QUEUE"
        case .inProgress: "IN_PROGRESS"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        case .timedOut: "TIMED_OUT"
        case .unknown(let word): word
        }
    }
}
