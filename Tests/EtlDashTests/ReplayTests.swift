import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@testable import etl_dash

@Suite("Replay of a record", .timeLimit(.minutes(5)))
struct ReplayTests {
    // MARK: - The file

    private func read(_ text: String) async throws -> [Event] {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "events.jsonl")
            try Data(text.utf8).write(to: path)
            var file = EventFile(try InputFile(path: path.path))
            var events: [Event] = []
            while case let next = try await file.next(), !next.isEmpty { events += next }
            return events
        }
    }

    @Test("What --events printed is read back, however long, with blank lines and without a last line's end")
    func file() async throws {
        let events = ShortRun.events(at: (1...2_000).map { Double($0) / 10 })
        let text = try ShortRun.text(events)
        #expect(try await read(text) == events)
        #expect(try await read("\n" + String(text.dropLast()) + "\n \r\n") == events)
        #expect(try await read("").isEmpty)
    }

    @Test(
        "A line that is no event is named",
        arguments: [
            ("{}", "it has no \"v\""), ("what", "not JSON"), ("{\"v\":1,\"seq\":\"2\"}", "\"seq\" is of another type"),
            ("{\"v\":2}", "version 2"), ("[{\"id\":\"a\",\"feeds\":[]}]", "another type"),
        ]
    )
    func badLine(line: String, what: String) async throws {
        let text = try ShortRun.text(ShortRun.events(at: [1]))
        let error = await #expect(throws: InputError.self) { _ = try await read(text + line + "\n") }
        let problem = try #require(error)
        #expect(problem.line == 3)
        #expect(problem.description.contains("events.jsonl, line 3: is no event of a run"))
        #expect(problem.description.contains(what), "\(problem)")
    }

    @Test("The recorded sample is whole: it ends with the answer, and names nothing of the machine it ran on")
    func sample() async throws {
        let text = try String(contentsOf: SampleRecord.file, encoding: .utf8)
        let events = try await read(text)
        #expect(events.first?.name == "run.planned")
        #expect(events.last?.name == "run.ended")
        for path in ["/work", "/home", "/root", "/tmp", "/Users"] { #expect(!text.contains(path), "\(path)") }
    }

    // MARK: - The time line

    private func timeline(_ clock: TestClock, speed: Double) -> ReplayTimeline<TestClock> {
        ReplayTimeline(clock: clock, speed: speed)
    }

    @Test("Time passes so many times as fast, and waits for the next event", arguments: [0.1, 1, 60, 10_000])
    func speed(speed: Double) throws {
        let clock = TestClock()
        let timeline = timeline(clock, speed: speed)
        let events = ShortRun.events(at: [10])
        timeline.begin(events[0], at: nil)
        timeline.played(events[0], next: 10)
        #expect(timeline.now() == ShortRun.began)
        #expect(abs(timeline.wait(until: 10) / .seconds(1) - 10 / speed) < 0.000_001)
        clock.advance(by: .seconds(5 / speed))
        #expect(abs(timeline.now() - ShortRun.began - 5_000) <= 1)
        clock.advance(by: .seconds(50 / speed))
        #expect(timeline.now() == ShortRun.began + 10_000, "it does not run ahead of what is told")
        timeline.played(events[1], next: nil)
        clock.advance(by: .seconds(500))
        #expect(timeline.now() == ShortRun.began + 10_000, "the end is the end")
    }

    /// Plays the events on a clock and gives what was told at which of its seconds.
    private func play(
        _ events: [Event],
        speed: Double,
        from start: Double? = nil
    ) async throws -> [(second: Double, seqs: [Int])] {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "events.jsonl")
            try Data(ShortRun.text(events).utf8).write(to: path)
            let clock = TestClock()
            let reports = ReplayReports(
                run: .file(try InputFile(path: path.path)),
                timeline: timeline(clock, speed: speed),
                clock: clock,
                level: .info,
                start: start
            ) { Issue.record($0) }
            let told = Shared<[(Double, [Int])]>([])
            let began = clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await report in reports {
                        guard case .events(let events) = report else { continue }
                        let second = began.duration(to: clock.now) / .seconds(1)
                        told.change { $0.append((second, events.map(\.seq))) }
                    }
                }
                group.addTask {
                    // Time passes only when everybody waits for it.
                    while !Task.isCancelled {
                        clock.advanceToNextSleeper()
                        await Task.yield()
                    }
                }
                try await group.next()
                group.cancelAll()
            }
            return told.value.map { (second: $0.0, seqs: $0.1) }
        }
    }

    @Test("Events come at their seconds driven; an hour between two drivers is not waited for")
    func plays() async throws {
        let told = try await play(ShortRun.events(at: [1, 1.02, 3], pauseAfter: 2), speed: 1)
        #expect(told.map(\.seqs) == [[1], [2], [3], [4]] || told.map(\.seqs) == [[1], [2, 3], [4]])
        #expect(told.first?.second == 0)
        #expect(try #require(told.last).second == 3)
    }

    @Test("A batch goes out every tenth of a second at most, however many events there are")
    func paced() async throws {
        let told = try await play(ShortRun.events(at: (1...400).map { Double($0) / 100 }), speed: 1)
        #expect(told.flatMap(\.seqs) == Array(1...401))
        #expect(told.count <= 42)
    }

    @Test("Far faster than the clock, all of it comes at once in large batches")
    func fast() async throws {
        let told = try await play(ShortRun.events(at: (1...3_000).map { Double($0) }), speed: 10_000)
        #expect(told.flatMap(\.seqs) == Array(1...3_001))
        #expect(try #require(told.last).second < 1)
    }

    @Test("Begun later, what was before comes at once")
    func begunLater() async throws {
        let told = try await play(ShortRun.events(at: [1, 2, 30]), speed: 1, from: 29)
        #expect(told.flatMap(\.seqs) == [1, 2, 3, 4])
        #expect(try #require(told.last).second == 1)
    }

    @Test("A record that breaks off is told, and what was before it is shown")
    func broken() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "events.jsonl")
            try Data((ShortRun.text(ShortRun.events(at: [])) + "torn").utf8).write(to: path)
            let problem = Shared<(any Error)?>(nil)
            let clock = ContinuousClock()
            let reports = ReplayReports(
                run: .file(try InputFile(path: path.path)),
                timeline: ReplayTimeline(clock: clock, speed: 100),
                clock: clock,
                level: .info
            ) { error in problem.change { $0 = error } }
            var events = 0
            for await case .events(let told) in reports { events += told.count }
            #expect(events == 1)
            #expect((problem.value as? InputError)?.line == 2)
        }
    }
}
