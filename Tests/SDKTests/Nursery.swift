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

/// The process that starts programs with RunPod's SDK in a tenth of a second, by forking itself.
struct Nursery: Sendable {
    /// The one of the suite that is running.
    @TaskLocal static var shared: Nursery?

    private let url: String
    private let http: HTTPTransport

    /// Runs a nursery while `body` runs; nothing that it has started is left afterwards.
    static func with(python: String, _ body: (Nursery) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await withChildProgram(
                [python, PythonSDK.script("nursery.py")],
                // An empty home: a key in its ".runpod" would take the place of the test's.
                environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"],
                in: folder
            ) { program in
                let line = try await program.waitForLine(on: .output) { Int($0) != nil }
                try await HTTPTransport.withTransport(.polls) { http in
                    try await body(Nursery(url: "http://127.0.0.1:\(line)", http: http))
                }
            }
        }
    }

    /// Starts a script in a process group of its own.
    ///
    /// - Parameter folder: Takes what the program prints, and is its home.
    func spawn(_ script: String, name: String, in folder: URL, _ environment: [String: String]) async throws -> Program
    {
        let log = folder.appending(path: "\(name).log")
        let home = folder.appending(path: "home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let variables = environment.merging(["HOME": home.path, "PATH": "/usr/bin:/bin"]) { $1 }
        let answer = try await post(
            "spawn",
            [
                "script": .string(PythonSDK.script(script)), "log": .string(log.path),
                "environment": .object(variables.mapValues { .string($0) }),
            ]
        )
        return Program(pid: Int32(try #require(answer["pid"]?.intValue)), log: log, nursery: self)
    }

    fileprivate func post(_ path: String, _ order: JSONValue) async throws -> JSONValue {
        try await http.post("\(url)/\(path)", order)
    }

    /// A process that the nursery has started.
    struct Program: Sendable {
        let pid: Int32
        fileprivate let log: URL
        fileprivate let nursery: Nursery

        /// What it has printed so far.
        var printed: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

        func send(_ signal: Int32) { kill(pid, signal) }

        /// Kills all of its group.
        func killGroup() { kill(-pid, SIGKILL) }

        /// How it ended, a signal as its negative number; nil while it runs.
        func status() async throws -> Int? {
            try await nursery.post("status", ["pid": .integer(Int64(pid))])["status"]?.intValue
        }
    }
}

extension HTTPTransport {
    /// Posts a JSON value to one of the test's own programs and returns the JSON value it answers.
    func post(_ url: String, _ value: JSONValue) async throws -> JSONValue {
        let response = try await send(
            TransportRequest(
                method: "POST",
                url: url,
                headers: ["Content-Type": "application/json"],
                body: try JSONCoding.encode(value),
                deadline: .seconds(150),
                bodyLimit: 64 << 20
            )
        )
        return try JSONCoding.decode(JSONValue.self, from: response.body)
    }
}
