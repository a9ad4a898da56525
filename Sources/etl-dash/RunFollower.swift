import Coordination
import Dashboard
import RunJournal

/// What a dashboard is told of a run that another process drives, or none: the journal's events and the log's lines so
/// far, then those that come.
///
/// For one iteration. Goes on when drivers come and go, also after the run's end, since somebody may retry what failed;
/// ends where the journal can't be read on, which is told apart.
struct RunFollower<C: Clock>: AsyncSequence, Sendable where C.Duration == Duration {
    typealias Element = ScreenReport
    typealias Failure = Never

    let folder: RunFolder
    let journal: SQLiteJournal
    let clock: C
    /// The least severe level of the log's lines.
    let level: LogLevel
    /// Whether to wait for what comes; otherwise it ends with what is there.
    let follows: Bool
    /// Gets what kept the journal from being read.
    let failed: @Sendable (any Error) -> Void

    /// Lines of the log that are shown of what was there before, as many as a dashboard keeps.
    static var lineLimit: Int { 100_000 }

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// Time between two looks: short while something happens, long in a quiet run and one that nobody drives.
    static func pause(sinceNews: Duration, isDriven: Bool, hasEnded: Bool) -> Duration {
        if !isDriven { return .seconds(hasEnded ? 5 : 2) }
        return sinceNews < .seconds(3) ? .milliseconds(250) : .seconds(1)
    }

    struct Iterator: AsyncIteratorProtocol {
        private let follower: RunFollower
        private var watch: JournalWatch?
        private var version: Int?
        private var seen = 0
        private var hasRunEnded = false
        private var standing: Standing?
        private var tail: Tail
        private var pending: [ScreenReport] = []
        private var latestNews: C.Instant
        private var isOver = false

        fileprivate init(_ follower: RunFollower) {
            self.follower = follower
            tail = Tail(path: follower.folder.logPath)
            latestNews = follower.clock.now
        }

        mutating func next() async -> ScreenReport? {
            while pending.isEmpty {
                guard !isOver, !Task.isCancelled else { return nil }
                do {
                    try await look()
                    if !pending.isEmpty { break }
                    isOver = !follower.follows
                    if isOver { break }
                    let quiet = latestNews.duration(to: follower.clock.now)
                    let isDriven = standing != .interrupted
                    try await follower.clock.sleep(
                        for: RunFollower.pause(sinceNews: quiet, isDriven: isDriven, hasEnded: hasRunEnded),
                        tolerance: isDriven ? .milliseconds(50) : .milliseconds(500)
                    )
                } catch {
                    isOver = true
                    if !(error is CancellationError) { follower.failed(error) }
                }
            }
            return pending.isEmpty ? nil : pending.removeFirst()
        }

        /// Puts what is new into reports: who drives first, so that the events are seen in its light.
        private mutating func look() async throws {
            let holder = try RunLock.holder(path: follower.folder.lockPath)
            let standing = holder.map { Standing.driven(pid: $0.pid) } ?? .interrupted
            if standing != self.standing { pending.append(.standing(standing)) }
            self.standing = standing
            try await readJournal()
            let lines = tail.next().filter { $0.level >= follower.level }
            if !lines.isEmpty {
                pending.append(.lines(lines.map { LogEntry($0) }, lost: 0))
                latestNews = follower.clock.now
            }
        }

        /// Reads a page of events, when there may be one.
        private mutating func readJournal() async throws {
            let watch = try watch ?? JournalWatch(follower.folder)
            self.watch = watch
            // Asked before the events are read: what is committed in between changes the number and is read next time.
            let latest = try watch.version()
            guard latest != version else { return }
            let events = try await follower.journal.events(after: seen, limit: 1_000, includingResults: false)
            guard let last = events.last else {
                version = latest
                return
            }
            seen = last.seq
            for event in events { note(event) }
            if !events.allSatisfy(\.isRoutine) { latestNews = follower.clock.now }
            pending.append(.events(events))
        }

        private mutating func note(_ event: Event) {
            switch event.body {
            case .runEnded: hasRunEnded = true
            case .workerRetried, .runRetried, .runResumed: hasRunEnded = false
            default: break
            }
        }
    }

    /// Holds the log's reader, which can't be copied, for an iterator, which can.
    private final class Tail {
        private var tail: RunLogTail

        init(path: String) { tail = RunLogTail(path: path, limit: RunFollower.lineLimit) }

        func next() -> [RunLog.Line] { tail.next().lines }
    }
}

extension LogEntry {
    /// A line as the run's log file has it.
    init(_ line: RunLog.Line) {
        self.init(at: line.at, level: line.level, worker: line.worker, message: line.message)
    }
}

extension Event {
    /// Whether it comes from time to time in the quietest run.
    fileprivate var isRoutine: Bool {
        switch body {
        case .workerVitals, .endpointHealth: true
        default: false
        }
    }
}
