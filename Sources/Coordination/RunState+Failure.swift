import Flashpoints

extension RunState {
    /// The failure of a flashpoint that the attempt left without a record.
    func failure(of index: Int, after end: AttemptEnd) -> Failure {
        let words = end.message.map { ": \($0)" } ?? ""
        switch end.kind {
        case .completed:
            return Failure(.contract, "the job completed without a result for this flashpoint\(words)")
        case .failed:
            return Failure(.transient, "the job failed\(words)")
        case .timedOut:
            return Failure(.timeout, "the job ran over its executionTimeout\(words)")
        case .lost:
            return Failure(.infra, "the job was lost\(words)")
        case .oversize:
            let limits = "about 10 MB for a request, and for the result that it brings"
            return Failure(.permanent, "even alone it is more than the platform takes, \(limits)\(words)")
        case .gone, .cancelled, .absent:
            return Failure(.infra, "the job is gone\(words)")
        }
    }

    /// Counts a job lost while the worker was at the flashpoint, and gives the failure that it makes.
    ///
    /// - Parameter setback: This loss, the latest of those that the flashpoint's jobs went through.
    mutating func death(
        of index: Int,
        after end: AttemptEnd,
        _ live: Lane.Live,
        _ setback: Lane.Setback
    ) -> Failure {
        flashpoints.deaths[index] = flashpoints.deaths[index].addingOne
        guard flashpoints.deaths[index] >= 2 else { return failure(of: index, after: end) }
        let history = (live.setbacks + [setback]).suffix(Lane.Setback.limit).map(\.description)
        let message = "its worker was lost twice while at this flashpoint (\(history.joined(separator: "; ")))"
        return Failure(.poison, message)
    }

    /// Charges one failed try to the budget of its class.
    mutating func charge(_ index: Int, for kind: FailureClass) {
        switch kind {
        case .timeout, .transient: flashpoints.tries[index] = flashpoints.tries[index].addingOne
        case .infra: flashpoints.losses[index] = flashpoints.losses[index].addingOne
        case .contract: flashpoints.omissions[index] = flashpoints.omissions[index].addingOne
        case .permanent, .poison, .config: break
        }
    }

    /// Whether the budget of the class allows another try.
    ///
    /// - Parameter uncharged: Failures that are not in the budget yet.
    func mayTryAgain(_ index: Int, after kind: FailureClass, uncharged: Int = 0) -> Bool {
        switch kind {
        case .timeout, .transient: Int(flashpoints.tries[index]) + uncharged <= plan.policy.retries
        case .infra: Int(flashpoints.losses[index]) + uncharged <= plan.policy.infraRetries
        case .contract: Int(flashpoints.omissions[index]) + uncharged <= plan.policy.contractRetries
        case .permanent, .poison, .config: false
        }
    }

    func cancellation(of index: Int, worker: Int, attempt: AttemptRef?) -> Event.Body {
        settle(index, as: .cancelled, worker: worker, attempt: attempt)
    }

    /// The event that gives a flashpoint its outcome without anybody having measured it.
    func settle(_ index: Int, as outcome: Settlement.Outcome, worker: Int, attempt: AttemptRef?) -> Event.Body {
        .flashpointSettled(
            Settlement(
                attempt: attempt,
                worker: worker,
                index: index,
                id: plan.catalogue.id(index),
                outcome: outcome,
                seconds: nil,
                attempts: Int(flashpoints.attempts[index])
            )
        )
    }
}
