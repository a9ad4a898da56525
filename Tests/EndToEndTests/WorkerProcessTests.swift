import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("The worker's process, told to end", .serialized, .timeLimit(.minutes(5)))
struct WorkerProcessTests {
    /// An endpoint that holds its polls for longer than any test waits, and `etl-dash worker` behind it.
    private func withWorker(
        _ body: @escaping @Sendable (ChildProgram, Client) async throws -> Void
    ) async throws {
        var options = LocalEndpoint.Options(token: "token-of-a-worker")
        options.hold = .seconds(1_000)
        try await Installation.with { etlDash in
            try await LocalEndpoint.run(options) { address in
                let environment = address.workerEnvironment(podID: "pod-1", pingInterval: .seconds(1))
                try await HTTPTransport.withTransport(.control) { http in
                    try await etlDash.start(["worker"], environment: environment) { worker in
                        let client = Client(address: address, http: http)
                        let isIdle = await becomesTrue {
                            try await client.call("GET", "health")["workers"]?["idle"] == 1
                        }
                        try #require(isIdle, "\(worker.lines())")
                        try await body(worker, client)
                    }
                }
            }
        }
    }

    private struct Client: Sendable {
        let address: LocalEndpoint.Address
        let http: HTTPTransport

        func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
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

        /// Submits a chunk of one flashpoint with one page, and gives the job's id.
        func submit(_ id: String, page: String) async throws -> String {
            let flashpoint: JSONValue = ["id": .string(id), "feeds": [["url": .string(page)]]]
            let input: JSONValue = ["date": "2025-01-01", "trigger": "etl_worker", "flashpoints": [flashpoint]]
            return try #require(try await call("POST", "run", ["input": input])["id"]?.stringValue)
        }

        func status(_ job: String) async throws -> JSONValue {
            try await call("GET", "status/\(job)")["status"] ?? .null
        }
    }

    @Test("An idle one gives up its held polls and ends well")
    func idle() async throws {
        try await withWorker { worker, _ in
            worker.send(SIGTERM)
            let outcome = try await worker.waitForEnd()
            #expect(outcome.ending == .code(0), "\(outcome.errorText)")
        }
    }

    @Test("A busy one finishes and posts its chunk, leaves the next in the queue, and ends well")
    func busy() async throws {
        try await NewsSite.with(free: []) { site in
            try await withWorker { worker, client in
                let first = try await client.submit("a", page: "\(site.server.url)/0/0")
                let second = try await client.submit("b", page: "\(site.server.url)/1/0")
                try await site.server.waitForRequests(1)
                worker.send(SIGTERM)
                try await worker.waitForLine { $0.contains("finishing the job in hand") }
                site.release()
                let outcome = try await worker.waitForEnd()
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                #expect(try await client.status(first) == "COMPLETED")
                #expect(try await client.status(second) == "IN_QUEUE")
            }
        }
    }
}
