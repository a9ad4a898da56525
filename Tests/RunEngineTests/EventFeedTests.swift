import Coordination
import RunJournal
import Synchronization
import Testing

@testable import RunEngine

@Suite("Feed of events", .timeLimit(.minutes(5)))
struct EventFeedTests {
    private static func event(_ seq: Int, isLog: Bool = false) -> Event {
        let body: Event.Body = isLog ? .log(level: .info, worker: nil, message: "\(seq)") : .runPaused()
        return Event(seq: seq, at: 0, t: 0, body: body)
    }

    /// A feed, and a way to commit and publish the events with these numbers.
    private struct Desk {
        let journal = MemoryJournal()
        let feed: EventFeed

        init(capacity: Int) {
            feed = EventFeed(journal: journal, capacity: capacity)
        }

        func commit(_ numbers: ClosedRange<Int>) async throws {
            try await journal.commit(numbers.map { event($0) })
        }

        func publish(_ numbers: ClosedRange<Int>) async { await feed.publish(numbers.map { event($0) }) }

        func tell(_ numbers: ClosedRange<Int>) async throws {
            try await commit(numbers)
            await publish(numbers)
        }
    }

    private static func rest(_ batches: EventFeed.Batches) async -> [Int] {
        await batches.reduce(into: []) { $0 += $1.map(\.seq) }
    }

    @Test("a reader gets each batch and then the end")
    func live() async throws {
        let desk = Desk(capacity: 10)
        let batches = desk.feed.batches()
        try await desk.tell(1...3)
        try await desk.tell(4...5)
        desk.feed.finish()
        #expect(await Self.rest(batches) == [1, 2, 3, 4, 5])
    }

    @Test("a reader that waits is woken by a batch, and by the end")
    func waits() throws {
        try VirtualTime.run { clock in
            let desk = Desk(capacity: 10)
            let batches = desk.feed.batches()
            async let seen = Self.rest(batches)
            try await clock.sleep(for: .seconds(1))
            try await desk.tell(1...2)
            try await clock.sleep(for: .seconds(1))
            desk.feed.finish()
            #expect(await seen == [1, 2])
        }
    }

    @Test("a reader that falls behind reads on from the journal: each event once", arguments: 1...12)
    func behind(capacity: Int) async throws {
        let desk = Desk(capacity: capacity)
        let batches = desk.feed.batches()
        let iterator = batches.makeAsyncIterator()
        var seen: [Int] = []
        var next = 1
        for size in [1, 4, 1, 9, 2, 3, 1, 1] {
            try await desk.tell(next...next + size - 1)
            next += size
            // Takes a batch only now and then.
            if size % 2 == 1 { seen += try #require(await iterator.next()).map(\.seq) }
        }
        desk.feed.finish()
        while let batch = await iterator.next() { seen += batch.map(\.seq) }
        #expect(seen == Array(1..<next))
    }

    @Test("what the journal has already and the feed has not told yet comes once", arguments: 1...4)
    func readsAhead(capacity: Int) throws {
        try VirtualTime.run { clock in
            let desk = Desk(capacity: capacity)
            let batches = desk.feed.batches()
            try await desk.tell(1...5)
            try await desk.commit(6...8)
            async let seen = Self.rest(batches)
            // By now the reader has read all eight from the journal and waits.
            try await clock.sleep(for: .seconds(1))
            await desk.publish(6...7)
            try await clock.sleep(for: .seconds(1))
            await desk.publish(8...8)
            try await desk.tell(9...9)
            desk.feed.finish()
            #expect(await seen == Array(1...9))
        }
    }

    @Test("a reader that came late and falls behind gets nothing from before it came")
    func lateReader() async throws {
        let desk = Desk(capacity: 2)
        try await desk.tell(1...50)
        let batches = desk.feed.batches()
        try await desk.tell(51...60)
        desk.feed.finish()
        #expect(await Self.rest(batches) == Array(51...60))
    }

    @Test("in a resumed run, falling behind at once does not bring the earlier drivers' events")
    func resumed() async throws {
        let desk = Desk(capacity: 2)
        try await desk.commit(1...50)
        let batches = desk.feed.batches()
        try await desk.tell(51...60)
        desk.feed.finish()
        #expect(await Self.rest(batches) == Array(51...60))
    }

    @Test("log lines are not in the journal, so a reader that is behind loses them, and they are counted")
    func logLines() async throws {
        let desk = Desk(capacity: 3)
        let batches = desk.feed.batches()
        try await desk.commit(1...1)
        await desk.feed.publish([Self.event(1), Self.event(2, isLog: true)])
        try await desk.commit(3...4)
        await desk.feed.publish([Self.event(3), Self.event(4), Self.event(5, isLog: true)])
        let iterator = batches.makeAsyncIterator()
        #expect(try #require(await iterator.next()).map(\.seq) == [1, 3, 4])
        #expect(iterator.lostLogLines == 2)
        await desk.feed.publish([Self.event(6, isLog: true)])
        desk.feed.finish()
        #expect(try #require(await iterator.next()).map(\.seq) == [6])
        #expect(await iterator.next() == nil)
    }

    @Test("a reader that looks ten times a second loses none of a hundred thousand lines at a thousand a second")
    func frameRate() async throws {
        let kept = Mutex(0)
        let feed = EventFeed(journal: MemoryJournal()) { events in kept.withLock { $0 += events.count } }
        let iterator = feed.batches().makeAsyncIterator()
        var seen = 0
        for look in 0..<1_000 {
            for burst in 0..<10 {
                let first = look * 100 + burst * 10 + 1
                await feed.publish((first..<first + 10).map { Self.event($0, isLog: true) })
            }
            seen += try #require(await iterator.next()).count
        }
        #expect(seen == 100_000)
        #expect(iterator.lostLogLines == 0)
        #expect(kept.withLock(\.self) == 100_000, "all are given to the log file")
    }

    @Test("a reader that leaves is forgotten")
    func leaves() async throws {
        let desk = Desk(capacity: 10)
        do {
            let batches = desk.feed.batches()
            #expect(desk.feed.readerCount == 1)
            try await desk.tell(1...2)
            for await _ in batches { break }
        }
        #expect(desk.feed.readerCount == 0)
        try await desk.tell(3...4)
    }

    @Test("a cancelled reader ends and holds nobody up")
    func cancelled() throws {
        try VirtualTime.run { clock in
            let desk = Desk(capacity: 10)
            await withTaskGroup(of: [Int].self) { group in
                let batches = desk.feed.batches()
                group.addTask { await Self.rest(batches) }
                try? await clock.sleep(for: .seconds(1))
                group.cancelAll()
                #expect(await group.next() == [])
            }
            try await desk.tell(1...2)
        }
    }

    @Test("several readers at their own speed each get all of it")
    func several() async throws {
        let desk = Desk(capacity: 4)
        let (slow, quick) = (desk.feed.batches(), desk.feed.batches())
        var quickly: [Int] = []
        let iterator = quick.makeAsyncIterator()
        for start in stride(from: 1, to: 40, by: 3) {
            try await desk.tell(start...start + 2)
            quickly += try #require(await iterator.next()).map(\.seq)
        }
        desk.feed.finish()
        #expect(quickly == Array(1...39))
        #expect(await Self.rest(slow) == Array(1...39))
    }

    @Test("a journal that can't be read ends the reader that needs it")
    func unreadable() async throws {
        let feed = EventFeed(journal: UnreadableJournal(), capacity: 1)
        let batches = feed.batches()
        await feed.publish([Self.event(1), Self.event(2)])
        #expect(await Self.rest(batches) == [])
    }

    private struct UnreadableJournal: Journal {
        struct Unreadable: Error {}

        func commit(_ events: [Event]) async throws {}

        func events(after seq: Int, limit: Int) async throws -> [Event] { throw Unreadable() }
    }
}
