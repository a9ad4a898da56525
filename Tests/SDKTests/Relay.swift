import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import TestSupport

/// Stands between workers and the endpoint, passes on what they say, and remembers it.
struct Relay: Sendable {
    private let server: ScriptedServer

    /// What takes the place of the endpoint's base URL.
    var baseURL: String { "\(server.url)/v2" }

    /// The requests of an operation so far, such as `job-done`.
    func requests(_ operation: String) -> [ScriptedServer.Request] {
        server.requests.filter { $0.operation == operation }
    }

    /// Relays while `body` runs.
    static func with(_ stage: Stage, _ body: (Relay) async throws -> Void) async throws {
        let endpoint = stage.address.baseURL.replacing("/v2", with: "")
        try await HTTPTransport.withTransport(.polls) { http in
            try await withScriptedServer { request in
                let response = try await http.send(
                    TransportRequest(
                        method: request.method,
                        url: endpoint + request.target,
                        headers: ["Authorization": request.header("Authorization") ?? ""],
                        body: request.body,
                        deadline: .seconds(150),
                        bodyLimit: 64 << 20
                    )
                )
                return .answer(response.status, data: response.body)
            } _: { server in
                try await body(Relay(server: server))
            }
        }
    }
}

extension ScriptedServer.Request {
    /// The word after `/v2/ENDPOINT/`.
    var operation: String {
        let segments = target.prefix { $0 != "?" }.split(separator: "/")
        return segments.count > 2 ? String(segments[2]) : ""
    }
}
