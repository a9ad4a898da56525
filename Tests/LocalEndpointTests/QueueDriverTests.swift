import TestSupport
import Testing

@testable import LocalEndpoint

@Suite("The queue's driver")
struct QueueDriverTests {
    let clock = TestClock()
    let driver: QueueDriver<TestClock>

    init() {
        driver = QueueDriver(limits: JobQueue.Limits(), clock: clock)
    }

    /// Lets time pass on the clock while `body` runs.
    private func timed(_ body: (inout ThrowingTaskGroup<JobQueue.Reply?, any Error>) async throws -> Void) async throws
    {
        try await withThrowingTaskGroup(of: JobQueue.Reply?.self) { group in
            group.addTask { [driver] in
                await driver.runTimer()
                return nil
            }
            defer { group.cancelAll() }
            try await body(&group)
        }
    }

    @Test("A held request is answered when the clock says so", .timeLimit(.minutes(5)))
    func deadline() async throws {
        try await timed { group in
            group.addTask { [driver] in
                await driver.ask { .takeAsked("w", batch: nil, hold: .seconds(20), $0) }
            }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(20))
            let reply = try await group.next()
            #expect(reply == .nothing)
        }
    }

    @Test("An earlier deadline is not slept through", .timeLimit(.minutes(5)))
    func earlierDeadline() async throws {
        try await timed { group in
            group.addTask { [driver] in
                await driver.ask { .stopAsked("w", hold: .seconds(20), $0) }
            }
            await clock.waitForSleepers()
            group.addTask { [driver] in
                await driver.ask { .takeAsked("w", batch: nil, hold: .seconds(1), $0) }
            }
            #expect(await eventually { driver.heldRequests == 2 })
            clock.advance(by: .seconds(1))
            let reply = try await group.next()
            #expect(reply == .nothing)
            #expect(driver.heldRequests == 1)
        }
    }

    @Test("A cancelled caller gets its answer at once and is no longer held", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        await withTaskGroup(of: JobQueue.Reply.self) { group in
            for _ in 0..<20 {
                group.addTask { [driver] in
                    await driver.ask { .takeAsked("w", batch: nil, hold: .seconds(20), $0) }
                }
            }
            // Some are cancelled before they are held, some afterwards.
            group.cancelAll()
            for await reply in group { #expect(reply == .nothing) }
        }
        #expect(driver.heldRequests == 0)
        driver.tell(.closed)
    }

    @Test("Jobs and takes of many tasks come together, each once", .timeLimit(.minutes(5)))
    func crowd() async throws {
        let input = try json("1")
        let taken = await withTaskGroup(of: String?.self) { group in
            for number in 0..<200 {
                group.addTask { [driver] in
                    let reply = await driver.ask { .takeAsked("w\(number)", batch: nil, hold: .seconds(20), $0) }
                    guard case .taken(let job) = reply else { return nil }
                    return job.id
                }
                group.addTask { [driver] in
                    _ = await driver.ask { .submitted(Submission(input: input), id: "j\(number)", wait: nil, $0) }
                    return nil
                }
            }
            return await group.reduce(into: [String]()) { all, id in id.map { all.append($0) } }
        }
        #expect(taken.sorted() == (0..<200).map { "j\($0)" }.sorted())
    }
}
