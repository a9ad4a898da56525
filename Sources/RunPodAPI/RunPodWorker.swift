import Flashpoints
import FoundationEssentials
import Synchronization

/// A RunPod worker: takes jobs from the platform, gives them to a handler, posts what comes of them.
///
/// Four tasks run beside each other: the loop over the jobs, the one that asks for the next job, the pings that name
/// every job in hand, and the long poll that hears which jobs to stop.
package struct RunPodWorker<C: Clock>: Sendable where C.Duration == Duration {
    let client: WorkerClient
    let clock: C
    let chance: @Sendable () -> Double
    let notify: @Sendable (WorkerNotice) -> Void
    private let pulse: PulseThread?
    let hand = Hand()

    /// Makes a worker.
    ///
    /// - Parameters:
    ///   - chance: Random numbers in `0..<1`, for the waits between tries.
    ///   - pulse: Where pings go out from and what times them, whatever the handler does; nil for the pool and `clock`.
    ///   - notify: Takes what belongs into the log; called from several tasks.
    package init(
        client: WorkerClient,
        clock: C,
        chance: @escaping @Sendable () -> Double,
        pulse: PulseThread? = nil,
        notify: @escaping @Sendable (WorkerNotice) -> Void
    ) {
        self.client = client
        self.clock = clock
        self.chance = chance
        self.pulse = pulse
        self.notify = notify
    }

    /// Works until drained: then no job is taken any more, idle polls are given up, a job that was taken ahead is let go,
    /// the one at work is finished, its result and the one before it are posted, and the call returns.
    ///
    /// - Throws: `CancellationError` when the task was cancelled; the job in hand is then left to the platform, which
    ///   misses the pings and queues it again.
    package func run(until drain: Latch, handler: @escaping JobHandler) async throws {
        let source = PlatformJobSource(worker: self, drain: drain)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: pulse) { try await ping() }
            group.addTask { try await listenForStops(source) }
            group.addTask { try await source.run() }
            defer { group.cancelAll() }
            try await runWorkerLoop(source, handler: handler)
        }
    }

    /// Pings at once and at every interval, whatever the handler does.
    private func ping() async throws {
        var works = true
        while let url = client.environment.pingURL(jobs: hand.jobs) {
            do {
                try await client.ping(url: url)
                works = true
            } catch let error as CancellationError {
                throw error
            } catch {
                if works { notify(.pingFailed(why: "\(error)")) }
                works = false
            }
            let interval = client.environment.pingInterval
            if let pulse { try await pulse.sleep(for: interval) } else { try await clock.sleep(for: interval) }
        }
    }

    /// Pings once more than is due, because the hand has changed; a failure is left to the next one that is due.
    func tellHand() async {
        guard let url = client.environment.pingURL(jobs: hand.jobs) else { return }
        try? await client.ping(url: url)
    }

    private func listenForStops(_ source: PlatformJobSource<C>) async throws {
        guard let url = client.environment.stopURL else { return notify(.noStopChannel) }
        let backoff = Backoff(base: .seconds(1), cap: .seconds(30), floor: 0.5)
        var failures = 0
        while true {
            do {
                let jobs = try await client.jobsToStop(url: url)
                failures = 0
                var stopped = 0
                for job in jobs where hand.stop(job) {
                    stopped += 1
                    notify(.stopRequested(job: job))
                }
                source.dropStopped()
                // A platform that does not hold the request, or repeats itself, must not be asked all the time.
                if stopped == 0 { try await clock.sleep(for: .seconds(1)) }
            } catch let error as CancellationError {
                throw error
            } catch {
                failures += 1
                if failures == 1, !error.isHeldTooLong { notify(.stopChannelFailed(why: "\(error)")) }
                let wait = backoff.wait(afterFailures: failures, chance: chance())
                try await clock.sleep(for: error.refusal?.status == 429 ? max(wait, .seconds(5)) : wait)
            }
        }
    }
}

/// The jobs that a worker has taken and not yet let go.
final class Hand: Sendable {
    private let held = Mutex<[String: Latch]>([:])

    /// Their ids, sorted.
    var jobs: [String] { held.withLock { $0.keys.sorted() } }

    var isEmpty: Bool { held.withLock(\.isEmpty) }

    /// Takes a job in, but for one that is in hand already.
    ///
    /// The latch is released when the job is to be stopped.
    func take(_ job: String) -> Latch? {
        held.withLock { held in
            guard held[job] == nil else { return nil }
            let stop = Latch()
            held[job] = stop
            return stop
        }
    }

    func release(_ job: String) {
        held.withLock { $0[job] = nil }
    }

    /// Whether the job was in hand and not stopped yet.
    func stop(_ job: String) -> Bool {
        guard let latch = held.withLock({ $0[job] }), !latch.isReleased else { return false }
        latch.release()
        return true
    }
}
