package import Flashpoints

/// What a backend tells the driver.
package enum Report: Sendable, Hashable {
    case accepted(AttemptRef, job: String)
    /// The submission's answer was lost, or told nothing of a job: it may or may not exist.
    ///
    /// - status: The answer's, such as 503; `nil` without one.
    case unknown(AttemptRef, why: String, status: Int? = nil)
    case refused(AttemptRef, Failure)
    case started(AttemptRef, instance: String?, delayMS: Int?, part: AttemptPart? = nil)
    /// A record of our own worker's stream.
    case record(AttemptRef, StreamRecord)
    /// A flashpoint's result, from a stream or from the job's output.
    case result(AttemptRef, ItemResult)
    case ended(AttemptRef, AttemptEnd)
    /// The job could not be cancelled and may go on to its limit.
    case uncancelled(AttemptRef, job: String, why: String)
    case health(HealthCounters)
    /// A request got no answer, or one that was of no use and may be of use later.
    ///
    /// - since: Wall time in milliseconds since 1970.
    /// - status: The answer's, such as 429 and 503; `nil` without one.
    case unreachable(since: Int64, cause: String, status: Int? = nil)
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
