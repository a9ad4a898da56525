import FoundationEssentials
import HTTPTransport
import RunPodAPI
import TestSupport
import Testing

@Suite("Pacing", .timeLimit(.minutes(5)))
struct PacingTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private let then = Date(timeIntervalSince1970: 784_111_777)

    @Test(
        "Retry-After is read as seconds or a date, and never believed beyond a minute",
        arguments: [
            ("0", Duration.zero), ("7", .seconds(7)), (" 1.5 ", .milliseconds(1500)), ("-3", .zero),
            ("60", .seconds(60)), ("61", .seconds(60)), ("1000000000", .seconds(60)), ("1e300", .seconds(60)),
            ("Sun, 06 Nov 1994 08:49:57 GMT", .seconds(20)), ("Sun, 06 Nov 1994 08:49:00 GMT", .zero),
            ("Mon, 07 Nov 1994 08:49:37 GMT", .seconds(60)),
        ]
    )
    func retryAfter(value: String, wait: Duration) {
        #expect(RetryAfter.wait(in: ["retry-after": value], now: then) == wait)
    }

    @Test("A Retry-After that can't be read is as good as none", arguments: ["", "soon", "nan", "Sun, 06 Foo 1994"])
    func unreadable(value: String) {
        #expect(RetryAfter.wait(in: ["Retry-After": value], now: then) == nil)
        #expect(RetryAfter.wait(in: [:], now: then) == nil)
    }

    @Test("A date counts from the server's own date, whatever the clock here says")
    func serverDate() {
        let headers: HeaderFields = [
            "Date": "Tue, 29 Feb 2000 23:59:50 GMT", "Retry-After": "Wed, 01 Mar 2000 00:00:02 GMT",
        ]
        #expect(RetryAfter.wait(in: headers, now: then) == .seconds(12))
    }

    @Test(
        "Dates are those of the calendar",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Thu, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
        ]
    )
    func dates(text: String, seconds: Double) {
        #expect(RetryAfter.date(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test("Waits double up to the cap, and chance takes a part of them")
    func backoff() {
        let full = Backoff(base: .seconds(1), cap: .seconds(10))
        #expect((1...6).map { full.wait(afterFailures: $0, chance: 1) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(full.wait(afterFailures: 3, chance: 0) == .zero)
        #expect(full.wait(afterFailures: 3, chance: 0.5) == .seconds(2))
        #expect(full.wait(afterFailures: 1_000_000, chance: 1) == .seconds(10))
        let half = Backoff(base: .seconds(1), cap: .seconds(10), floor: 0.5)
        #expect(half.wait(afterFailures: 2, chance: 0) == .seconds(1))
    }

    private struct Broken: Error, Equatable {
        var number: Int
    }

    @Test("Tries go on with waits in between until one works")
    func retryingWorks() async throws {
        let clock = TestClock()
        let tries = Counter()
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await retrying(clock: clock) { _, failures in
                    .seconds(failures)
                } _: {
                    let number = tries.next()
                    if number < 3 { throw Broken(number: number) }
                    return number
                }
            }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(1))
            await clock.waitForSleepers()
            #expect(tries.value == 2)
            clock.advance(by: .seconds(2))
            let number = try await group.next()
            #expect(number == 3)
        }
    }

    @Test("The last error comes out when there is no more hope, and a cancellation at once")
    func retryingGivesUp() async {
        let clock = TestClock()
        await #expect(throws: Broken(number: 1)) {
            try await retrying(clock: clock) { _, _ in
                nil
            } _: {
                throw Broken(number: 1)
            }
        }
        await #expect(throws: CancellationError.self) {
            try await retrying(clock: clock) { _, _ in
                .zero
            } _: {
                throw CancellationError()
            }
        }
    }
}
