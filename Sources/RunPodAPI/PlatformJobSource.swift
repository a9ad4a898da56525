import Synchronization

/// Jobs from the platform, with pauses while it has none or can't be reached.
///
/// Asking is a task of its own, so that the next job can be asked for while the last one is still in hand; never more
/// than one is ahead, unless the platform gives more than was asked for.
final class PlatformJobSource<C: Clock>: JobSource where C.Duration == Duration {
    private struct State {
        /// A job was asked for and has not come yet.
        var isAsking = false
        /// Jobs that wait for their turn.
        var ahead: [PlatformJob<C>] = []
        var isDrained = false
    }

    private let worker: RunPodWorker<C>
    private let drain: Latch
    private let state = Mutex(State())
    private let (requests, request) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(worker: RunPodWorker<C>, drain: Latch) {
        self.worker = worker
        self.drain = drain
    }

    /// Asks the platform whenever a job is wanted, until drained; then jobs that have not begun are let go.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws {
        defer { arrival.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await _ in requests {
                    guard let jobs = try await ask() else { return }
                    deliver(jobs)
                }
            }
            await drain.wait()
            request.finish()
            // Polls are given up here, and a job that one of them brings at this very moment is let go below.
            try await group.waitForAll()
            try Task.checkCancellation()
            await letGo()
        }
    }

    func prepareNext() {
        let isNew = state.withLock { state in
            if state.isAsking || state.isDrained || !state.ahead.isEmpty { return false }
            state.isAsking = true
            return true
        }
        if isNew { request.yield() }
    }

    func next() async throws -> PlatformJob<C>? {
        while true {
            if let job = begin() { return job }
            prepareNext()
            var bell = arrivals.makeAsyncIterator()
            guard await bell.next(isolation: #isolation) != nil else {
                try Task.checkCancellation()
                return nil
            }
        }
    }

    /// Drops the jobs that the platform wants stopped before they have begun.
    func dropStopped() {
        let stopped = state.withLock { state in
            let stopped = state.ahead.filter(\.stop.isReleased)
            state.ahead.removeAll(where: \.stop.isReleased)
            return stopped
        }
        for job in stopped { job.abandon() }
    }

    /// The job whose turn it is; nil when none is there that may begin.
    private func begin() -> PlatformJob<C>? {
        dropStopped()
        return state.withLock { state in
            state.isDrained || drain.isReleased || state.ahead.isEmpty ? nil : state.ahead.removeFirst()
        }
    }

    /// Takes jobs in, but for those in hand: the platform took this worker for lost and gives it its own job again, whose
    /// result is on its way.
    private func deliver(_ jobs: [TakenJob]) {
        let jobs = jobs.compactMap { job in
            worker.hand.take(job.id).map {
                PlatformJob(job: job, worker: worker, stop: $0, outage: Outage(), drain: drain)
            }
        }
        state.withLock { state in
            state.isAsking = false
            state.ahead += jobs
        }
        arrival.yield()
    }

    /// Gives up the jobs that have not begun, and says so at once: the platform gives them to another worker when a ping
    /// does not name them any more.
    private func letGo() async {
        let jobs = state.withLock { state in
            state.isDrained = true
            defer { state.ahead = [] }
            return state.ahead
        }
        // Whoever waits for the next job need not wait for the ping.
        arrival.finish()
        for job in jobs {
            job.abandon()
            worker.notify(.jobLetGo(job: job.job.id))
        }
        if !jobs.isEmpty { await worker.tellHand() }
    }

    /// Jobs, once the platform has some; nil when drained.
    private func ask() async throws -> [TakenJob]? {
        let backoff = Backoff(base: .milliseconds(250), cap: .seconds(5), floor: 0.5)
        var failures = 0
        while !drain.isReleased {
            let asked = worker.clock.now
            var pause: Duration?
            do {
                let jobs = try await unlessDrained { [worker] in
                    try await worker.client.take(holdsJobs: !worker.hand.isEmpty)
                }
                if let jobs, !jobs.isEmpty { return jobs }
                failures = 0
                // A platform that does not hold the request must not be asked all the time.
                if asked.duration(to: worker.clock.now) < .seconds(1) { pause = .milliseconds(250) }
            } catch let error as CancellationError {
                throw error
            } catch  where error.isHeldTooLong {
                failures = 0
            } catch {
                failures += 1
                let least: Duration =
                    error.refusal.map { $0.status == 429 ? $0.retryAfter ?? .seconds(5) : .zero } ?? .zero
                let wait = max(least, backoff.wait(afterFailures: failures, chance: worker.chance()))
                worker.notify(.takeFailed(why: "\(error)", wait: wait))
                pause = wait
            }
            if let pause {
                _ = try await unlessDrained { [clock = worker.clock] in try await clock.sleep(for: pause) }
            }
        }
        return nil
    }

    /// What `body` gives, or nil when the draining came first.
    private func unlessDrained<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask { [drain] in
                await drain.wait()
                return nil
            }
            defer { group.cancelAll() }
            if let value = try await group.next() ?? nil { return value }
            try Task.checkCancellation()
            group.cancelAll()
            // A job that arrived at this very moment is not forgotten: it is in hand, and let go like any other.
            return try? await group.next() ?? nil
        }
    }
}
