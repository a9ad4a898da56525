package import Coordination
import Flashpoints
import FoundationEssentials
package import RunPodAPI

/// Runs jobs on a RunPod endpoint, in the cloud or ours on this machine.
package struct RunPodBackend<C: Clock>: Backend where C.Duration == Duration {
    /// What a backend can't make itself.
    package struct Sources: Sendable {
        /// A fresh number in `0..<1` at each call.
        package var chance: @Sendable () -> Double
        /// Wall time in milliseconds since 1970.
        package var wallTime: @Sendable () -> Int64

        package init(chance: @escaping @Sendable () -> Double, wallTime: @escaping @Sendable () -> Int64) {
            self.chance = chance
            self.wallTime = wallTime
        }
    }

    package let endpoint: String
    let client: RunPodClient
    let bodies: JobBodies
    let clock: C
    let sources: Sources
    let search = JobSearch<C>()
    /// Holds submissions back while the platform fails at them.
    let submissions: SubmissionPace<C>
    /// Where all watches get their looks from.
    let desk: PollDesk<C>
    /// Other endpoints that have jobs of this run from before.
    let formers = FormerEndpoints<C>()
    /// Whether the endpoint lives and dies with this process, and its key with it.
    let isOnThisMachine: Bool
    /// Whether jobs at a former endpoint that refuses us now are given up; else they stop the run.
    let abandons: Bool
    /// Pause between two looks at the endpoint's health, but for the first few.
    private let healthInterval: Duration

    /// Makes a backend.
    ///
    /// - Parameters:
    ///   - instance: Names the life of an endpoint on this machine; `nil` for one that outlives this process.
    ///   - abandons: Whether jobs at a former endpoint that refuses us now are given up; else they stop the run.
    ///   - polling: What watching may cost; by default thrifty, and live on this machine.
    package init(
        client: RunPodClient,
        instance: String?,
        abandons: Bool = false,
        bodies: JobBodies,
        clock: C,
        sources: Sources,
        polling: PollPolicy? = nil,
        healthInterval: Duration = .seconds(10)
    ) {
        endpoint = "\(client.address)" + (instance.map { "#\($0)" } ?? "")
        self.client = client
        self.bodies = bodies
        self.clock = clock
        self.sources = sources
        self.abandons = abandons
        self.healthInterval = healthInterval
        isOnThisMachine = instance != nil
        submissions = SubmissionPace(clock: clock, chance: sources.chance)
        desk = PollDesk(polling ?? (instance == nil ? .thrifty : .live), clock: clock, chance: sources.chance)
    }

    package func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        let ref = order.ref
        do {
            let body = try bodies.request(order)
            return try await untilHeard(report: report) {
                switch try await send(body, report: report) {
                case .accepted(let job): .heard(.accepted(ref, job: job.id))
                case .refused(_, let kind, let message): .heard(.refused(ref, Failure(kind, message)))
                case .oversize(502?, let why) where order.indices.count == 1:
                    // There is nothing left to split, and a gateway's trouble must not fail the flashpoint.
                    .heard(.unknown(ref, why: why))
                case .oversize(let status, let why):
                    .heard(.ended(ref, AttemptEnd(.oversize, status: status?.description ?? "TOO_LARGE", message: why)))
                case .unknown(let why, let status): .heard(.unknown(ref, why: why, status: status))
                case .rateLimited(let wait): .again(RunPodFailure.rateLimited(retryAfter: wait))
                case .unreachable(let failure): .again(RunPodFailure.unreachable(failure))
                }
            }
        } catch is CancellationError {
            return nil
        } catch {
            return .refused(ref, Failure(.permanent, "the job could not be built: \(error)"))
        }
    }

    /// Submits once it is its turn, and tells of the platform's trouble and of its end.
    private func send(_ body: Data, report: Reporter) async throws -> SubmissionOutcome {
        let since = sources.wallTime()
        let (outcome, isOver) = try await submissions.submit { try await client.run(body) }
        if let (status, why) = outcome.trouble {
            await report(.unreachable(since: since, cause: why, status: status))
        } else if isOver {
            await report(.reachable)
        }
        return outcome
    }

    package func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        switch holder(of: order) {
        case .this: break
        case .former(let former): return await former.cancel(order, job: job, report: report)
        case .outOfReach(let why): return await report(.uncancelled(order.ref, job: job, why: why))
        }
        do {
            let why = try await untilHeard(report: report) { () -> Attempted<String?> in
                do {
                    _ = try await client.cancel(job)
                    return .heard(nil)
                } catch let failure as RunPodFailure where !failure.isTemporary {
                    // Some clients report a refusal for a job that has ended, which then says so itself.
                    if let reply = try? await client.status(job), reply.status.isTerminal { return .heard(nil) }
                    return .heard("\(failure)")
                } catch let failure as RunPodFailure {
                    return .again(failure)
                }
            }
            desk.plan { planner, now in planner.hurry(job, now: now) }
            if let why { await report(.uncancelled(order.ref, job: job, why: why)) }
        } catch {
            // Cancelled: whoever resumes the run cancels the job again.
        }
    }

    package func attend(report: @escaping Reporter) async {
        // At first workers come up from second to second; later nobody needs to know so soon.
        var pause = min(.seconds(1), healthInterval)
        var ended: Int?
        while !Task.isCancelled {
            if let health = try? await client.health() {
                await report(.health(HealthCounters(health)))
                // With nothing to submit nobody else would find out that it has passed.
                if submissions.forget(after: .seconds(120)) { await report(.reachable) }
                let total = health.jobs.completed + health.jobs.failed
                // Counters that fall are those of another window, or of an endpoint that began anew.
                let moved = max(0, total - (ended ?? total))
                ended = total
                desk.plan { planner, now in planner.endsAnnounced(moved, now: now) }
            }
            guard (try? await clock.sleep(for: pause)) != nil else { return }
            let isGate = desk.plan { planner, now in planner.wantsCounters(now: now) }
            pause = isGate ? min(.seconds(1), healthInterval) : min(pause * 2, healthInterval)
        }
    }
}

// MARK: - Asking until there is an answer

/// What one try to reach the endpoint brought.
enum Attempted<Value: Sendable>: Sendable {
    case heard(Value)
    /// To be tried again, no sooner than the endpoint asks for.
    case again(RunPodFailure)
}

extension RunPodBackend {
    /// Tries until somebody answers: silence is never failure, so it is reported and tried again for ever.
    ///
    /// - Throws: `CancellationError`.
    func untilHeard<Value: Sendable>(
        report: Reporter,
        _ attempt: () async throws -> Attempted<Value>
    ) async throws -> Value {
        let since = sources.wallTime()
        var failures = 0
        while true {
            try Task.checkCancellation()
            switch try await attempt() {
            case .heard(let value):
                if failures > 0 { await report(.reachable) }
                return value
            case .again(let failure):
                failures += 1
                await report(.unreachable(since: since, cause: "\(failure)", status: failure.status))
                let wait = Backoff.control.wait(afterFailures: failures, chance: sources.chance())
                try await clock.sleep(for: max(wait, failure.wait))
            }
        }
    }
}

extension RunPodFailure {
    /// How long the endpoint asks us to wait.
    var wait: Duration {
        if case .rateLimited(let wait?) = self { wait } else { .zero }
    }

    /// The status of the answer; `nil` when there was none.
    fileprivate var status: Int? {
        switch self {
        case .unreachable: nil
        case .refusedByEndpoint(let status, _), .badRequest(let status, _), .serverTrouble(let status, _): status
        case .rateLimited: 429
        case .notFound: 404
        case .malformedReply: 200
        }
    }
}

extension HealthCounters {
    /// The counters as a run keeps them.
    package init(_ health: EndpointHealth) {
        self.init()
        idle = health.workers.idle
        initializing = health.workers.initializing
        ready = health.workers.ready
        running = health.workers.running
        throttled = health.workers.throttled
        unhealthy = health.workers.unhealthy
        inQueue = health.jobs.inQueue
        inProgress = health.jobs.inProgress
        retried = health.jobs.retried
    }
}
