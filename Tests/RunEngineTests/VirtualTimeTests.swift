import RunEngine
import Testing

@Suite("Virtual time", .timeLimit(.minutes(5)))
struct VirtualTimeTests {
    @Test("a year of sleep takes no time, and the clock has moved by it")
    func sleeps() throws {
        let wall = try VirtualTime.run(startingAt: 1_000) { clock in
            try await clock.sleep(for: .seconds(31_536_000))
            #expect(clock.now.sinceStart == .seconds(31_536_000))
            return clock.wallTime
        }
        #expect(wall == 31_536_001_000)
    }

    @Test("sleepers wake by deadline, then by who came first; a sleep of nothing lets the others go first")
    func order() throws {
        let log = Shared<[String]>([])
        try VirtualTime.run { clock in
            await withDiscardingTaskGroup { group in
                for (name, seconds) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("zero", 0)] {
                    group.addTask {
                        try? await clock.sleep(for: .seconds(seconds))
                        log.change { $0.append("\(name) at \(clock.now.sinceStart / .seconds(1))") }
                    }
                }
                group.addTask { log.change { $0.append("awake") } }
            }
        }
        #expect(log.value == ["awake", "zero at 0.0", "a at 1.0", "b1 at 2.0", "b2 at 2.0", "c at 3.0"])
    }

    @Test("two hundred tasks that hand values around do so in the same order every time")
    func sameOrder() throws {
        func play() throws -> [Int] {
            try VirtualTime.run { clock in
                let (values, sender) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1_000))
                await withDiscardingTaskGroup { group in
                    for number in 0..<200 {
                        group.addTask {
                            try? await clock.sleep(for: .milliseconds(number * 7919 % 31))
                            sender.yield(number)
                            try? await clock.sleep(for: .zero)
                            try? await clock.sleep(for: .milliseconds(number * 104_729 % 17))
                            sender.yield(number)
                        }
                    }
                }
                sender.finish()
                return await values.reduce(into: []) { $0.append($1) }
            }
        }
        let first = try play()
        #expect(first.count == 400)
        #expect(try play() == first)
    }

    @Test("a body that waits for what never comes is a deadlock, and gets a chance to clean up")
    func deadlock() throws {
        let log = Shared<[String]>([])
        let deadlock = #expect(throws: VirtualTime.Deadlock.self) {
            try VirtualTime.run { clock in
                try await clock.sleep(for: .seconds(5))
                let (values, sender) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
                for await _ in values {}
                log.change { $0.append("cancelled: \(Task.isCancelled)") }
                withExtendedLifetime(sender) {}
            }
        }
        #expect(deadlock?.sinceStart == .seconds(5))
        #expect(deadlock?.description.contains("nobody is runnable") == true)
        #expect(log.value == ["cancelled: true"])
    }

    @Test("a cancelled sleeper wakes at once, wherever time stands, and so does one cancelled before it sleeps")
    func cancellation() throws {
        let log = Shared<[String]>([])
        try VirtualTime.run { clock in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await clock.sleep(for: .seconds(100)) }
                    log.change { $0.append("first woke at \(clock.now.sinceStart / .seconds(1))") }
                    await #expect(throws: CancellationError.self) { try await clock.sleep(for: .seconds(100)) }
                    log.change { $0.append("and did not sleep again at \(clock.now.sinceStart / .seconds(1))") }
                }
                try? await clock.sleep(for: .seconds(2))
                group.cancelAll()
            }
            try await clock.sleep(for: .seconds(1))
            #expect(clock.now.sinceStart == .seconds(3))
        }
        #expect(log.value == ["first woke at 2.0", "and did not sleep again at 2.0"])
    }

    @Test("inside a task it leaves that task as it was, and cancelling the task cancels the body")
    func nested() async throws {
        let seconds = try VirtualTime.run { clock in
            try await clock.sleep(for: .seconds(7))
            return clock.now.sinceStart / .seconds(1)
        }
        await Task.yield()
        #expect(seconds == 7)
        #expect(!Task.isCancelled)
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                #expect(throws: CancellationError.self) {
                    try VirtualTime.run { clock in try await clock.sleep(for: .seconds(1)) }
                }
            }
        }
    }

    @Test("what the body throws comes out")
    func errors() {
        struct Odd: Error {}
        #expect(throws: Odd.self) { try VirtualTime.run { _ in throw Odd() } }
    }
}
