/// One worker as a screen shows it.
package struct LaneView: Sendable, Hashable {
    /// What the worker is doing.
    package enum State: Sendable, Hashable {
        /// Its share is empty.
        case idle
        /// It has something to send and nothing out.
        case waiting
        case submitting
        /// Nobody knows whether its submission arrived.
        case unanswered
        case queued
        case running
        /// Its job is being cancelled.
        case cancelling
        /// It pauses before a retry.
        case retrying
        /// Every flashpoint of the share has its outcome.
        case done
        /// The rest of its share was cancelled.
        case cancelled
    }

    /// A chunk and how much of it has settled.
    package struct ChunkView: Sendable, Hashable {
        /// Number of the chunk in the run.
        package var id: Int
        package var done: Int
        package var total: Int
    }

    /// The flashpoint that the worker is at.
    package struct Current: Sendable, Hashable {
        package var index: Int
        package var id: String?
        /// The stage and how far it got, once told.
        package var stage: String?
        package var done = 0
        package var of = 0
    }

    /// A retry that waits for its pause to end.
    package struct Retry: Sendable, Hashable {
        package var attempt: AttemptRef
        /// Seconds driven when it is sent.
        package var due: Double
        package var why: String
    }

    /// Submissions in a row that got no answer.
    package struct Unanswered: Sendable, Hashable {
        /// The latest of them.
        package var attempt: AttemptRef
        package var count: Int
        /// Wall time of the first, in milliseconds since 1970.
        package var since: Int64
    }

    /// What the worker process says of itself.
    package struct Vitals: Sendable, Hashable {
        package var residentMB: Int
        package var cpuSeconds: Double
    }

    enum AttemptPhase: Sendable, Hashable {
        case intended
        case unknown
        case accepted
        case started
    }

    /// Position of the worker, from 1.
    package let worker: Int
    /// Flashpoints of the share.
    package let share: Int
    /// Chunks of the share.
    package internal(set) var chunks: Int
    /// Which of them is out or went out last, from 1; 0 before the first.
    package internal(set) var chunkNumber = 0
    /// The chunk that is out, or went out last.
    package internal(set) var chunk: ChunkView?
    package internal(set) var current: Current?
    package internal(set) var ok = 0
    package internal(set) var failed = 0
    package internal(set) var cancelled = 0
    /// The attempt that is out, or was last.
    package internal(set) var attempt: AttemptRef?
    /// The job of the attempt that is out.
    package internal(set) var job: String?
    /// Wall time when that job was accepted, in milliseconds since 1970.
    package internal(set) var acceptedAt: Int64?
    /// Wall time of the latest news of that job, in milliseconds since 1970.
    package internal(set) var heardAt: Int64?
    /// Submissions that may have arrived or not; `nil` once one of the lane is answered.
    package internal(set) var unanswered: Unanswered?
    /// RunPod's name of the machine.
    package internal(set) var instance: String?
    /// Retries that wait for their pauses.
    package internal(set) var retries: [Retry] = []
    package internal(set) var vitals: Vitals?
    /// Submissions so far.
    package internal(set) var submissions = 0
    /// Seconds driven at the latest event about this worker.
    package internal(set) var lastEvent: Double?
    /// Σ seconds of the settled flashpoints.
    package internal(set) var seconds: Double = 0
    /// Settled flashpoints whose seconds are known.
    package internal(set) var measured = 0
    /// Σ seconds that its jobs waited for a machine, cold starts included.
    package internal(set) var queueSeconds: Double = 0
    /// Σ seconds of work that went with an endpoint on this machine when its run was stopped.
    package internal(set) var stoppedSeconds: Double = 0
    /// Σ seconds that went into tries without a result, and into the pauses after them.
    package internal(set) var retrySeconds: Double = 0

    /// Seconds driven when the attempt that is out began to run; `nil` while none runs.
    package internal(set) var startedAt: Double?

    var phase: AttemptPhase?
    /// Whether the attempt that is out is on an endpoint that ends with its driver.
    var isOnThisMachine = false
    var isCancelRequested = false
    /// Seconds of the attempt that is out which have become somebody's outcome or are counted as lost.
    var accountedSeconds: Double = 0

    init(worker: Int, share: Int, chunks: Int) {
        self.worker = worker
        self.share = share
        self.chunks = chunks
    }

    /// The retry that comes next.
    package var retry: Retry? { retries.min { $0.due < $1.due } }

    /// Flashpoints with an outcome.
    package var settled: Int { ok + failed + cancelled }

    /// What the worker is doing.
    package var state: State {
        if let phase {
            if isCancelRequested { return .cancelling }
            return switch phase {
            case .intended: .submitting
            case .unknown: .unanswered
            case .accepted: .queued
            case .started: .running
            }
        }
        if share == 0 { return .idle }
        if settled >= share { return cancelled > 0 ? .cancelled : .done }
        return retries.isEmpty ? .waiting : .retrying
    }
}
