/// Tells when the next request may go out; a state machine without a clock.
///
/// `now` is the time since any fixed start and never goes back. Who asks gets a place in the line, so that many who wait
/// do not wake together; how long that takes may change with every refusal, and is asked again when the wait is over.
package struct TokenBucket: Sendable, Hashable {
    /// A place in the line.
    package struct Place: Sendable, Hashable {
        fileprivate let number: Int
    }

    /// Tokens a second, when nobody has complained.
    package let rate: Double
    /// Tokens that may be saved up.
    package let capacity: Double

    /// Places given out.
    private var places = 0
    /// Those that were given back, ascending.
    private var unused: [Int] = []
    /// Tokens that have come, one for each place; more than there are places are saved up.
    private var tokens: Double
    /// Until when `tokens` is counted; in the future while the server wants silence.
    private var countedUntil: Duration
    /// The part of `rate` in force; halved by a rejection, it grows back by a twentieth a second.
    private var share = 1.0
    private var halvedAt: Duration?

    /// The least part of the rate that rejections leave.
    package static let leastShare = 1.0 / 64
    /// How much of the full rate comes back a second.
    package static let recovery = 0.05
    /// Rejections within so long count as one: requests that were under way together are refused together.
    package static let burst = Duration.seconds(1)

    package init(rate: Double, capacity: Double) {
        self.rate = rate
        self.capacity = capacity
        tokens = capacity
        countedUntil = .zero
    }

    /// Takes the last place of the line.
    package mutating func reserve(now: Duration) -> Place {
        refill(now)
        places += 1
        return Place(number: places)
    }

    /// How long whoever has the place still waits, unless the server complains meanwhile; zero when the request may go.
    package mutating func wait(for place: Place, now: Duration) -> Duration {
        refill(now)
        let silence = max(.zero, countedUntil - now)
        let missing = Double(place.number - unusedBefore(place)) - tokens
        // What rounding leaves is no wait.
        return missing > 1e-6 ? silence + .seconds(seconds(toGain: missing)) : silence
    }

    /// Takes a place that is free at once; false when there is none.
    package mutating func take(now: Duration) -> Bool {
        refill(now)
        guard tokens >= occupied + 1, countedUntil <= now else { return false }
        places += 1
        return true
    }

    /// Gives a place back that was not used; those behind it move up.
    package mutating func giveBack(_ place: Place, now: Duration) {
        refill(now)
        unused.insert(place.number, at: unusedBefore(place))
        tokens = min(tokens, occupied + capacity)
    }

    /// The server has refused a request because there were too many.
    ///
    /// Halves the rate, drops what was saved up, and starts no new request before `pause` is over.
    package mutating func rejected(now: Duration, pause: Duration) {
        refill(now)
        if halvedAt.map({ now - $0 >= Self.burst }) ?? true {
            share = max(Self.leastShare, share / 2)
            halvedAt = now
        }
        tokens = min(tokens, occupied)
        countedUntil = max(countedUntil, now + pause)
    }

    /// The rate in force.
    package var currentRate: Double { rate * share }

    private var occupied: Double { Double(places - unused.count) }

    private func unusedBefore(_ place: Place) -> Int {
        var range = 0..<unused.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = unused[middle] < place.number ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private mutating func refill(_ now: Duration) {
        guard now > countedUntil else { return }
        let seconds = (now - countedUntil).inSeconds
        tokens = min(occupied + capacity, tokens + gain(in: seconds))
        share = min(1, share + seconds * Self.recovery)
        countedUntil = now
    }

    /// Seconds until the rate is whole again.
    private var convalescence: Double { (1 - share) / Self.recovery }

    /// Tokens that come in so many seconds, while the rate recovers.
    private func gain(in seconds: Double) -> Double {
        let slow = min(seconds, convalescence)
        return rate * (share * slow + Self.recovery * slow * slow / 2 + seconds - slow)
    }

    private func seconds(toGain count: Double) -> Double {
        let slow = gain(in: convalescence)
        guard count < slow else { return convalescence + (count - slow) / rate }
        return ((share * share + 2 * Self.recovery * count / rate).squareRoot() - share) / Self.recovery
    }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
