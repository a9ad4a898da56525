import FoundationEssentials
import RunPodServerless
import Settings
import Testing

@Suite("The mode of a run")
struct RunModeTests {
    private func settings(
        workers: Int = 4,
        endpoint: String? = nil,
        key: String? = "rpa_0123456789abcdef"
    ) throws -> Settings {
        var settings = Settings.defaults
        settings.runpodWorkers = workers
        settings.runpodEndpoint = try endpoint.map { try #require(URL(string: $0)) }
        settings.runpodAPIKey = key.map(Secret.init)
        return settings
    }

    @Test("One worker means this process, with or without an endpoint", arguments: [nil, "https://api.runpod.ai/v2/abc/run"])
    func oneWorker(endpoint: String?) throws {
        #expect(try RunMode(settings(workers: 1, endpoint: endpoint)) == .inProcess)
    }

    @Test("Several workers without an endpoint are processes on this machine", arguments: [2, 4, 256])
    func onThisMachine(workers: Int) throws {
        #expect(try RunMode(settings(workers: workers)) == .onThisMachine(workers: workers))
    }

    @Test("Several workers with an endpoint run there")
    func endpoint() throws {
        let mode = try RunMode(settings(endpoint: "https://api.runpod.ai/v2/abc/run"))
        guard case .endpoint(let address, _) = mode else {
            Issue.record("\(mode)")
            return
        }
        #expect("\(address)" == "https://api.runpod.ai/v2/abc")
    }

    @Test("The sample stays on this machine whatever the endpoint")
    func sample() throws {
        let mode = try RunMode(settings(endpoint: "https://api.runpod.ai/v2/abc/run", key: nil), isSample: true)
        #expect(mode == .onThisMachine(workers: 4))
    }

    @Test("An endpoint without a key is an error that names the variable, never a silent fallback")
    func missingKey() throws {
        let problem = try #require(throws: RunModeProblem.self) {
            try RunMode(settings(endpoint: "https://api.runpod.ai/v2/abc/run", key: nil))
        }
        #expect(problem.description.contains("RUNPOD_API_KEY is not set"))
        #expect(problem.description.contains("https://api.runpod.ai/v2/abc"))
    }

    @Test(
        "An endpoint that may not be given the key is an error without the key",
        arguments: ["https://jobs.example/v2/abc/run", "http://api.runpod.ai/v2/abc/run", "https://api.runpod.ai/v2/run"]
    )
    func foreignHost(endpoint: String) throws {
        let problem = try #require(throws: RunModeProblem.self) { try RunMode(settings(endpoint: endpoint)) }
        #expect(problem.description.contains("RUNPOD_ENDPOINT"))
        #expect(!problem.description.contains("0123456789abcdef"))
    }
}
