import Coordination
import RunEngine
import RunJournal
import Synchronization

/// What this process knows of a run it drives: the fold of the events so far, and the log lines that they give.
final class RunWatch: Sendable {
    /// What a batch of events brings.
    struct News: Sendable {
        var events: [Event]
        /// The log's lines and the wall times of their events.
        var lines: [(at: Int64, line: LogLine)] = []
        /// Lines of the log that came too fast for this reader; they are in the run's log file.
        var lost = 0
    }

    private struct State {
        var overview = Overview()
        var lines: LogLines
        var seen = 0
    }

    private let state: Mutex<State>

    /// Reads the run's events so far, whose lines were written when they happened, and gives them to `body` in pages.
    init(_ journal: SQLiteJournal, level: LogLevel, _ body: ([Event]) async -> Void = { _ in }) async throws {
        state = Mutex(State(lines: LogLines(level: level)))
        try await catchUp(with: journal, body)
    }

    /// Reads what others have driven since, and gives it to `body` in pages.
    func catchUp(with journal: SQLiteJournal, _ body: ([Event]) async -> Void) async throws {
        while true {
            let page = try await journal.events(after: state.withLock(\.seen), limit: 1_000, includingResults: false)
            guard !page.isEmpty else { return }
            _ = take(page)
            await body(page)
        }
    }

    /// The run as far as it was watched.
    var overview: Overview { state.withLock(\.overview) }

    /// Follows a driven run to the end of `batches`, giving what each of them brings to `body` in order.
    func follow(_ batches: EventFeed.Batches, _ body: (News) async -> Void) async throws {
        let iterator = batches.makeAsyncIterator()
        var lost = 0
        while let batch = await iterator.next() {
            var news = take(batch)
            news.lost = iterator.lostLogLines - lost
            lost += news.lost
            if !news.events.isEmpty || news.lost > 0 { await body(news) }
        }
    }

    /// Folds the events that are new, and gives them with their lines.
    private func take(_ events: [Event]) -> News {
        state.withLock { state in
            var news = News(events: events.filter { $0.seq > state.seen })
            for event in news.events {
                state.overview.apply(event)
                news.lines += state.lines.lines(for: event).map { (event.at, $0) }
            }
            state.seen = news.events.last?.seq ?? state.seen
            return news
        }
    }
}
