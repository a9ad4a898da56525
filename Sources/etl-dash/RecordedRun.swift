import Coordination
import Flashpoints
import RunJournal

/// Where the events of a run come from that is played.
enum RecordedRun: Sendable {
    case journal(SQLiteJournal)
    /// For one reader: what was read is not read again.
    case file(InputFile)

    /// Reads the events in their order, in pages.
    struct Reader {
        private enum Source {
            case journal(SQLiteJournal, after: Int)
            case file(EventFile)
        }

        private var source: Source

        fileprivate init(_ run: RecordedRun) {
            source =
                switch run {
                case .journal(let journal): .journal(journal, after: 0)
                case .file(let file): .file(EventFile(file))
                }
        }

        /// The next events; none at the end only.
        mutating func next() async throws -> [Event] {
            switch source {
            case .journal(let journal, let seen):
                let events = try await journal.events(after: seen, limit: 1_000, includingResults: false)
                source = .journal(journal, after: events.last?.seq ?? seen)
                return events
            case .file(var file):
                let events = try await file.next()
                source = .file(file)
                return events
            }
        }
    }

    func reader() -> Reader { Reader(self) }
}
