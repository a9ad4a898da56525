/// What an operator can ask of a run, from a key, the command line or a control socket alike.
package enum Command: Sendable, Hashable {
    /// Cancel the worker's job and the rest of its share.
    case cancelWorker(Int)
    /// Try the worker's failed and cancelled flashpoints again, or only those of them that are listed.
    case retryWorker(Int, indices: [Int]?)
    /// Try all failed and cancelled flashpoints of the run again: its next generation.
    case retryRun
    /// Cancel all that has not settled.
    case cancelRun
    /// Submit nothing new.
    case pause
    /// Submit again.
    case proceed
}

/// The answer to a command.
package enum Receipt: Sendable, Hashable {
    /// It is journalled and under way.
    case accepted
    /// It would change nothing any more; says why.
    case tooLate(String)
    /// It names something the run does not have; says what.
    case unknown(String)
}
