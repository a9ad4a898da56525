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
        var seen = 0
    }

    private let state = Mutex(State())

    /// Reads the run's events up to a number, whose lines were written when they happened, and gives those that are new to
    /// `body` in pages.
    ///
    /// Takes some microseconds an event, so whoever drives the run does not wait for it.
    func catchUp(with folder: RunFolder, upTo last: Int = .max, _ body: ([Event]) async -> Void) async throws {
        guard state.withLock(\.seen) < last else { return }
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        while true {
            let seen = state.withLock(\.seen)
            var page = try await journal.events(after: seen, limit: 1_000, includingResults: false)
            if let rest = page.firstIndex(where: { $0.seq > last }) { page.removeSubrange(rest...) }
            guard !page.isEmpty else { break }
            _ = take(page)
            await body(page)
        }
        try journal.close()
    }

    /// The run as far as it was watched.
    var overview: Overview { state.withLock(\.overview) }

    /// Follows a driven run to the end of `batches`, giving what each of them brings to `body` in order.
    ///
    /// - Parameter lines: The fold of the log's lines as far as the run had come before.
    func follow(_ batches: EventFeed.Batches, lines: LogLines, _ body: (News) async -> Void) async {
        let iterator = batches.makeAsyncIterator()
        var lines = lines
        var lost = 0
        while let batch = await iterator.next() {
            var news = News(events: take(batch))
            for event in news.events { news.lines += lines.lines(for: event).map { (event.at, $0) } }
            news.lost = iterator.lostLogLines - lost
            lost += news.lost
            if !news.events.isEmpty || news.lost > 0 { await body(news) }
        }
    }

    /// Folds the events that are new, and gives them.
    private func take(_ events: [Event]) -> [Event] {
        state.withLock { state in
            let new = events.filter { $0.seq > state.seen }
            for event in new { state.overview.apply(event) }
            state.seen = new.last?.seq ?? state.seen
            return new
        }
    }
}
