import Coordination
import Logging
import RunJournal
import Synchronization

/// Writes the run's log file from its events.
final class RunLogKeeper: Sendable {
    private let lines: Mutex<LogLines>
    private let log: RunLog
    private let logger: Logger

    /// Opens the log, its counts being those of the events so far.
    init(folder: RunFolder, journal: SQLiteJournal, level: LogLevel, logger: Logger) async throws {
        var lines = LogLines(level: level)
        try await journal.replay { _ = lines.lines(for: $0) }
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

extension SQLiteJournal {
    /// Gives every event of the journal so far, in order and in bounded memory, without the results.
    func replay(_ body: (Event) throws -> Void) async throws {
        var seen = 0
        while true {
            let page = try await events(after: seen, limit: 1_000, includingResults: false)
            guard let last = page.last else { return }
            for event in page { try body(event) }
            seen = last.seq
        }
    }
}
