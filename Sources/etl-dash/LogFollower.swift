import Coordination
import RunJournal

/// Which lines of a log are wanted.
struct LogFilter: Sendable, Hashable {
    /// Those about these workers; all lines when there are none.
    var workers: Set<Int> = []
    /// The least severe level.
    var level = LogLevel.debug

    func lets(_ line: RunLog.Line) -> Bool {
        line.level >= level && (workers.isEmpty || line.worker.map { workers.contains($0) } ?? false)
    }
}

/// Reads the log of a run, and goes on with the lines that come for as long as the run may write some.
struct LogFollower<C: Clock>: Sendable where C.Duration == Duration {
    let folder: RunFolder
    let clock: C
    /// Whether to wait for what comes; otherwise it ends with what is there.
    let follows: Bool
    /// Lines of what is there that are given, the latest ones; `nil` for all.
    let tail: Int?
    let filter: LogFilter

    /// Gives the lines to `body` as they come, and none now and then while there are none.
    ///
    /// - Parameter waiting: Called once when nobody drives a run that has not ended.
    /// - Throws: What `body` throws; `CancellationError`.
    func follow(_ body: ([RunLog.Line]) async throws -> Void, waiting: () async -> Void) async throws {
        var log = RunLogTail(path: folder.logPath, limit: filter == LogFilter() ? tail : nil)
        try await readWhatIsThere(&log, body)
        guard follows else { return }
        var latestNews = clock.now
        var hasTold = false
        while true {
            // Asked before the lines are read, so that the last ones are not missed.
            let isDriven = ((try? RunLock.holder(path: folder.lockPath)) ?? nil) != nil
            let isOver = !isDriven && hasEnded
            while case (let lines, let hasMore) = log.next(), !lines.isEmpty || hasMore {
                latestNews = clock.now
                try await body(lines.filter { filter.lets($0) })
            }
            if isOver { return }
            if !isDriven, !hasTold {
                hasTold = true
                await waiting()
            }
            try await body([])
            let quiet = latestNews.duration(to: clock.now)
            try await clock.sleep(
                for: RunFollower<C>.pause(sinceNews: quiet, isDriven: isDriven, hasEnded: false),
                tolerance: .milliseconds(50)
            )
        }
    }

    /// Gives the lines that the file has now, of these the last ones that are wanted.
    private func readWhatIsThere(
        _ log: inout RunLogTail,
        _ body: ([RunLog.Line]) async throws -> Void
    ) async throws {
        var latest: [RunLog.Line] = []
        while case (let lines, let hasMore) = log.next(), !lines.isEmpty || hasMore {
            try Task.checkCancellation()
            let wanted = lines.filter { filter.lets($0) }
            if let tail {
                latest = Array((latest + wanted).suffix(tail))
            } else if !wanted.isEmpty {
                try await body(wanted)
            }
            if !hasMore { break }
        }
        if !latest.isEmpty { try await body(latest) }
    }

    /// Whether the run is at its end, or can't be gone on with.
    private var hasEnded: Bool { (try? RunStore.hasEnded(folder)) ?? true }
}

/// How lines of a log look.
struct LogStyle: Sendable {
    let hasColours: Bool

    /// The line as the file has it, its level and worker in colour.
    func text(of line: RunLog.Line) -> String {
        let text = line.description
        guard hasColours else { return text }
        // The time, the level, the worker, and the message with blanks of its own.
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return text }
        let level = line.level.rawValue
        let rest = parts[1].dropFirst(level.count)
        return "\u{1B}[2m\(parts[0])\u{1B}[0m \u{1B}[\(Self.code(line.level))m\(level)\u{1B}[0m\(rest)"
    }

    private static func code(_ level: LogLevel) -> String {
        switch level {
        case .debug: "2"
        case .info: "32"
        case .warning: "33"
        case .error: "1;31"
        }
    }
}
