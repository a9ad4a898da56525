import HTTPTransport

extension WorkerClient.Refusal {
    /// Whether the same request may be taken later.
    var mayPass: Bool { status >= 500 || [401, 403, 408, 429].contains(status) }
}

extension Error {
    var refusal: WorkerClient.Refusal? { self as? WorkerClient.Refusal }

    /// The platform has held a long poll beyond our deadline, which is nobody's fault.
    var isHeldTooLong: Bool {
        guard let failure = self as? HTTPFailure, case .timedOut(_, .waiting, _) = failure else { return false }
        return true
    }
}
