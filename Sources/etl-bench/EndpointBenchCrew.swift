import Flashpoints
import FoundationEssentials
import HTTPTransport
import LocalEndpoint
import RunPodAPI
import Synchronization

/// Workers that take jobs, tell a heartbeat every ten seconds, and are done after a drawn time.
struct EndpointBenchCrew: Sendable {
    let address: LocalEndpoint.Address
    let jobs: Int
    /// Of a job's seconds.
    let median: Double

    /// Jobs that one worker has at a time.
    private static let each = 25
    private let done = Done()

    init(address: LocalEndpoint.Address, jobs: Int, median: Double) {
        self.address = address
        self.jobs = jobs
        self.median = median
    }

    private final class Done: Sendable {
        let ends = Mutex<[String: Double]>([:])
    }

    /// The jobs that a worker has.
    private final class Hand: Sendable {
        let jobs = Mutex<Set<String>>([])
    }

    /// When the result of each job was sent off, in seconds since 1970.
    var ends: [String: Double] { done.ends.withLock { $0 } }

    /// Works until cancelled.
    func run() async throws {
        try await HTTPTransport.withTransport(.polls) { http in
            await withDiscardingTaskGroup { group in
                for number in 0..<(jobs + Self.each - 1) / Self.each {
                    group.addTask { await work("bench-\(number)", http) }
                }
            }
        }
    }

    /// Takes jobs, and tells in pings which are in hand.
    private func work(_ worker: String, _ http: HTTPTransport) async {
        let hand = Hand()
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    let ids = hand.jobs.withLock { $0.sorted() }.joined(separator: "%2C")
                    _ = try? await call("GET", "ping/\(worker)?job_id=\(ids)", http)
                }
            }
            while !Task.isCancelled {
                let room = Self.each - hand.jobs.withLock { $0.count }
                guard room > 0 else {
                    try? await Task.sleep(for: .milliseconds(200))
                    continue
                }
                let path = "job-take-batch/\(worker)?batch_size=\(room)&job_in_progress=0"
                guard let answer = try? await call("GET", path, http), answer.status == 200,
                    let taken = try? JSONCoding.decode(JSONValue.self, from: answer.body)
                else {
                    try? await Task.sleep(for: .milliseconds(100))
                    continue
                }
                for job in taken.arrayValue ?? [taken] {
                    guard let id = job["id"]?.stringValue else { continue }
                    hand.jobs.withLock { _ = $0.insert(id) }
                    group.addTask {
                        await perform(id, job["input"] ?? .null, worker, http)
                        hand.jobs.withLock { _ = $0.remove(id) }
                    }
                }
            }
        }
    }

    private func perform(_ job: String, _ input: JSONValue, _ worker: String, _ http: HTTPTransport) async {
        let seconds = median * min(3, Self.factor())
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(seconds))
        let heartbeat: JSONValue = ["output": ["event": "heartbeat", "rss_mb": 120, "cpu_sec": 1.5]]
        while clock.now < end {
            let path = "job-stream/\(worker)/\(job)?isStream=false"
            _ = try? await call("POST", path, http, body: heartbeat)
            let next = min(end, clock.now.advanced(by: .seconds(10)))
            guard (try? await clock.sleep(until: next)) != nil else { return }
        }
        let output: JSONValue = ["output": .array(Self.results(of: input))]
        done.ends.withLock { $0[job] = Date().timeIntervalSince1970 }
        _ = try? await call("POST", "job-done/\(worker)/\(job)?isStream=false", http, body: output)
    }

    /// The results of a worker of ours, or one object for another client's job.
    private static func results(of input: JSONValue) -> [JSONValue] {
        guard let run = input["run"], let indices = run["indices"]?.arrayValue,
            let hashes = run["hashes"]?.arrayValue
        else { return [["echo": input]] }
        let ids = input["flashpoints"]?.arrayValue ?? []
        return zip(zip(indices, hashes), ids).map { place, id in
            [
                "event": "result", "index": place.0, "id": id, "hash": place.1, "ok": true, "result": ["echo": id],
                "duration_sec": 1,
            ]
        }
    }

    /// A log-normally distributed number with the median 1.
    private static func factor() -> Double {
        // The sum of twelve is as good as normal; the exponential by its product form.
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1) }
        let step = 1 + 0.5 * normal / 1_024
        return (0..<10).reduce(step) { power, _ in power * power }
    }

    private func call(
        _ method: String,
        _ path: String,
        _ http: HTTPTransport,
        body: JSONValue? = nil
    ) async throws -> TransportResponse {
        try await http.send(
            TransportRequest(
                method: method,
                url: "\(address.baseURL)/\(address.endpointID)/\(path)",
                headers: ["Authorization": address.token, "Content-Type": "application/json"],
                body: try body.map { try JSONCoding.encode($0) },
                deadline: .seconds(60),
                bodyLimit: 32 << 20
            )
        )
    }
}
