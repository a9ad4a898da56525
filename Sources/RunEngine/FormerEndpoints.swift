import Coordination
import Flashpoints
import RunPodAPI
import Synchronization

/// Endpoints that had jobs of a run before its settings named another one.
final class FormerEndpoints<C: Clock>: Sendable where C.Duration == Duration {
    private let backends = Mutex<[String: RunPodBackend<C>]>([:])

    /// The backend of an endpoint, the same for all its jobs.
    func backend(_ endpoint: String, make: () -> RunPodBackend<C>) -> RunPodBackend<C> {
        backends.withLock { backends in
            if let backend = backends[endpoint] { return backend }
            let backend = make()
            backends[endpoint] = backend
            return backend
        }
    }
}

/// Who can be asked about an attempt's job.
enum JobHolder<C: Clock>: Sendable where C.Duration == Duration {
    case this
    case former(RunPodBackend<C>)
    case outOfReach(why: String)
}

extension RunPodBackend {
    /// Who has an attempt's job: the endpoint that it was recorded with, whatever the settings name now.
    ///
    /// The key goes only where it may go anyway: to RunPod, to this machine, and to the host that the settings name.
    func holder(of order: JobOrder) -> JobHolder<C> {
        let endpoint = order.endpoint
        guard endpoint != self.endpoint else { return .this }
        let fate = "it may go on and be billed there, and its flashpoints are computed again"
        guard !isOnThisMachine else {
            return .outOfReach(
                why:
                    "its job is at \(endpoint), for which these settings have no key (RUNPOD_ENDPOINT is not set); \(fate)"
            )
        }
        do throws(EndpointAddress.Problem) {
            let address = try EndpointAddress(endpoint, allowedHosts: [client.address.host])
            if "\(address)" == self.endpoint { return .this }
            return .former(
                formers.backend(endpoint) {
                    RunPodBackend(
                        client: client.elsewhere(address, pacing: RateLimiter(clock: clock)),
                        instance: nil,
                        bodies: bodies,
                        clock: clock,
                        sources: sources,
                        polling: .thrifty
                    )
                }
            )
        } catch {
            return .outOfReach(why: "its job is at \(endpoint), which \(error); \(fate)")
        }
    }

    /// Follows a job of a former endpoint there; one whose endpoint refuses us now stops the run, unless such jobs are to
    /// be given up.
    func watchElsewhere(_ order: JobOrder, job: String, at former: RunPodBackend<C>, report: @escaping Reporter) async {
        await report(
            .log(
                level: .info,
                worker: order.ref.worker,
                message: "follows the job \(job) at \(order.endpoint), where it was submitted"
            )
        )
        await former.watch(order, job: job) { message in
            guard case .refused(let ref, let failure) = message, failure.kind == .config else {
                return await report(message)
            }
            let place = "job \(job) is at \(order.endpoint), which does not take the present key: \(failure.message)"
            guard abandons else {
                let way =
                    "set RUNPOD_ENDPOINT and RUNPOD_API_KEY to those it was submitted with, or give it up with resume "
                    + "--abandon"
                return await report(.refused(ref, Failure(.config, "\(place); \(way)")))
            }
            let fate = "it may go on and be billed there, and its flashpoints are computed again"
            await report(.ended(ref, AttemptEnd(.gone, status: "REFUSED", message: "its \(place); \(fate)")))
        }
    }
}
