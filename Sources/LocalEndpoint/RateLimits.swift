/// How many requests the endpoint takes, the rest being answered 429.
package struct RateLimits: Sendable, Hashable {
    /// A limit that some calls share.
    package struct Rule: Sendable, Hashable {
        package var calls: Set<EndpointCall>
        /// In any window.
        package var requests: Int
        /// Unanswered at one time; any number when nil.
        package var concurrent: Int?

        package init(_ calls: Set<EndpointCall>, requests: Int, concurrent: Int? = nil) {
            self.calls = calls
            self.requests = requests
            self.concurrent = concurrent
        }
    }

    /// The queue length from which `run` and `runsync` are refused, a rule that the platform once had.
    package struct QueueRule: Sendable, Hashable {
        /// Up to that many jobs always queue.
        package var atLeast = 50
        /// Beyond them, that many for each worker.
        package var perWorker = 500

        package init() {}
    }

    /// At most one rule for each call.
    package var rules: [Rule]
    package var window: Duration = .seconds(10)
    /// Each running worker allows that many requests a window where this makes more than the rule's own number.
    package var perWorker = 0
    package var queue: QueueRule?

    package init(rules: [Rule]) {
        self.rules = rules
    }

    /// The limits that RunPod publishes; it gives no figure for a running worker, so none counts.
    ///
    /// `status`, `status-sync` and `stream` share theirs, the stricter of the two readings of its pages.
    package static let documented = RateLimits(rules: [
        Rule([.run], requests: 1_000, concurrent: 200),
        Rule([.runsync], requests: 2_000, concurrent: 400),
        Rule([.status, .statusSync, .stream], requests: 2_000, concurrent: 400),
        Rule([.cancel], requests: 100, concurrent: 20),
        Rule([.purgeQueue], requests: 2),
        Rule([.requests], requests: 10, concurrent: 2),
    ])
}
