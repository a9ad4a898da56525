package import Flashpoints

/// What a backend tells the driver.
package enum Report: Sendable, Hashable {
    case accepted(AttemptRef, job: String)
    /// The submission's answer was lost, so the job may or may not exist.
    case unknown(AttemptRef, why: String)
    case refused(AttemptRef, Failure)
    case started(AttemptRef, instance: String?, delayMS: Int?)
    /// A record of our own worker's stream.
    case record(AttemptRef, StreamRecord)
    /// A flashpoint's result, from a stream or from the job's output.
    case result(AttemptRef, ItemResult)
    case ended(AttemptRef, AttemptEnd)
    /// The job could not be cancelled and may go on to its limit.
    case uncancelled(AttemptRef, job: String, why: String)
    case health(HealthCounters)
    /// - since: Wall time in milliseconds since 1970.
    case unreachable(since: Int64, cause: String)
    case reachable
    case log(level: LogLevel, worker: Int?, message: String)
}

/// A result with as much about its flashpoint as the handler gave.
package struct ItemResult: Sendable, Hashable {
    package var index: Int
    /// The id the handler gave back, when it did.
    package var id: String?
    /// The content hash the handler gave back, when it did.
    package var hash: String?
    package var outcome: Result<JSONValue, Failure>
    /// Seconds the handler took over it; `nil` when nobody can tell.
    package var seconds: Double?
    /// Whether the seconds are the job's divided by its flashpoints.
    package var isEstimated: Bool

    package init(
        index: Int,
        id: String?,
        hash: String?,
        outcome: Result<JSONValue, Failure>,
        seconds: Double?,
        isEstimated: Bool = false
    ) {
        self.index = index
        self.id = id
        self.hash = hash
        self.outcome = outcome
        self.seconds = seconds
        self.isEstimated = isEstimated
    }
}
