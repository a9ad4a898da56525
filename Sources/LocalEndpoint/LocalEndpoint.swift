import FoundationEssentials
import HTTPTransport
package import Logging

/// A RunPod-compatible endpoint on this machine, with worker processes behind it.
///
/// Clients and workers speak to it as they do to RunPod. It listens on 127.0.0.1 alone, knows one token, and keeps its
/// jobs in memory: they end with it, which its instance id tells.
package enum LocalEndpoint {
    package struct Options: Sendable {
        package var endpointID = "local"
        /// 0 takes a free port.
        package var port = 0
        /// The key for clients and workers.
        package var token: String
        /// How many worker processes to run; with none, workers come from elsewhere.
        package var workers = 0
        /// The program of a worker and its arguments.
        package var workerCommand: [String] = []
        /// What workers inherit; the client's key and endpoint are left out whatever stands here.
        package var environment: [String: String] = [:]
        /// Whether workers are told this endpoint as clients are, so that they may submit jobs to it themselves.
        package var workersAreClients = false
        /// How long a worker may take to end after SIGTERM.
        package var grace: Duration = .seconds(5)
        /// How long `job-take` and `job-stop` are held.
        package var hold: Duration = .seconds(20)
        /// Of a job that brings no time-out of its own.
        package var executionTimeout: Duration = .seconds(600)
        /// The least `policy.executionTimeout` that is taken; the platform's is 5 s.
        package var minimumExecutionTimeout: Duration = .seconds(5)
        /// The least `policy.ttl` that is taken; the platform's is 10 s.
        package var minimumTTL: Duration = .seconds(10)
        /// How long a job that came with `run` stays known after its end.
        package var retention: Duration = .seconds(1_800)
        /// How long a job that came with `runsync` stays known after its end.
        package var syncRetention: Duration = .seconds(60)
        package var limits = JobQueue.Limits()
        /// Requests beyond these are answered 429; all are taken when nil.
        package var rates: RateLimits?
        /// What goes wrong on purpose from the start on.
        package var faults = EndpointFaults()
        /// Sets other faults while the endpoint runs; copies of the options share it.
        package var faultDial = FaultDial()
        package var webhooks = WebhookRules()
        /// Told each request with a right key, and whether it was within the limits.
        package var onRequest: @Sendable (EndpointCall, _ isAdmitted: Bool) -> Void = { _, _ in }
        /// Told once of each worker that calls with another key than the endpoint's, up to some number of them; the name
        /// is as it came over the wire.
        package var onForeignWorker: @Sendable (_ worker: String) -> Void = { _ in }
        /// Where the server's own words go; nowhere when nil.
        package var logger: Logger?
        /// Told what happens to a worker process.
        package var onWorkerEvent: @Sendable (_ podID: String, WorkerSupervisor.Event) -> Void = { _, _ in }
        /// Told each line that a worker process writes.
        package var onWorkerLine: @Sendable (_ podID: String, _ line: String) -> Void = { _, _ in }

        package init(token: String) {
            self.token = token
        }
    }

    /// Where a running endpoint is reached.
    package struct Address: Sendable, Hashable {
        /// `http://127.0.0.1:PORT/v2`, without the endpoint's id.
        package var baseURL: String
        package var endpointID: String
        package var token: String
        /// New at each start: jobs of another instance are gone.
        package var instanceID: String
        /// Opens a worker's routes in place of the token, new at each start.
        ///
        /// RunPod's SDK sends the key that it finds in `~/.runpod/config.toml` before the one in its environment. A worker
        /// therefore carries this in the addresses that it is given.
        package var workerPass = ""

        /// The variables that make a program a client of this endpoint, RunPod's SDK among them.
        package var clientEnvironment: [String: String] {
            ["RUNPOD_API_KEY": token, "RUNPOD_ENDPOINT_ID": endpointID, "RUNPOD_ENDPOINT_BASE_URL": baseURL]
        }

        /// What keeps RunPod's SDK from ending a worker whose machine is small or offline; for those who set nothing else.
        package static let leniency = ["RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true", "RUNPOD_SKIP_GPU_CHECK": "true"]

        /// The variables that make a program a worker of this endpoint.
        package func workerEnvironment(podID: String, pingInterval: Duration) -> [String: String] {
            let base = "\(baseURL)/\(endpointID)"
            // Never empty, because RunPod's SDK appends to these with "&" whether there is a query or not.
            let query = workerPass.isEmpty ? "gpu=none" : "gpu=none&pass=\(workerPass)"
            return [
                "RUNPOD_WEBHOOK_GET_JOB": "\(base)/job-take/$ID?\(query)",
                "RUNPOD_WEBHOOK_POST_OUTPUT": "\(base)/job-done/$RUNPOD_POD_ID/$ID?\(query)",
                "RUNPOD_WEBHOOK_POST_STREAM": "\(base)/job-stream/$RUNPOD_POD_ID/$ID?\(query)",
                "RUNPOD_WEBHOOK_PING": "\(base)/ping/$RUNPOD_POD_ID?\(query)",
                "RUNPOD_AI_API_KEY": token,
                "RUNPOD_POD_ID": podID,
                "RUNPOD_PING_INTERVAL": String(Int(pingInterval / .milliseconds(1))),
            ]
        }
    }

    /// The address does not come from an option, so a start without one has failed for another reason.
    package struct StartFailure: Error, CustomStringConvertible {
        package let description = "the endpoint's server ended before it listened"
    }

    /// Runs the endpoint and its workers while `body` runs.
    ///
    /// When `body` returns or throws, or the task is cancelled, the workers get SIGTERM, after the grace SIGKILL, and
    /// the server closes; no process and no socket is left when this returns. Throws what `body` throws, or why the
    /// port can't be had. `clock` drives time-outs, retention and restarts.
    package static func run<Value, C: Clock>(
        _ options: Options,
        clock: C = SuspendingClock(),
        body: (Address) async throws -> Value
    ) async throws -> Value where C.Duration == Duration {
        let (notices, notify) = AsyncStream.makeStream(
            of: JobNotice.self,
            bufferingPolicy: .bufferingOldest(options.webhooks.waiting)
        )
        let (restarts, restart) = AsyncStream.makeStream(
            of: JobQueue.WorkerID.self,
            // Each worker asks once in a life.
            bufferingPolicy: .bufferingOldest(max(options.workers, 1) * 4)
        )
        let queue = QueueDriver(limits: options.limits, clock: clock) { effect in
            switch effect {
            case .notify(let notice):
                if case .dropped = notify.yield(notice) {
                    options.logger?.warning("webhook of \(notice.job.id) is never called: too many wait")
                }
            case .restart(let worker): restart.yield(worker)
            case .answer: break
            }
        }
        let workerPass = UUID().uuidString.lowercased()
        let service = EndpointService(
            options: EndpointService<C>.Options(
                endpointID: options.endpointID,
                token: options.token,
                workerPass: workerPass,
                hold: options.hold,
                executionTimeout: options.executionTimeout,
                minimumExecutionTimeout: options.minimumExecutionTimeout,
                minimumTTL: options.minimumTTL,
                retention: options.retention,
                syncRetention: options.syncRetention,
                makeJobID: { "\($0)\(UUID().uuidString.lowercased())-u1" }
            ),
            queue: queue
        )
        options.faultDial.turn(to: options.faults)
        let edge = EndpointEdge(
            service: service,
            queue: queue,
            rates: options.rates,
            dial: options.faultDial,
            clock: clock,
            onRequest: options.onRequest,
            onForeignWorker: options.onForeignWorker
        )
        let server = EndpointServer(edge: edge, logger: options.logger)
        let (ports, announce) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                do {
                    try await server.run(port: options.port) { announce.yield($0) }
                } catch  where Task.isCancelled {
                    // Stopped by us.
                }
            }
            group.addTask { await queue.runTimer() }
            group.addTask {
                // As many connections as webhooks may be under way, if all are of one host.
                try await HTTPTransport.withTransport(.polls) { http in
                    let courier = WebhookCourier(
                        http: http,
                        rules: options.webhooks,
                        clock: clock,
                        logger: options.logger
                    )
                    await courier.run(notices)
                }
            }
            var listening = ports.makeAsyncIterator()
            guard let port = await listening.next() else {
                group.cancelAll()
                try Task.checkCancellation()
                try await group.waitForAll()
                throw StartFailure()
            }
            let address = Address(
                baseURL: "http://127.0.0.1:\(port)/v2",
                endpointID: options.endpointID,
                token: options.token,
                instanceID: UUID().uuidString.lowercased(),
                workerPass: workerPass
            )
            defer {
                // Held requests would otherwise keep the server until their time.
                queue.tell(.closed)
                group.cancelAll()
            }
            let supervisor = supervisor(options, address, queue)
            return try await withWorkers(supervisor, restarts, clock) {
                // A worker whose polls are held would not see that it is to end.
                defer { queue.tell(.draining) }
                return try await body(address)
            }
        }
    }

    /// Calls `body` while the supervisor runs, which has ended all its processes when this returns.
    private static func withWorkers<Value>(
        _ supervisor: WorkerSupervisor,
        _ restarts: AsyncStream<JobQueue.WorkerID>,
        _ clock: any Clock<Duration>,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await supervisor.run(clock: clock) }
            group.addTask { for await worker in restarts { supervisor.restart(worker) } }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private static func supervisor<C: Clock>(
        _ options: Options,
        _ address: Address,
        _ queue: QueueDriver<C>
    ) -> WorkerSupervisor where C.Duration == Duration {
        var inherited = Address.leniency.merging(options.environment) { $1 }
        for key in ["RUNPOD_API_KEY", "RUNPOD_ENDPOINT"] { inherited[key] = nil }
        if options.workersAreClients { inherited.merge(address.clientEnvironment) { $1 } }
        return WorkerSupervisor(
            command: options.workerCommand,
            podIDs: options.workers > 0 ? (1...options.workers).map { "local-\($0)" } : [],
            environment: { [inherited] podID in
                inherited.merging(
                    address.workerEnvironment(podID: podID, pingInterval: options.limits.pingInterval)
                ) { $1 }
            },
            grace: options.grace,
            onEvent: { podID, event in
                switch event {
                case .started: queue.tell(.workerStarted(podID))
                case .exited, .failedToStart: queue.tell(.workerGone(podID, isCrashLooping: false))
                case .restarting(_, let isCrashLooping):
                    if isCrashLooping { queue.tell(.workerGone(podID, isCrashLooping: true)) }
                }
                options.onWorkerEvent(podID, event)
            },
            // RunPod's SDK writes down the addresses that it calls.
            onLine: { podID, line in
                options.onWorkerLine(podID, line.replacing("pass=\(address.workerPass)", with: "pass=…"))
            }
        )
    }
}
