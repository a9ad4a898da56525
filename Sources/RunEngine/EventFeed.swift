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
        /// Number of the last event that it has been given, or that came before the first one it is to get.
        var position: Int?
        var isBehind = false
        var lostLines = 0
        var continuation: CheckedContinuation<Void, Never>?

        mutating func add(_ events: [Event], capacity: Int) {
            guard let first = events.first else { return }
            let position = position ?? first.seq - 1
            self.position = position
            if isBehind || waiting.count + events.count > capacity {
                lostLines += waiting.count { !$0.isJournalled } + events.count { !$0.isJournalled }
                waiting = []
                isBehind = true
            } else {
                // The journal may have shown it some of them already: they are committed before they are told.
                let new = events.drop { $0.seq <= position }
                lostLines += events.prefix(events.count - new.count).count { !$0.isJournalled }
                waiting += new
            }
        }

        /// What the reader is to do now; hands out what waits.
        mutating func turn(latest: Int, isFinished: Bool) -> Turn {
            if isBehind, let position { return .readJournal(after: position, upTo: latest) }
            guard let last = waiting.last else { return isFinished ? .over : .wait }
            defer { waiting = [] }
            position = last.seq
            return .live(waiting)
        }

        mutating func takeContinuation() -> CheckedContinuation<Void, Never>? {
            defer { continuation = nil }
            return continuation
        }
    }

    private struct State {
        var readers: [Int: Reader] = [:]
        /// Number before the first event told.
        var start: Int?
        /// All that was told so far, while it is little enough.
        var opening: [Event]? = []
        var nextID = 0
        /// Number of the last event told that the journal has.
        var latest = 0
        var isFinished = false

        /// The readers in the order in which they came, which a dictionary does not keep.
        var ids: [Int] { readers.keys.sorted() }
    }

    private let state = Mutex(State())
    private let journal: any Journal
    private let capacity: Int
    private let remembered: Int
    private let keepLog: (@Sendable ([Event]) async -> Void)?

    /// Makes a feed.
    ///
    /// - Parameters:
    ///   - capacity: Events that wait for a reader before it counts as behind.
    ///   - remembered: With it a reader that subscribes late gets all events from the first one told, up to so many of
    ///     them out of memory, log lines among them, and more than that from the journal; without it, those from now on.
    ///   - keepLog: Gets every batch before the readers do; where the run's log file is written.
    package init(
        journal: any Journal,
        capacity: Int = 16_384,
        remembered: Int = 0,
        keepLog: (@Sendable ([Event]) async -> Void)? = nil
    ) {
        self.journal = journal
        self.capacity = capacity
        self.remembered = remembered
        self.keepLog = keepLog
    }

    /// Readers that have not left.
    var readerCount: Int { state.withLock { $0.readers.count } }

    /// Tells a batch, whose events the journal has as far as it keeps them.
    func publish(_ events: [Event]) async {
        await keepLog?(events)
        let wake = state.withLock { state in
            if state.start == nil { state.start = events.first.map { $0.seq - 1 } }
            if let opening = state.opening {
                state.opening = opening.count + events.count <= remembered ? opening + events : nil
            }
            state.latest = events.last { $0.isJournalled }?.seq ?? state.latest
            return state.ids.compactMap { id in
                state.readers[id]?.add(events, capacity: capacity)
                return state.readers[id]?.takeContinuation()
            }
        }
        for continuation in wake { continuation.resume() }
    }

    /// Lets the readers come to their end; again has no effect.
    package func finish() {
        let wake = state.withLock { state in
            state.isFinished = true
            return state.ids.compactMap { state.readers[$0]?.takeContinuation() }
        }
        for continuation in wake { continuation.resume() }
    }

    /// The events in batches; ends when the driver leaves, or where the journal can't be read.
    ///
    /// Of a feed that remembers nothing, the events from now on. For one iteration; who leaves it is forgotten.
    package func batches() -> Batches {
        let id = state.withLock { state in
            state.nextID += 1
            var reader = Reader()
            if remembered > 0, let start = state.start {
                reader.position = start
                reader.waiting = state.opening ?? []
                reader.isBehind = state.opening == nil
            }
            state.readers[state.nextID] = reader
            return state.nextID
        }
        return Batches(subscription: Subscription(feed: self, id: id))
    }

    /// Keeps a reader in the feed for as long as it is held.
    fileprivate final class Subscription: Sendable {
        let feed: EventFeed
        let id: Int

        init(feed: EventFeed, id: Int) {
            self.feed = feed
            self.id = id
        }

        deinit {
            feed.state.withLock { $0.readers[id] = nil }
        }
    }

    /// A reader's view of the feed.
    package struct Batches: AsyncSequence, Sendable {
        fileprivate let subscription: Subscription

        package func makeAsyncIterator() -> Iterator { Iterator(subscription: subscription) }
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: Subscription

        /// Log lines that this reader was too slow for.
        package var lostLogLines: Int {
            subscription.feed.state.withLock { $0.readers[subscription.id]?.lostLines ?? 0 }
        }

        /// The next batch, or `nil` at the end or when the task is cancelled.
        package func next() async -> [Event]? { await subscription.feed.next(subscription.id) }
    }

    // MARK: - Reading

    private enum Turn {
        case live([Event])
        case readJournal(after: Int, upTo: Int)
        case wait
        case over
    }

    private func next(_ id: Int) async -> [Event]? {
        while !Task.isCancelled {
            switch state.withLock({ $0.readers[id]?.turn(latest: $0.latest, isFinished: $0.isFinished) ?? .over }) {
            case .live(let events):
                return events
            case .readJournal(let position, let latest):
                guard let page = try? await journal.events(after: position, limit: 1_000) else { return nil }
                // Numbers that the journal does not have were log lines'.
                let position = page.last?.seq ?? max(position, latest)
                state.withLock { state in
                    state.readers[id]?.position = position
                    state.readers[id]?.isBehind = position < state.latest
                }
                if !page.isEmpty { return page }
            case .wait:
                await wait(id)
            case .over:
                return nil
            }
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
