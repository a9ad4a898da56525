/// Tells when the next request may go out; a state machine without a clock.
///
/// `now` is the time since any fixed start and never goes back. Who asks gets a place: the wait it is told is its own,
/// so that many who wait do not wake together.
package struct TokenBucket: Sendable, Hashable {
    /// Tokens a second, when nobody has complained.
    package let rate: Double
    /// Tokens that may be saved up.
    package let capacity: Double

    /// Negative when requests have places in the future.
    private var tokens: Double
    /// Until when `tokens` is counted; in the future while the server wants silence.
    private var countedUntil: Duration
    /// The part of `rate` in force; halved by every rejection, it grows back by a twentieth a second.
    private var share = 1.0

    /// The least part of the rate that rejections leave.
    package static let leastShare = 1.0 / 64
    /// How much of the full rate comes back a second.
    package static let recovery = 0.05

    package init(rate: Double, capacity: Double) {
        self.rate = rate
        self.capacity = capacity
        tokens = capacity
        countedUntil = .zero
    }

    /// Takes a place and returns how long to wait for it; zero when the request may go at once.
    package mutating func reserve(now: Duration) -> Duration {
        refill(now)
        tokens -= 1
        let debt = tokens < 0 ? .seconds(-tokens / (rate * share)) : Duration.zero
        let silence = countedUntil > now ? countedUntil - now : .zero
        return silence + debt
    }

    /// Takes a place that is free at once; false when there is none.
    package mutating func take(now: Duration) -> Bool {
        refill(now)
        guard tokens >= 1, countedUntil <= now else { return false }
        tokens -= 1
        return true
    }

    /// Gives a place back that was not used.
    package mutating func giveBack(now: Duration) {
        refill(now)
        tokens = min(capacity, tokens + 1)
    }

    /// The server has refused a request because there were too many.
    ///
    /// Halves the rate, drops what was saved up, and starts no new request before `pause` is over.
    package mutating func rejected(now: Duration, pause: Duration) {
        refill(now)
        share = max(Self.leastShare, share / 2)
        tokens = min(tokens, 0)
        countedUntil = max(countedUntil, now + pause)
    }

    /// The rate in force.
    package var currentRate: Double { rate * share }

    private mutating func refill(_ now: Duration) {
        guard now > countedUntil else { return }
        let seconds = (now - countedUntil).inSeconds
        tokens = min(capacity, tokens + seconds * rate * share)
        share = min(1, share + seconds * Self.recovery)
        countedUntil = now
    }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
