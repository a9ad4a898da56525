package import Coordination

/// What a dashboard is told, in the order in which it happened.
package enum Report: Sendable {
    /// The run is not there yet; says what is being done, such as `Reading news.json: 1,203 flashpoints`.
    case preparing(String)
    /// Events of the run.
    case events([Event])
    /// Lines of the run's log.
    ///
    /// - Parameter lost: Lines that came too fast since the last report and are on disk only.
    case lines([LogEntry], lost: Int)
    /// Who drives the run, as a viewer finds out.
    case standing(Standing)
}

/// Whether somebody drives the run that is looked at.
package enum Standing: Sendable, Hashable {
    /// A process does.
    case driven(pid: Int32?)
    /// Nobody does, and it has not ended: `resume` goes on with it.
    case interrupted
}

/// A line of the log as it is shown.
package struct LogEntry: Sendable, Hashable {
    /// Wall time in milliseconds since 1970.
    package var at: Int64
    package var level: LogLevel
    package var worker: Int?
    package var message: String

    package init(at: Int64, level: LogLevel, worker: Int?, message: String) {
        self.at = at
        self.level = level
        self.worker = worker
        self.message = message
    }
}
