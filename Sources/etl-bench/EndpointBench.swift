import ArgumentParser
import Foundation  // for Process: the clients are measured in processes of their own
import LocalEndpoint
import RunPodAPI
import Synchronization

/// Our engine and RunPod's own asyncio client over the same endpoint, with the platform's published limits on.
struct EndpointBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint",
        abstract: "Compare watching jobs by our engine and by RunPod's own asyncio client.",
        discussion: """
            The endpoint and its workers run in this process, each client in one of its own. RunPod's client needs a \
            Python with the package runpod, named by ETL_DASH_SDK_PYTHON.
            """
    )

    @Option(parsing: .upToNextOption, help: "Jobs in flight.")
    var jobs = [60, 400, 1_000]

    @Option(help: "Median of a job's seconds; they are log-normally distributed with a sigma of 0.5.")
    var seconds = 40.0

    @Option(help: "Seconds after which a client is stopped.")
    var limit = 600.0

    /// What one client made of its jobs.
    private struct Row {
        var name: String
        var count: Int
        var report: EndpointBenchReport?
        var requests: [EndpointCall: Int]
        var rejected: Int
        var delays: [Double]
        var note: String?
    }

    func run() async throws {
        let python = ProcessInfo.processInfo.environment["ETL_DASH_SDK_PYTHON"] ?? ""
        if python.isEmpty {
            print("skipped: RunPod's asyncio client (set ETL_DASH_SDK_PYTHON to a Python that can import runpod)")
        }
        var rows: [Row] = []
        for count in jobs {
            rows.append(
                try await measure("etl-dash", count) { address, out in
                    Self.process(
                        CommandLine.arguments[0],
                        ["endpoint-client", "--jobs", "\(count)", "--report", out],
                        address
                    )
                }
            )
            guard !python.isEmpty else { continue }
            rows.append(
                try await measure("runpod asyncio", count) { address, out in
                    Self.process(python, ["-c", Self.script, "\(count)", out], address)
                }
            )
        }
        Self.show(rows)
    }

    private static func process(_ program: String, _ arguments: [String], _ address: LocalEndpoint.Address) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["RUNPOD_API_KEY"] = address.token
        environment["RUNPOD_ENDPOINT_ID"] = address.endpointID
        environment["RUNPOD_ENDPOINT_BASE_URL"] = address.baseURL
        process.environment = environment
        return process
    }

    /// Runs a client against an endpoint of its own.
    private func measure(
        _ name: String,
        _ count: Int,
        client: (LocalEndpoint.Address, _ report: String) -> Process
    ) async throws -> Row {
        let counts = Mutex<(taken: [EndpointCall: Int], rejected: Int)>(([:], 0))
        var options = LocalEndpoint.Options(token: UUID().uuidString.lowercased())
        options.rates = .documented
        options.onRequest = { call, isAdmitted in
            counts.withLock { counts in
                counts.taken[call, default: 0] += 1
                if !isAdmitted { counts.rejected += 1 }
            }
        }
        return try await withBenchFolder { folder in
            let path = folder + "/report.json"
            return try await LocalEndpoint.run(options) { address in
                let crew = EndpointBenchCrew(address: address, jobs: count, median: seconds)
                let ended: Bool = try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await crew.run() }
                    defer { group.cancelAll() }
                    return try await finish(client(address, path))
                }
                let data = FileManager.default.contents(atPath: path) ?? Data()
                let report = try? JSONDecoder().decode(EndpointBenchReport.self, from: data)
                let ends = crew.ends
                let delays = (report?.seen ?? [:]).compactMap { job, at in ends[job].map { at - $0 } }
                let (taken, rejected) = counts.withLock { $0 }
                return Row(
                    name: name,
                    count: count,
                    report: report,
                    requests: taken,
                    rejected: rejected,
                    delays: delays.sorted(),
                    note: ended ? nil : "stopped after \(Int(limit)) s"
                )
            }
        }
    }

    /// Waits for the client's end; false when it had to be stopped.
    private func finish(_ process: Process) async throws -> Bool {
        let (ends, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        process.terminationHandler = { _ in end.finish() }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let pid = process.processIdentifier
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in ends {}
                return true
            }
            group.addTask { [limit] in
                guard (try? await Task.sleep(for: .seconds(limit))) != nil else { return true }
                kill(pid, SIGKILL)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? true
        }
    }

    // MARK: - The table

    private static func show(_ rows: [Row]) {
        let calls: [EndpointCall] = [.run, .status, .statusSync, .stream, .cancel, .health]
        print(
            "| client | in flight | kept | requests a job | of them | 429 | end → seen p50 | p95 | CPU a job | peak |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for row in rows {
            let own = calls.map { row.requests[$0] ?? 0 }
            let words = zip(calls, own).filter { $1 > 0 }.map { call, number in
                "\(call.rawValue) \(rounded(Double(number) / Double(row.count), 1))"
            }
            let cells = [
                row.name, "\(row.count)", row.report.map { "\($0.kept)" } ?? "none (\(row.note ?? "it died"))",
                rounded(Double(own.reduce(0, +)) / Double(row.count), 1), words.joined(separator: ", "),
                "\(row.rejected)", delay(row.delays, 0.5), delay(row.delays, 0.95),
                row.report.map { "\(rounded($0.cpu / Double(row.count) * 1_000, 2)) ms" } ?? "-",
                row.report.map { "\(rounded($0.peakMB, 0)) MB" } ?? "-",
            ]
            print("| \(cells.joined(separator: " | ")) |")
        }
    }

    private static func delay(_ sorted: [Double], _ quantile: Double) -> String {
        guard !sorted.isEmpty else { return "-" }
        let place = min(sorted.count - 1, Int(Double(sorted.count) * quantile))
        return "\(rounded(sorted[place] * 1_000, 0)) ms"
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}

/// What a client tells at its end.
struct EndpointBenchReport: Codable, Sendable {
    /// Jobs of which it has the result.
    var kept: Int
    /// Processor seconds of the client's process.
    var cpu: Double
    var peakMB: Double
    /// When the end of each job was known, in seconds since 1970.
    var seen: [String: Double]
}
