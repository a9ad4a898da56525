import Coordination
import RunJournal
import Synchronization

/// What this process knows of a run it watches: the fold of the events so far, and the log lines that they give.
///
/// Nothing is missed and nothing comes twice, whenever the watching begins: what the live batches don't bring is read
/// from the journal.
final class RunWatch: Sendable {
    private struct State {
        var overview = Overview()
        var lines: LogLines
        var seen = 0
    }

    private let state: Mutex<State>
    private let journal: SQLiteJournal

    /// Reads the run's events so far, whose lines were printed when they happened.
    init(_ journal: SQLiteJournal, level: LogLevel) async throws {
        self.journal = journal
        state = Mutex(State(lines: LogLines(level: level)))
        try await readJournal { _ in }
    }

    /// The run as far as it was watched.
    var overview: Overview { state.withLock(\.overview) }

    /// Follows a driven run to the end of `batches`, giving each batch's events and log lines to `body` in order.
    func follow(
        _ batches: some AsyncSequence<[Event], Never> & Sendable,
        _ body: (_ events: [Event], _ lines: [LogLine]) async -> Void
    ) async throws {
        try await readJournal { events in
            let (new, lines) = take(events)
            await body(new, lines)
        }
        for await batch in batches {
            let (new, lines) = take(batch)
            if !new.isEmpty { await body(new, lines) }
        }
    }

    /// Folds the events that are new, and gives them with their lines.
    private func take(_ events: [Event]) -> (events: [Event], lines: [LogLine]) {
        state.withLock { state in
            let new = events.filter { $0.seq > state.seen }
            var lines: [LogLine] = []
            for event in new {
                state.overview.apply(event)
                lines += state.lines.lines(for: event)
            }
            state.seen = new.last?.seq ?? state.seen
            return (new, lines)
        }
    }

    private func readJournal(_ body: ([Event]) async -> Void) async throws {
        while true {
            let page = try await journal.events(after: state.withLock(\.seen), limit: 1_000)
            if page.isEmpty { return }
            await body(page)
            _ = take(page)
        }
    }
}
