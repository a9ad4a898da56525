package import Flashpoints

/// How a run was left.
package enum RunOutcome: Sendable, Hashable {
    /// All is settled.
    case ended
    /// The endpoint refuses us or never answered; the run can be resumed.
    case halted(Failure)
    /// Somebody asked to stop; the run can be resumed.
    case stopped
}
