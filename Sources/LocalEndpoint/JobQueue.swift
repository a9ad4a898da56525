import RunPodAPI

/// RunPod's queue as a pure state machine: events in, answers out.
///
/// Time is the `Duration` since the endpoint's start and comes with each event, ids come inside events, so the same
/// history always gives the same answers. The rules are those of the platform as observed:
///
/// * A job whose worker is lost (its process ended, three ping intervals of silence, a ping that no longer lists it,
///   or no word of it within two intervals of the take) is queued once more, in its old place, and fails at the second loss.
/// * A cancelled or overdue job ends at once; its worker is told through `job-stop`, and what that worker still says
///   of the job is acknowledged and dropped.
/// * The execution time-out counts from the take, the ttl from the submission. A queued job that outlives its ttl is
///   timed out, one with a worker is forgotten. An ended job is forgotten after its retention.
/// * Each streamed chunk is handed out once. Chunks that nobody drains are kept, for they are the run's data: beyond
///   `Limits.streamBytes` the worker is refused and has to send the chunk again later.
package struct JobQueue: Sendable {
    /// A request that is held.
    enum Waiting: Sendable {
        case take(WorkerID, batch: Int?, until: Duration)
        case stop(WorkerID, until: Duration)
        /// `isBrief` when only the status is told if the job is not over by then.
        case end(JobID, isBrief: Bool = false, until: Duration)
        case chunk(JobID, until: Duration)

        var until: Duration {
            switch self {
            case .take(_, _, let until), .stop(_, let until), .end(_, _, let until), .chunk(_, let until): until
            }
        }
    }

    /// What has a deadline.
    enum Subject: Hashable, Sendable {
        case job(JobID)
        case worker(WorkerID)
        case waiter(WaiterID)
    }

    struct Worker: Sendable {
        /// The last call or ping.
        var seen: Duration
        /// Whether it has called since its process started.
        var hasCalled = false
        /// Whether a process of it is supervised, so that silence alone doesn't strike it from the books.
        var isSupervised = false
        var isHealthy = true
        /// The jobs it runs.
        var jobs: Set<JobID> = []
        /// Jobs it is to stop, with the time since when; told and not yet told.
        var stops: [JobID: Stop] = [:]
        /// Its held `job-stop` requests.
        var stopWaiters: [WaiterID] = []
        /// How many `job-take` requests of it are held.
        var takes = 0
        /// When it last asked for a job or ended one.
        var turn: Duration
        /// Whether it has asked to be started afresh; it gets no job until that is done.
        var isLeaving = false

        /// Whether it has nothing to do, not even something that it was told to stop.
        var isFree: Bool { jobs.isEmpty && stops.isEmpty && !isLeaving }

        /// Whether a job is better left for it than given to a worker that has one: it starts, or is between two takes.
        ///
        /// One that only pings comes for no job: a ping process may outlive its worker.
        func isExpected(at now: Duration) -> Bool {
            isFree && isHealthy && (!hasCalled || now - turn < Limits.betweenTakes)
        }

        init(seen: Duration) {
            self.seen = seen
            turn = seen
        }
    }

    struct Stop: Sendable {
        var since: Duration
        var isTold = false
    }

    let limits: Limits
    var jobs: [JobID: QueuedJob] = [:]
    var workers: [WorkerID: Worker] = [:]
    var waiters: [WaiterID: Waiting] = [:]
    /// The queued jobs.
    var line = WaitingLine<JobID>()
    /// The held takes.
    var takers = WaitingLine<WaiterID>()
    var deadlines = Deadlines<Subject>()
    var counters = EndpointHealth.Jobs()
    /// The bytes of all jobs.
    var bytes = 0
    /// How many submissions and retries there were.
    var lastNumber: UInt64 = 0
    var isClosed = false
    var isDraining = false
    private var effects: [Effect] = []

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// When `ticked` is due, unless another event comes first; nil when nothing depends on time.
    package var nextDeadline: Duration? {
        mutating get { deadlines.next() }
    }

    /// Takes in one event and returns what is to be done, in order.
    ///
    /// What was due before `now` happens before the event itself, however late the timer is.
    package mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
        expire(now)
        reduce(event, now)
        match(now)
        let result = effects
        effects = []
        return result
    }

    private mutating func reduce(_ event: Event, _ now: Duration) {
        switch event {
        case .submitted(let submission, let id, let wait, let waiter): submit(submission, id, wait, waiter, now)
        case .statusAsked(let id, let ttl, let waiter): tellStatus(id, ttl, waiter, now)
        case .statusSyncAsked(let id, let wait, let waiter): awaitEnd(id, wait, waiter, now)
        case .streamAsked(let id, let wait, let waiter): awaitChunk(id, wait, waiter, now)
        case .cancelAsked(let id, let waiter): cancel(id, waiter, now)
        case .retryAsked(let id, let waiter): retry(id, waiter, now)
        case .purgeAsked(let waiter): purge(waiter, now)
        case .healthAsked(let waiter): answer(waiter, .health(health))
        case .listAsked(let waiter): answer(waiter, list)
        case .takeAsked(let worker, let batch, let hold, let waiter): take(worker, batch, hold, waiter, now)
        case .done(let worker, let id, let outcome, let stopsWorker, let waiter):
            done(worker, id, outcome, waiter, now)
            if stopsWorker { refresh(worker) }
        case .progressed(let worker, let id, let value, let waiter): progressed(worker, id, value, waiter, now)
        case .streamed(let worker, let id, let chunk, let waiter): streamed(worker, id, chunk, waiter, now)
        case .pinged(let worker, let holding, let isHealthy, let waiter):
            pinged(worker, holding, isHealthy, waiter, now)
        case .stopAsked(let worker, let hold, let waiter): awaitStop(worker, hold, waiter, now)
        case .waiterLeft(let waiter): release(waiter, with: .nothing)
        case .takeAbandoned(let worker, let ids): takeAbandoned(worker, ids, now)
        case .chunksAbandoned(let id, let chunks): chunksAbandoned(id, chunks)
        case .workerStarted(let worker): workerStarted(worker, now)
        case .workerGone(let worker, let isCrashLooping): workerGone(worker, isCrashLooping, now)
        case .ticked: break
        case .draining: drainWorkers()
        case .closed: close()
        }
    }

    /// Hands queued jobs to held takes, both in the order they came, but first to workers that have nothing to do.
    ///
    /// A worker that asks ahead gets what they leave, the next job of one that is starting or between two takes
    /// included: in its hands that job would wait for the end of another.
    mutating func match(_ now: Duration) {
        guard !line.isEmpty, !takers.isEmpty, !isDraining else { return }
        let waiting = takers.elements
        for taker in waiting where worker(of: taker)?.isFree == true && !line.isEmpty {
            serve(taker, atMost: line.count, now)
        }
        guard !line.isEmpty, !takers.isEmpty else { return }
        let expected = workers.values.count { $0.isExpected(at: now) }
        for taker in waiting where line.count > expected {
            // Whoever was served above is no waiter any more.
            if let worker = worker(of: taker), !worker.isFree, !worker.isLeaving {
                serve(taker, atMost: line.count - expected, now)
            }
        }
    }

    private func worker(of taker: WaiterID) -> Worker? {
        guard case .take(let id, _, _) = waiters[taker] else { return nil }
        return workers[id]
    }

    /// Answers a held take with the first jobs of the line, which is not empty.
    private mutating func serve(_ taker: WaiterID, atMost most: Int, _ now: Duration) {
        guard case .take(let worker, let batch, _) = waiters[taker] else { return }
        var taken: [TakenJob] = []
        while taken.count < min(max(1, batch ?? 1), most), let id = line.popFirst() {
            taken.append(assign(id, to: worker, now))
        }
        if let first = taken.first { release(taker, with: batch == nil ? .taken(first) : .takenBatch(taken)) }
    }

    private mutating func assign(_ id: JobID, to worker: WorkerID, _ now: Duration) -> TakenJob {
        guard let job = jobs[id], case .queued(let since) = job.state, let input = job.input else {
            preconditionFailure("A job in the line is queued and has its input.")
        }
        jobs[id]?.state = .running(QueuedJob.Run(worker: worker, since: now, delay: now - since))
        workers[worker]?.jobs.insert(id)
        // A job that is handed out again must not be stopped by the order that ended its former run.
        workers[worker]?.stops[id] = nil
        watch(id)
        watch(worker: worker)
        return TakenJob(id: id, input: input)
    }

    // MARK: - Answers

    /// Answers a request that was not held.
    mutating func answer(_ waiter: WaiterID, _ reply: Reply) {
        effects.append(.answer(waiter, reply))
    }

    /// Has the worker's process started again, once it has no job.
    mutating func restartIfFree(_ worker: WorkerID) {
        guard let leaving = workers[worker], leaving.isLeaving, leaving.jobs.isEmpty else { return }
        effects.append(.restart(worker))
        // A poll that is held would keep it from seeing that it is to end.
        releasePolls(of: worker)
    }

    /// Holds a request until something happens or `until`.
    mutating func hold(_ waiter: WaiterID, _ waiting: Waiting) {
        waiters[waiter] = waiting
        deadlines.set(.waiter(waiter), at: waiting.until)
        switch waiting {
        case .take(let worker, _, _):
            takers.append(waiter)
            workers[worker]?.takes += 1
        case .stop(let worker, _): workers[worker]?.stopWaiters.append(waiter)
        case .end(let id, _, _): jobs[id]?.statusWaiters.append(waiter)
        case .chunk(let id, _): jobs[id]?.streamWaiters.append(waiter)
        }
    }

    /// Answers a held request; one that is not held any more is left alone.
    mutating func release(_ waiter: WaiterID, with reply: Reply) {
        guard let waiting = waiters.removeValue(forKey: waiter) else { return }
        deadlines.remove(.waiter(waiter))
        switch waiting {
        case .take(let worker, _, _):
            takers.remove(waiter)
            workers[worker]?.takes -= 1
        case .stop(let worker, _): workers[worker]?.stopWaiters.removeAll { $0 == waiter }
        case .end(let id, _, _): jobs[id]?.statusWaiters.removeAll { $0 == waiter }
        case .chunk(let id, _): jobs[id]?.streamWaiters.removeAll { $0 == waiter }
        }
        answer(waiter, reply)
    }

    // MARK: - A job's ways

    /// Ends a job; `stop` tells its worker to.
    mutating func end(
        _ id: JobID,
        _ status: JobStatus,
        output: JSONText? = nil,
        error: String? = nil,
        stop: Bool,
        _ now: Duration
    ) {
        guard let job = jobs[id] else { return }
        let before = job.size
        var end = QueuedJob.End(status: status, at: now, output: output, error: error)
        if let run = job.run {
            end.worker = run.worker
            end.delay = run.delay
            end.execution = now - run.since
            leave(id, run.worker, stop: stop, now)
        } else if case .queued(let since) = job.state, status == .timedOut {
            end.delay = now - since
        }
        line.remove(id)
        jobs[id]?.state = .ended(end)
        jobs[id]?.progress = nil
        switch status {
        case .completed: counters.completed += 1
        case .failed, .timedOut: counters.failed += 1
        case .cancelled, .inQueue, .inProgress, .unknown: break
        }
        if let url = job.webhook, let input = job.input, status == .completed || status == .failed {
            effects.append(.notify(JobNotice(url: url, job: snapshot(id), input: input)))
        }
        // Only a failed job may be asked to run again.
        if status == .completed || status == .cancelled { jobs[id]?.input = nil }
        account(id, before)
        watch(id)
        for waiter in job.statusWaiters { release(waiter, with: .job(snapshot(id))) }
        for waiter in job.streamWaiters { release(waiter, with: .chunks(id, status, [])) }
    }

    /// Puts a job whose worker is lost back into the line, or gives it up.
    mutating func lose(_ id: JobID, stop: Bool, _ now: Duration) {
        guard let job = jobs[id], let run = job.run else { return }
        guard job.retries < 1 else {
            end(id, .failed, error: "job timed out after \(job.retries) retries", stop: stop, now)
            return
        }
        let before = job.size
        leave(id, run.worker, stop: stop, now)
        jobs[id]?.retries += 1
        jobs[id]?.formerWorkers.append(run.worker)
        jobs[id]?.progress = nil
        counters.retried += 1
        queueAgain(id, now)
        account(id, before)
    }

    /// Loses all jobs of a worker, the oldest first.
    mutating func loseAll(of worker: WorkerID, stop: Bool, _ now: Duration) {
        let lost = (workers[worker]?.jobs ?? []).compactMap { jobs[$0] }
        for job in lost.sorted(by: { $0.number < $1.number }) { lose(job.id, stop: stop, now) }
    }

    /// Puts a job back into the line, where it stood by its submission.
    mutating func queueAgain(_ id: JobID, _ now: Duration) {
        guard let number = jobs[id]?.number else { return }
        jobs[id]?.state = .queued(since: now)
        line.insert(id) { [jobs] in jobs[$0].map { $0.number > number } ?? true }
        watch(id)
    }

    /// Takes the job off the worker's list.
    mutating func leave(_ id: JobID, _ worker: WorkerID, stop: Bool, _ now: Duration) {
        workers[worker]?.jobs.remove(id)
        workers[worker]?.turn = now
        if stop, workers[worker] != nil {
            workers[worker]?.stops[id] = Stop(since: now)
            tellStops(worker)
        }
        restartIfFree(worker)
    }

    /// Answers the newest held `job-stop` of the worker when there is something to stop.
    ///
    /// The newest, because an older one may belong to a connection that is gone.
    mutating func tellStops(_ worker: WorkerID) {
        guard let waiter = workers[worker]?.stopWaiters.last else { return }
        let ids = untoldStops(worker)
        if !ids.isEmpty { release(waiter, with: .jobsToStop(ids)) }
    }

    /// The jobs that the worker is to stop and has not been told of; from now on it has.
    mutating func untoldStops(_ worker: WorkerID) -> [JobID] {
        let ids = (workers[worker]?.stops ?? [:]).filter { !$0.value.isTold }.keys.sorted()
        for id in ids { workers[worker]?.stops[id]?.isTold = true }
        return ids
    }

    /// Forgets a job; whoever still waits for it learns that it is gone.
    mutating func forget(_ id: JobID, _ now: Duration) {
        guard let job = jobs[id] else { return }
        if let run = job.run { leave(id, run.worker, stop: true, now) }
        line.remove(id)
        deadlines.remove(.job(id))
        for waiter in job.statusWaiters + job.streamWaiters { release(waiter, with: .refused(.jobNotFound)) }
        bytes -= job.size
        jobs[id] = nil
    }

    // MARK: - Books

    func snapshot(_ id: JobID) -> JobSnapshot {
        guard let job = jobs[id] else { preconditionFailure("A snapshot is taken of a known job only.") }
        return job.snapshot
    }

    /// Brings the sum of all bytes up to date after a change of the job.
    mutating func account(_ id: JobID, _ before: Int) {
        bytes += (jobs[id]?.size ?? 0) - before
    }

    mutating func watch(_ id: JobID) {
        guard let job = jobs[id] else { return }
        deadlines.set(.job(id), at: job.deadline(confirmWithin: limits.confirmWithin))
    }

    mutating func watch(worker id: WorkerID) {
        guard let worker = workers[id] else { return }
        deadlines.set(.worker(id), at: worker.seen + limits.silence)
    }
}
