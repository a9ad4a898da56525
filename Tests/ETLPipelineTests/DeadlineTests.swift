import ETLPipeline
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeadlineTests {
    @Test("work that is done in time gives its value")
    func inTime() async throws {
        let value = try await withDeadline(.seconds(5), clock: TestClock()) { 7 }
        #expect(value == 7)
    }

    @Test("work that overruns is cancelled, and the error tells how long it had")
    func overrun() async throws {
        let clock = TestClock()
        async let time: Void = {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(5))
        }()
        await #expect(throws: DeadlineExceeded(limit: .seconds(5))) {
            try await withDeadline(.seconds(5), clock: clock) { try await clock.sleep(for: .seconds(60)) }
        }
        await time
        #expect(clock.sleeperCount == 0)
    }

    @Test("a limit of nothing does not even begin")
    func noTime() async throws {
        await #expect(throws: DeadlineExceeded(limit: .zero)) {
            try await withDeadline(.zero, clock: TestClock()) {
                Issue.record("the work began")
            }
        }
    }

    @Test("an error of the work comes through")
    func failure() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await withDeadline(.seconds(5), clock: TestClock()) { throw Broken() }
        }
    }

    @Test("a cancelled caller gets a cancellation, not a time-out")
    func cancellation() async throws {
        let clock = TestClock()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withDeadline(.seconds(5), clock: clock) { try await clock.sleep(for: .seconds(60)) }
            }
            await clock.waitForSleepers(2)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }
}
