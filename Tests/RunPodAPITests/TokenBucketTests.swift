import RunPodAPI
import TestSupport
import Testing

extension TokenBucket {
    /// Takes a place and tells its wait.
    fileprivate mutating func wait(now: Duration) -> Duration {
        let place = reserve(now: now)
        return wait(for: place, now: now)
    }
}

@Suite("TokenBucket")
struct TokenBucketTests {
    @Test("What is saved up goes at once, the rest at the rate")
    func burst() {
        var bucket = TokenBucket(rate: 10, capacity: 3)
        let waits = (0..<6).map { _ in bucket.wait(now: .zero) }
        #expect(waits == [0, 0, 0, 100, 200, 300].map { Duration.milliseconds($0) })
    }

    @Test("Time brings tokens back up to the capacity and no further")
    func refill() {
        var bucket = TokenBucket(rate: 10, capacity: 2)
        _ = bucket.reserve(now: .zero)
        _ = bucket.reserve(now: .zero)
        #expect(bucket.wait(now: .milliseconds(50)) == .milliseconds(50))
        let later = Duration.seconds(1000)
        #expect((0..<3).map { _ in bucket.wait(now: later) } == [.zero, .zero, .milliseconds(100)])
    }

    @Test("Never more than the rate and the burst in any window", arguments: [1, 7, 140])
    func bound(rate: Int) {
        var bucket = TokenBucket(rate: Double(rate), capacity: Double(rate))
        var times: [Duration] = []
        var now = Duration.zero
        for step in 0..<(rate * 40) {
            now += .milliseconds(step % 3)
            times.append(now + bucket.wait(now: now))
        }
        for (place, start) in times.enumerated() {
            let inWindow = times[place...].prefix { $0 < start + .seconds(10) }.count
            #expect(inWindow <= 11 * rate + 1)
        }
    }

    @Test("A place given back serves the next, and those ahead gain nothing by it")
    func giveBack() {
        var bucket = TokenBucket(rate: 1, capacity: 1)
        let places = (0..<5).map { _ in bucket.reserve(now: .zero) }
        bucket.giveBack(places[3], now: .zero)
        bucket.giveBack(places[2], now: .zero)
        #expect([0, 1, 4].map { bucket.wait(for: places[$0], now: .zero) } == [0, 1, 2].map { .seconds($0) })
        #expect(bucket.wait(now: .zero) == .seconds(3))
    }

    @Test("A rejection silences for as long as asked, drops the savings and halves the rate")
    func rejection() {
        var bucket = TokenBucket(rate: 10, capacity: 10)
        bucket.rejected(now: .seconds(5), pause: .seconds(20))
        #expect(bucket.currentRate == 5)
        // A token at half the rate takes 200 ms, and a little less since the rate recovers.
        let first = bucket.wait(now: .seconds(5))
        #expect(.milliseconds(20_195) < first && first < .milliseconds(20_200))
        let second = bucket.wait(now: .seconds(24))
        #expect(.milliseconds(1_390) < second && second < .milliseconds(1_400))
        #expect(bucket.wait(now: .seconds(26)) == .zero)
    }

    @Test("The rate comes back by a twentieth a second and never falls to nothing")
    func recovery() {
        var bucket = TokenBucket(rate: 100, capacity: 100)
        for second in 0..<20 { bucket.rejected(now: .seconds(second), pause: .seconds(1)) }
        #expect(bucket.currentRate == 100 * TokenBucket.leastShare)
        _ = bucket.reserve(now: .seconds(30))
        #expect(abs(bucket.currentRate - 100 * (TokenBucket.leastShare + 0.5)) < 1e-9)
        _ = bucket.reserve(now: .seconds(80))
        #expect(bucket.currentRate == 100)
    }

    @Test("Requests that are refused together halve the rate once")
    func burstOfRejections() {
        var bucket = TokenBucket(rate: 7, capacity: 7)
        for step in 0..<14 { bucket.rejected(now: .milliseconds(10 * step), pause: .zero) }
        #expect(bucket.currentRate >= 3.5)
        bucket.rejected(now: .seconds(2), pause: .zero)
        #expect(bucket.currentRate < 2.5)
    }

    @Test("Who waits learns of a rejection meanwhile, and waits no longer than the recovering rate needs")
    func changedWait() {
        var bucket = TokenBucket(rate: 7, capacity: 7)
        let places = (0..<21).map { _ in bucket.reserve(now: .zero) }
        #expect(bucket.wait(for: places[20], now: .zero) == .seconds(2))
        bucket.rejected(now: .zero, pause: .zero)
        let wait = bucket.wait(for: places[20], now: .zero)
        #expect(.seconds(3.4) < wait && wait < .seconds(3.5))
        #expect(bucket.wait(for: places[20], now: wait) == .zero)
    }
}

@Suite("RateLimiter", .timeLimit(.minutes(5)))
struct RateLimiterTests {
    @Test("A full bucket makes the next request wait on the clock")
    func waits() async throws {
        let clock = TestClock()
        let limiter = RateLimiter(clock: clock)
        for _ in 0..<7 { try await limiter.admit(.cancel) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await limiter.admit(.cancel) }
            await clock.waitForSleepers()
            // The other kinds have buckets of their own.
            try await limiter.admit(.run)
            clock.advance(by: .milliseconds(143))
            try await group.waitForAll()
        }
    }

    @Test("A cancelled wait ends with CancellationError and gives its place back")
    func cancelled() async throws {
        let clock = TestClock()
        let limiter = RateLimiter(clock: clock)
        limiter.rejected(.health, pause: .seconds(60))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await limiter.admit(.health) }
            await clock.waitForSleepers()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await limiter.admit(.health) }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(61))
            try await group.waitForAll()
        }
    }
}
