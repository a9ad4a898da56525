import Coordination
import Logging
import RunJournal
import Synchronization

/// Writes the run's log file from its events.
final class RunLogKeeper: Sendable {
    private let lines: Mutex<LogLines>
    private let log: RunLog
    private let logger: Logger

    /// Opens the log.
    ///
    /// - Parameter lines: The fold of the events so far.
    init(folder: RunFolder, lines: LogLines, logger: Logger) throws {
        self.lines = Mutex(lines)
        log = try RunLog(path: folder.logPath)
        self.logger = logger
    }

    /// Writes the lines of a batch; a log that can't be written is told once, and the run goes on.
    func keep(_ events: [Event]) async {
        let written = lines.withLock { lines in
            events.flatMap { event in
                lines.lines(for: event).map { line in
                    RunLog.Line(at: event.at, level: line.level, worker: line.worker, message: line.message)
                }
            }
        }
        if !written.isEmpty, let error = log.append(written) { logger.error("\(error)") }
    }
}
