import DequeModule
import Flashpoints

extension RunState {
    /// The event that carries out a command, or the receipt that says why there is none.
    package func admit(_ command: Command) -> Result<Event.Body, Refusal> {
        switch command {
        case .cancelWorker(let worker):
            guard let lane = lane(worker) else { return .failure(noSuch(worker)) }
            if lane.isCancelled { return .failure(.tooLate("worker \(worker) is cancelled already")) }
            if lane.isIdle { return .failure(.tooLate("worker \(worker) has nothing left to do")) }
            return .success(.workerCancelRequested(worker: worker))
        case .retryWorker(let worker, let indices):
            guard lane(worker) != nil else { return .failure(noSuch(worker)) }
            let found = retriable(worker: worker, only: indices)
            let takesBack = indices == nil && isCancelling(worker)
            if found.isEmpty, !takesBack {
                return .failure(.tooLate("worker \(worker) has no failed or cancelled flashpoint to retry"))
            }
            return .success(.workerRetried(worker: worker, indices: indices == nil ? nil : IndexList(found)))
        case .cancelRun:
            if phase == .ended { return .failure(.tooLate("the run has ended")) }
            if isCancelled { return .failure(.tooLate("the run is being cancelled already")) }
            return .success(.runCancelRequested(why: "asked by the operator"))
        case .retryRun:
            let isRetriable = flashpoints.standing.contains { $0 == .failed || $0 == .cancelled }
            guard isRetriable || lanes.contains(where: { isCancelling($0.worker) }) else {
                return .failure(.tooLate("the run has no failed or cancelled flashpoint to retry"))
            }
            return .success(.runRetried(generation: generation + 1))
        case .pause:
            if phase == .ended { return .failure(.tooLate("the run has ended")) }
            guard isPaused else { return .success(.runPaused()) }
            return .failure(.tooLate("the run is paused already" + (pauseCause.map { ": \($0)" } ?? "")))
        case .proceed:
            return isPaused ? .success(.runContinued) : .failure(.tooLate("the run is not paused"))
        }
    }

    /// Why a command changes nothing.
    package struct Refusal: Error, Hashable {
        package var receipt: Receipt

        static func tooLate(_ why: String) -> Refusal { Refusal(receipt: .tooLate(why)) }
    }

    private func noSuch(_ worker: Int) -> Refusal {
        Refusal(receipt: .unknown("there is no worker \(worker); the run has workers 1 to \(workers)"))
    }

    private func retriable(worker: Int, only wanted: [Int]?) -> [Int] {
        let mayBeRetried = { (index: Int) in
            guard self.flashpoints.standing.indices.contains(index) else { return false }
            let standing = self.flashpoints.standing[index]
            return self.flashpoints.worker[index] == Int32(worker) && (standing == .failed || standing == .cancelled)
        }
        return Set(wanted ?? plan.plan.shares[worker - 1].indices).filter(mayBeRetried).sorted()
    }

    /// Whether the lane's job is being cancelled, so that a retry takes that back.
    private func isCancelling(_ worker: Int) -> Bool {
        guard let live = lane(worker)?.live, live.isCancelled else { return false }
        return live.indices.contains { flashpoints.standing[$0] == .inFlight }
    }

    /// Reopens the lane's failed and cancelled flashpoints as new attempts of their chunks.
    mutating func retried(_ worker: Int, only wanted: IndexList?) -> [Effect] {
        guard lane(worker) != nil else { return [] }
        let again = retriable(worker: worker, only: wanted.map(Array.init))
        breaker.reset()
        lanes[worker - 1].isCancelled = false
        isCancelled = false
        if wanted == nil { lanes[worker - 1].live?.isCancelled = false }
        if phase == .ended, !again.isEmpty {
            phase = .running
            finalAnswer = nil
        }
        for index in again {
            if flashpoints.standing[index] == .failed { counts.failed -= 1 } else { counts.cancelled -= 1 }
            speedup.reopened(
                worker: worker,
                weight: plan.catalogue.weight(index),
                seconds: flashpoints.measured(index),
                isEstimated: flashpoints.isEstimated[index]
            )
            flashpoints.reopen(index)
        }
        let chunks = Dictionary(grouping: again) { Int(flashpoints.chunk[$0]) }
        for (chunk, indices) in chunks.sorted(by: { $0.key < $1.key }) {
            let attempt = lanes[worker - 1].nextAttempt(of: chunk)
            lanes[worker - 1].queue.append(Lane.Work(chunk: chunk, attempt: attempt, indices: IndexList(indices)))
        }
        return []
    }

    /// Settles as cancelled all of the lane that is not out, and cancels what is.
    mutating func cancelRest(of worker: Int) -> [Effect] {
        lanes[worker - 1].isCancelled = true
        lanes[worker - 1].live?.isCancelled = true
        let waiting = lanes[worker - 1].dropAll()
        return waiting.map { .record(cancellation(of: $0, worker: worker, attempt: nil)) } + cancelJob(of: worker)
    }

    /// Asks once for the cancelling of the lane's job when it is to be cancelled and its id is known.
    mutating func cancelJob(of worker: Int) -> [Effect] {
        guard let live = lanes[worker - 1].live, live.isCancelled, let job = live.job, !live.cancelSent else {
            return []
        }
        lanes[worker - 1].live?.cancelSent = true
        return [.cancelJob(live.ref, job: job, endpoint: live.endpoint)]
    }
}
