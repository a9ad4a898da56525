/// What a request asks of the endpoint, named as on the wire; the word in which limits and faults are said.
package enum EndpointCall: String, Sendable, Hashable, CaseIterable {
    case run
    case runsync
    case status
    case statusSync = "status-sync"
    case stream
    case cancel
    case retry
    case purgeQueue = "purge-queue"
    case health
    case requests
    /// `job-take` and `job-take-batch`.
    case jobTake = "job-take"
    /// The end of a job.
    case jobDone = "job-done"
    /// A `job-done` that says `IN_PROGRESS`.
    case progress
    case jobStream = "job-stream"
    case ping
    case jobStop = "job-stop"
}

extension EndpointOperation {
    /// The call that the operation is, as long as its body is not read: a `job-done` may turn out to be progress.
    var call: EndpointCall {
        switch self {
        case .run: .run
        case .runsync: .runsync
        case .status: .status
        case .statusSync: .statusSync
        case .stream: .stream
        case .cancel: .cancel
        case .retry: .retry
        case .purgeQueue: .purgeQueue
        case .health: .health
        case .requests: .requests
        case .jobTake: .jobTake
        case .jobDone: .jobDone
        case .jobStream: .jobStream
        case .ping: .ping
        case .jobStop: .jobStop
        }
    }
}
