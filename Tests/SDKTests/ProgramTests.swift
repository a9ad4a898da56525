import Flashpoints
import FoundationEssentials
import HTTPTransport
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SDKTests {
    /// `etl-dash endpoint`, with a handler that knows nothing of it.
    @Suite("The command")
    struct ProgramTests {
        @Test(
            "etl-dash endpoint runs an author's handler, serves it to the SDK's client, and leaves no process",
            PythonSDK.isThere
        )
        func handlerProgram() async throws {
            let python = try #require(PythonSDK.python)
            let nursery = try #require(Nursery.shared, "the suite has no nursery")
            try await withTemporaryFolder { folder in
                var environment = PythonSDK.quietly
                environment["HOME"] = folder.path
                environment["PATH"] = "/usr/bin:/bin"
                environment["ETL_DASH_HOME"] = folder.appending(path: "state").path
                environment["SHAPE"] = "aggregate"
                environment["TRACE"] = folder.appending(path: "trace").path
                try await withChildProgram(
                    [
                        try BuiltBinary.etlDash().path, "endpoint", "--workers", "2", "--", python,
                        PythonSDK.script("handler.py"),
                    ],
                    environment: environment,
                    in: folder
                ) { program in
                    let endpoint = try await exported("RUNPOD_ENDPOINT", by: program)
                    let key = try await exported("RUNPOD_API_KEY", by: program)
                    let parts = try #require(endpoint.lastIndex(of: "/").map { (endpoint[..<$0], endpoint[$0...]) })
                    try await HTTPTransport.withTransport(.polls) { http in
                        let (client, clientProgram) = try await SDKClient.start(
                            nursery,
                            in: folder,
                            baseURL: String(parts.0),
                            endpointID: String(parts.1.dropFirst()),
                            key: key,
                            http: http
                        )
                        defer { clientProgram.killGroup() }
                        let records: JSONValue = [["page": 1], ["page": 2]]
                        let request: JSONValue = ["input": ["op": "stream", "records": records]]
                        #expect(try await client.call("run_sync", request: request) == records)
                        let job = try #require(try await client.run(request).id)
                        #expect(try await client.records(of: job) == records.arrayValue)
                    }
                    let workers = ["local-1", "local-2"].flatMap {
                        ProcessTable.processes(startedWith: "RUNPOD_POD_ID=\($0)").filter {
                            ProcessTable.environment(of: $0)?.contains("HOME=\(folder.path)") == true
                        }
                    }
                    #expect(workers.count >= 4, "two workers, each with a process that pings")
                    program.send(SIGTERM)
                    let outcome = try await program.waitForEnd()
                    #expect(outcome.ending == .code(128 + SIGTERM))
                    #expect(workers.filter(ProcessTable.isRunning) == [])
                }
            }
        }

        /// The value of a variable that the command prints for its users to export.
        private func exported(_ name: String, by program: ChildProgram) async throws -> String {
            let line = try await program.waitForLine(on: .output) { $0.hasPrefix("export \(name)='") }
            return String(line.dropFirst("export \(name)='".count).dropLast())
        }
    }
}
