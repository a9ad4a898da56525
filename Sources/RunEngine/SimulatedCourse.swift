package import Coordination
package import Flashpoints

/// What becomes of one submission to a ``SimulatedBackend``; untroubled unless told otherwise.
package struct SimulatedCourse: Sendable {
    /// What the endpoint says to the submission.
    package enum Answer: Sendable, Hashable {
        case accepted
        case refused(Failure)
        /// The answer gets lost on its way; the job may run all the same.
        case lost(runs: Bool)
    }

    /// Seconds that a flashpoint takes, by index.
    package var seconds: @Sendable (Int) -> Double
    package var answer = Answer.accepted
    /// Seconds for which the endpoint can't be reached before it gets the submission; infinite for ever.
    package var silence: Double = 0
    /// Seconds from getting the submission to its answer.
    package var answerDelay: Double = 0
    /// Seconds that the job waits for its worker.
    package var startDelay: Double = 0
    /// Flashpoints that fail, and how.
    package var failures: [Int: Failure] = [:]
    /// How the job ends.
    package var end = AttemptEnd(.completed, status: "COMPLETED")
    /// How many flashpoints have a result when the job ends; `nil` for all.
    package var resultsBeforeEnd: Int?
    /// How often each result arrives.
    package var copies = 1
    /// Seconds by which results arrive after they were made, and so perhaps after the end of the job.
    package var lateness: Double = 0

    package init(seconds: @escaping @Sendable (Int) -> Double) {
        self.seconds = seconds
    }
}
