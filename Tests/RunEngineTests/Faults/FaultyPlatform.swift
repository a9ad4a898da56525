import Flashpoints
import FoundationEssentials
import RunPodAPI
import Synchronization
import TestSupport

/// An endpoint with workers that do their job at once, behind a wire that fails as a test wants it.
///
/// A job is in progress, with all its records streamed, when it is first looked at, and has ended at the second look.
final class FaultyPlatform: Sendable {
    typealias Reply = ScriptedServer.Reply

    enum Operation: String, Sendable, Hashable, CaseIterable {
        case run, status
        case statusSync = "status-sync"
        case stream, cancel, health, requests
    }

    /// A request that came.
    struct Call: Sendable {
        var operation: Operation
        /// How many of this operation have come, from 1.
        var number: Int
        /// The worker whose job it is about.
        var worker: Int?
    }

    /// What goes wrong with a request.
    struct Fault: Sendable {
        /// Whether the endpoint does what it was asked, before the answer goes wrong.
        var isProcessed: Bool
        /// Makes the answer from the right one's body.
        var reply: @Sendable (_ body: Data) -> Reply

        /// The request is lost, and answered so.
        static func instead(_ reply: Reply) -> Fault { Fault(isProcessed: false) { _ in reply } }
        /// The request is done, and answered so.
        static func after(_ reply: Reply) -> Fault { Fault(isProcessed: true) { _ in reply } }
        /// The request is done, and its answer spoilt.
        static func spoilt(_ reply: @escaping @Sendable (Data) -> Reply) -> Fault {
            Fault(isProcessed: true, reply: reply)
        }
    }

    /// What the handler makes of a job.
    struct Work: Sendable {
        /// The members of a job that has ended, such as `status`, `output` and `error`.
        var end: @Sendable (JobInput, _ execution: Int) -> [String: JSONValue]
        /// What it streams before.
        var records: @Sendable (JobInput, _ execution: Int) -> [JSONValue]

        /// Our own worker, which repeats its results in its output.
        static let ours = Work(
            end: { input, _ in
                [
                    "status": "COMPLETED",
                    "output": .array(FaultyPlatform.results(of: input) + [["event": "end", "ok": true]]),
                ]
            },
            records: { input, _ in FaultyPlatform.results(of: input) }
        )

        /// A handler that streams nothing.
        static func handler(_ end: @escaping @Sendable (JobInput, _ execution: Int) -> [String: JSONValue]) -> Work {
            Work(end: end, records: { _, _ in [] })
        }
    }

    private struct Job {
        var id: String
        var text: JSONValue
        var input: JobInput
        var execution: Int
        var looks = 0
        var isCancelled = false
        var undrained: [JSONValue] = []
    }

    private struct State {
        var jobs: [String: Job] = [:]
        var calls: [Operation: Int] = [:]
        var executions: [String: Int] = [:]
        var sizes: [Int] = []
    }

    private let work: Work
    private let fault: @Sendable (Call) -> Fault?
    /// Changes the members of an answer about a job, such as its status.
    private let retouch: @Sendable (Call, _ members: inout [String: JSONValue]) -> Void
    private let state = Mutex(State())

    init(
        work: Work = .ours,
        fault: @escaping @Sendable (Call) -> Fault? = { _ in nil },
        retouch: @escaping @Sendable (Call, inout [String: JSONValue]) -> Void = { _, _ in }
    ) {
        self.work = work
        self.fault = fault
        self.retouch = retouch
    }

    /// How often each flashpoint was handed to a worker, by id.
    var executions: [String: Int] { state.withLock { $0.executions } }
    /// Flashpoints of each job, in the order of submission.
    var sizes: [Int] { state.withLock { $0.sizes } }

    func calls(_ operation: Operation) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

    /// A `result` record for each flashpoint, whose result names it.
    static func results(of input: JobInput) -> [JSONValue] {
        guard let run = input.run else { return [] }
        return zip(zip(run.indices, run.hashes), input.flashpoints).map { place, flashpoint in
            [
                "event": "result", "index": .integer(Int64(place.0)), "id": .string(flashpoint.id),
                "hash": .string(place.1),
                "ok": true, "result": ["echo": .string(flashpoint.id)], "duration_sec": 1.5,
            ]
        }
    }

    // MARK: - Answers

    func answer(_ request: ScriptedServer.Request) throws -> Reply {
        let path = request.target.split(separator: "?")[0].split(separator: "/").map(String.init)
        guard path.count > 2, let operation = Operation(rawValue: path[2]) else { return .answer(404, "{}") }
        let id = path.count > 3 ? path[3] : nil
        let call = state.withLock { state in
            state.calls[operation, default: 0] += 1
            let worker = id.flatMap { state.jobs[$0]?.input.run?.worker }
            return Call(operation: operation, number: state.calls[operation] ?? 0, worker: worker)
        }
        let fault = fault(call)
        if let fault, !fault.isProcessed { return fault.reply(Data()) }
        guard var members = try members(operation, id, request.body) else {
            return .answer(404, #"{"error":"job not found"}"#)
        }
        retouch(call, &members)
        let body = try JSONCoding.encode(JSONValue.object(members))
        return fault?.reply(body) ?? .answer(200, data: body)
    }

    private func members(_ operation: Operation, _ id: String?, _ body: Data) throws -> [String: JSONValue]? {
        switch operation {
        case .run:
            let text = try JSONCoding.decode(JSONValue.self, from: body)["input"] ?? .null
            return submit(text, try JSONCoding.decode(JobInput.self, from: try JSONCoding.encode(text)))
        case .health:
            return ["jobs": ["inQueue": 0], "workers": ["idle": 1]]
        case .requests:
            let jobs = state.withLock { $0.jobs.values.map { ["id": .string($0.id), "input": $0.text] as JSONValue } }
            return ["requests": .array(jobs), "hasMore": false]
        case .cancel:
            return state.withLock { state in
                guard let id, state.jobs[id] != nil else { return nil }
                state.jobs[id]?.isCancelled = true
                return ["id": .string(id), "status": "CANCELLED"]
            }
        case .status, .statusSync, .stream:
            return state.withLock { state in
                guard let id, var job = state.jobs[id] else { return nil }
                job.looks += 1
                if job.looks == 1 { job.undrained = work.records(job.input, job.execution) }
                var members: [String: JSONValue] = ["status": "IN_PROGRESS", "workerId": "instance", "delayTime": 5]
                if job.looks > 1 { members = work.end(job.input, job.execution) }
                if job.isCancelled { members = ["status": "CANCELLED"] }
                if operation == .stream {
                    members = ["status": members["status"] ?? "FAILED"]
                    members["stream"] = .array(job.undrained.map { ["output": $0] })
                    job.undrained = []
                }
                members["id"] = .string(id)
                state.jobs[id] = job
                return members
            }
        }
    }

    private func submit(_ text: JSONValue, _ input: JobInput) -> [String: JSONValue] {
        state.withLock { state in
            let id = "job-\(state.jobs.count + 1)"
            for flashpoint in input.flashpoints { state.executions[flashpoint.id, default: 0] += 1 }
            let execution = input.flashpoints.first.flatMap { state.executions[$0.id] } ?? 1
            state.sizes.append(input.flashpoints.count)
            state.jobs[id] = Job(id: id, text: text, input: input, execution: execution)
            return ["id": .string(id), "status": "IN_QUEUE"]
        }
    }
}
