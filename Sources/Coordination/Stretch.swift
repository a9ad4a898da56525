/// How long something has been so, with hysteresis: it is told once it held for a while, and until it did not for a while.
struct Stretch: Sendable, Hashable {
    /// How long something has to hold to be told, and to be over to be told no more, in seconds.
    struct Patience: Sendable, Hashable {
        var appears: Double
        var clears: Double
    }

    private(set) var since: Double?
    private var ended: Double?

    /// Notes whether it holds at a time; times grow.
    mutating func note(_ holds: Bool, t: Double, _ patience: Patience) {
        if let ended, t - ended >= patience.clears { self = Stretch() }
        if holds {
            since = since ?? t
            ended = nil
        } else if since != nil, ended == nil {
            ended = t
        }
    }

    /// Seconds it has held; `nil` when it is not to be told.
    func seconds(at t: Double, _ patience: Patience) -> Double? {
        guard let since else { return nil }
        if let ended, t - ended >= patience.clears { return nil }
        let seconds = (ended ?? max(t, since)) - since
        return seconds >= patience.appears ? seconds : nil
    }
}
