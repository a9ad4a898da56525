package import Coordination
package import Flashpoints

/// How a flashpoint of a run stands.
package struct FlashpointOutcome: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case ok
        case failed(Failure)
        case cancelled
        /// It has no outcome yet.
        case pending
    }

    /// Position in the batch, from 0.
    package var index: Int
    package var id: String
    /// The lane whose share it belongs to.
    package var worker: Int
    package var kind: Kind
    /// Seconds of the attempt that counts; `nil` when nobody measured them.
    package var seconds: Double?
    /// Submissions that held it.
    package var attempts: Int
    /// The result as JSON, when there is one and it was asked for.
    package var result: [UInt8]?

    package init(
        index: Int,
        id: String,
        worker: Int,
        kind: Kind,
        seconds: Double? = nil,
        attempts: Int = 0,
        result: [UInt8]? = nil
    ) {
        self.index = index
        self.id = id
        self.worker = worker
        self.kind = kind
        self.seconds = seconds
        self.attempts = attempts
        self.result = result
    }
}

/// What the history tells of one submission that held a flashpoint.
package struct AttemptRecord: Sendable, Hashable {
    package var ref: AttemptRef
    /// Wall time of its submission in milliseconds since 1970.
    package var at: Int64
    package var job: String?
    /// The platform's name of the machine.
    package var instance: String?
    /// How its job ended; `nil` while it may run, and where it was refused.
    package var end: AttemptEnd?
    /// Wall time of that.
    package var endedAt: Int64?
    /// Why it was refused or nobody knows whether it arrived.
    package var trouble: String?
    /// What it said of the flashpoint, when that was a failure that was tried again.
    package var failure: Failure?

    package init(ref: AttemptRef, at: Int64) {
        self.ref = ref
        self.at = at
    }
}
