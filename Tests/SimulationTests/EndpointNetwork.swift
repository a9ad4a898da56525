import Coordination
import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunEngine
import RunPodAPI

/// The simulated endpoint as HTTP clients see it, and the network on the way to it.
struct EndpointNetwork: HTTPSending {
    let scene: Scene
    let life: Life
    private let dice: Dice

    init(_ scene: Scene, life: Life, number: Int) {
        self.scene = scene
        self.life = life
        dice = Dice(seed: scene.scenario.seed &* 211 &+ UInt64(number))
    }

    func send(
        _ request: TransportRequest,
        wantsBody: @escaping @Sendable (TransportHead) -> Bool
    ) async throws -> TransportResponse {
        let path = request.url.split(separator: "?")[0].split(separator: "/").map(String.init)
        let operation = path.last { Self.operations.contains($0) } ?? ""
        let call = Call(operation: operation, job: path.last ?? "", request: request)
        let fault = scene.weatherNow()
        switch fault {
        case .refused:
            try await pass(0.05)
            throw HTTPFailure.notSent(at: operation, why: "connection refused")
        case .lostBefore:
            try await pass(0.05)
            throw HTTPFailure.lostAnswer(at: operation, why: "connection reset")
        case .silent(let processed):
            if processed { _ = try await answer(call) }
            try await pass(request.deadline / .seconds(1))
            throw HTTPFailure.timedOut(at: operation, .waiting, after: request.deadline)
        case .rateLimited(let wait):
            try await pass(0.02)
            return Self.response(429, ["error": "too many requests"], retryAfter: wait)
        case .serverTrouble(let status):
            try await pass(0.2)
            return TransportResponse(status: status, body: Data("<html>bad gateway</html>".utf8))
        case .denied(let status):
            try await pass(0.02)
            return Self.response(status, ["error": "unauthorized"])
        case .badRequest(let status) where operation == "run":
            try await pass(0.02)
            return Self.response(status, ["error": "bad request"])
        case .notFound where !call.job.isEmpty && operation != "run":
            try await pass(0.02)
            return Self.response(404, ["error": "job not found"])
        case .slow(let seconds):
            try await pass(min(seconds, request.deadline / .seconds(1) / 2))
            return try await answer(call)
        case .lostAfter:
            _ = try await answer(call)
            throw HTTPFailure.lostAnswer(at: operation, why: "connection reset")
        case .truncated:
            let whole = try await answer(call)
            if dice.chance(0.5) { throw HTTPFailure.lostAnswer(at: operation, why: "the body ended early") }
            return TransportResponse(status: whole.status, body: whole.body.prefix(whole.body.count / 2))
        case .garbage:
            _ = try await answer(call)
            let texts = ["<html>welcome</html>", "{\"id\": ", "[NaN]", "{\"status\": 7}", "", "null"]
            return TransportResponse(status: 200, body: Data(texts[dice.below(texts.count)].utf8))
        case .badRequest, .notFound, nil:
            return try await answer(call)
        }
    }

    private struct Call {
        var operation: String
        var job: String
        var request: TransportRequest
    }

    private static let operations: Set<String> = [
        "run", "status", "status-sync", "stream", "cancel", "health", "requests",
    ]

    private func pass(_ seconds: Double) async throws {
        try await scene.clock.sleep(for: .seconds(seconds))
    }

    /// What the endpoint says; takes the time that requests take, half of it before the endpoint has it.
    private func answer(_ call: Call) async throws -> TransportResponse {
        try await pass(dice.pick(0.005, 0.02, 0.1))
        guard !life.isOver else { throw CancellationError() }
        let response: TransportResponse
        switch call.operation {
        case "run": response = run(call)
        case "stream": response = try await stream(call)
        case "status": response = Self.job(scene.endpoint { $0.look(at: call.job, now: $1) })
        case "status-sync": response = try await held(call)
        case "cancel": response = Self.job(scene.endpoint { $0.cancel(call.job, now: $1) })
        case "requests" where scene.scenario.listsJobs: response = list()
        case "health": response = Self.response(200, ["jobs": ["inQueue": 1], "workers": ["running": 1]])
        default: response = Self.response(404, ["error": "no such operation"])
        }
        try await pass(dice.pick(0.005, 0.02, 0.1))
        return response
    }

    // MARK: - Operations

    private func run(_ call: Call) -> TransportResponse {
        guard let body = call.request.body, let value = try? JSONCoding.decode(JSONValue.self, from: body),
            let run = value["input"]?["run"], let nonce = run["nonce"]?.stringValue,
            let worker = run["worker"]?.intValue, let chunk = run["chunk"]?.intValue,
            let attempt = run["attempt"]?.intValue, let indices = run["indices"]?.arrayValue?.compactMap(\.intValue),
            let hashes = run["hashes"]?.arrayValue?.compactMap(\.stringValue),
            let limit = value["policy"]?["executionTimeout"]?.intValue, let life = value["policy"]?["ttl"]?.intValue
        else { return Self.response(400, ["error": "bad request: no input"]) }
        let cargo = Endpoint.Cargo(
            ref: AttemptRef(worker: worker, chunk: chunk, attempt: attempt),
            nonce: nonce,
            indices: indices,
            hashes: hashes
        )
        let job = scene.submit(cargo, limit: Double(limit) / 1_000, life: Double(life) / 1_000)
        return Self.response(200, ["id": .string(job), "status": "IN_QUEUE"])
    }

    /// Held while there is nothing to hand out, at most as long as was asked for.
    private func stream(_ call: Call) async throws -> TransportResponse {
        let deadline = scene.clock.seconds + wait(call)
        while true {
            guard let answer = scene.endpoint({ $0.drain(call.job, now: $1) }) else {
                return Self.response(404, ["error": "job not found"])
            }
            let left = deadline - scene.clock.seconds
            if !answer.pieces.isEmpty || answer.status.isTerminal || left <= 0 {
                let pieces = answer.pieces.map { piece -> JSONValue in
                    switch piece {
                    case .record(let record): ["output": Wire.json(record)]
                    case .value(let value): ["output": value]
                    }
                }
                return Self.response(200, ["status": .string(answer.status.rawValue), "stream": .array(pieces)])
            }
            try await pass(scene.pause(atMost: left))
        }
    }

    private func held(_ call: Call) async throws -> TransportResponse {
        let deadline = scene.clock.seconds + wait(call)
        while true {
            guard let look = scene.endpoint({ $0.look(at: call.job, now: $1) }) else { return Self.job(nil) }
            let left = deadline - scene.clock.seconds
            if look.status.isTerminal || left <= 0 { return Self.job(look) }
            try await pass(scene.pause(atMost: left))
        }
    }

    private func wait(_ call: Call) -> Double {
        let text = call.request.url.split(separator: "wait=").dropFirst().first?.prefix { $0.isNumber } ?? ""
        return (Double(text) ?? 10_000) / 1_000
    }

    /// All jobs that the endpoint still knows, with what of their input says whose they are.
    private func list() -> TransportResponse {
        let jobs = scene.endpoint { $0.list(now: $1) }.map { look -> JSONValue in
            let cargo = look.job.cargo
            return [
                "id": .string(look.job.id), "status": .string(look.status.rawValue),
                "input": [
                    "run": [
                        "id": .string(scene.plan.header.run), "worker": .integer(Int64(cargo.ref.worker)),
                        "chunk": .integer(Int64(cargo.ref.chunk)), "attempt": .integer(Int64(cargo.ref.attempt)),
                        "nonce": .string(cargo.nonce),
                    ]
                ],
            ]
        }
        return Self.response(200, ["requests": .array(jobs), "hasMore": false])
    }

    // MARK: - Answers

    private static func response(_ status: Int, _ body: JSONValue, retryAfter: String? = nil) -> TransportResponse {
        var headers: HeaderFields = ["Content-Type": "application/json"]
        headers["Retry-After"] = retryAfter
        return TransportResponse(status: status, headers: headers, body: (try? JSONCoding.encode(body)) ?? Data())
    }

    private static func job(_ look: Endpoint.Look?) -> TransportResponse {
        guard let look else { return response(404, ["error": "job not found"]) }
        var members: [String: JSONValue] = [
            "id": .string(look.job.id), "status": .string(look.status.rawValue),
            "retries": .integer(Int64(max(0, look.job.runs - 1))),
        ]
        members["delayTime"] = look.job.delayMS.map { .integer(Int64($0)) }
        members["workerId"] = look.job.instance.map { .string($0) }
        if look.status.isTerminal {
            members["executionTime"] = look.job.executionMS.map { .integer(Int64($0)) }
            members["output"] = look.job.output
            members["error"] = look.job.error.map { .string($0) }
        }
        return response(200, .object(members))
    }
}
