package import Flashpoints

/// A job as `run`, `status`, `status-sync`, `cancel` and `retry` show it.
///
/// Read leniently: only the id and the status are needed, unknown fields are ignored.
package struct JobReply: Sendable, Hashable {
    package var id: String
    package var status: JobStatus
    /// Milliseconds in the queue, cold start included.
    package var delayTime: Int?
    /// Milliseconds on the worker.
    package var executionTime: Int?
    /// RunPod's name of the machine that has or had the job.
    package var workerId: String?
    /// The result when completed, the latest progress value before.
    package var output: JSONValue?
    /// What the handler or the platform says went wrong; another JSON value than a string is given as its text.
    package var error: String?
    /// How often the platform has queued the job again.
    package var retries: Int?

    package init(
        id: String,
        status: JobStatus,
        delayTime: Int? = nil,
        executionTime: Int? = nil,
        workerId: String? = nil,
        output: JSONValue? = nil,
        error: String? = nil,
        retries: Int? = nil
    ) {
        self.id = id
        self.status = status
        self.delayTime = delayTime
        self.executionTime = executionTime
        self.workerId = workerId
        self.output = output
        self.error = error
        self.retries = retries
    }
}

/// What one call of `stream` hands out: each piece once, in order.
package struct StreamReply: Sendable, Hashable {
    package var status: JobStatus
    /// The pieces' `output` values.
    package var outputs: [JSONValue]

    package init(status: JobStatus, outputs: [JSONValue]) {
        self.status = status
        self.outputs = outputs
    }
}

/// The counters of `health`; a missing one reads 0.
package struct EndpointHealth: Sendable, Hashable, Codable {
    package struct Jobs: Sendable, Hashable, Codable {
        package var completed = 0
        package var failed = 0
        package var inProgress = 0
        package var inQueue = 0
        package var retried = 0

        package init() {}
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
    }

    package var jobs: Jobs
    package var workers: Workers

    package init(jobs: Jobs = Jobs(), workers: Workers = Workers()) {
        self.jobs = jobs
        self.workers = workers
    }
}
