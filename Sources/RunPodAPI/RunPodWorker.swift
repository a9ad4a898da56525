import Flashpoints
import FoundationEssentials
import HTTPTransport
import Synchronization

/// A RunPod worker: takes jobs from the platform, gives them to a handler, posts what comes of them.
///
/// Three tasks run beside each other: the loop over the jobs, the pings that name every job in hand, and the long poll
/// that hears which jobs to stop.
package struct RunPodWorker<C: Clock>: Sendable where C.Duration == Duration {
    fileprivate let client: WorkerClient
    fileprivate let clock: C
    fileprivate let chance: @Sendable () -> Double
    fileprivate let notify: @Sendable (WorkerNotice) -> Void
    fileprivate let hand = Hand()

    /// Makes a worker.
    ///
    /// - Parameters:
    ///   - chance: Random numbers in `0..<1`, for the waits between tries.
    ///   - notify: Takes what belongs into the log; called from several tasks.
    package init(
        client: WorkerClient,
        clock: C,
        chance: @escaping @Sendable () -> Double,
        notify: @escaping @Sendable (WorkerNotice) -> Void
    ) {
        self.client = client
        self.clock = clock
        self.chance = chance
        self.notify = notify
    }

    /// Works until drained: then no job is taken any more, idle polls are given up, the job in hand is finished and
    /// posted, and the call returns.
    ///
    /// - Throws: `CancellationError` when the task was cancelled; the job in hand is then left to the platform, which
    ///   misses the pings and queues it again.
    package func run(until drain: Latch, handler: @escaping JobHandler) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ping() }
            group.addTask { try await listenForStops() }
            defer { group.cancelAll() }
            try await runWorkerLoop(PlatformJobSource(worker: self, drain: drain), handler: handler)
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
            try await clock.sleep(for: client.environment.pingInterval)
        }
    }

    private func listenForStops() async throws {
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
private final class Hand: Sendable {
    private let held = Mutex<[String: Latch]>([:])

    /// Their ids, sorted.
    var jobs: [String] { held.withLock { $0.keys.sorted() } }

    /// Takes a job in; the latch is released when it is to be stopped.
    func take(_ job: String) -> Latch {
        let stop = Latch()
        held.withLock { $0[job] = stop }
        return stop
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

/// Jobs from the platform, with pauses while it has none or can't be reached.
private final class PlatformJobSource<C: Clock>: JobSource where C.Duration == Duration {
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

/// Until when a job's records are dropped because the last one could not be delivered.
private final class Outage<C: Clock>: Sendable {
    private let end = Mutex<C.Instant?>(nil)

    func begins(until instant: C.Instant) { end.withLock { $0 = instant } }
    func lasts(at now: C.Instant) -> Bool { end.withLock { end in end.map { now < $0 } ?? false } }
}

/// A job from the platform.
private struct PlatformJob<C: Clock>: HeldJob where C.Duration == Duration {
    let job: TakenJob
    let worker: RunPodWorker<C>
    let stop: Latch
    let outage: Outage<C>

    func stopped() async { await stop.wait() }

    func abandon() { worker.hand.release(job.id) }

    func stream(_ record: JSONValue) async {
        guard let url = worker.client.environment.streamURL(job: job.id) else { return }
        // Each record would take its full time to fail, and the handler waits for it.
        if outage.lasts(at: worker.clock.now) { return }
        do {
            let body = try JSONCoding.encode(["output": record] as JSONValue)
            guard body.count <= WorkerLimits.record else {
                let why = "it has \(body.count) bytes, the platform takes \(WorkerLimits.record)"
                return worker.notify(.recordLost(job: job.id, why: why))
            }
            let backoff = Backoff(base: .milliseconds(250), cap: .seconds(2), floor: 0.5)
            try await retrying(clock: worker.clock) { error, failures in
                let mayHelp = error.refusal.map { $0.status == 429 || $0.status >= 500 } ?? true
                guard mayHelp, failures < WorkerLimits.recordTries else { return nil }
                let wait = backoff.wait(afterFailures: failures, chance: worker.chance())
                return max(wait, error.refusal?.retryAfter ?? .zero)
            } _: {
                try await worker.client.stream(body, to: url)
            }
        } catch is CancellationError {
            // The job was stopped, or the worker is ending: nobody waits for the record.
        } catch {
            if error.refusal?.mayPass ?? true {
                outage.begins(until: worker.clock.now.advanced(by: WorkerLimits.outage))
            }
            worker.notify(.recordLost(job: job.id, why: "\(error)"))
        }
    }

    func finish(_ result: JobResult, streamed: Bool) async throws {
        defer { worker.hand.release(job.id) }
        do {
            try await post(result, streamed: streamed)
        } catch let error as CancellationError {
            throw error
        } catch let refusal as WorkerClient.Refusal where refusal.status == 404 {
            worker.notify(.jobExpired(job: job.id))
        } catch let refusal as WorkerClient.Refusal where !refusal.mayPass {
            let why = "the endpoint did not take the result: \(refusal)"
            worker.notify(.resultRefused(job: job.id, why: "\(refusal)"))
            do {
                try await post(.failed(why), streamed: streamed)
            } catch let error as CancellationError {
                throw error
            } catch {
                worker.notify(.resultLost(job: job.id, why: "\(error)"))
            }
        } catch {
            worker.notify(.resultLost(job: job.id, why: "\(error)"))
        }
    }

    /// Posts the result until it is acknowledged, refused for good, or some ten minutes have passed.
    private func post(_ result: JobResult, streamed: Bool) async throws {
        let body = encode(result)
        let isStream = streamed && worker.client.environment.streamURL(job: job.id) != nil
        let backoff = Backoff(base: .milliseconds(500), cap: .seconds(60), floor: 0.5)
        try await retrying(clock: worker.clock) { error, failures in
            guard error.refusal?.mayPass ?? true, failures < WorkerLimits.resultTries else { return nil }
            let wait = backoff.wait(afterFailures: failures, chance: worker.chance())
            let pause = max(wait, error.refusal?.retryAfter ?? .zero)
            worker.notify(.resultDelayed(job: job.id, why: "\(error)", wait: pause))
            return pause
        } _: {
            try await worker.client.done(job.id, body: body, isStream: isStream)
        }
    }

    private func encode(_ result: JobResult) -> Data {
        let value: JSONValue =
            switch result {
            case .output(let output): ["output": output]
            case .failed(let message): ["error": .string(message.isEmpty ? "no message" : message)]
            }
        do {
            let body = try JSONCoding.encode(value)
            if body.count <= WorkerLimits.result { return body }
            let message = "result too large: \(body.count) bytes, RunPod takes \(WorkerLimits.result)"
            return try JSONCoding.encode(["error": .string(message)] as JSONValue)
        } catch {
            // Only a number that JSON does not have gets here, and an error must be told in any case.
            return Data(#"{"error":"the result can't be written as JSON"}"#.utf8)
        }
    }
}

/// How much the platform takes and how often it is tried.
private enum WorkerLimits {
    /// Bytes of a result: 10 MB, as documented.
    static let result = 10_000_000
    /// Bytes of one record of a stream: 1 MB, as documented.
    static let record = 1_000_000
    static let recordTries = 3
    /// How long no record is tried after one that could not be delivered.
    static let outage = Duration.seconds(10)
    static let resultTries = 16
}

extension WorkerClient.Refusal {
    /// Whether the same request may be taken later.
    fileprivate var mayPass: Bool { status >= 500 || [401, 403, 408, 429].contains(status) }
}

extension Error {
    fileprivate var refusal: WorkerClient.Refusal? { self as? WorkerClient.Refusal }

    /// The platform has held a long poll beyond our deadline, which is nobody's fault.
    fileprivate var isHeldTooLong: Bool {
        guard let failure = self as? HTTPFailure, case .timedOut(_, .waiting, _) = failure else { return false }
        return true
    }
}
