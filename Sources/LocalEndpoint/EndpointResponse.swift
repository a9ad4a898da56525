import RunPodAPI

/// An answer on the wire.
struct EndpointResponse: Sendable, Hashable {
    var status: Int
    /// JSON; empty for no body.
    var body: [UInt8] = []
    /// Seconds after which the request may be sent again.
    var retryAfter: Int?

    init(status: Int, body: [UInt8] = [], retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }

    /// An error with the platform's member for its text.
    init(status: Int, member: String = "error", saying message: String, retryAfter: Int? = nil) {
        var object = JSONObjectWriter()
        object.add(member, message)
        self.init(status: status, body: object.finished(), retryAfter: retryAfter)
    }

    /// A 429; the pause is rounded up to whole seconds.
    static func tooManyRequests(retryAfter pause: Duration) -> EndpointResponse {
        let seconds = pause.components.seconds + (pause.components.attoseconds > 0 ? 1 : 0)
        return EndpointResponse(status: 429, saying: "too many requests", retryAfter: max(1, Int(seconds)))
    }

    static let unauthorized = EndpointResponse(status: 401, saying: "unauthorized")
    static let otherEndpoint = EndpointResponse(status: 404, member: "detail", saying: "endpoint not found")
    static let notFound = EndpointResponse(status: 404, member: "detail", saying: "Not Found")
    static let wrongMethod = EndpointResponse(status: 405, member: "detail", saying: "Method Not Allowed")

    static func badRequest(_ message: String) -> EndpointResponse {
        EndpointResponse(status: 400, saying: "bad request: \(message)")
    }

    /// What the platform says of an oversize body; its limit is said in MiB.
    static func oversize(limit: Int) -> EndpointResponse {
        let text = limit % (1 << 20) == 0 ? "\(limit >> 20)MiB" : "\(limit / 1_000_000)MB"
        return badRequest("body: exceeded max body size of \(text)")
    }
}

extension EndpointResponse {
    /// - Parameter omittingEmptyInput: Whether a job that is handed out says nothing of an input that is `{}`.
    init(_ reply: JobQueue.Reply, omittingEmptyInput: Bool = false) {
        var object = JSONObjectWriter()
        switch reply {
        case .accepted(let id, let status):
            object.add("id", id)
            object.add("status", status.rawValue)
        case .job(let snapshot):
            object = Self.object(snapshot)
        case .chunks(let id, let status, let chunks):
            object.add("id", id)
            object.add("status", status.rawValue)
            object.add("stream", chunks.map(\.bytes))
        case .removed(let count):
            object.add("removed", count)
            object.add("status", "completed")
        case .health(let health):
            object = Self.object(health)
        case .list(let jobs, let hasMore):
            object.add("requests", jobs.map { Self.object($0).finished() })
            object.add("hasMore", hasMore)
        case .taken(let job):
            self.init(status: 200, body: Self.object(job, omittingEmptyInput).finished())
            return
        case .takenBatch(let jobs):
            self.init(
                status: 200,
                body: JSONObjectWriter.array(jobs.map { Self.object($0, omittingEmptyInput).finished() })
            )
            return
        case .jobsToStop(let ids):
            object.add("jobsToStop", ids.map { JSONObjectWriter.quoted($0) })
        case .acknowledged:
            break
        case .nothing:
            self.init(status: 204)
            return
        case .refused(.jobNotFound):
            self.init(status: 404, saying: "job not found")
            return
        case .refused(.badRequest(let message)):
            self = .badRequest(message)
            return
        case .refused(.tooMuch(let message)):
            self.init(status: 429, saying: "too many requests: \(message)", retryAfter: 1)
            return
        }
        self.init(status: 200, body: object.finished())
    }

    private static func object(_ job: JobQueue.TakenJob, _ omittingEmptyInput: Bool) -> JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("id", job.id)
        if !(omittingEmptyInput && job.input.isEmptyObject) { object.add("input", job.input) }
        return object
    }

    private static func object(_ job: JobQueue.ListedJob) -> JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("id", job.id)
        object.add("status", job.status.rawValue)
        if let input = job.abridgedInput { object.add("input", input) }
        return object
    }

    /// What a webhook is told.
    static func body(of notice: JobNotice) -> [UInt8] {
        var object = object(notice.job)
        object.add("input", notice.input)
        object.add("webhook", notice.url)
        return object.finished()
    }

    private static func object(_ job: JobSnapshot) -> JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("id", job.id)
        object.add("status", job.status.rawValue)
        if let delay = job.delay { object.add("delayTime", delay.wholeMilliseconds) }
        if let execution = job.execution { object.add("executionTime", execution.wholeMilliseconds) }
        if let worker = job.worker { object.add("workerId", worker) }
        if let output = job.output { object.add("output", output) }
        if let error = job.error { object.add("error", error) }
        if job.retries > 0 { object.add("retries", job.retries) }
        return object
    }

    private static func object(_ health: EndpointHealth) -> JSONObjectWriter {
        var jobs = JSONObjectWriter()
        jobs.add("completed", health.jobs.completed)
        jobs.add("failed", health.jobs.failed)
        jobs.add("inProgress", health.jobs.inProgress)
        jobs.add("inQueue", health.jobs.inQueue)
        jobs.add("retried", health.jobs.retried)
        var workers = JSONObjectWriter()
        workers.add("idle", health.workers.idle)
        workers.add("initializing", health.workers.initializing)
        workers.add("ready", health.workers.ready)
        workers.add("running", health.workers.running)
        workers.add("throttled", health.workers.throttled)
        workers.add("unhealthy", health.workers.unhealthy)
        var object = JSONObjectWriter()
        object.add("jobs", jobs)
        object.add("workers", workers)
        return object
    }
}

extension Duration {
    /// The duration in milliseconds, rounded down.
    fileprivate var wholeMilliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
