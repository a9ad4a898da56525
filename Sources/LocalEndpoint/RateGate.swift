/// Admits requests by the limits: a sliding window and a number of unanswered requests for each rule.
///
/// Pure: time is the `Duration` since the endpoint's start and comes with each call. A refused request counts for
/// nothing, so whoever comes again after the time it was told is admitted.
struct RateGate: Sendable {
    enum Decision: Sendable, Hashable {
        /// No limit applies.
        case free
        /// Counted until ``finished(_:)``.
        case admitted(Ticket)
        /// To come again after that time.
        case refused(retryAfter: Duration)
    }

    /// An admitted request that is not answered yet.
    struct Ticket: Sendable, Hashable {
        fileprivate var rule: Int
    }

    /// What a rule has let through.
    private struct Passage: Sendable {
        /// When the requests of the last window came, the oldest at `head`.
        var times: [Duration] = []
        var head = 0
        var unanswered = 0

        var count: Int { times.count - head }

        mutating func dropOlder(than limit: Duration) {
            while head < times.count, times[head] <= limit { head += 1 }
            if head > 64, head > times.count / 2 {
                times.removeFirst(head)
                head = 0
            }
        }
    }

    /// How long to wait when only an answer to another request makes room.
    static let pauseForConcurrency = Duration.seconds(1)

    private let limits: RateLimits
    private let ruleOfCall: [EndpointCall: Int]
    private var passages: [Passage]

    init(_ limits: RateLimits) {
        self.limits = limits
        passages = limits.rules.map { _ in Passage() }
        let pairs = limits.rules.enumerated().flatMap { place, rule in rule.calls.map { ($0, place) } }
        ruleOfCall = Dictionary(pairs) { first, _ in first }
    }

    /// Decides about a request that comes at `now`; `running` workers have a job.
    mutating func admit(_ call: EndpointCall, running: Int, at now: Duration) -> Decision {
        guard let place = ruleOfCall[call] else { return .free }
        let rule = limits.rules[place]
        passages[place].dropOlder(than: now - limits.window)
        let allowed = max(rule.requests, running * limits.perWorker)
        if passages[place].count >= allowed {
            let passage = passages[place]
            guard allowed > 0 else { return .refused(retryAfter: limits.window) }
            // When as many have left the window as are too many for one more.
            let leaving = passage.times[passage.head + passage.count - allowed]
            return .refused(retryAfter: leaving + limits.window - now)
        }
        if let concurrent = rule.concurrent, passages[place].unanswered >= concurrent {
            return .refused(retryAfter: Self.pauseForConcurrency)
        }
        passages[place].times.append(now)
        passages[place].unanswered += 1
        return .admitted(Ticket(rule: place))
    }

    /// Notes that an admitted request has its answer.
    mutating func finished(_ ticket: Ticket) {
        passages[ticket.rule].unanswered -= 1
    }

    /// Whether a job more may queue, by the rule about the queue's length.
    func allowsQueueing(_ call: EndpointCall, queued: Int, workers: Int) -> Bool {
        guard let rule = limits.queue, call == .run || call == .runsync else { return true }
        return queued <= max(rule.atLeast, workers * rule.perWorker)
    }
}
