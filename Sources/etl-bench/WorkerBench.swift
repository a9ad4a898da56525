import ArgumentParser
import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import RunPodAPI
import Synchronization

/// Measures how long a worker idles between two jobs: from one handler's end to the next one's beginning, over loopback.
struct WorkerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Work through queued jobs behind an endpoint on this machine."
    )

    @Option(help: "Jobs in the queue.")
    var jobs = 200

    @Option(help: "Milliseconds that a job takes.")
    var jobTime = 20

    @Option(help: "Milliseconds before its end at which a job says that it is nearly done; 0 never.")
    var ahead = 5

    @Option(help: "Bytes of a result.")
    var resultBytes = 3_000

    func run() async throws {
        let moments = Moments()
        let drain = Latch()
        let output = JSONValue.string(String(repeating: "x", count: resultBytes))
        try await LocalEndpoint.run(LocalEndpoint.Options(token: UUID().uuidString)) { address in
            try await HTTPTransport.withTransport(.polls) { polls in
                try await HTTPTransport.withTransport(.control) { control in
                    try await submit(to: address, control)
                    let variables = address.workerEnvironment(podID: "bench", pingInterval: .seconds(10))
                    let environment = try WorkerEnvironment(variables, freshID: { "bench" })
                    let worker = RunPodWorker(
                        client: WorkerClient(environment: environment, polls: polls, control: control),
                        clock: SuspendingClock(),
                        chance: { Double.random(in: 0..<1) },
                        notify: { print($0) }
                    )
                    let ((), measured) = try await Measurement.of {
                        try await worker.run(until: drain) { _, writer in
                            moments.begins()
                            try await Task.sleep(for: .milliseconds(max(0, jobTime - ahead)), clock: .suspending)
                            if ahead > 0 {
                                writer.prepareNext()
                                try await Task.sleep(for: .milliseconds(ahead), clock: .suspending)
                            }
                            if moments.ends() == jobs { drain.release() }
                            return output
                        }
                    }
                    print(measured.line("\(jobs) jobs of \(jobTime) ms", count: jobs))
                    print(moments.summary)
                }
            }
        }
    }

    private func submit(to address: LocalEndpoint.Address, _ control: HTTPTransport) async throws {
        for number in 1...max(jobs, 1) {
            let response = try await control.send(
                TransportRequest(
                    method: "POST",
                    url: "\(address.baseURL)/\(address.endpointID)/run",
                    headers: ["Authorization": "Bearer \(address.token)", "Content-Type": "application/json"],
                    body: try JSONCoding.encode(["input": ["number": .integer(Int64(number))]] as JSONValue),
                    deadline: .seconds(30),
                    bodyLimit: 1 << 20
                )
            )
            guard response.status == 200 else {
                throw ValidationError("the endpoint answered \(response.status) to job \(number)")
            }
        }
    }
}

/// When handlers began and ended.
private final class Moments: Sendable {
    private struct State {
        var ended: SuspendingClock.Instant?
        var gaps: [Duration] = []
        var count = 0
    }

    private let state = Mutex(State())

    func begins() {
        let now = SuspendingClock().now
        state.withLock { state in
            if let ended = state.ended { state.gaps.append(ended.duration(to: now)) }
        }
    }

    /// How many have ended now.
    func ends() -> Int {
        let now = SuspendingClock().now
        return state.withLock { state in
            state.ended = now
            state.count += 1
            return state.count
        }
    }

    var summary: String {
        let gaps = state.withLock { $0.gaps.sorted() }
        guard !gaps.isEmpty else { return "fewer than two jobs have no gap" }
        let figures = [0.5, 0.95, 1].map { part in
            let gap = gaps[min(gaps.count - 1, Int(Double(gaps.count) * part))]
            return "\(((gap / .milliseconds(1)) * 100).rounded() / 100) ms"
        }
        return "idle between two jobs: p50 \(figures[0]), p95 \(figures[1]), at most \(figures[2])"
    }
}
