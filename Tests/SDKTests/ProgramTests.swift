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
            "etl-dash endpoint runs a handler of an author with a saved key, serves the SDK's client, leaves no process",
            PythonSDK.isThere
        )
        func handlerProgram() async throws {
            let python = try #require(PythonSDK.python)
            let nursery = try #require(Nursery.shared, "the suite has no nursery")
            try await withTemporaryFolder { folder in
                // The SDK's checks of the machine are the command's to leave out.
                var environment = ["RUNPOD_LOG_LEVEL": "DEBUG"]
                environment["HOME"] = folder.path
                try saveKey(in: folder)
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
                    let pass = try await exported("RUNPOD_WEBHOOK_PING", by: program).split(separator: "pass=").last
                    let words = program.lines().joined(separator: "\n")
                    for secret in [Self.savedKey, key, String(try #require(pass))] {
                        #expect(!words.contains(secret), "\(secret)")
                    }
                    #expect(!words.contains("another key"))
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

        private static let savedKey = "rpa_SAVED_BY_THE_AUTHOR"

        /// What `runpod config` leaves in a user's home.
        private func saveKey(in home: URL) throws {
            let config = home.appending(path: ".runpod")
            try FileManager.default.createDirectory(at: config, withIntermediateDirectories: true)
            let text = "[default]\napi_key = \"\(Self.savedKey)\"\n"
            try Data(text.utf8).write(to: config.appending(path: "config.toml"))
        }

        @Test("Its lines of Python get a result with the variables for clients", PythonSDK.isThere)
        func pythonLines() async throws {
            let python = try #require(PythonSDK.python)
            try await withTemporaryFolder { folder in
                try saveKey(in: folder)
                let environment = [
                    "HOME": folder.path, "PATH": "/usr/bin:/bin", "ETL_DASH_HOME": folder.appending(path: "state").path,
                ]
                let command = [try BuiltBinary.etlDash().path, "endpoint", "--workers", "1"]
                try await withChildProgram(command, environment: environment, in: folder) { program in
                    try await program.waitForLine(on: .output) { $0.contains("runpod.Endpoint(") }
                    let lines = program.lines(on: .output).filter { $0.contains("runpod.") && $0.hasPrefix("#   ") }
                    #expect(lines.count == 2)
                    let code = lines.map { $0.dropFirst("#   ".count) }.joined(separator: "\n")
                    var client = environment
                    for name in ["RUNPOD_API_KEY", "RUNPOD_ENDPOINT_BASE_URL"] {
                        client[name] = try await exported(name, by: program)
                    }
                    try await withChildProgram([python, "-c", code], environment: client, in: folder) { client in
                        let outcome = try await client.waitForEnd()
                        #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                        #expect(outcome.outputText.contains("'event': 'end'"), "\(outcome.outputText)")
                    }
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
