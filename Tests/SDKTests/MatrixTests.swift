import RunPodAPI
import Testing

/// Everything that needs RunPod's own SDK; without it these tests are skipped by name.
@Suite("RunPod's SDK", .nursery, .timeLimit(.minutes(5)))
struct SDKTests {}

extension SDKTests {
    /// {our client, the SDK's} × {our worker, the SDK's} over our endpoint.
    @Suite("The cross matrix", .resultsTable, .notingFailures)
    struct MatrixTests {
        /// So many at a time that starting processes leaves others their time.
        private static let places = Slots(6)

        private func play(_ scenario: Scenario, client: Maker, worker: Maker) async throws {
            let cell = Results.Cell(client: client, worker: worker, scenario: scenario)
            try await Self.places.withSlot {
                try await Results.Cell.$current.withValue(cell) {
                    try await scenario.play(client: client, worker: worker)
                }
            }
            Results.shared?.played(cell)
        }

        @Test("Our client, our worker", arguments: Scenario.allCases)
        func ours(scenario: Scenario) async throws {
            try await play(scenario, client: .ours, worker: .ours)
        }

        @Test("The SDK's client, our worker", PythonSDK.isThere, arguments: Scenario.allCases)
        func sdkClient(scenario: Scenario) async throws {
            try await play(scenario, client: .sdk, worker: .ours)
        }

        @Test("Our client, the SDK's worker", PythonSDK.isThere, arguments: Scenario.allCases)
        func sdkWorker(scenario: Scenario) async throws {
            try await play(scenario, client: .ours, worker: .sdk)
        }

        @Test("The SDK's client, the SDK's worker", PythonSDK.isThere, arguments: Scenario.allCases)
        func sdk(scenario: Scenario) async throws {
            try await play(scenario, client: .sdk, worker: .sdk)
        }
    }
}
