import Coordination
import RunJournal
import Testing

@testable import RunEngine

@Suite("Feed that remembers its opening", .timeLimit(.minutes(5)))
struct RememberingFeedTests {
    private static func event(_ seq: Int) -> Event {
        // Every third one is a log line, which the journal does not have.
        let body: Event.Body = seq.isMultiple(of: 3) ? .log(level: .info, worker: nil, message: "\(seq)") : .runPaused()
        return Event(seq: seq, at: 0, t: 0, body: body)
    }

    private static func tell(_ numbers: ClosedRange<Int>, _ feed: EventFeed, _ journal: MemoryJournal) async throws {
        let events = numbers.map { event($0) }
        try await journal.commit(events)
        await feed.publish(events)
    }

    private static func rest(_ batches: EventFeed.Batches) async -> [Int] {
        await batches.reduce(into: []) { $0 += $1.map(\.seq) }
    }

    @Test("a reader that comes a little late misses nothing, log lines neither", arguments: [0, 100])
    func late(earlier: Int) async throws {
        let journal = MemoryJournal()
        // What former drivers committed is not told again.
        if earlier > 0 { try await journal.commit((1...earlier).map { Self.event($0) }) }
        let feed = EventFeed(journal: journal, remembered: 10)
        try await Self.tell(earlier + 1...earlier + 4, feed, journal)
        let first = feed.batches()
        try await Self.tell(earlier + 5...earlier + 8, feed, journal)
        let second = feed.batches()
        feed.finish()
        #expect(await Self.rest(first) == Array(earlier + 1...earlier + 8))
        #expect(await Self.rest(second) == Array(earlier + 1...earlier + 8))
    }

    @Test("one that comes later than is remembered reads the journal from the driver's first event on")
    func tooLate() async throws {
        let journal = MemoryJournal()
        try await journal.commit((1...20).map { Self.event($0) })
        let feed = EventFeed(journal: journal, remembered: 10)
        try await Self.tell(21...26, feed, journal)
        try await Self.tell(27...32, feed, journal)
        let batches = feed.batches()
        feed.finish()
        #expect(await Self.rest(batches) == (21...32).filter { !$0.isMultiple(of: 3) })
    }
}
