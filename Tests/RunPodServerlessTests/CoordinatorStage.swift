import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import Logging
import RunEngine
import RunPodAPI
import RunPodServerless
import Settings
import Synchronization
import TestSupport
import Testing

/// An endpoint on loopback whose workers live in this process and can coordinate.
struct CoordinatorStage: Sendable {
    /// What a worker does with a flashpoint, by the beginning of its id.
    enum Kind: String, CaseIterable {
        /// Fails for good.
        case bad
        /// Has a result of some kilobytes.
        case big
        /// Goes on until it is stopped.
        case hang
        /// Lets its job fail, every time.
        case crash
    }

    static let token = "token-of-the-coordinator"

    let address: LocalEndpoint.Address
    let client: RunPodClient
    /// Jobs that a handler was at when it was stopped, and all that were begun, by the flashpoints' ids.
    let begun: Begun

    final class Begun: Sendable {
        private let state = Mutex<(begun: [String], stopped: [String])>(([], []))

        var begun: [String] { state.withLock { $0.begun } }
        var stopped: [String] { state.withLock { $0.stopped } }

        func begin(_ id: String) { state.withLock { $0.begun.append(id) } }
        func stop(_ id: String) { state.withLock { $0.stopped.append(id) } }
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func settings(_ environment: [String: String] = [:]) throws -> Settings {
        try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    /// The variables of a worker that may coordinate.
    static func environment(_ address: LocalEndpoint.Address) -> [String: String] {
        [
            "RUNPOD_API_KEY": token, "RUNPOD_ENDPOINT_ID": address.endpointID,
            "RUNPOD_ENDPOINT_BASE_URL": address.baseURL,
        ]
    }

    /// A handler whose work takes no time.
    static func handler(_ begun: Begun) -> InProcessBackend.Handler {
        { input, emit in
            for (position, flashpoint) in input.flashpoints.enumerated() {
                let index = input.run?.indices[position] ?? position
                begun.begin(flashpoint.id)
                await emit(.start(index: index, id: flashpoint.id))
                var outcome: Result<JSONValue, Failure> = .success(["of": .string(flashpoint.id)])
                switch Kind.allCases.first(where: { flashpoint.id.hasPrefix($0.rawValue) }) {
                case .bad: outcome = .failure(Failure(.permanent, stage: "extract", "no page"))
                case .big: outcome = .success(.string(String(repeating: "x", count: 5_000)))
                case .crash: throw Failure(.permanent, "the handler crashed")
                case .hang:
                    await Latch().wait()
                    begun.stop(flashpoint.id)
                    throw CancellationError()
                case nil: break
                }
                let hash = input.run?.hashes[position]
                let result = FlashpointResult(
                    index: index,
                    id: flashpoint.id,
                    hash: hash,
                    outcome: outcome,
                    seconds: 1
                )
                await emit(.result(result))
            }
        }
    }

    /// Calls `body` while the endpoint has so many workers.
    ///
    /// - Parameter extra: Goes before the variables that let a worker coordinate; empty texts take them away.
    static func with<Value: Sendable>(
        workers: Int,
        patience: Duration = .seconds(30),
        answerLimit: Int? = nil,
        extra: [String: String] = [:],
        _ body: (CoordinatorStage) async throws -> Value
    ) async throws -> Value {
        let settings = try settings()
        return try await LocalEndpoint.run(LocalEndpoint.Options(token: token)) { address in
            let (drain, begun) = (Latch(), Begun())
            let environment = environment(address).merging(extra) { $1 }
            let coordinator = Coordinator(
                settings: settings,
                environment: environment,
                logger: quiet,
                patience: patience,
                answerLimit: answerLimit,
                handler: handler(begun)
            )
            return try await HTTPTransport.withTransport(.polls) { polls in
                try await HTTPTransport.withTransport(.control) { control in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<workers {
                            let variables = address.workerEnvironment(podID: "pod-\(number)", pingInterval: .seconds(1))
                            let client = WorkerClient(
                                environment: try WorkerEnvironment(variables, freshID: { "pod-\(number)" }),
                                polls: polls,
                                control: control
                            )
                            group.addTask {
                                let worker = RunPodWorker(
                                    client: client,
                                    clock: SuspendingClock(),
                                    chance: { 0.5 },
                                    notify: { _ in }
                                )
                                try await worker.run(until: drain) { job, stream in
                                    try await work(job, stream, coordinator, handler(begun))
                                }
                            }
                        }
                        defer { group.cancelAll() }
                        let client = try await client(address, control: control, polls: polls)
                        let value = try await body(CoordinatorStage(address: address, client: client, begun: begun))
                        drain.release()
                        return value
                    }
                }
            }
        }
    }

    private static func client(
        _ address: LocalEndpoint.Address,
        control: HTTPTransport,
        polls: HTTPTransport
    ) async throws -> RunPodClient {
        RunPodClient(
            address: try EndpointAddress("\(address.baseURL)/\(address.endpointID)"),
            credential: try #require(Credential(token)),
            control: control,
            polls: polls,
            pacing: RateLimiter(clock: SuspendingClock())
        )
    }

    private static func work(
        _ job: TakenJob,
        _ stream: JobStreamWriter,
        _ coordinator: Coordinator,
        _ handler: @escaping InProcessBackend.Handler
    ) async throws -> JSONValue {
        let input = try JSONCoding.decode(JobInput.self, from: JSONCoding.encode(job.input))
        if input.isBatch { return try await coordinator.coordinate(job, input, stream) }
        let records = Mutex<[StreamRecord]>([])
        try await handler(input) { record in
            records.withLock { $0.append(record) }
            if let value = try? JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(record)) {
                await stream.write(value)
            }
        }
        let results = records.withLock { $0 }.filter { if case .result = $0 { true } else { false } }
        return .array(
            try results.map { try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode($0)) }
        )
    }

    // MARK: - Jobs

    /// Submits a batch of flashpoints with these ids, and gives the job's id.
    func submit(_ ids: [String], _ more: [String: JSONValue] = [:]) async throws -> String {
        let flashpoints = JSONValue.array(ids.map { ["id": .string($0), "feeds": [["url": "https://a.example/1"]]] })
        let input: [String: JSONValue] = ["date": "2025-01-01", "flashpoints": flashpoints]
        let body = try JSONCoding.encode(["input": .object(input.merging(more) { $1 })] as JSONValue)
        guard case .accepted(let job) = try await client.run(body) else { throw Failure(.contract, "not accepted") }
        return job.id
    }

    /// The job once it has ended, and all that it streamed.
    func result(of job: String) async throws -> (reply: JobReply, records: [JSONValue]) {
        var records: [JSONValue] = []
        while true {
            let piece = try await client.stream(job, wait: .seconds(5))
            records += piece.outputs
            if piece.status.isTerminal, piece.outputs.isEmpty { break }
        }
        return (try await client.status(job), records)
    }
}
