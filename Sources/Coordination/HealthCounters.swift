/// The endpoint's counters of workers and jobs.
package struct HealthCounters: Sendable, Hashable {
    package var idle = 0
    package var initializing = 0
    /// Repeats ``idle`` where both are told, so don't add the two.
    package var ready = 0
    package var running = 0
    package var throttled = 0
    package var unhealthy = 0
    package var inQueue = 0
    package var inProgress = 0
    /// Jobs that the platform ran again, over a time that RunPod does not say.
    package var retried = 0

    package init() {}

    /// Workers that wait for a job.
    package var free: Int { max(idle, ready) }

    /// Workers in any state.
    package var workers: Int { free + initializing + running + throttled + unhealthy }
}

extension HealthCounters: Codable {
    private enum CodingKeys: String, CodingKey {
        case idle, initializing, ready, running, throttled, unhealthy, inQueue, inProgress, retried
    }

    /// Decodes leniently: a journal of an earlier version has fewer counters.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func count(_ key: CodingKeys) throws -> Int { try fields.decodeIfPresent(Int.self, forKey: key) ?? 0 }
        idle = try count(.idle)
        initializing = try count(.initializing)
        ready = try count(.ready)
        running = try count(.running)
        throttled = try count(.throttled)
        unhealthy = try count(.unhealthy)
        inQueue = try count(.inQueue)
        inProgress = try count(.inProgress)
        retried = try count(.retried)
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(idle, forKey: .idle)
        try fields.encode(initializing, forKey: .initializing)
        if ready > 0 { try fields.encode(ready, forKey: .ready) }
        try fields.encode(running, forKey: .running)
        try fields.encode(throttled, forKey: .throttled)
        try fields.encode(unhealthy, forKey: .unhealthy)
        try fields.encode(inQueue, forKey: .inQueue)
        try fields.encode(inProgress, forKey: .inProgress)
        if retried > 0 { try fields.encode(retried, forKey: .retried) }
    }
}
