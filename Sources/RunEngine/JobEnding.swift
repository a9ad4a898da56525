import Coordination
import RunPodAPI

extension AttemptEnd {
    /// What a job that has ended on RunPod means for its attempt.
    ///
    /// The platform tells its own verdicts only by the text of `error`, as field reports give it: a job over its
    /// executionTimeout is `FAILED` with "executionTimeout exceeded", one whose worker vanished twice is `FAILED` with
    /// "job timed out after 1 retries".
    ///
    /// - Returns: `nil` while the job goes on.
    init?(_ reply: JobReply) {
        let message = reply.readableError
        let kind: Kind
        switch reply.status {
        case .inQueue, .inProgress, .unknown: return nil
        case .completed: kind = .completed
        case .cancelled: kind = .cancelled
        // Expired before a worker took it, or a worker that never reported.
        case .timedOut: kind = .lost
        case .failed:
            if message?.hasPrefix("executionTimeout exceeded") == true {
                kind = .timedOut
            } else if message?.hasPrefix("job timed out after") == true {
                kind = .lost
            } else {
                kind = .failed
            }
        }
        self.init(kind, status: reply.status.rawValue, executionMS: reply.executionTime, message: message)
    }
}
