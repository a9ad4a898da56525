import Synchronization

/// Jobs from the platform, with pauses while it has none or can't be reached.
final class PlatformJobSource<C: Clock>: JobSource where C.Duration == Duration {
    private let worker: RunPodWorker<C>
    private let drain: Latch
    /// Jobs that came with another one and wait for their turn.
    private let waiting = Mutex<[PlatformJob<C>]>([])

    init(worker: RunPodWorker<C>, drain: Latch) {
        self.worker = worker
        self.drain = drain
    }

    func next() async throws -> PlatformJob<C>? {
        if let job = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return job }
        let backoff = Backoff(base: .milliseconds(250), cap: .seconds(5), floor: 0.5)
        var failures = 0
        while !drain.isReleased {
            let asked = worker.clock.now
            var pause: Duration?
            do {
                let jobs = try await unlessDrained { [client = worker.client] in
                    try await client.take(holdsJobs: false)
                }
                var taken = (jobs ?? []).map { job in
                    PlatformJob(job: job, worker: worker, stop: worker.hand.take(job.id), outage: Outage())
                }
                if !taken.isEmpty {
                    let first = taken.removeFirst()
                    waiting.withLock { $0 += taken }
                    return first
                }
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
            // A job that arrived at this very moment is ours to finish.
            return try? await group.next() ?? nil
        }
    }
}
