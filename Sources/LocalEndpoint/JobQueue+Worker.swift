import RunPodAPI

extension JobQueue {
    mutating func take(_ worker: WorkerID, _ batch: Int?, _ hold: Duration, _ waiter: WaiterID, _ now: Duration) {
        called(worker, now)
        workers[worker]?.turn = now
        guard !isClosed, hold > .zero || !line.isEmpty else {
            answer(waiter, .nothing)
            return
        }
        self.hold(waiter, .take(worker, batch: batch, until: now + self.hold(hold, of: worker)))
    }

    /// How long a poll of the worker is held.
    private func hold(_ hold: Duration, of worker: WorkerID) -> Duration {
        isDraining || workers[worker]?.isLeaving == true ? min(hold, Limits.lastHold) : hold
    }

    /// Answers the worker's held polls with nothing.
    mutating func releasePolls(of worker: WorkerID) {
        for waiter in workers[worker]?.stopWaiters ?? [] { release(waiter, with: .nothing) }
        guard workers[worker]?.takes ?? 0 > 0 else { return }
        for waiter in takers.elements {
            if case .take(worker, _, _) = waiters[waiter] { release(waiter, with: .nothing) }
        }
    }

    /// Has the worker started afresh as soon as it has no job; one without a process of ours goes on as it is.
    mutating func refresh(_ worker: WorkerID) {
        guard workers[worker]?.isSupervised == true, workers[worker]?.isLeaving == false else { return }
        workers[worker]?.isLeaving = true
        restartIfFree(worker)
    }

    /// Ends the job as its worker says.
    ///
    /// A worker that was taken for lost may still bring the result; its failure, though, says nothing about the run
    /// that took its place. Reports of ended jobs and of workers that never had the job change nothing.
    mutating func done(_ worker: WorkerID, _ id: JobID, _ outcome: Outcome, _ waiter: WaiterID, _ now: Duration) {
        called(worker, now)
        workers[worker]?.stops[id] = nil
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        let isHolder = job.run?.worker == worker
        let wasHolder = !job.status.isTerminal && job.formerWorkers.contains(worker)
        switch outcome {
        case .completed(let output) where isHolder || wasHolder:
            // Another worker that has the job by now is told to stop.
            end(id, .completed, output: output, stop: !isHolder, now)
            answer(waiter, .acknowledged)
        case .failed(let error, let output) where isHolder:
            end(id, .failed, output: output, error: error, stop: false, now)
            answer(waiter, .acknowledged)
        case .unusable(let message):
            if isHolder { end(id, .completed, stop: false, now) }
            answer(waiter, .refused(.badRequest(message)))
        case .completed, .failed:
            answer(waiter, .acknowledged)
        }
    }

    mutating func progressed(_ worker: WorkerID, _ id: JobID, _ value: JSONText, _ waiter: WaiterID, _ now: Duration) {
        called(worker, now)
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        if job.run?.worker == worker {
            confirm(id, now)
            jobs[id]?.progress = value
            account(id, job.size)
        }
        answer(waiter, .acknowledged)
    }

    mutating func streamed(_ worker: WorkerID, _ id: JobID, _ chunk: JSONText, _ waiter: WaiterID, _ now: Duration) {
        called(worker, now)
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        guard job.run?.worker == worker else {
            answer(waiter, .acknowledged)
            return
        }
        confirm(id, now)
        let size = chunk.bytes.count
        // The newest waiter gets it: an older one may belong to a connection that is gone, and a chunk goes out once.
        if let reader = job.streamWaiters.last {
            release(reader, with: .chunks(id, .inProgress, [chunk]))
        } else if job.chunkBytes + size > limits.streamBytes || bytes + size > limits.bytes {
            answer(waiter, .refused(.tooMuch("\(job.chunkBytes) bytes of the job's stream wait for a reader already")))
            return
        } else {
            jobs[id]?.chunks.append(chunk)
            jobs[id]?.chunkBytes += size
            account(id, job.size)
        }
        answer(waiter, .acknowledged)
    }

    mutating func pinged(
        _ worker: WorkerID,
        _ holding: [JobID],
        _ isHealthy: Bool,
        _ waiter: WaiterID,
        _ now: Duration
    ) {
        called(worker, now)
        workers[worker]?.isHealthy = isHealthy
        let held = Set(holding)
        for id in (workers[worker]?.jobs ?? []).sorted() {
            guard let run = jobs[id]?.run else { continue }
            if held.contains(id) {
                confirm(id, now)
            } else if let confirmed = run.confirmed, now - confirmed >= limits.pingInterval / 2 {
                // A ping that was under way while another call confirmed the job doesn't count against it.
                lose(id, stop: false, now)
            }
        }
        for (id, stop) in workers[worker]?.stops ?? [:] where now - stop.since >= limits.pingInterval / 2 {
            // Still listed: the order may be lost with its answer, so it is given again. Not listed: it was followed.
            workers[worker]?.stops[id] = held.contains(id) ? Stop(since: now) : nil
        }
        tellStops(worker)
        answer(waiter, .acknowledged)
    }

    mutating func awaitStop(_ worker: WorkerID, _ hold: Duration, _ waiter: WaiterID, _ now: Duration) {
        called(worker, now)
        let ids = untoldStops(worker)
        if !ids.isEmpty {
            answer(waiter, .jobsToStop(ids))
        } else if isClosed || hold <= .zero {
            answer(waiter, .nothing)
        } else {
            self.hold(waiter, .stop(worker, until: now + self.hold(hold, of: worker)))
        }
    }

    /// Gives jobs back that the worker never got; no retry is charged for that.
    mutating func takeAbandoned(_ worker: WorkerID, _ ids: [JobID], _ now: Duration) {
        for id in ids {
            guard let run = jobs[id]?.run, run.worker == worker, run.confirmed == nil else { continue }
            leave(id, worker, stop: false, now)
            queueAgain(id, now)
        }
    }

    // MARK: - Processes

    mutating func workerStarted(_ id: WorkerID, _ now: Duration) {
        var worker = workers[id] ?? Worker(seen: now)
        worker.seen = now
        worker.hasCalled = false
        worker.isSupervised = true
        worker.isLeaving = false
        workers[id] = worker
        watch(worker: id)
    }

    mutating func workerGone(_ id: WorkerID, _ isCrashLooping: Bool, _ now: Duration) {
        guard workers[id] != nil else { return }
        loseAll(of: id, stop: false, now)
        releasePolls(of: id)
        workers[id]?.stops = [:]
        workers[id]?.hasCalled = false
        workers[id]?.isHealthy = !isCrashLooping
    }

    /// Notes that the worker lives.
    private mutating func called(_ id: WorkerID, _ now: Duration) {
        var worker = workers[id] ?? Worker(seen: now)
        worker.seen = now
        worker.hasCalled = true
        worker.isHealthy = true
        workers[id] = worker
        watch(worker: id)
    }

    private mutating func confirm(_ id: JobID, _ now: Duration) {
        guard case .running(var run) = jobs[id]?.state else { return }
        run.confirmed = now
        jobs[id]?.state = .running(run)
    }
}
