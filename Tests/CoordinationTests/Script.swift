import Coordination
import Flashpoints

/// A history of two workers on RunPod, with what happened when.
struct Script: Sendable {
    typealias Step = (t: Double, body: Event.Body)

    /// Wall time of its beginning, in milliseconds since 1970: 2025-01-01T00:00:00Z.
    static let start: Int64 = 1_735_689_600_000

    var steps: [Step] = [(0, .runPlanned(Sample.header([3, 3])))]

    var events: [Event] {
        steps.enumerated()
            .sorted { $0.element.t == $1.element.t ? $0.offset < $1.offset : $0.element.t < $1.element.t }
            .enumerated()
            .map { place, step in
                let (t, body) = (step.element.t, step.element.body)
                return Event(seq: place + 1, at: Self.start + Int64(t * 1_000), t: t, body: body)
            }
    }

    func adding(_ more: [Step]) -> Script {
        var script = self
        script.steps += more
        return script
    }

    /// Sends a job of each worker, which is accepted and waits.
    func waiting(_ workers: ClosedRange<Int> = 1...2, at t: Double = 0) -> Script {
        adding(
            workers.flatMap { worker -> [Step] in
                let ref = Sample.first(worker)
                return [
                    (t, Sample.intended(ref, (worker - 1) * 3..<worker * 3)), (t, .attemptAccepted(ref, job: "j-\(worker)")),
                ]
            }
        )
    }

    func started(_ worker: Int, at t: Double, on instance: String? = "i", delay: Double? = 1) -> Script {
        adding([(t, .attemptStarted(Sample.first(worker), instance: instance, delayMS: delay.map { Int($0 * 1_000) }))])
    }

    func ended(_ worker: Int, _ end: AttemptEnd, at t: Double) -> Script {
        adding([(t, .attemptEnded(Sample.first(worker), end))])
    }

    /// The endpoint's counters, told every 10 s from one time to another.
    func health(
        _ times: ClosedRange<Double>,
        idle: Int = 0,
        initializing: Int = 0,
        running: Int = 0,
        throttled: Int = 0,
        unhealthy: Int = 0,
        inQueue: Int = 2,
        inProgress: Int = 0,
        retried: Int = 0
    ) -> Script {
        var counters = HealthCounters()
        counters.idle = idle
        counters.ready = idle
        counters.initializing = initializing
        counters.running = running
        counters.throttled = throttled
        counters.unhealthy = unhealthy
        counters.inQueue = inQueue
        counters.inProgress = inProgress
        counters.retried = retried
        return adding(stride(from: times.lowerBound, through: times.upperBound, by: 10).map { ($0, .endpointHealth(counters)) })
    }

    /// So many jobs of a worker, one after the other, each with its machine and its delay.
    func jobs(_ count: Int, worker: Int = 1, on instance: (Int) -> String, delay: Double) -> Script {
        adding(
            (1...count).flatMap { number -> [Step] in
                let ref = AttemptRef(worker: worker, chunk: number, attempt: 1)
                let t = Double(number)
                return [
                    (t, Sample.intended(ref, 0..<1)), (t, .attemptAccepted(ref, job: "c-\(number)")),
                    (t, .attemptStarted(ref, instance: instance(number), delayMS: Int(delay * 1_000))),
                    (t, .attemptEnded(ref, AttemptEnd(.completed, status: "COMPLETED", executionMS: 500))),
                ]
            }
        )
    }
}
