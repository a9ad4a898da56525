import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import RunPodAPI
import TestSupport
import Testing

/// A client under test, ours or the SDK's.
protocol TestedClient: Sendable {
    /// Submits a request, `input` and `policy`.
    func run(_ request: JSONValue) async throws -> Submitted
    /// The job as `status` shows it; nil when the endpoint does not know it (404).
    func job(_ id: String) async throws -> JobReply?
    /// The job once it has ended.
    func end(of id: String) async throws -> JobReply
    /// The next piece of the job's stream.
    func firstRecord(of id: String) async throws -> JSONValue
    /// All of the job's stream, up to its end.
    func records(of id: String) async throws -> [JSONValue]
    /// Cancels the job and returns the status it then has.
    func cancel(_ id: String) async throws -> JobStatus
    func health() async throws -> EndpointHealth
}

enum Submitted: Sendable, Hashable {
    case job(String)
    /// Refused with this status.
    case refused(Int)

    var id: String? {
        guard case .job(let id) = self else { return nil }
        return id
    }
}

/// `RunPodClient`.
struct OurClient: TestedClient {
    let client: RunPodClient

    func run(_ request: JSONValue) async throws -> Submitted {
        switch try await client.run(try JSONCoding.encode(request)) {
        case .accepted(let reply): return .job(reply.id)
        case .rateLimited: return .refused(429)
        case .refused(let status, _, _): return .refused(status)
        case let outcome: throw Surprise(what: "\(outcome)")
        }
    }

    func job(_ id: String) async throws -> JobReply? {
        do {
            return try await client.status(id)
        } catch RunPodFailure.notFound {
            return nil
        }
    }

    func end(of id: String) async throws -> JobReply {
        while true {
            // The endpoint's clock stands still, so the job's end is what answers this.
            guard case .reply(let reply) = try await client.statusSync(id, wait: .seconds(90)) else {
                throw Surprise(what: "no status-sync for \(id)")
            }
            if reply.status.isTerminal { return reply }
        }
    }

    func firstRecord(of id: String) async throws -> JSONValue {
        while true {
            let reply = try await client.stream(id, wait: .seconds(90))
            if let first = reply.outputs.first { return first }
            if reply.status.isTerminal { throw Surprise(what: "the stream of \(id) ended without a record") }
        }
    }

    func records(of id: String) async throws -> [JSONValue] {
        var records: [JSONValue] = []
        while true {
            let reply = try await client.stream(id, wait: .seconds(90))
            records += reply.outputs
            if reply.status.isTerminal, reply.outputs.isEmpty { return records }
        }
    }

    func cancel(_ id: String) async throws -> JobStatus {
        try #require(try await client.cancel(id)).status
    }

    func health() async throws -> EndpointHealth { try await client.health() }
}

/// The clients of RunPod's SDK, in a process of their own.
struct SDKClient: TestedClient {
    enum Kind: String, Sendable, CaseIterable {
        /// `runpod.Endpoint`.
        case sync
        /// `runpod.endpoint.asyncio.asyncio_runner.Endpoint`.
        case async
    }

    var kind: Kind
    let url: String
    let http: HTTPTransport

    /// What the SDK raised.
    struct Raised: Error, Hashable {
        var type: String
        var status: Int?
        var message: String
    }

    /// Starts a process with the clients of one endpoint.
    static func start(
        _ nursery: Nursery,
        in folder: URL,
        baseURL: String,
        endpointID: String,
        key: String,
        http: HTTPTransport
    ) async throws -> (SDKClient, Nursery.Program) {
        let portFile = folder.appending(path: "client-\(UUID().uuidString).port")
        let program = try await nursery.spawn(
            "client.py",
            name: "client",
            in: folder,
            [
                "RUNPOD_ENDPOINT_BASE_URL": baseURL, "ENDPOINT": endpointID, "KEY": key,
                "PORT_FILE": portFile.path,
            ]
        )
        let isThere = await becomesTrue { FileManager.default.fileExists(atPath: portFile.path) }
        guard isThere else {
            program.killGroup()
            throw Surprise(what: "the SDK's client does not start: \(program.printed)")
        }
        let port = try String(contentsOf: portFile, encoding: .utf8)
        return (SDKClient(kind: .sync, url: "http://127.0.0.1:\(port)", http: http), program)
    }

    /// Calls the SDK's method of that name.
    func call(
        _ name: String,
        job: String? = nil,
        request: JSONValue = .null,
        timeout: Int = 120
    ) async throws -> JSONValue {
        let answer = try await http.post(
            "\(url)/\(kind.rawValue)",
            [
                "call": .string(name), "job": job.map { .string($0) } ?? .null, "request": request,
                "timeout": .integer(Int64(timeout)),
            ]
        )
        if let raised = answer["raised"]?.stringValue {
            throw Raised(
                type: raised,
                status: answer["status"]?.intValue,
                message: answer["message"]?.stringValue ?? ""
            )
        }
        return try #require(answer["value"])
    }

    func run(_ request: JSONValue) async throws -> Submitted {
        do {
            return .job(try #require(try await call("run", request: request).stringValue))
        } catch let raised as Raised {
            guard let status = raised.status else { throw raised }
            return .refused(status)
        }
    }

    func job(_ id: String) async throws -> JobReply? {
        do {
            return try decoded(JobReply.self, try await call("fetch", job: id))
        } catch let raised as Raised {
            guard raised.status == 404 else { throw raised }
            return nil
        }
    }

    func end(of id: String) async throws -> JobReply {
        let output = try await call("output", job: id)
        let reply = try #require(try await job(id))
        #expect(output == reply.output ?? .null)
        return reply
    }

    func firstRecord(of id: String) async throws -> JSONValue { try await call("first", job: id) }

    func records(of id: String) async throws -> [JSONValue] {
        try #require(try await call("stream", job: id).arrayValue)
    }

    func cancel(_ id: String) async throws -> JobStatus {
        try decoded(JobReply.self, try await call("cancel", job: id)).status
    }

    func health() async throws -> EndpointHealth {
        try decoded(EndpointHealth.self, try await call("health"))
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ value: JSONValue) throws -> Value {
        try JSONCoding.decode(type, from: try JSONCoding.encode(value))
    }
}

/// Something that a test did not expect.
struct Surprise: Error {
    var what: String
}
