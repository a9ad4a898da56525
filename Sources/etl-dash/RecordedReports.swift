import Coordination
import Dashboard
import Synchronization

/// How far a record was read for the one frame that is printed of it.
final class RecordedState: Sendable {
    private let latest = Mutex<(at: Int64, t: Double)?>(nil)

    func note(_ event: Event) { latest.withLock { $0 = (event.at, event.t) } }

    /// Wall time of the run in milliseconds since 1970: at a second driven, or at the latest event.
    func now(at t: Double?) -> Int64 {
        guard let latest = latest.withLock({ $0 }) else { return 0 }
        return latest.at + Int64(max(0, (t ?? latest.t) - latest.t) * 1_000)
    }
}

/// What a dashboard is told of a record up to some second driven, all at once.
///
/// For one iteration.
struct RecordedReports: AsyncSequence, Sendable {
    typealias Element = ScreenReport
    typealias Failure = Never

    let run: RecordedRun
    /// The least severe level of the log's lines.
    let level: LogLevel
    /// The last second driven that is told; `nil` for all of them.
    let end: Double?
    let record: RecordedState
    /// Gets what kept the record from being read.
    let failed: @Sendable (any Error) -> Void

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    struct Iterator: AsyncIteratorProtocol {
        private let reports: RecordedReports
        private var reader: RecordedRun.Reader
        private var lines: LogLines
        private var pending: [ScreenReport] = []
        private var isOver = false

        fileprivate init(_ reports: RecordedReports) {
            self.reports = reports
            reader = reports.run.reader()
            lines = LogLines(level: reports.level)
        }

        mutating func next() async -> ScreenReport? {
            while pending.isEmpty, !isOver {
                do {
                    let page = try await reader.next()
                    let events = page.prefix { $0.t <= reports.end ?? .infinity }
                    isOver = events.count < page.count || page.isEmpty
                    tell(Array(events))
                } catch {
                    isOver = true
                    reports.failed(error)
                }
            }
            return pending.isEmpty ? nil : pending.removeFirst()
        }

        private mutating func tell(_ events: [Event]) {
            guard let last = events.last else { return }
            reports.record.note(last)
            pending.append(.events(events))
            let entries = events.flatMap { event in lines.lines(for: event).map { LogEntry($0, at: event.at) } }
            if !entries.isEmpty { pending.append(.lines(entries, lost: 0)) }
        }
    }
}
