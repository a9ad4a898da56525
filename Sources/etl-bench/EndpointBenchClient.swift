import ArgumentParser
import Coordination
import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunEngine
import RunJournal
import RunPodAPI
import Synchronization

/// Our engine with a job in flight for each worker, its journal on this disk; measured by ``EndpointBench``.
struct EndpointBenchClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "endpoint-client", shouldDisplay: false)

    @Option var jobs: Int
    @Option var report: String

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let base = environment["RUNPOD_ENDPOINT_BASE_URL"], let id = environment["RUNPOD_ENDPOINT_ID"],
            let credential = environment["RUNPOD_API_KEY"].flatMap(Credential.init(_:))
        else { throw ValidationError("it is started by etl-bench endpoint") }
        let address = try EndpointAddress("\(base)/\(id)")
        let seen = Seen()
        let ((outcome, kept), measured) = try await Measurement.of {
            try await withBenchFolder { home in
                try await HTTPTransport.withTransport(.control) { control in
                    try await HTTPTransport.withTransport(.polls) { polls in
                        let client = RunPodClient(
                            address: address,
                            credential: credential,
                            control: control,
                            polls: polls,
                            pacing: RateLimiter(clock: SuspendingClock())
                        )
                        return try await drive(client, home: home, seen: seen)
                    }
                }
            }
        }
        if outcome != .ended { print("the run was left: \(outcome)") }
        let told = EndpointBenchReport(
            kept: kept,
            cpu: measured.cpuSeconds,
            peakMB: measured.peakMB,
            seen: seen.times.withLock { $0 }
        )
        try JSONCoding.encode(told).write(to: URL(filePath: report))
    }

    private typealias Driver = RunDriver<SuspendingClock, SeeingBackend, SQLiteJournal>

    private func drive(
        _ client: RunPodClient,
        home: String,
        seen: Seen
    ) async throws -> (outcome: Driver.Outcome, kept: Int) {
        let (plan, rows) = benchPlan(flashpoints: jobs, workers: jobs, perChunk: 1)
        let journal = try await benchJournal(home: home, plan, rows)
        defer { try? journal.close() }
        // The payload is ids alone, but a reader wants its file.
        try Data().write(to: URL(filePath: home).appending(path: InputSpool.fileName))
        let bodies = JobBodies(
            plan: plan,
            spool: try SpoolReader(folder: home),
            limits: JobBodies.Limits(requestTimeout: .seconds(7_200), jobTimeout: .seconds(86_400)),
            payload: .ids,
            logLevel: "INFO"
        )
        let backend = RunPodBackend(
            client: client,
            instance: nil,
            bodies: bodies,
            clock: SuspendingClock(),
            sources: RunPodBackend.Sources(chance: { Double.random(in: 0..<1) }, wallTime: Self.wallTime)
        )
        let driver = Driver(
            state: RunState(plan: plan),
            seq: 0,
            clock: SuspendingClock(),
            backend: SeeingBackend(inner: backend, seen: seen),
            journal: journal,
            sources: Driver.Sources(
                wallTime: Self.wallTime,
                chance: { Double.random(in: 0..<1) },
                nonce: { UUID().uuidString }
            ),
            control: RunControl(),
            feed: EventFeed(journal: journal)
        )
        let left = try await driver.run()
        return (left.outcome, left.state.counts.ok)
    }

    private static let wallTime: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// When the end of each job was known, in seconds since 1970.
    private final class Seen: Sendable {
        let times = Mutex<[String: Double]>([:])
    }

    /// Notes when ends are reported.
    private struct SeeingBackend: Backend {
        let inner: RunPodBackend<SuspendingClock>
        let seen: Seen

        var endpoint: String { inner.endpoint }

        func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
            await inner.submit(order, report: report)
        }

        func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
            await inner.watch(order, job: job) { message in
                if case .ended = message {
                    seen.times.withLock { $0[job] = Date().timeIntervalSince1970 }
                }
                await report(message)
            }
        }

        func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
            await inner.find(order, report: report)
        }

        func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
            await inner.cancel(order, job: job, report: report)
        }

        func attend(report: @escaping Reporter) async { await inner.attend(report: report) }
    }
}
