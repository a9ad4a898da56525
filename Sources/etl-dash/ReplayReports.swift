import Coordination
import Dashboard

/// What a dashboard is told of a recorded run, each event when its time on the time line has come.
///
/// For one iteration. Ends after the last event, and where the record can't be read on, which is told apart.
struct ReplayReports<C: Clock>: AsyncSequence, Sendable where C.Duration == Duration {
    typealias Element = ScreenReport
    typealias Failure = Never

    let run: RecordedRun
    let timeline: ReplayTimeline<C>
    let clock: C
    /// The least severe level of the log's lines.
    let level: LogLevel
    /// The second driven at which the playing begins; what was before it comes at once.
    var start: Double?
    /// Gets what kept the record from being read.
    let failed: @Sendable (any Error) -> Void

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    struct Iterator: AsyncIteratorProtocol {
        /// Time between two batches at the least, so that many events cost few wake-ups.
        private static var pause: Duration { .milliseconds(100) }
        private static var largest: Int { 500 }

        private let replay: ReplayReports
        private var reader: RecordedRun.Reader
        private var lines: LogLines
        private var ahead: ArraySlice<Event> = []
        private var pending: [ScreenReport] = []
        private var told: C.Instant?
        private var hasBegun = false
        private var hasEnded = false

        fileprivate init(_ replay: ReplayReports) {
            self.replay = replay
            reader = replay.run.reader()
            lines = LogLines(level: replay.level)
        }

        mutating func next() async -> ScreenReport? {
            while pending.isEmpty {
                guard !hasEnded, !Task.isCancelled else { return nil }
                do {
                    try await play()
                } catch {
                    hasEnded = true
                    if !(error is CancellationError) { replay.failed(error) }
                }
            }
            return pending.removeFirst()
        }

        /// Waits for the next events that are due and puts them into reports.
        private mutating func play() async throws {
            try await look()
            guard let first = ahead.first else {
                hasEnded = true
                replay.timeline.played(nil, next: nil)
                return
            }
            if !hasBegun {
                hasBegun = true
                replay.timeline.begin(first, at: replay.start)
            }
            let rest = told.map { Self.pause - $0.duration(to: replay.clock.now) } ?? .zero
            let wait = Swift.max(rest, replay.timeline.wait(until: first.t))
            if wait > .zero { try await replay.clock.sleep(for: wait) }
            let position = replay.timeline.position
            var due = ahead.prefix(Self.largest).prefix { $0.t <= position }
            // A clock that is a hair early must not bring the loop to spin.
            if due.isEmpty { due = ahead.prefix(1) }
            ahead.removeFirst(due.count)
            // What is overdue is not held up.
            told = due.count < Self.largest ? replay.clock.now : nil
            tell(Array(due))
            try await look()
            replay.timeline.played(due.last, next: ahead.first?.t)
        }

        /// Reads on when nothing is known to come.
        private mutating func look() async throws {
            if ahead.isEmpty { ahead = try await reader.next()[...] }
        }

        private mutating func tell(_ events: [Event]) {
            pending.append(.events(events))
            let entries = events.flatMap { event in lines.lines(for: event).map { LogEntry($0, at: event.at) } }
            if !entries.isEmpty { pending.append(.lines(entries, lost: 0)) }
        }
    }
}

extension LogEntry {
    /// A line of the log and the wall time of the event that it tells.
    init(_ line: LogLine, at time: Int64) {
        self.init(at: time, level: line.level, worker: line.worker, message: line.message)
    }
}
