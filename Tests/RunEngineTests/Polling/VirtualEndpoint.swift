import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunEngine
import Synchronization

/// An endpoint in virtual time that keeps to the published limits: what goes beyond them is answered 429, and counted.
///
/// Each job is taken as soon as it comes and done after the seconds of its place; it streams a heartbeat every ten.
final class VirtualEndpoint: HTTPSending {
    struct Limit: Sendable {
        var inTenSeconds: Int
        var atOnce: Int
    }

    private struct Job {
        var input: JobInput
        var taken: Double
        var done: Double
        /// When its stream was read last.
        var told = -1.0
        var requests = 1
        var isCancelled = false
    }

    private struct Usage {
        var times: [Double] = []
        var begun = 0
        var under = 0
        var mostAtOnce = 0
        var mostInTenSeconds = 0
    }

    private struct State {
        var jobs: [String: Job] = [:]
        var usage: [String: Usage] = [:]
        var rejected = 0
        var arrivals: [String] = []
        /// The beginning of the URLs that are answered 401.
        var refused: String?
    }

    private let clock: VirtualTime
    private let seconds: @Sendable (Int) -> Double
    private let roundTrip: Double
    private let streams: Bool
    /// Operations that are answered otherwise.
    private let answers: @Sendable (_ operation: String, _ job: String) -> Int?
    private let state = Mutex(State())

    init(
        _ clock: VirtualTime,
        roundTrip: Double = 0.02,
        streams: Bool = true,
        absent: Set<String> = [],
        answers: @escaping @Sendable (_ operation: String, _ job: String) -> Int? = { _, _ in nil },
        seconds: @escaping @Sendable (Int) -> Double
    ) {
        self.clock = clock
        self.roundTrip = roundTrip
        self.streams = streams
        self.answers = { absent.contains($0) ? 404 : answers($0, $1) }
        self.seconds = seconds
    }

    /// Refuses the key where the URL begins so; nowhere when `nil`.
    func refuse(_ url: String?) { state.withLock { $0.refused = url } }

    /// How many requests were too many.
    var rejected: Int { state.withLock { $0.rejected } }
    /// Requests about each job, its submission included.
    var requests: [Int] { state.withLock { state in state.jobs.values.map(\.requests) } }
    /// When each job was done, by worker.
    var ends: [Int: Double] {
        state.withLock { state in
            Dictionary(state.jobs.values.map { ($0.input.run?.worker ?? 0, $0.done) }) { first, _ in first }
        }
    }
    /// The URLs that were asked for, without query.
    var arrivals: [String] { state.withLock { $0.arrivals } }

    /// The most requests of a kind at once and within ten seconds.
    func most(_ kind: String) -> (atOnce: Int, inTenSeconds: Int) {
        state.withLock { state in (state.usage[kind]?.mostAtOnce ?? 0, state.usage[kind]?.mostInTenSeconds ?? 0) }
    }

    private static let limits = [
        "run": Limit(inTenSeconds: 1_000, atOnce: 200), "status": Limit(inTenSeconds: 2_000, atOnce: 400),
        "cancel": Limit(inTenSeconds: 100, atOnce: 20),
    ]

    func send(
        _ request: TransportRequest,
        wantsBody: @escaping @Sendable (TransportHead) -> Bool
    ) async throws -> TransportResponse {
        let parts = request.url.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts[0].split(separator: "/").map(String.init)
        let query = parts.count > 1 ? parts[1] : ""
        let job = path.last ?? ""
        let operation = path.last { ["run", "status", "status-sync", "stream", "cancel", "health"].contains($0) } ?? ""
        try await clock.sleep(for: .seconds(roundTrip / 2))
        if let refused = state.withLock({ $0.refused }), request.url.hasPrefix(refused) {
            return Self.answer(401, ["error": "unauthorized"])
        }
        let kind = ["status-sync", "stream"].contains(operation) ? "status" : operation
        guard begin(kind, url: parts[0], job: job) else { return Self.answer(429, ["error": "too many requests"]) }
        let wait = Double(query.split(separator: "wait=").last ?? "") ?? 0
        let response: TransportResponse
        do {
            defer { end(kind) }
            response = try await answer(operation, job, request.body, wait: wait / 1_000)
        }
        try await clock.sleep(for: .seconds(roundTrip / 2))
        return response
    }

    private var now: Double { clock.now.sinceStart / .seconds(1) }

    private func begin(_ kind: String, url: String, job: String) -> Bool {
        let now = now
        return state.withLock { state in
            state.arrivals.append(url)
            state.jobs[job]?.requests += 1
            guard let limit = Self.limits[kind] else { return true }
            var usage = state.usage[kind] ?? Usage()
            defer { state.usage[kind] = usage }
            usage.times.append(now)
            while usage.times[usage.begun] <= now - 10 { usage.begun += 1 }
            usage.mostInTenSeconds = max(usage.mostInTenSeconds, usage.times.count - usage.begun)
            guard usage.times.count - usage.begun <= limit.inTenSeconds, usage.under < limit.atOnce else {
                state.rejected += 1
                return false
            }
            usage.under += 1
            usage.mostAtOnce = max(usage.mostAtOnce, usage.under)
            return true
        }
    }

    private func end(_ kind: String) { state.withLock { $0.usage[kind]?.under -= 1 } }

    private func answer(
        _ operation: String,
        _ job: String,
        _ body: Data?,
        wait: Double
    ) async throws -> TransportResponse {
        if let status = answers(operation, job) { return Self.answer(status, ["error": "no"]) }
        switch operation {
        case "run": return try run(body ?? Data())
        case "health": return Self.answer(200, ["jobs": ["inQueue": 0], "workers": ["running": 1]])
        case "cancel":
            let now = now
            return state.withLock { state in
                let done = state.jobs[job]?.done ?? now
                state.jobs[job]?.done = min(done, now)
                state.jobs[job]?.isCancelled = true
                return Self.answer(200, ["id": .string(job), "status": "CANCELLED"])
            }
        case "status": return shown(job)
        case "status-sync":
            try await hold(job, until: now + wait) { $0.done }
            return shown(job)
        case "stream":
            let streams = streams
            try await hold(job, until: now + wait) { job in
                min(job.done, streams ? Self.nextRecord(of: job) : job.done)
            }
            return drained(job)
        default: return Self.answer(404, ["error": "no such operation"])
        }
    }

    /// Waits until something is to be told, step by step since a job may be cancelled meanwhile.
    private func hold(_ id: String, until limit: Double, _ next: @Sendable (Job) -> Double) async throws {
        while now < limit, let job = state.withLock({ $0.jobs[id] }), next(job) > now {
            try await clock.sleep(for: .seconds(max(0.001, min(limit, next(job), now + 20) - now)))
        }
    }

    private static func nextRecord(of job: Job) -> Double {
        guard job.told >= job.taken else { return job.taken }
        return job.taken + (((job.told - job.taken) / 10).rounded(.down) + 1) * 10
    }

    private func run(_ body: Data) throws -> TransportResponse {
        let text = try JSONCoding.decode(JSONValue.self, from: body)["input"] ?? .null
        let input = try JSONCoding.decode(JobInput.self, from: try JSONCoding.encode(text))
        let now = now
        let id = state.withLock { state in
            let id = "job-\(state.jobs.count + 1)"
            state.jobs[id] = Job(input: input, taken: now, done: now + seconds(input.run?.worker ?? 0))
            return id
        }
        return Self.answer(200, ["id": .string(id), "status": "IN_QUEUE"])
    }

    private func word(_ job: Job) -> String {
        if job.isCancelled { return "CANCELLED" }
        return now < job.done ? "IN_PROGRESS" : "COMPLETED"
    }

    private func shown(_ id: String) -> TransportResponse {
        state.withLock { state in
            guard let job = state.jobs[id] else { return Self.answer(404, ["error": "job not found"]) }
            var members: [String: JSONValue] = ["id": .string(id), "status": .string(word(job)), "workerId": "virtual"]
            if word(job) == "COMPLETED" {
                members["output"] = .array(FaultyPlatform.results(of: job.input))
                members["executionTime"] = .integer(Int64((job.done - job.taken) * 1_000))
            }
            return Self.answer(200, .object(members))
        }
    }

    private func drained(_ id: String) -> TransportResponse {
        let now = now
        return state.withLock { state in
            guard let job = state.jobs[id] else { return Self.answer(404, ["error": "job not found"]) }
            var pieces: [JSONValue] = []
            if streams, Self.nextRecord(of: job) <= min(now, job.done), job.told < job.done {
                pieces.append(["output": ["event": "heartbeat", "rss_mb": 100, "cpu_sec": 1.5]])
            }
            state.jobs[id]?.told = now
            return Self.answer(200, ["id": .string(id), "status": .string(word(job)), "stream": .array(pieces)])
        }
    }

    private static func answer(_ status: Int, _ body: JSONValue) -> TransportResponse {
        TransportResponse(
            status: status,
            headers: ["Content-Type": "application/json"],
            body: (try? JSONCoding.encode(body)) ?? Data()
        )
    }
}
