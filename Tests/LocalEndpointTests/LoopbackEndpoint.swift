import Flashpoints
import FoundationEssentials
import HTTPTransport

@testable import LocalEndpoint

/// A served endpoint and the means to speak to it in plain HTTP.
struct LoopbackEndpoint: Sendable {
    static let token = "secret-of-the-test"

    let address: LocalEndpoint.Address
    let http: HTTPTransport

    struct Answer: Sendable {
        var status: Int
        var body: JSONValue
        var headers: HeaderFields
    }

    /// Serves without worker processes while `body` runs.
    static func with<Value: Sendable>(
        limits: JobQueue.Limits = .patient,
        hold: Duration = .seconds(20),
        minimumExecutionTimeout: Duration = .milliseconds(1),
        configure: (inout LocalEndpoint.Options) -> Void = { _ in },
        _ body: (LoopbackEndpoint) async throws -> Value
    ) async throws -> Value {
        var options = LocalEndpoint.Options(token: token)
        options.endpointID = "ep"
        options.limits = limits
        options.hold = hold
        options.minimumExecutionTimeout = minimumExecutionTimeout
        configure(&options)
        return try await LocalEndpoint.run(options) { address in
            try await HTTPTransport.withTransport(.polls) { http in
                try await body(LoopbackEndpoint(address: address, http: http))
            }
        }
    }

    /// One request; the path is what follows `/v2/`.
    func call(
        _ method: String,
        _ path: String,
        body: String? = nil,
        authorization: String? = token
    ) async throws -> Answer {
        try await call(method, path, bytes: body.map { Data($0.utf8) }, authorization: authorization)
    }

    func call(
        _ method: String,
        _ path: String,
        bytes: Data?,
        authorization: String? = token
    ) async throws -> Answer {
        var headers = HeaderFields()
        if let authorization { headers.add("Authorization", authorization) }
        let response = try await http.send(
            TransportRequest(
                method: method,
                url: "\(address.baseURL)/\(path)",
                headers: headers,
                body: bytes,
                deadline: .seconds(50),
                bodyLimit: 64 << 20
            )
        )
        let body = response.body.isEmpty ? .null : try JSONCoding.decode(JSONValue.self, from: response.body)
        return Answer(status: response.status, body: body, headers: response.headers)
    }

    /// Serves with these faults while `body` runs.
    static func withFaults<Value: Sendable>(
        _ faults: EndpointFaults.Rule...,
        body: (LoopbackEndpoint) async throws -> Value
    ) async throws -> Value {
        try await with(configure: { $0.faults = EndpointFaults(faults) }, body)
    }

    /// Submits a job and returns its id.
    func submit(_ body: String = #"{"input":{"n":1}}"#) async throws -> String {
        let answer = try await call("POST", "ep/run", body: body)
        guard answer.status == 200, let id = answer.body["id"]?.stringValue else { throw Surprise(answer: answer) }
        return id
    }

    func get(_ path: String) async throws -> JSONValue {
        let answer = try await call("GET", "ep/\(path)")
        guard answer.status == 200 else { throw Surprise(answer: answer) }
        return answer.body
    }

    func post(_ path: String, _ body: String = "") async throws -> Answer {
        try await call("POST", "ep/\(path)", body: body)
    }

    struct Surprise: Error {
        var answer: Answer
    }
}

extension JobQueue.Limits {
    /// Limits under which no job is given to another worker because a busy machine kept its worker silent.
    static var patient: JobQueue.Limits {
        var limits = JobQueue.Limits()
        limits.pingInterval = .seconds(600)
        return limits
    }
}
