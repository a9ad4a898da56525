/// Something about a worker's dealings with the platform that belongs into its log.
package enum WorkerNotice: Sendable, Hashable {
    /// No job could be asked for; asked again after the wait.
    case takeFailed(why: String, wait: Duration)
    /// A job was taken and has not begun; it is left to another worker, because this one ends.
    case jobLetGo(job: String)
    /// The platform wants a job stopped.
    case stopRequested(job: String)
    /// Which jobs to stop can't be heard; said once until it works again.
    case stopChannelFailed(why: String)
    /// The platform tells no address for hearing which jobs to stop.
    case noStopChannel
    /// The platform can't be told that the worker lives; said once until it works again.
    case pingFailed(why: String)
    /// A record of a stream was not delivered; where the platform can't be reached, those of the next 10 s are dropped
    /// without a word.
    case recordLost(job: String, why: String)
    /// A result was not taken and is posted again after the wait.
    case resultDelayed(job: String, why: String, wait: Duration)
    /// The platform does not want this result, so the job is reported as failed.
    case resultRefused(job: String, why: String)
    /// The job had expired or was deleted when its result came.
    case jobExpired(job: String)
    /// A result was posted again and again and is lost now, for the worker ends.
    case resultLost(job: String, why: String)
}

extension WorkerNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .takeFailed(let why, let wait): "no job could be asked for, again in \(wait.inSeconds) s: \(why)"
        case .jobLetGo(let job): "job \(job) is left to another worker: it has not begun, and this worker ends"
        case .stopRequested(let job): "job \(job) is stopped by the platform"
        case .stopChannelFailed(let why): "the platform can't be asked which jobs to stop: \(why)"
        case .noStopChannel: "jobs can't be stopped: RUNPOD_WEBHOOK_GET_JOB has no /job-take/ in its path"
        case .pingFailed(let why): "the platform can't be told that this worker lives: \(why)"
        case .recordLost(let job, let why): "a record of job \(job) was not delivered: \(why)"
        case .resultDelayed(let job, let why, let wait):
            "the result of job \(job) was not taken, again in \(wait.inSeconds) s: \(why)"
        case .resultRefused(let job, let why): "the result of job \(job) was refused, reported as failed: \(why)"
        case .jobExpired(let job): "job \(job) had expired when its result was ready"
        case .resultLost(let job, let why): "the result of job \(job) is lost, the platform did not take it: \(why)"
        }
    }
}
