import Coordination
import Flashpoints
import FoundationEssentials
import Logging
import RunEngine
import RunPodAPI
import RunPodServerless
import Settings
import TestSupport
import Testing

@Suite("Who drives a run", .timeLimit(.minutes(5)))
struct RunLauncherTests {
    private func launcher(_ settings: Settings) throws -> RunLauncher {
        // Nobody listens there.
        let nobody = try EndpointAddress("http://127.0.0.1:1/v2/nobody")
        return RunLauncher(
            settings: settings,
            mode: .endpoint(nobody, try #require(Credential("a-key-for-tests"))),
            workerCommand: [],
            environment: [:],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("says for itself how long it waits for a first answer, whoever planned the run or drove it before")
    func silence() async throws {
        try await withTemporaryFolder { home in
            let environment = ["ETL_DASH_HOME": home.path, "RUNPOD_WORKERS": "2"]
            let settings = try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
            let batch = (0..<2).map { Flashpoint(id: "fp-\($0)", feeds: [Feed(url: "http://127.0.0.1:1/")]) }
            let folder = try await NewRun.create(from: .flashpoints(batch), settings: settings)
            let patient = try launcher(settings)
            let left = try await patient.drive(folder) { handle in
                for await events in handle.batches() where events.contains(where: { $0.name == "endpoint.unreachable" })
                {
                    await handle.stop()
                }
            }
            guard case .stopped = left else {
                Issue.record("left as \(left)")
                return
            }
            var hasty = patient
            hasty.silenceLimit = 0.1
            guard case .halted(let failure) = try await hasty.drive(folder, attend: { _ in }) else {
                Issue.record("it went on waiting")
                return
            }
            #expect(failure.kind == .config)
            #expect(failure.message.contains("gave no answer"))
        }
    }
}
