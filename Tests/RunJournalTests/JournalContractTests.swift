import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import TestSupport
import Testing

/// What every journal promises.
@Suite("A journal", .timeLimit(.minutes(5)))
struct JournalContractTests {
    enum Kind: CaseIterable {
        case memory
        case sqlite
    }

    private func withJournal(
        _ kind: Kind,
        _ body: (any Journal & RunResults) async throws -> Void
    ) async throws {
        switch kind {
        case .memory: try await body(MemoryJournal())
        case .sqlite:
            try await withTemporaryFolder { home in
                let journal = try await SampleRun.create(in: home, count: 1_200)
                try await body(journal)
                try journal.close()
            }
        }
    }

    @Test("Every kind of event comes back as it was", arguments: Kind.allCases)
    func roundTrip(_ kind: Kind) async throws {
        let events = SampleEvents.numbered(SampleEvents.everyKind)
        #expect(Set(events.map(\.name)).count == 24, "a kind of event has no sample here")
        try await withJournal(kind) { journal in
            try await journal.commit(events)
            #expect(try await journal.events(after: 0, limit: 1_000) == events)
        }
    }

    @Test("Log lines and timers are left out", arguments: Kind.allCases)
    func unjournalled(_ kind: Kind) async throws {
        let bodies: [Event.Body] = [
            .log(level: .info, worker: 1, message: "hello"), .runPaused(), .timerFired(.silence), .runContinued,
        ]
        let events = SampleEvents.numbered(bodies)
        try await withJournal(kind) { journal in
            try await journal.commit(events)
            try await journal.commit([events[0]])
            #expect(try await journal.events(after: 0, limit: 1_000) == [events[1], events[3]])
        }
    }

    @Test("Events come in pages by their numbers, gaps among them or not", arguments: Kind.allCases)
    func pages(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            let numbers = [1, 2, 5, 6, 7, 11]
            for seq in numbers { try await journal.commit([Event(seq: seq, at: 0, t: 0, body: .runPaused())]) }
            #expect(try await journal.events(after: 0, limit: 2).map(\.seq) == [1, 2])
            #expect(try await journal.events(after: 2, limit: 2).map(\.seq) == [5, 6])
            #expect(try await journal.events(after: 3, limit: 10).map(\.seq) == [5, 6, 7, 11])
            #expect(try await journal.events(after: 11, limit: 10).isEmpty)
        }
    }

    @Test("Results come in input order, nil where there is none", arguments: Kind.allCases)
    func results(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            let bodies = [
                SampleEvents.ok(9), SampleEvents.failed(2), SampleEvents.ok(1),
                SampleEvents.settled(3, .cancelled), SampleEvents.settled(4, .ok(result: .null)),
                SampleEvents.settled(5, .ok(result: "text/é")),
            ]
            try await journal.commit(SampleEvents.numbered(bodies))
            let texts = try await journal.results(in: 1..<7).map { $0.map { String(decoding: $0, as: UTF8.self) } }
            #expect(texts == [#"{"n":1}"#, nil, nil, "null", #""text/é""#, nil])
            #expect(try await journal.results(in: 9..<10).map { $0?.count } == [7])
            #expect(try await journal.results(in: 3..<3).isEmpty)
        }
    }

    @Test("Failures come in pages, without cancelled flashpoints", arguments: Kind.allCases)
    func failures(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            let failing = stride(from: 0, to: 1_200, by: 2).map { SampleEvents.failed($0) }
            let others = stride(from: 1, to: 1_200, by: 2).map { SampleEvents.settled($0, .cancelled) }
            try await journal.commit(SampleEvents.numbered(others + failing.reversed()))
            var all: [RunFailure] = []
            var sizes: [Int] = []
            while case let page = try await journal.failures(from: (all.last?.index ?? -1) + 1), !page.isEmpty {
                all += page
                sizes.append(page.count)
            }
            #expect(all.map(\.index) == Array(stride(from: 0, to: 1_200, by: 2)))
            #expect(sizes == [256, 256, 88])
            let first = try #require(all.first)
            let failure = Failure(.timeout, stage: "render", "fp-0 took too long")
            #expect(first == RunFailure(index: 0, id: "fp-0", failure: failure, attempts: 1))
        }
    }

    @Test("A retry takes back the failures of its worker alone, and a later result counts", arguments: Kind.allCases)
    func retry(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            let first = [
                SampleEvents.failed(0), SampleEvents.ok(1), SampleEvents.settled(2, .cancelled),
                SampleEvents.failed(3, worker: 2), SampleEvents.failed(4),
            ]
            try await journal.commit(SampleEvents.numbered(first))
            try await journal.commit(SampleEvents.numbered([.workerRetried(worker: 1, indices: [0, 1])], from: 6))
            #expect(try await journal.failures(from: 0).map(\.index) == [3, 4])
            try await journal.commit(SampleEvents.numbered([.workerRetried(worker: 1, indices: nil)], from: 7))
            #expect(try await journal.failures(from: 0).map(\.index) == [3])
            #expect(try await journal.results(in: 0..<3).map { $0 != nil } == [false, true, false])

            let second = [SampleEvents.ok(0), SampleEvents.failed(4), SampleEvents.ok(2)]
            try await journal.commit(SampleEvents.numbered(second, from: 8))
            #expect(try await journal.failures(from: 0).map(\.index) == [3, 4])
            #expect(try await journal.results(in: 0..<3).map { $0 != nil } == [true, true, true])
        }
    }

    @Test("The first outcome of a flashpoint counts; the history has them all", arguments: Kind.allCases)
    func firstWins(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            let events = SampleEvents.numbered([
                SampleEvents.settled(0, .ok(result: "first")), SampleEvents.settled(0, .ok(result: "second")),
                SampleEvents.failed(0), SampleEvents.failed(1), SampleEvents.ok(1),
            ])
            try await journal.commit(events)
            let texts = try await journal.results(in: 0..<2).map { $0.map { String(decoding: $0, as: UTF8.self) } }
            #expect(texts == [#""first""#, nil])
            #expect(try await journal.failures(from: 0).map(\.index) == [1])
            #expect(try await journal.events(after: 0, limit: 10) == events)
        }
    }

    @Test("The whole answer can be written from it", arguments: Kind.allCases)
    func answer(_ kind: Kind) async throws {
        try await withJournal(kind) { journal in
            try await journal.commit(SampleEvents.numbered([SampleEvents.ok(0), SampleEvents.failed(5)]))
            var text: [UInt8] = []
            try await AnswerWriter(SampleEvents.answer, pageSize: 5).write(
                results: { try await journal.results(in: $0) },
                failures: { try await journal.failures(from: $0) },
                to: { text += $0 }
            )
            let json = try JSONCoding.decode(JSONValue.self, from: Data(text))
            #expect(json["results"]?.arrayValue?.count == 12)
            #expect(json["results"]?.arrayValue?.first == ["n": 0])
            #expect(json["failures"]?.arrayValue?.map { $0["index"] } == [5])
        }
    }
}
