import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import Logging
import RunPodAPI
import RunPodServerless
import SampleNews
import Settings
import TestSupport
import Testing

@Suite("The worker's role", .timeLimit(.minutes(5)))
struct WorkerRoleTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Calls `body` with an endpoint whose one worker is this process; drained afterwards.
    private func withWorker(_ body: (LocalEndpoint.Address, HTTPTransport) async throws -> Void) async throws {
        let settings = try Settings.load(environment: [:], envFile: .none, workingDirectory: "/")
        var options = LocalEndpoint.Options(token: "token-of-the-test")
        // On a busy machine a worker is silent for a while.
        options.limits.pingInterval = .seconds(60)
        try await LocalEndpoint.run(options) { address in
            let drain = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let environment = address.workerEnvironment(podID: "pod-1", pingInterval: .seconds(1))
                    try await WorkerRole.run(settings, environment: environment, drain: drain, logger: quiet)
                }
                try await HTTPTransport.withTransport(.polls) { http in
                    try await body(address, http)
                }
                drain.release()
                // A drained worker ends by itself, without being cancelled.
                try await group.waitForAll()
            }
        }
    }

    private func call(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil,
        at address: LocalEndpoint.Address,
        _ http: HTTPTransport
    ) async throws -> JSONValue {
        let response = try await http.send(
            TransportRequest(
                method: method,
                url: "\(address.baseURL)/\(address.endpointID)/\(path)",
                headers: ["Authorization": "Bearer \(address.token)", "Content-Type": "application/json"],
                body: try body.map { try JSONCoding.encode($0) },
                deadline: .seconds(40),
                bodyLimit: 20 << 20
            )
        )
        try #require(response.status == 200)
        return try JSONCoding.decode(JSONValue.self, from: response.body)
    }

    /// Submits a job and gives its status once it has ended.
    private func result(
        of input: JSONValue,
        at address: LocalEndpoint.Address,
        _ http: HTTPTransport
    ) async throws
        -> JSONValue
    {
        let job = try await call("POST", "run", ["input": input], at: address, http)
        let id = try #require(job["id"]?.stringValue)
        var status: JSONValue = .null
        let hasEnded = await becomesTrue {
            status = try await call("GET", "status/\(id)", at: address, http)
            return ["COMPLETED", "FAILED"].contains(status["status"]?.stringValue)
        }
        try #require(hasEnded, "the job did not end: \(status)")
        return status
    }

    @Test("It takes a job, runs the pipeline, and its output is results and end")
    func job() async throws {
        try await SampleSite.run(latencyScale: 0) { site in
            let flashpoints = Array(SampleNews.flashpoints(site: site).suffix(2))
            let value = try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(flashpoints))
            try await withWorker { address, http in
                let input: JSONValue = ["date": "2025-01-01", "trigger": "etl_worker", "flashpoints": value]
                let status = try await result(of: input, at: address, http)
                #expect(status["status"] == "COMPLETED")
                #expect(status["workerId"] == "pod-1")
                let output = try #require(status["output"]?.arrayValue)
                #expect(output.map { $0["event"] } == ["result", "result", "end"])
                #expect(output.prefix(2).map { $0["id"]?.stringValue } == flashpoints.map(\.id))
                #expect(output.prefix(2).allSatisfy { $0["ok"] == true && $0["result"]?["loaded"] == false })
                #expect(output[2]["processed"] == 2)
            }
        }
    }

    @Test("A job without flashpoints fails with what is wrong, and the worker takes the next one")
    func malformedJob() async throws {
        try await withWorker { address, http in
            let failed = try await result(of: ["prompt": "hello"], at: address, http)
            #expect(failed["status"] == "FAILED")
            #expect("\(failed["error"] ?? .null)".contains("flashpoints"))
            let fine = try await result(
                of: ["date": "2025-01-01", "trigger": "etl_worker", "flashpoints": []],
                at: address,
                http
            )
            #expect(fine["status"] == "COMPLETED")
            #expect(fine["output"]?.arrayValue?.map { $0["event"] } == ["end"])
        }
    }

    @Test("Without the platform's variables it says which one is missing")
    func noPlatform() async throws {
        let settings = try Settings.load(environment: [:], envFile: .none, workingDirectory: "/")
        await #expect(throws: WorkerEnvironment.Problem.missing(variable: "RUNPOD_WEBHOOK_GET_JOB")) {
            try await WorkerRole.run(settings, environment: [:], drain: Latch(), logger: quiet)
        }
    }
}
