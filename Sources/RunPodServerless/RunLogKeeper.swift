import Coordination
import RunJournal
import Synchronization

/// Writes the run's log file from its events.
final class RunLogKeeper: Sendable {
    private let lines: Mutex<LogLines>
    private let log: RunLog

    /// Opens the log, its counts being those of the events so far.
    init(folder: RunFolder, journal: SQLiteJournal, level: LogLevel) async throws {
        var lines = LogLines(level: level)
        try await journal.replay { _ = lines.lines(for: $0) }
        self.lines = Mutex(lines)
        log = try RunLog(path: folder.logPath)
    }

    /// Writes the lines of a batch.
    func keep(_ events: [Event]) async {
        let written = lines.withLock { lines in
            events.flatMap { event in
                lines.lines(for: event).map { line in
                    RunLog.Line(at: event.at, level: line.level, worker: line.worker, message: line.message)
                }
            }
        }
        if !written.isEmpty { _ = log.append(written) }
    }
}

extension Journal {
    /// Gives every event of the journal so far, in order and in bounded memory.
    func replay(_ body: (Event) throws -> Void) async throws {
        var seen = 0
        while true {
            let page = try await events(after: seen, limit: 1_000)
            guard let last = page.last else { return }
            for event in page { try body(event) }
            seen = last.seq
        }
    }
}
