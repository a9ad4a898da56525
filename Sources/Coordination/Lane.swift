package import DequeModule
package import Flashpoints

/// One worker of the run: what it still has to send, what it has out, what it waits for.
package struct Lane: Sendable, Hashable {
    /// Flashpoints to be sent as one job.
    package struct Work: Sendable, Hashable {
        package var chunk: Int
        /// The number its submission will have.
        package var attempt: Int
        package var indices: IndexList
    }

    /// Work that failed and follows after a pause.
    package struct Retry: Sendable, Hashable {
        package var work: Work
        /// Seconds driven when the pause is over; `nil` until the pause has been drawn.
        package var due: Double?
    }

    /// The one attempt that is out.
    package struct Live: Sendable, Hashable {
        package enum Phase: Sendable, Hashable {
            case intended
            case unknown
            case accepted
            case started
        }

        package var ref: AttemptRef
        package var phase: Phase
        package var endpoint: String
        package var job: String?
        package var indices: IndexList
        package var cancelSent = false
    }

    /// Position of the worker, from 1.
    package let worker: Int
    package internal(set) var queue: Deque<Work>
    package internal(set) var retries: [Retry] = []
    package internal(set) var live: Live?
    /// Whether the operator cancelled what is left of the share.
    package internal(set) var isCancelled = false
    /// Number of the latest submission of each chunk that was tried more than once.
    var lastAttempt: [Int: Int] = [:]

    init(_ share: Share) {
        worker = share.worker
        queue = Deque(share.chunks.map { Work(chunk: $0.id, attempt: 1, indices: $0.indices) })
    }

    /// Whether nothing is out and nothing is left to send.
    var isIdle: Bool { live == nil && queue.isEmpty && retries.isEmpty }
}
