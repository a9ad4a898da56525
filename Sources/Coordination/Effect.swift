package import Flashpoints

/// What the driver is to do after an event, in the order given.
package enum Effect: Sendable, Hashable {
    /// An event that follows at once from the one reduced: reduce it next and commit both together.
    case record(Event.Body)
    /// Give the attempt a nonce and record that it will be submitted.
    case intend(AttemptRef, indices: IndexList)
    /// Draw a pause between zero and `ceiling` seconds and record that the attempt follows after it.
    case backOff(AttemptRef, ceiling: Double, why: String)
    /// Submit the attempt; only after its intent has been committed.
    case submit(AttemptRef)
    /// Follow the job until it ends.
    case watch(AttemptRef, job: String, endpoint: String)
    /// Ask the endpoint to cancel the job.
    case cancelJob(AttemptRef, job: String, endpoint: String)
    /// Ask the endpoint whether it has a job of the attempt, whose submission got no answer.
    case find(AttemptRef, endpoint: String)
    /// Pause and let the operator decide; where nobody can be asked, stop submitting and leave.
    case ask(why: String)
    /// Bring the timer back as an event at `t` seconds driven.
    case setTimer(RunTimer, t: Double)
    /// Stop submitting and leave; the run can be resumed.
    case halt(Failure)
}

/// A moment the run waits for.
package enum RunTimer: Sendable, Hashable {
    /// A retry's pause is over.
    case retry(worker: Int)
    /// An attempt without an answer has been waited for long enough.
    case unknownGrace(AttemptRef)
    /// The endpoint has been silent since the start.
    case silence
}
