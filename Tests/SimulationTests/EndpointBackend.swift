import Coordination
import Flashpoints
import RunEngine

/// A backend without HTTP: it tells of the simulated endpoint what a client could learn, in every order it could.
struct EndpointBackend: Backend {
    let scene: Scene
    let endpoint: String
    private let dice: Dice

    init(_ scene: Scene, endpoint: String, life: Int) {
        self.scene = scene
        self.endpoint = endpoint
        dice = Dice(seed: scene.scenario.seed &* 131 &+ UInt64(life))
    }

    private func pass(_ seconds: Double) async -> Bool {
        (try? await scene.clock.sleep(for: .seconds(seconds))) != nil
    }

    /// Waits as a client that tries again; false when the task is cancelled.
    private func hold(_ cause: String, _ fault: Weather.Fault?, since: Int64, report: Reporter) async -> Bool {
        await report(.unreachable(since: since, cause: cause, status: fault?.status))
        return await pass(dice.seconds(0.1...20))
    }

    func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        let since = scene.wallTime
        var failures = 0
        while !Task.isCancelled {
            let fault = scene.weatherNow()
            switch fault {
            case .refused, .rateLimited:
                failures += 1
                guard await hold("no connection", fault, since: since, report: report) else { return nil }
                continue
            case .denied(let status):
                return .refused(order.ref, Failure(.config, "the endpoint refuses us (\(status))"))
            case .badRequest(413):
                return .ended(order.ref, AttemptEnd(.oversize, status: "413", message: "the request is too large"))
            case .badRequest(let status):
                return .refused(order.ref, Failure(.permanent, "the endpoint did not accept the request (\(status))"))
            case .lostBefore, .serverTrouble, .silent(false):
                guard await pass(dice.seconds(0...1)) else { return nil }
                return .unknown(order.ref, why: "the connection ended before the answer", status: fault?.status)
            case .lostAfter, .silent(true), .truncated, .garbage:
                let job = accept(order)
                guard await pass(dice.seconds(0...1)) else { return nil }
                let unknown = Report.unknown(order.ref, why: "the connection ended before the answer")
                guard dice.chance(0.3) else { return unknown }
                // The answer turns up all the same, perhaps when nobody waits for it any more.
                await report(unknown)
                guard await pass(dice.seconds(1...60)) else { return nil }
                return .accepted(order.ref, job: job)
            case .notFound, .slow, nil:
                if failures > 0 { await report(.reachable) }
                guard await pass(dice.pick(0.01, 0.05, 0.3)) else { return nil }
                let job = accept(order)
                guard await pass(dice.pick(0.01, 0.05, fault == nil ? 0.3 : 8)) else { return nil }
                if dice.chance(0.02) { await report(.accepted(order.ref, job: job)) }
                return .accepted(order.ref, job: job)
            }
        }
        return nil
    }

    private func accept(_ order: JobOrder) -> String {
        let cargo = Endpoint.Cargo(
            ref: order.ref,
            nonce: order.nonce,
            indices: Array(order.indices),
            hashes: order.indices.map(Scenario.hash)
        )
        let limit = 120 * Double(cargo.indices.count)
        if scene.sabotage?.kind == .submitsTwice, scene.sabotage?.strike() == true {
            _ = scene.submit(cargo, limit: limit, life: limit + 5_400)
        }
        return scene.submit(cargo, limit: limit, life: limit + 5_400)
    }

    func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        guard scene.scenario.listsJobs else { return .ended(order.ref, .unanswered) }
        while !Task.isCancelled {
            guard await pass(dice.pick(0.01, 0.3)) else { return nil }
            let fault = scene.weatherNow()
            switch fault {
            case nil, .slow:
                let jobs = scene.endpoint { $0.list(now: $1) }
                if let found = jobs.first(where: { $0.job.cargo.ref == order.ref }) {
                    return .accepted(order.ref, job: found.job.id)
                }
                return .ended(order.ref, AttemptEnd(.absent, status: "ABSENT"))
            case .badRequest, .denied, .notFound: return .ended(order.ref, .unanswered)
            default: guard await hold("no answer", fault, since: scene.wallTime, report: report) else { return nil }
            }
        }
        return nil
    }

    func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        while !Task.isCancelled {
            guard await pass(dice.pick(0.01, 0.3)) else { return }
            if scene.clock.seconds < scene.scenario.calmAt, dice.chance(0.05) {
                return await report(.uncancelled(order.ref, job: job, why: "the endpoint has no room for it"))
            }
            let fault = scene.weatherNow()
            switch fault {
            case nil, .slow, .notFound:
                _ = scene.endpoint { $0.cancel(job, now: $1) }
                return
            case .badRequest, .denied, .garbage:
                guard await pass(dice.seconds(0...30)) else { return }
                return await report(.uncancelled(order.ref, job: job, why: "the endpoint refuses it"))
            case .lostAfter, .truncated:
                _ = scene.endpoint { $0.cancel(job, now: $1) }
            default: break
            }
            guard await hold("no answer", fault, since: scene.wallTime, report: report) else { return }
        }
    }

    func attend(report: @escaping Reporter) async {
        var health = HealthCounters()
        while await pass(90) {
            health.running = (health.running + 1) % 3
            await report(.health(health))
        }
    }
}
