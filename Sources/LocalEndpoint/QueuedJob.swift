package import RunPodAPI

/// What a client hands in with `run` or `runsync`.
package struct Submission: Sendable, Hashable {
    package var input: JSONText
    /// What a list of jobs shows of the input, also after the job's end.
    package var abridgedInput: JSONText?
    /// Who is told of the job's end.
    package var webhook: String?
    /// How long the job may be in progress.
    package var executionTimeout: Duration
    /// How long after its submission the job may be known at all.
    package var ttl: Duration
    /// How long after its end the job stays known.
    package var retention: Duration

    package init(
        input: JSONText,
        executionTimeout: Duration = .seconds(600),
        ttl: Duration = .seconds(86_400),
        retention: Duration = .seconds(1_800)
    ) {
        self.input = input
        self.executionTimeout = executionTimeout
        self.ttl = ttl
        self.retention = retention
    }
}

/// A job as `status` shows it at one moment.
package struct JobSnapshot: Sendable, Hashable {
    package var id: String
    package var status: JobStatus
    package var delay: Duration?
    package var execution: Duration?
    package var worker: String?
    package var output: JSONText?
    package var error: String?
    package var retries = 0
}

/// What a webhook is told: a job that has ended, and what it was given.
package struct JobNotice: Sendable, Hashable {
    package var url: String
    package var job: JobSnapshot
    package var input: JSONText
}

/// A job in the queue's books.
struct QueuedJob: Sendable {
    /// With a worker.
    struct Run: Sendable {
        var worker: String
        var since: Duration
        var delay: Duration
        /// When a ping or a call of the worker last spoke of the job; nil while the answer that handed it out may be lost.
        var confirmed: Duration?
    }

    /// Over, one way or another.
    struct End: Sendable {
        var status: JobStatus
        var at: Duration
        var worker: String?
        var delay: Duration?
        var execution: Duration?
        var output: JSONText?
        var error: String?
    }

    enum State: Sendable {
        case queued(since: Duration)
        case running(Run)
        case ended(End)
    }

    let id: String
    /// Its place among all submissions and retries.
    var number: UInt64
    let executionTimeout: Duration
    let webhook: String?
    var ttl: Duration
    var retention: Duration
    var submitted: Duration
    /// Kept as long as the job may run again.
    var input: JSONText?
    let abridgedInput: JSONText?
    var state: State
    /// How often the job lost its worker and was queued again.
    var retries = 0
    /// The latest progress value.
    var progress: JSONText?
    /// What was streamed and not yet drained, in order.
    var chunks: [JSONText] = []
    var chunkBytes = 0
    /// Workers that had the job and were taken for lost.
    var formerWorkers: [String] = []
    /// Who waits for the end with `status-sync` or `runsync`.
    var statusWaiters: [UInt64] = []
    /// Who waits for a chunk with `stream`, the newest last.
    var streamWaiters: [UInt64] = []

    var status: JobStatus {
        switch state {
        case .queued: .inQueue
        case .running: .inProgress
        case .ended(let end): end.status
        }
    }

    var run: Run? {
        guard case .running(let run) = state else { return nil }
        return run
    }

    /// The bytes that the job keeps in memory.
    var size: Int {
        var output = 0
        if case .ended(let end) = state { output = end.output?.bytes.count ?? 0 }
        let texts = [input, abridgedInput, progress].reduce(0) { $0 + ($1?.bytes.count ?? 0) }
        return texts + chunkBytes + output
    }

    var snapshot: JobSnapshot {
        var snapshot = JobSnapshot(id: id, status: status, retries: retries)
        switch state {
        case .queued:
            break
        case .running(let run):
            snapshot.delay = run.delay
            snapshot.worker = run.worker
            snapshot.output = progress
        case .ended(let end):
            snapshot.delay = end.delay
            snapshot.execution = end.execution
            snapshot.worker = end.worker
            snapshot.output = end.output
            snapshot.error = end.error
        }
        return snapshot
    }

    /// When the job next changes by the passing of time alone.
    func deadline(confirmWithin: Duration) -> Duration {
        let expiry = submitted + ttl
        switch state {
        case .queued:
            return expiry
        case .running(let run):
            let limit = run.since + executionTimeout
            let confirmation = run.confirmed == nil ? run.since + confirmWithin : limit
            return min(expiry, limit, confirmation)
        case .ended(let end):
            // An end that the ttl itself brought about is still shown for its retention.
            return end.status == .timedOut ? end.at + retention : min(expiry, end.at + retention)
        }
    }
}
