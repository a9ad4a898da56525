import Flashpoints
import FoundationEssentials
import Synchronization

/// Until when a job's records are dropped because the last one could not be delivered.
final class Outage<C: Clock>: Sendable {
    private let end = Mutex<C.Instant?>(nil)

    func begins(until instant: C.Instant) { end.withLock { $0 = instant } }
    func lasts(at now: C.Instant) -> Bool { end.withLock { end in end.map { now < $0 } ?? false } }
}

/// A job from the platform.
struct PlatformJob<C: Clock>: HeldJob where C.Duration == Duration {
    let job: TakenJob
    let worker: RunPodWorker<C>
    let stop: Latch
    let outage: Outage<C>
    /// Given when the worker is to end: then a result is not posted for ever any more.
    let drain: Latch

    func stopped() async { await stop.wait() }

    func abandon() { worker.hand.release(job.id) }

    func stream(_ record: JSONValue) async -> Bool {
        guard let url = worker.client.environment.streamURL(job: job.id) else { return false }
        // Each record would take its full time to fail, and the handler waits for it.
        if outage.lasts(at: worker.clock.now) { return false }
        do {
            let body = try JSONCoding.encode(["output": record] as JSONValue)
            guard body.count <= JobStreamWriter.recordLimit else {
                let why = "it has \(body.count) bytes, the platform takes \(JobStreamWriter.recordLimit)"
                worker.notify(.recordLost(job: job.id, why: why))
                return false
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
            return true
        } catch is CancellationError {
            // The job was stopped, or the worker is ending: nobody waits for the record.
        } catch {
            if error.refusal?.mayPass ?? true {
                outage.begins(until: worker.clock.now.advanced(by: WorkerLimits.outage))
            }
            worker.notify(.recordLost(job: job.id, why: "\(error)"))
        }
        return false
    }

    func finish(_ result: JobResult, streamed: Bool) async throws {
        // Until then the pings name it.
        defer { worker.hand.release(job.id) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await settle(result, streamed: streamed) }
            // Of a job that is stopped meanwhile nobody wants the result.
            group.addTask { await stop.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    private func settle(_ result: JobResult, streamed: Bool) async throws {
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

    /// Posts the result until it is acknowledged or refused for good; when the worker is to end, some ten minutes long.
    private func post(_ result: JobResult, streamed: Bool) async throws {
        let body = encode(result)
        let isStream = streamed && worker.client.environment.streamURL(job: job.id) != nil
        let backoff = Backoff(base: .milliseconds(500), cap: .seconds(60), floor: 0.5)
        try await retrying(clock: worker.clock) { error, failures in
            guard error.refusal?.mayPass ?? true else { return nil }
            if drain.isReleased, failures >= WorkerLimits.resultTries { return nil }
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
    static let recordTries = 3
    /// How long no record is tried after one that could not be delivered.
    static let outage = Duration.seconds(10)
    /// How often a result is posted by a worker that is to end.
    static let resultTries = 16
}
