import RunPodAPI

extension JobQueue {
    /// Does everything that is due, each at its own time, so that a late timer changes nothing but the moment.
    mutating func expire(_ now: Duration) {
        while let (subject, due) = deadlines.popDue(at: now) {
            switch subject {
            case .job(let id): reviewJob(id, due)
            case .worker(let id): reviewWorker(id, due)
            case .waiter(let id): reviewWaiter(id, due)
            }
            match(due)
        }
    }

    /// Lets the workers see that they are to end.
    mutating func drainWorkers() {
        isDraining = true
        for worker in workers.keys.sorted() { releasePolls(of: worker) }
    }

    /// Answers every held request; from now on nothing is held.
    mutating func close() {
        isClosed = true
        for waiter in waiters.keys.sorted() { reviewWaiter(waiter, nil) }
    }

    private mutating func reviewJob(_ id: JobID, _ now: Duration) {
        guard let job = jobs[id] else { return }
        guard job.deadline(confirmWithin: limits.confirmWithin) <= now else {
            watch(id)
            return
        }
        let isExpired = job.submitted + job.ttl <= now
        switch job.state {
        case .queued:
            end(id, .timedOut, error: "the job's ttl ran out before a worker took it", stop: false, now)
        case .running where isExpired:
            forget(id, now)
        case .running(let run) where run.since + job.executionTimeout <= now:
            end(id, .failed, error: "executionTimeout exceeded", stop: true, now)
        case .running:
            lose(id, stop: true, now)
        case .ended:
            forget(id, now)
        }
    }

    private mutating func reviewWorker(_ id: WorkerID, _ now: Duration) {
        guard let worker = workers[id] else { return }
        guard worker.seen + limits.silence <= now else {
            watch(worker: id)
            return
        }
        loseAll(of: id, stop: true, now)
        if worker.isSupervised {
            // It has a process that doesn't call: until it does, it is not to be counted on.
            if worker.hasCalled, worker.takes == 0, worker.stopWaiters.isEmpty { workers[id]?.isHealthy = false }
        } else if worker.takes == 0, worker.stopWaiters.isEmpty {
            workers[id] = nil
        } else {
            deadlines.set(.worker(id), at: now + limits.silence)
        }
    }

    /// Answers a held request whose time is over, or whatever its time when `now` is nil.
    private mutating func reviewWaiter(_ waiter: WaiterID, _ now: Duration?) {
        guard let waiting = waiters[waiter] else { return }
        if let now, waiting.until > now {
            deadlines.set(.waiter(waiter), at: waiting.until)
            return
        }
        switch waiting {
        case .take, .stop: release(waiter, with: .nothing)
        case .end(let id, isBrief: true, _): release(waiter, with: .accepted(id, snapshot(id).status))
        case .end(let id, isBrief: false, _): release(waiter, with: .job(snapshot(id)))
        case .chunk(let id, _): release(waiter, with: .chunks(id, jobs[id]?.status ?? .inProgress, []))
        }
    }
}
