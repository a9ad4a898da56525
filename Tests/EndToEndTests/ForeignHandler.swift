import FoundationEssentials
import LocalEndpoint
import TestSupport

/// A handler of somebody else, in Python, run by RunPod's own SDK behind an endpoint on this machine.
struct ForeignHandler: Sendable {
    /// A Python that can import RunPod's SDK; nil where there is none, and the tests of handlers are skipped.
    static let python = ProcessInfo.processInfo.environment["ETL_DASH_SDK_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Handlers")

    /// The names of all examples.
    static func all() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".py") }.sorted()
    }

    /// The file in the folder of examples.
    let file: String
    /// What the handler has in its environment, beside what it needs.
    var environment: [String: String] = [:]

    /// Runs the batch of four over two lanes on one worker with this handler.
    ///
    /// The first chunk has `fp-a` and `fp-b`, the second `fp-c`, which has no feeds, and `fp-d`.
    func run(environment: [String: String] = [:]) async throws -> ChildProgram.Outcome {
        try await Installation.with { etlDash in
            let file = try etlDash.write("batch.json", Self.batch)
            return try await LocalEndpoint.run(options(home: etlDash.folder)) { address in
                let settings = [
                    "RUNPOD_ENDPOINT": "\(address.baseURL)/\(address.endpointID)", "RUNPOD_API_KEY": address.token,
                    "RUNPOD_WORKERS": "2", "ETL_RETRIES": "0",
                ]
                return try await etlDash.run(
                    ["run", file, "--json"],
                    environment: settings.merging(environment) { $1 }
                )
            }
        }
    }

    private func options(home: URL) throws -> LocalEndpoint.Options {
        guard let python = Self.python else {
            throw Installation.Surprise(description: "ETL_DASH_SDK_PYTHON is not set")
        }
        var options = LocalEndpoint.Options(token: "token-of-foreign-handlers")
        options.workers = 1
        options.workerCommand = [python, Self.folder.appending(path: file).path]
        // The SDK's own end takes as long as its polls are held.
        options.grace = .milliseconds(100)
        // Shorter ones the SDK takes for none at all.
        options.limits.pingInterval = .seconds(1)
        // A saved key in the user's folder would take the token's place, and the SDK's checks ask the internet.
        options.environment = [
            "PATH": "/usr/bin:/bin", "HOME": home.path, "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
            "RUNPOD_SKIP_GPU_CHECK": "true", "RUNPOD_LOG_LEVEL": "WARN", "PYTHONDONTWRITEBYTECODE": "1",
        ].merging(environment) { $1 }
        return options
    }

    private static let batch = """
        [{"id": "fp-a", "title": "Floods on the Po", "feeds": [{"url": "https://a.example/1"}, {"url": "https://a.example/2"}]},
         {"id": "fp-b", "title": "Rain", "feeds": [{"url": "https://b.example/1"}]},
         {"id": "fp-c", "title": "A dam holds", "feeds": []},
         {"id": "fp-d", "title": "A vote is counted", "feeds": [{"url": "https://d.example/1"}]}]
        """
}
