package import Coordination
package import RunJournal
import Synchronization

/// The events of a driven run, for any number of readers at their own speed.
///
/// A reader that falls behind reads on from the journal; it never holds the driver. Only log lines, which the journal
/// does not have, are lost to it then, and counted.
package final class EventFeed: Sendable {
    private struct Reader {
        var waiting: [Event] = []
        var isBehind = false
        var lostLines = 0
        var continuation: CheckedContinuation<Void, Never>?

        mutating func add(_ events: [Event], capacity: Int) -> CheckedContinuation<Void, Never>? {
            if isBehind || waiting.count + events.count > capacity {
                lostLines += waiting.count { !$0.isJournalled } + events.count { !$0.isJournalled }
                waiting = []
                isBehind = true
            } else {
                waiting += events
            }
            return takeContinuation()
        }

        mutating func takeContinuation() -> CheckedContinuation<Void, Never>? {
            defer { continuation = nil }
            return continuation
        }
    }

    private struct State {
        var readers: [Int: Reader] = [:]
        var nextID = 0
        var latest = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let journal: any Journal
    private let capacity: Int
    private let keepLog: (@Sendable ([Event]) async -> Void)?

    /// Makes a feed.
    ///
    /// - Parameters:
    ///   - capacity: Events that wait for a reader before it counts as behind.
    ///   - keepLog: Gets every batch before the readers do; where the run's log file is written.
    package init(
        journal: any Journal,
        capacity: Int = 16_384,
        keepLog: (@Sendable ([Event]) async -> Void)? = nil
    ) {
        self.journal = journal
        self.capacity = capacity
        self.keepLog = keepLog
    }

    func publish(_ events: [Event]) async {
        await keepLog?(events)
        let wake = state.withLock { state in
            state.latest = events.last { $0.isJournalled }?.seq ?? state.latest
            var wake: [CheckedContinuation<Void, Never>] = []
            for id in state.readers.keys {
                if let continuation = state.readers[id]?.add(events, capacity: capacity) { wake.append(continuation) }
            }
            return wake
        }
        for continuation in wake { continuation.resume() }
    }

    package func finish() {
        let wake = state.withLock { state in
            state.isFinished = true
            return state.readers.keys.compactMap { state.readers[$0]?.takeContinuation() }
        }
        for continuation in wake { continuation.resume() }
    }

    /// The events from now on, in batches; ends when the driver leaves.
    ///
    /// Subscribe before the driver starts to miss none. The reader is forgotten when its iterator is gone.
    package func batches() -> Batches { Batches(feed: self) }

    /// A reader's view of the feed.
    package struct Batches: AsyncSequence, Sendable {
        let feed: EventFeed
        let id: Int

        init(feed: EventFeed) {
            self.feed = feed
            id = feed.state.withLock { state in
                state.nextID += 1
                state.readers[state.nextID] = Reader()
                return state.nextID
            }
        }

        package func makeAsyncIterator() -> Iterator { Iterator(feed: feed, id: id) }
    }

    package struct Iterator: AsyncIteratorProtocol {
        let feed: EventFeed
        let id: Int
        var seen = 0

        /// The next batch, or `nil` at the end or when the task is cancelled.
        package mutating func next() async -> [Event]? {
            while true {
                guard let turn = await feed.turn(id, seen: seen) else { return nil }
                if case .live(let events) = turn {
                    seen = events.last?.seq ?? seen
                    return events
                }
                guard let page = try? await feed.journal.events(after: seen, limit: 1_000) else { return nil }
                guard let last = page.last else { continue }
                seen = last.seq
                return page
            }
        }
    }

    fileprivate enum Turn {
        case live([Event])
        case readJournal
    }

    fileprivate func turn(_ id: Int, seen: Int) async -> Turn? {
        while !Task.isCancelled {
            let turn = state.withLock { state -> Turn?? in
                guard var reader = state.readers[id] else { return .some(nil) }
                defer { state.readers[id] = reader }
                if reader.isBehind {
                    guard seen >= state.latest else { return .readJournal }
                    reader.isBehind = false
                    reader.waiting.removeAll { $0.seq <= seen }
                }
                if !reader.waiting.isEmpty {
                    defer { reader.waiting = [] }
                    return .live(reader.waiting)
                }
                return state.isFinished ? .some(nil) : .none
            }
            if let turn { return turn }
            await wait(id)
        }
        return nil
    }

    private func wait(_ id: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard let reader = state.readers[id] else { return true }
                    if !reader.waiting.isEmpty || reader.isBehind || state.isFinished || Task.isCancelled {
                        return true
                    }
                    state.readers[id]?.continuation = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.readers[id]?.takeContinuation() }?.resume()
        }
    }
}
