import Coordination
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import RunEngine
import RunPodAPI
import Settings

/// Opens the backend that a mode wants for as long as a run is driven.
struct BackendHost {
    let launcher: RunLauncher
    let bodies: JobBodies
    let control: RunControl
    /// The run as its journal has it.
    let state: RunState

    private var settings: Settings { launcher.settings }

    /// Calls `body` with the backend; whatever belongs to it is gone when this returns.
    func withBackend<Value: Sendable>(
        _ body: (any Backend) async throws -> Value
    ) async throws -> Value {
        switch launcher.mode {
        case .inProcess:
            if case .coordinator(let seat) = launcher.role { return try await body(inProcess(seat)) }
            return try await PipelineHost.withHandler(settings, database: settings.localDatabase) { handler in
                let backend = InProcessBackend(instance: UUID().uuidString, bodies: bodies) { input, emit in
                    _ = try await handler.process(input, emit: emit)
                }
                return try await body(backend)
            }
        case .onThisMachine(let workers):
            return try await withLocalEndpoint(workers: workers) { address in
                let text = "\(address.baseURL)/\(address.endpointID)"
                guard let credential = Credential(address.token) else {
                    preconditionFailure("the endpoint on this machine makes a token that can be sent")
                }
                return try await Self.withClient(try EndpointAddress(text), credential) { client in
                    try await body(backend(client, instance: address.instanceID))
                }
            }
        case .endpoint(let address, let credential):
            return try await Self.withClient(address, credential) { client in
                let remote = backend(client, instance: nil)
                switch launcher.role {
                case .ordinary: return try await body(remote)
                case .coordinator(let seat): return try await body(coordinator(seat, remote, client))
                case .remote: return try await body(watcher(client, remote))
                }
            }
        }
    }

    private func inProcess(_ seat: CoordinatorSeat) -> InProcessBackend {
        InProcessBackend(instance: UUID().uuidString, bodies: bodies, handler: seat.handler)
    }

    private func watcher(
        _ client: RunPodClient,
        _ direct: RunPodBackend<SuspendingClock>
    ) -> RemoteBackend<RunPodBackend<SuspendingClock>, RunPodBackend<SuspendingClock>, SuspendingClock> {
        RemoteBackend(
            whole: backend(client, instance: nil, bodies: bodies.wholeBatch(settings)),
            direct: direct,
            state: state,
            clock: SuspendingClock()
        )
    }

    private func coordinator(
        _ seat: CoordinatorSeat,
        _ remote: RunPodBackend<SuspendingClock>,
        _ client: RunPodClient
    ) -> CoordinatorBackend<InProcessBackend, RunPodBackend<SuspendingClock>, SuspendingClock> {
        CoordinatorBackend(
            local: inProcess(seat),
            remote: remote,
            clock: SuspendingClock(),
            ownShareIsDone: seat.ownShareIsDone,
            patience: seat.patience,
            isQueued: { job in (try? await client.status(job))?.status == .inQueue }
        )
    }

    private func backend(
        _ client: RunPodClient,
        instance: String?,
        bodies: JobBodies? = nil
    ) -> RunPodBackend<SuspendingClock> {
        RunPodBackend(
            client: client,
            instance: instance,
            abandons: launcher.abandons,
            bodies: bodies ?? self.bodies,
            clock: SuspendingClock(),
            sources: RunPodBackend.Sources(chance: launcher.sources.chance, wallTime: launcher.sources.wallTime)
        )
    }

    /// Calls `body` with a client of the endpoint.
    static func withClient<Value: Sendable>(
        _ address: EndpointAddress,
        _ credential: Credential,
        _ body: (RunPodClient) async throws -> Value
    ) async throws -> Value {
        try await HTTPTransport.withTransport(.control) { control in
            try await HTTPTransport.withTransport(.polls) { polls in
                let client = RunPodClient(
                    address: address,
                    credential: credential,
                    control: control,
                    polls: polls,
                    pacing: RateLimiter(clock: SuspendingClock())
                )
                return try await body(client)
            }
        }
    }

    /// Runs the endpoint on this machine and its workers, whose words go into the run's log.
    private func withLocalEndpoint<Value: Sendable>(
        workers: Int,
        _ body: (LocalEndpoint.Address) async throws -> Value
    ) async throws -> Value {
        var options = LocalEndpoint.Options(token: UUID().uuidString.lowercased())
        options.workers = workers
        options.workerCommand = launcher.workerCommand
        options.environment = settings.childEnvironment(from: launcher.environment)
        // After the end workers are idle and go at once. After a stop they may be at work that is done again anyway,
        // and whoever pressed Ctrl-C waits.
        options.grace = .seconds(1)
        options.logger = launcher.logger
        // What workers say is told by their stream too; a flood of lines may lose its beginning, not hold a worker up.
        let (lines, sink) = AsyncStream.makeStream(of: WorkerWord.self, bufferingPolicy: .bufferingNewest(1_000))
        options.onWorkerLine = { pod, line in sink.yield(WorkerWord(level: .debug, text: "\(pod): \(line)")) }
        options.onWorkerEvent = { pod, event in
            if let word = WorkerWord(pod, event) { sink.yield(word) }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [control] in
                for await word in lines { await control.log(word.level, word.text) }
            }
            defer {
                sink.finish()
                group.cancelAll()
            }
            return try await LocalEndpoint.run(options, body: body)
        }
    }
}

extension JobBodies {
    /// The same, for a coordinator elsewhere.
    func wholeBatch(_ settings: Settings) -> JobBodies {
        var bodies = self
        bodies.batch = JobBodies.Batch(retries: settings.retries)
        return bodies
    }
}

/// A line about a worker process for the run's log.
private struct WorkerWord: Sendable {
    var level: LogLevel
    var text: String

    init(level: LogLevel, text: String) {
        self.level = level
        self.text = text
    }

    /// What is worth a line: a process that was not asked to end and did.
    init?(_ pod: String, _ event: WorkerSupervisor.Event) {
        switch event {
        case .started(let pid): self.init(level: .debug, text: "worker process \(pod) started (pid \(pid))")
        case .exited(let status): self.init(level: .debug, text: "worker process \(pod) ended: \(status)")
        case .failedToStart(let message):
            self.init(level: .error, text: "worker process \(pod) could not be started: \(message)")
        case .restarting(let wait, let isCrashLooping):
            let seconds = (wait / .milliseconds(100)).rounded() / 10
            let again = "worker process \(pod) died and is started again in \(seconds) s"
            let advice = isCrashLooping ? "; it dies again and again, LOG_LEVEL=DEBUG shows its words" : ""
            self.init(level: isCrashLooping ? .error : .warning, text: again + advice)
        }
    }
}
