/// The counters of `health`; a missing one reads 0.
package struct EndpointHealth: Sendable, Hashable, Codable {
    package struct Jobs: Sendable, Hashable, Codable {
        package var completed = 0
        package var failed = 0
        package var inProgress = 0
        package var inQueue = 0
        package var retried = 0

        package init() {}

        private enum CodingKeys: String, CodingKey {
            case completed, failed, inProgress, inQueue, retried
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            completed = container.lenientInt(forKey: .completed) ?? 0
            failed = container.lenientInt(forKey: .failed) ?? 0
            inProgress = container.lenientInt(forKey: .inProgress) ?? 0
            inQueue = container.lenientInt(forKey: .inQueue) ?? 0
            retried = container.lenientInt(forKey: .retried) ?? 0
        }
    }

    /// Of the workers; `ready` repeats `idle`, so don't add the two.
    package struct Workers: Sendable, Hashable, Codable {
        package var idle = 0
        package var initializing = 0
        package var ready = 0
        package var running = 0
        package var throttled = 0
        package var unhealthy = 0

        package init() {}

        private enum CodingKeys: String, CodingKey {
            case idle, initializing, ready, running, throttled, unhealthy
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            idle = container.lenientInt(forKey: .idle) ?? 0
            initializing = container.lenientInt(forKey: .initializing) ?? 0
            ready = container.lenientInt(forKey: .ready) ?? 0
            running = container.lenientInt(forKey: .running) ?? 0
            throttled = container.lenientInt(forKey: .throttled) ?? 0
            unhealthy = container.lenientInt(forKey: .unhealthy) ?? 0
        }
    }

    package var jobs: Jobs
    package var workers: Workers

    package init(jobs: Jobs = Jobs(), workers: Workers = Workers()) {
        self.jobs = jobs
        self.workers = workers
    }

    private enum CodingKeys: String, CodingKey {
        case jobs, workers
    }

    /// Decodes leniently, except that one of the two groups must be there.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.jobs) || container.contains(.workers) else {
            throw DecodingError.keyNotFound(
                CodingKeys.jobs,
                DecodingError.Context(
                    codingPath: container.codingPath,
                    debugDescription: "neither \"jobs\" nor \"workers\""
                )
            )
        }
        jobs = try container.decodeIfPresent(Jobs.self, forKey: .jobs) ?? Jobs()
        workers = try container.decodeIfPresent(Workers.self, forKey: .workers) ?? Workers()
    }
}
