import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import RunPodAPI
import Synchronization
import TestSupport
import Testing

/// Who made a client or a worker.
enum Maker: String, Sendable, CaseIterable {
    case ours
    case sdk
}

/// A served endpoint whose time a test moves, a client of it, and workers as they are hired.
///
/// The endpoint's clock stands still: nothing is lost, expires or times out because the machine is busy.
struct Stage: Sendable {
    let clock: TestClock
    let address: LocalEndpoint.Address
    let folder: URL
    private let transports: Transports
    private let crew: Crew
    private let staff: Staff

    private struct Transports: Sendable {
        var polls: HTTPTransport
        var control: HTTPTransport
    }

    /// Programs of the SDK, to be killed in the end.
    private final class Staff: Sendable {
        private let programs = Mutex<[Nursery.Program]>([])
        func append(_ program: Nursery.Program) { programs.withLock { $0.append(program) } }
        var all: [Nursery.Program] { programs.withLock { $0 } }
    }

    /// Serves an endpoint while `body` runs; no worker and no process is left afterwards.
    static func with(
        _ change: (inout LocalEndpoint.Options) -> Void = { _ in },
        _ body: (Stage) async throws -> Void
    ) async throws {
        var options = LocalEndpoint.Options(token: "token-of-the-test")
        options.endpointID = "ep"
        // Workers ping in real time, which the endpoint's clock does not keep.
        options.limits.pingInterval = .seconds(604_800)
        change(&options)
        let clock = TestClock()
        try await withTemporaryFolder { folder in
            try await HTTPTransport.withTransport(.polls) { polls in
                try await HTTPTransport.withTransport(.control) { control in
                    try await LocalEndpoint.run(options, clock: clock) { address in
                        let staff = Staff()
                        defer { for program in staff.all { program.killGroup() } }
                        try await Crew.with { crew in
                            try await body(
                                Stage(
                                    clock: clock,
                                    address: address,
                                    folder: folder,
                                    transports: Transports(polls: polls, control: control),
                                    crew: crew,
                                    staff: staff
                                )
                            )
                        }
                    }
                }
            }
        }
    }

    // MARK: - Clients

    func client(_ maker: Maker) async throws -> any TestedClient {
        switch maker {
        case .ours: try ourClient()
        case .sdk: try await sdkClient()
        }
    }

    func ourClient() throws -> OurClient {
        OurClient(
            client: RunPodClient(
                address: try EndpointAddress("\(address.baseURL)/\(address.endpointID)"),
                credential: try #require(Credential(address.token)),
                control: transports.control,
                polls: transports.polls,
                pacing: RateLimiter(clock: ContinuousClock())
            )
        )
    }

    func sdkClient(key: String? = nil) async throws -> SDKClient {
        let nursery = try #require(Nursery.shared, "the suite has no nursery")
        let (client, program) = try await SDKClient.start(
            nursery,
            in: folder,
            baseURL: address.baseURL,
            endpointID: address.endpointID,
            key: key ?? address.token,
            http: transports.polls
        )
        staff.append(program)
        return client
    }

    // MARK: - Workers

    /// Starts a worker of the endpoint.
    ///
    /// - Parameter relay: Where it finds the endpoint instead, when there is one.
    func hire(
        _ maker: Maker,
        _ shape: Shape = .async,
        podID: String,
        relay: Relay? = nil
    ) async throws
        -> any TestedWorker
    {
        switch maker {
        case .ours: try hireOurs(shape, podID: podID, relay: relay)
        case .sdk: try await hireSDK(shape, podID: podID, relay: relay)
        }
    }

    func hireOurs(_ shape: Shape, podID: String, relay: Relay? = nil) throws -> OurWorker {
        let environment = try WorkerEnvironment(variables(podID, relay), freshID: { podID })
        let worker = OurWorker(podID: podID, shape: shape)
        let client = WorkerClient(environment: environment, polls: transports.polls, control: transports.control)
        crew.add { await worker.run(client: client) }
        return worker
    }

    func hireSDK(_ shape: Shape, podID: String, relay: Relay? = nil) async throws -> SDKWorker {
        let trace = folder.appending(path: "\(podID).trace")
        var environment = variables(podID, relay)
        environment["SHAPE"] = shape.rawValue
        environment["TRACE"] = trace.path
        environment.merge(PythonSDK.quietly) { $1 }
        let nursery = try #require(Nursery.shared, "the suite has no nursery")
        let program = try await nursery.spawn("handler.py", name: podID, in: folder, environment)
        staff.append(program)
        return SDKWorker(podID: podID, program: program, traceFile: trace)
    }

    private func variables(_ podID: String, _ relay: Relay?) -> [String: String] {
        // The SDK knows whole seconds only.
        let variables = address.workerEnvironment(podID: podID, pingInterval: .seconds(1))
        guard let relay else { return variables }
        return variables.mapValues { $0.replacing(address.baseURL, with: relay.baseURL) }
    }

    // MARK: - Gates

    /// A gate that handlers wait at: a file that is not there yet.
    func gate(_ name: String = "gate") -> JSONValue { .string(folder.appending(path: name).path) }

    func open(_ gate: JSONValue) throws {
        try Data().write(to: URL(filePath: try #require(gate.stringValue)))
    }
}

/// Tasks that are added while a body runs, and cancelled when it is over.
struct Crew: Sendable {
    private let work: AsyncStream<@Sendable () async -> Void>.Continuation

    static func with(_ body: (Crew) async throws -> Void) async throws {
        let (stream, continuation) = AsyncStream.makeStream(
            of: (@Sendable () async -> Void).self,
            bufferingPolicy: .bufferingOldest(64)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { tasks in
                    for await task in stream { tasks.addTask { await task() } }
                    tasks.cancelAll()
                }
            }
            defer {
                continuation.finish()
                group.cancelAll()
            }
            try await body(Crew(work: continuation))
        }
    }

    func add(_ task: @escaping @Sendable () async -> Void) { work.yield(task) }
}
