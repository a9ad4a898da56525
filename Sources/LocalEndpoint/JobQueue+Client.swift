import RunPodAPI

extension JobQueue {
    mutating func submit(_ submission: Submission, _ id: JobID, _ wait: Duration?, _ waiter: WaiterID, _ now: Duration)
    {
        guard jobs.count < limits.jobs else {
            answer(waiter, .refused(.tooMuch("the endpoint keeps \(limits.jobs) jobs already")))
            return
        }
        guard bytes + submission.input.bytes.count <= limits.bytes else {
            answer(waiter, .refused(.tooMuch("the endpoint keeps \(bytes) bytes of jobs already")))
            return
        }
        guard jobs[id] == nil else {
            answer(waiter, .refused(.badRequest("the id \(id) is taken")))
            return
        }
        lastNumber += 1
        jobs[id] = QueuedJob(
            id: id,
            number: lastNumber,
            executionTimeout: submission.executionTimeout,
            webhook: submission.webhook,
            ttl: submission.ttl,
            retention: submission.retention,
            submitted: now,
            input: submission.input,
            abridgedInput: submission.abridgedInput,
            state: .queued(since: now)
        )
        account(id, 0)
        line.append(id)
        watch(id)
        if let wait, wait > .zero, !isClosed {
            hold(waiter, .end(id, isBrief: true, until: now + wait))
        } else {
            answer(waiter, .accepted(id, .inQueue))
        }
    }

    mutating func tellStatus(_ id: JobID, _ ttl: Duration?, _ waiter: WaiterID, _ now: Duration) {
        if let ttl, let job = jobs[id] {
            jobs[id]?.ttl = now - job.submitted + ttl
            if case .ended(let end) = job.state { jobs[id]?.retention = now - end.at + ttl }
            watch(id)
        }
        answer(waiter, jobs[id].map { .job($0.snapshot) } ?? .refused(.jobNotFound))
    }

    mutating func awaitEnd(_ id: JobID, _ wait: Duration, _ waiter: WaiterID, _ now: Duration) {
        guard let job = jobs[id], !job.status.isTerminal, wait > .zero, !isClosed else {
            tellStatus(id, nil, waiter, now)
            return
        }
        hold(waiter, .end(id, until: now + wait))
    }

    mutating func awaitChunk(_ id: JobID, _ wait: Duration, _ waiter: WaiterID, _ now: Duration) {
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        if job.chunks.isEmpty, !job.status.isTerminal, wait > .zero, !isClosed {
            hold(waiter, .chunk(id, until: now + wait))
        } else {
            answer(waiter, .chunks(id, job.status, drain(id)))
        }
    }

    /// Takes as many of the job's chunks out of the books as one answer holds, but at least one.
    mutating func drain(_ id: JobID) -> [JSONText] {
        guard let job = jobs[id] else { return [] }
        var (count, bytes) = (0, 0)
        while count < job.chunks.count {
            let size = job.chunks[count].bytes.count
            // With a comma for each.
            guard count == 0 || bytes + size + count <= limits.streamReplyBytes else { break }
            bytes += size
            count += 1
        }
        jobs[id]?.chunks.removeFirst(count)
        jobs[id]?.chunkBytes -= bytes
        account(id, job.size)
        return Array(job.chunks.prefix(count))
    }

    /// Keeps chunks for the next reader that the last one never got.
    mutating func chunksAbandoned(_ id: JobID, _ chunks: [JSONText]) {
        guard let job = jobs[id] else { return }
        if let reader = job.streamWaiters.last {
            release(reader, with: .chunks(id, job.status, chunks))
        } else {
            jobs[id]?.chunks.insert(contentsOf: chunks, at: 0)
            jobs[id]?.chunkBytes += chunks.reduce(0) { $0 + $1.bytes.count }
            account(id, job.size)
        }
    }

    /// Ends the job at once; one that has ended already is shown as it is.
    mutating func cancel(_ id: JobID, _ waiter: WaiterID, _ now: Duration) {
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        if !job.status.isTerminal { end(id, .cancelled, stop: true, now) }
        answer(waiter, .accepted(id, snapshot(id).status))
    }

    /// Queues a failed job again under its id, with a new ttl and without what it said before.
    mutating func retry(_ id: JobID, _ waiter: WaiterID, _ now: Duration) {
        guard let job = jobs[id] else {
            answer(waiter, .refused(.jobNotFound))
            return
        }
        guard job.status == .failed || job.status == .timedOut else {
            answer(waiter, .refused(.badRequest("a job that is \(job.status.rawValue) can't be retried")))
            return
        }
        let before = job.size
        lastNumber += 1
        jobs[id]?.number = lastNumber
        jobs[id]?.submitted = now
        jobs[id]?.state = .queued(since: now)
        jobs[id]?.retries = 0
        jobs[id]?.formerWorkers = []
        jobs[id]?.chunks = []
        jobs[id]?.chunkBytes = 0
        account(id, before)
        line.append(id)
        watch(id)
        answer(waiter, .accepted(id, .inQueue))
    }

    /// Cancels what no worker has.
    mutating func purge(_ waiter: WaiterID, _ now: Duration) {
        let queued = line.elements
        for id in queued { end(id, .cancelled, stop: false, now) }
        answer(waiter, .removed(queued.count))
    }

    /// Which jobs there are, the newest first and at most `Limits.listed`.
    var list: Reply {
        // The line of all numbers is not kept, and the list is asked for less than once a second.
        let newest = jobs.values.sorted { $0.number > $1.number }.prefix(limits.listed)
        let listed = newest.map { ListedJob(id: $0.id, status: $0.status, abridgedInput: $0.abridgedInput) }
        return .list(listed, hasMore: jobs.count > listed.count)
    }

    /// What limits go by.
    var load: Load {
        Load(queued: line.count, running: workers.values.count { !$0.jobs.isEmpty }, workers: workers.count)
    }

    /// The counters of `health`.
    var health: EndpointHealth {
        var health = EndpointHealth(jobs: counters)
        health.jobs.inQueue = line.count
        for worker in workers.values {
            health.jobs.inProgress += worker.jobs.count
            if !worker.isHealthy {
                health.workers.unhealthy += 1
            } else if !worker.jobs.isEmpty {
                health.workers.running += 1
            } else if worker.hasCalled {
                health.workers.idle += 1
            } else {
                health.workers.initializing += 1
            }
        }
        health.workers.ready = health.workers.idle
        return health
    }
}
