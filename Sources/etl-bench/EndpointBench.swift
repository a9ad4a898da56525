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
            Python with the package runpod, named by ETL_DASH_SDK_PYTHON. With --seconds 300 the goal for jobs of five \
            minutes is judged too; each client takes a quarter of an hour then.
            """
    )

    @Option(parsing: .upToNextOption, help: "Jobs in flight; 60, 400 and 1,000 unless they are long, then 60.")
    var jobs: [Int] = []

    @Option(help: "Median of a job's seconds; log-normally distributed with a sigma of 0.5, at most three times that.")
    var seconds = 40.0

    @Option(help: "Seconds after which a client is stopped; four times the median, and at least 600.")
    var limit: Double?

    private var sizes: [Int] { jobs.isEmpty ? (seconds > 120 ? [60] : [60, 400, 1_000]) : jobs }

    private var patience: Double { limit ?? max(600, 4 * seconds) }

    /// What one client made of its jobs.
    private struct Row {
        var client: EndpointBenchFigures.Client
        var count: Int
        var report: EndpointBenchReport?
        var requests: [EndpointCall: Int]
        var rejected: Int
        var delays: [Double]
        var note: String?

        /// What a client asks, and in this order.
        static let calls: [EndpointCall] = [.run, .status, .statusSync, .stream, .cancel, .health]

        var figures: EndpointBenchFigures {
            let own = Self.calls.reduce(0) { $0 + (requests[$1] ?? 0) }
            return EndpointBenchFigures(
                client: client,
                jobs: count,
                kept: report?.kept,
                requestsPerJob: Double(own) / Double(max(count, 1)),
                delays: delays,
                cpu: report?.cpu
            )
        }
    }

    func run() async throws {
        let python = ProcessInfo.processInfo.environment["ETL_DASH_SDK_PYTHON"] ?? ""
        if python.isEmpty {
            print("skipped: RunPod's asyncio client (set ETL_DASH_SDK_PYTHON to a Python that can import runpod)")
        }
        var rows: [Row] = []
        for count in sizes {
            rows.append(
                try await measure(.ours, count) { address, out in
                    Self.process(
                        CommandLine.arguments[0],
                        ["endpoint-client", "--jobs", "\(count)", "--report", out],
                        address
                    )
                }
            )
            guard !python.isEmpty else { continue }
            rows.append(
                try await measure(.sdk, count) { address, out in
                    Self.process(python, ["-c", Self.script, "\(count)", out], address)
                }
            )
        }
        Self.show(rows)
        print("\n" + Goal.table(EndpointBenchFigures.goals(of: rows.map(\.figures), median: seconds)))
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
        _ client: EndpointBenchFigures.Client,
        _ count: Int,
        process: (LocalEndpoint.Address, _ report: String) -> Process
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
                    return try await finish(process(address, path))
                }
                let data = FileManager.default.contents(atPath: path) ?? Data()
                let report = try? JSONDecoder().decode(EndpointBenchReport.self, from: data)
                let ends = crew.ends
                let delays = (report?.seen ?? [:]).compactMap { job, at in ends[job].map { at - $0 } }
                let (taken, rejected) = counts.withLock { $0 }
                return Row(
                    client: client,
                    count: count,
                    report: report,
                    requests: taken,
                    rejected: rejected,
                    delays: delays.sorted(),
                    note: ended ? nil : "stopped after \(Int(patience)) s"
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
            group.addTask { [patience] in
                guard (try? await Task.sleep(for: .seconds(patience))) != nil else { return true }
                kill(pid, SIGKILL)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? true
        }
    }

    // MARK: - The table

    private static func show(_ rows: [Row]) {
        print(
            "| client | in flight | kept | requests a job | of them | 429 | end → seen p50 | p95 | CPU a job | peak |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        for row in rows {
            let own = Row.calls.map { row.requests[$0] ?? 0 }
            let words = zip(Row.calls, own).filter { $1 > 0 }.map { call, number in
                "\(call.rawValue) \(rounded(Double(number) / Double(row.count), 1))"
            }
            let cells = [
                row.client.rawValue, "\(row.count)",
                row.report.map { "\($0.kept)" } ?? "none (\(row.note ?? "it died"))",
                rounded(row.figures.requestsPerJob, 1), words.joined(separator: ", "),
                "\(row.rejected)", delay(row.figures.delay(0.5)), delay(row.figures.delay(0.95)),
                row.report.map { "\(rounded($0.cpu / Double(row.count) * 1_000, 2)) ms" } ?? "-",
                row.report.map { "\(rounded($0.peakMB, 0)) MB" } ?? "-",
            ]
            print("| \(cells.joined(separator: " | ")) |")
        }
    }

    private static func delay(_ milliseconds: Double?) -> String {
        milliseconds.map { "\(rounded($0, 0)) ms" } ?? "-"
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
