import FoundationEssentials
import TestSupport

/// `etl-dash endpoint` with two workers, which can be killed and come back where it was.
struct KillEndpoint: Sendable {
    let etlDash: Installation
    let port: Int

    private static let token = "token-of-the-endpoint-that-comes-back"

    /// What a run on this endpoint has in its environment.
    var environment: [String: String] {
        ["RUNPOD_ENDPOINT": "http://127.0.0.1:\(port)/v2/local", "RUNPOD_API_KEY": Self.token]
    }

    /// Calls `body` while an endpoint serves.
    static func with<Value: Sendable>(_ body: (KillEndpoint) async throws -> Value) async throws -> Value {
        try await Installation.with { etlDash in
            try await serve(etlDash, port: 0) { _, port in
                try await body(KillEndpoint(etlDash: etlDash, port: port))
            }
        }
    }

    /// Calls `body` while the endpoint serves under this port, with the process.
    static func serve<Value: Sendable>(
        _ etlDash: Installation,
        port: Int,
        _ body: (_ program: ChildProgram, _ port: Int) async throws -> Value
    ) async throws -> Value {
        let arguments = ["endpoint", "--workers", "2", "--port", "\(port)"]
        return try await etlDash.start(arguments, environment: ["ETL_DASH_ENDPOINT_TOKEN": token]) { program in
            let line = try await program.waitForLine(on: .output) { $0.hasPrefix("export RUNPOD_ENDPOINT=") }
            guard let port = URL(string: String(line.split(separator: "'")[1]))?.port else {
                throw Installation.Surprise(description: "no port in \(line)")
            }
            return try await body(program, port)
        }
    }
}
