package import Coordination

/// Which part of the log is shown, and how.
package struct LogView: Sendable, Hashable {
    /// Whether the latest line is always shown.
    package internal(set) var isFollowing = true
    /// Number of the last line shown when it does not follow.
    package internal(set) var bottom = 0
    /// Number of the line that `n` and `e` went to last; marked on the screen.
    package internal(set) var current: Int?
    /// Long lines go on in the next row instead of being cut.
    package internal(set) var wraps = false
    package internal(set) var showsTime = true
    /// The least severe level that is shown.
    package internal(set) var level = LogLevel.info
    /// Only lines of this worker.
    package internal(set) var worker: Int?
    /// What lines are searched for.
    package internal(set) var search: LogSearch?
    /// Number of the first line that came after it stopped following.
    package internal(set) var newFrom = 0
}
