import Synchronization

/// The operations that RunPod counts together.
package enum RateClass: String, Sendable, Hashable, CaseIterable {
    case run
    /// `status`, `status-sync` and `stream`.
    case status
    case cancel
    case retry
    case health
    /// The list of jobs.
    case requests

    /// Requests a second: 70 % of the published limits; `retry` and `health` have none, so small ones of our own.
    package var rate: Double {
        switch self {
        case .run: 70
        case .status: 140
        case .cancel, .retry: 7
        case .health: 2
        case .requests: 0.7
        }
    }

    /// Requests under way at a time; `nil` where the published limit is never reached.
    ///
    /// Of submissions 8, though 200 are allowed: so many may have been carried out without an answer when the network
    /// or this process goes. Looks at jobs share 85 % of their 400: 280 are held, and the rest are short. The others are
    /// 70 % of the published limits.
    package var concurrency: Int? {
        switch self {
        case .run: 8
        case .cancel, .retry: 14
        case .requests: 1
        case .status: 340
        case .health: nil
        }
    }
}

/// Whoever says when a request may go out.
package protocol RequestPacing: Sendable {
    /// Returns when the request may go.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func admit(_ kind: RateClass) async throws
    /// The server has answered 429; nothing new goes out before `pause` is over.
    func rejected(_ kind: RateClass, pause: Duration)
}

/// Keeps each kind of request within its rate, for one endpoint and everybody who talks to it.
package final class RateLimiter<C: Clock>: RequestPacing where C.Duration == Duration {
    private let clock: C
    private let start: C.Instant
    private let buckets: Mutex<[RateClass: TokenBucket]>

    package init(clock: C) {
        self.clock = clock
        start = clock.now
        buckets = Mutex(
            // A second's worth may go at once, so that any ten seconds stay below 80 % of the limit.
            Dictionary(
                uniqueKeysWithValues: RateClass.allCases.map { kind in
                    (kind, TokenBucket(rate: kind.rate, capacity: max(1, kind.rate)))
                }
            )
        )
    }

    package func admit(_ kind: RateClass) async throws {
        try Task.checkCancellation()
        guard let place = change(kind, { bucket, now in bucket.reserve(now: now) }) else { return }
        do {
            // A rejection meanwhile makes the wait longer.
            while let wait = change(kind, { bucket, now in bucket.wait(for: place, now: now) }), wait > .zero {
                try await clock.sleep(for: wait)
            }
        } catch {
            change(kind) { bucket, now in bucket.giveBack(place, now: now) }
            throw error
        }
    }

    package func rejected(_ kind: RateClass, pause: Duration) {
        change(kind) { bucket, now in bucket.rejected(now: now, pause: pause) }
    }

    @discardableResult
    private func change<Value: Sendable>(
        _ kind: RateClass,
        _ body: (inout TokenBucket, Duration) -> Value
    ) -> Value? {
        let now = start.duration(to: clock.now)
        return buckets.withLock { buckets in
            guard var bucket = buckets[kind] else { return nil }
            defer { buckets[kind] = bucket }
            return body(&bucket, now)
        }
    }
}
