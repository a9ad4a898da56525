import Flashpoints
import FoundationEssentials
import HTTPTransport
import Synchronization
import TestSupport

/// Stands between workers and the endpoint, passes on what they say, and does to it what a test wants.
struct Relay: Sendable {
    /// What becomes of a request.
    enum Fate: Sendable {
        case passedOn
        /// The endpoint never hears of it.
        case refused(status: Int)
        /// The endpoint hears of it, and the worker does not hear the answer.
        case unanswered
    }

    private let server: ScriptedServer

    /// What takes the place of the endpoint's base URL.
    var baseURL: String { "\(server.url)/v2" }

    /// The requests of an operation so far, such as `job-done`.
    func requests(_ operation: String) -> [ScriptedServer.Request] {
        server.requests.filter { $0.operation == operation }
    }

    /// Returns once so many requests of an operation have come.
    func wait(for count: Int, _ operation: String) async throws {
        try await server.waitForRequests(count) { $0.operation == operation }
    }

    /// Relays while `body` runs.
    ///
    /// - Parameter fate: Told each request and how many of its operation came before.
    static func with(
        _ stage: Stage,
        fate: @escaping @Sendable (_ operation: String, _ number: Int) -> Fate,
        _ body: (Relay) async throws -> Void
    ) async throws {
        let counts = Counts()
        let endpoint = stage.address.baseURL.replacing("/v2", with: "")
        try await HTTPTransport.withTransport(.polls) { http in
            try await withScriptedServer { request in
                let fate = fate(request.operation, counts.next(request.operation))
                if case .refused(let status) = fate { return .answer(status, "{}") }
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
                if case .unanswered = fate { return .close }
                return .answer(response.status, data: response.body)
            } _: { server in
                try await body(Relay(server: server))
            }
        }
    }

    private final class Counts: Sendable {
        private let counts = Mutex<[String: Int]>([:])
        func next(_ operation: String) -> Int {
            counts.withLock { counts in
                defer { counts[operation, default: 0] += 1 }
                return counts[operation, default: 0]
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
