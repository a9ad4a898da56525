package import RunPodAPI

extension JobQueue {
    package typealias JobID = String
    package typealias WorkerID = String
    /// One request that is owed exactly one answer.
    package typealias WaiterID = UInt64

    /// What happened; each request carries the waiter that its answer goes to.
    package enum Event: Sendable {
        // A client's calls.
        /// `run`, or `runsync` when `wait` says how long to hold the answer for the end of the job.
        case submitted(Submission, id: JobID, wait: Duration?, WaiterID)
        /// With a `ttl` the job is known for that long from now, whatever its own ttl and retention say.
        case statusAsked(JobID, ttl: Duration? = nil, WaiterID)
        /// Answered at the end of the job or after `wait`.
        case statusSyncAsked(JobID, wait: Duration, WaiterID)
        /// Answered when a chunk is there, at the end of the job or after `wait`.
        case streamAsked(JobID, wait: Duration, WaiterID)
        case cancelAsked(JobID, WaiterID)
        case retryAsked(JobID, WaiterID)
        case purgeAsked(WaiterID)
        case healthAsked(WaiterID)
        /// `requests`, the list of jobs.
        case listAsked(WaiterID)

        // A worker's calls.
        /// `job-take`, or `job-take-batch` of at most `batch` jobs; answered with nothing after `hold`.
        ///
        /// A worker that has a job asks ahead, and gets what those without one leave.
        case takeAsked(WorkerID, batch: Int?, hold: Duration, WaiterID)
        /// With `stopsWorker` the worker asks to be started afresh once it has no job.
        case done(WorkerID, JobID, Outcome, stopsWorker: Bool = false, WaiterID)
        case progressed(WorkerID, JobID, JSONText, WaiterID)
        case streamed(WorkerID, JobID, chunk: JSONText, WaiterID)
        case pinged(WorkerID, holding: [JobID], isHealthy: Bool, WaiterID)
        /// `job-stop`; answered when a job of the worker is to be stopped, with nothing after `hold`.
        case stopAsked(WorkerID, hold: Duration, WaiterID)

        // What else happens.
        /// The request's connection is gone; its waiter is answered with nothing so that whoever holds it can go.
        case waiterLeft(WaiterID)
        /// The answer that handed these jobs to the worker never left this machine.
        case takeAbandoned(WorkerID, [JobID])
        /// The answer that handed these chunks to a reader never left this machine.
        case chunksAbandoned(JobID, [JSONText])
        /// The supervisor has started the worker's process.
        case workerStarted(WorkerID)
        /// The worker's process has ended; `isCrashLooping` when it keeps doing so.
        case workerGone(WorkerID, isCrashLooping: Bool)
        /// Time has passed.
        case ticked
        /// The workers are about to be ended: their polls are answered, and no job is handed out any more.
        case draining
        /// The endpoint closes: every waiter is answered, nothing waits any more.
        case closed
    }

    /// How a worker says a job ended.
    package enum Outcome: Sendable, Hashable {
        case completed(output: JSONText?)
        case failed(error: String, output: JSONText?)
        /// The worker's report breaks a rule of the platform, which then knows the job as completed without output.
        case unusable(message: String)
    }

    /// What is to be done.
    package enum Effect: Sendable, Hashable {
        case answer(WaiterID, Reply)
        /// A client is to be told of a job's end.
        case notify(JobNotice)
        /// The worker's process is to be ended and started again.
        case restart(WorkerID)
    }

    /// The answer to one request.
    package enum Reply: Sendable, Hashable {
        case accepted(JobID, JobStatus)
        case job(JobSnapshot)
        case chunks(JobID, JobStatus, [JSONText])
        case removed(Int)
        case health(EndpointHealth)
        /// The newest jobs first, and whether there are more.
        case list([ListedJob], hasMore: Bool)
        case taken(TakenJob)
        case takenBatch([TakenJob])
        case jobsToStop([JobID])
        case acknowledged
        /// No job, no job to stop, or nobody left to read an answer.
        case nothing
        case refused(Refusal)
    }

    /// A job as the list of jobs shows it.
    package struct ListedJob: Sendable, Hashable {
        package var id: JobID
        package var status: JobStatus
        package var abridgedInput: JSONText?
    }

    /// A job as a worker gets it.
    package struct TakenJob: Sendable, Hashable {
        package var id: JobID
        package var input: JSONText
    }

    /// How busy the endpoint is.
    struct Load: Sendable, Hashable {
        /// Jobs that no worker has.
        var queued: Int
        /// Workers with a job.
        var running: Int
        var workers: Int
    }

    /// Why a request is not done.
    package enum Refusal: Sendable, Hashable {
        case jobNotFound
        case badRequest(String)
        /// The request may be sent again when there is room.
        case tooMuch(String)
    }

    /// Intervals and bounds.
    package struct Limits: Sendable, Hashable {
        /// How often workers ping.
        package var pingInterval: Duration = .seconds(2)
        /// Of jobs known at a time, ended ones until their retention is over.
        package var jobs = 100_000
        /// Of all inputs, results and undrained chunks together.
        package var bytes = 2 << 30
        /// Jobs that a list of them shows.
        package var listed = 1_000
        /// Of the undrained chunks of one job.
        package var streamBytes = 64 << 20
        /// Of the chunks in one answer, what is left being for the next; clients bound what they read.
        package var streamReplyBytes = 8 << 20

        package init() {}

        /// How long a worker without a job may take to ask for one.
        static let betweenTakes = Duration.seconds(5)
        /// How long the polls of a worker are held that is about to end, so that it comes to see so.
        static let lastHold = Duration.milliseconds(250)

        /// A job that its worker doesn't speak of for that long after the take is queued again.
        var confirmWithin: Duration { pingInterval * 2 }
        /// A worker that is silent for that long is gone.
        var silence: Duration { pingInterval * 3 }
    }
}
