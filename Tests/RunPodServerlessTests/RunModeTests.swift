import FoundationEssentials
import RunPodAPI
import RunPodServerless
import Settings
import Testing

@Suite("Where a run's jobs go")
struct RunModeTests {
    private func settings(_ environment: [String: String]) throws -> Settings {
        try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    private static let url = "https://api.runpod.ai/v2/abc123/run"

    @Test(
        "Settings that can be used",
        arguments: [
            ([:], false, RunMode.onThisMachine(workers: 4)),
            (["RUNPOD_WORKERS": "7"], false, .onThisMachine(workers: 7)),
            (["RUNPOD_WORKERS": "1"], false, .inProcess),
            (["RUNPOD_WORKERS": "1", "RUNPOD_ENDPOINT": url], false, .inProcess),
            (["RUNPOD_API_KEY": "rpa_k"], false, .onThisMachine(workers: 4)),
            (["RUNPOD_ENDPOINT": url, "RUNPOD_API_KEY": "rpa_k"], true, .onThisMachine(workers: 4)),
            (["RUNPOD_ENDPOINT": url], true, .onThisMachine(workers: 4)),
            (["RUNPOD_ENDPOINT": "", "RUNPOD_API_KEY": "rpa_k"], false, .onThisMachine(workers: 4)),
        ] as [([String: String], Bool, RunMode)]
    )
    func mode(environment: [String: String], isSample: Bool, expected: RunMode) throws {
        #expect(try RunMode(settings(environment), isSample: isSample) == expected)
    }

    @Test("An endpoint with a key is used as it is written", arguments: [url, "https://api.runpod.ai/v2/abc123"])
    func endpoint(url: String) throws {
        let settings = try settings(["RUNPOD_ENDPOINT": url, "RUNPOD_API_KEY": " rpa_secret "])
        guard case .endpoint(let address, let credential) = try RunMode(settings) else {
            Issue.record("the endpoint is not used")
            return
        }
        #expect("\(address)" == "https://api.runpod.ai/v2/abc123")
        #expect(credential.bearer == "Bearer rpa_secret")
    }

    @Test("A missing key is an error that names the variable, never a silent fallback")
    func missingKey() throws {
        let settings = try settings(["RUNPOD_ENDPOINT": Self.url])
        #expect(throws: RunModeProblem.missingKey(endpoint: "https://api.runpod.ai/v2/abc123")) {
            try RunMode(settings)
        }
        let problem = RunModeProblem.missingKey(endpoint: "https://api.runpod.ai/v2/abc123")
        #expect("\(problem)".contains("RUNPOD_API_KEY"))
    }

    @Test(
        "An address that must not get the key names its place",
        arguments: [
            "https://example.com/v2/abc/run", "http://api.runpod.ai/v2/abc/run", "https://api.runpod.ai/v2/",
        ]
    )
    func badAddress(url: String) throws {
        let environment = ["RUNPOD_ENDPOINT": url, "RUNPOD_API_KEY": "rpa_k"]
        // Either may find it: the settings by its form, the mode by its host.
        let message: String
        do {
            _ = try RunMode(settings(environment))
            Issue.record("\(url) was taken")
            return
        } catch {
            message = "\(error)"
        }
        #expect(message.contains("RUNPOD_ENDPOINT"))
        #expect(message.contains("environment"))
    }
}
