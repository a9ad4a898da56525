import RunPodAPI
import Testing

@testable import LocalEndpoint

/// A queue with its own time, its answers collected by waiter.
struct QueueBench {
    typealias Event = JobQueue.Event
    typealias Reply = JobQueue.Reply

    var queue: JobQueue
    private(set) var now: Duration = .zero
    /// The answers so far.
    private(set) var answers: [UInt64: Reply] = [:]
    /// What was ordered besides answers, in order.
    private(set) var orders: [JobQueue.Effect] = []
    private var seen: Set<UInt64> = []
    private(set) var lastWaiter: UInt64 = 0

    init(limits: JobQueue.Limits = JobQueue.Limits()) {
        queue = JobQueue(limits: limits)
    }

    /// Lets the time pass in one step; what is due on the way happens with the tick.
    mutating func advance(_ duration: Duration) {
        now += duration
        tell(.ticked)
    }

    /// Lets time pass without a tick, as when the timer is late.
    mutating func passUnnoticed(_ duration: Duration) {
        now += duration
    }

    mutating func tell(_ event: Event, sourceLocation: SourceLocation = #_sourceLocation) {
        for effect in queue.handle(event, at: now) {
            guard case .answer(let waiter, let reply) = effect else {
                orders.append(effect)
                continue
            }
            #expect(answers[waiter] == nil, "answered twice", sourceLocation: sourceLocation)
            answers[waiter] = reply
        }
    }

    /// Who has been answered.
    var answered: Set<UInt64> { Set(answers.keys) }

    /// The answers since the last call, in the order of their requests.
    mutating func takeAnswers() -> [(UInt64, Reply)] {
        defer { seen = answered }
        return answers.filter { !seen.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Puts a request and returns its waiter.
    mutating func ask(_ event: (UInt64) -> Event) -> UInt64 {
        lastWaiter += 1
        let waiter = lastWaiter
        tell(event(waiter))
        return waiter
    }

    /// Puts a request that is answered at once.
    mutating func reply(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ event: (UInt64) -> Event
    ) throws -> Reply {
        let waiter = ask(event)
        return try #require(answers[waiter], "not answered at once", sourceLocation: sourceLocation)
    }

    // MARK: - Shorthand

    mutating func submit(
        _ id: String,
        input: String = #"{"n":1}"#,
        executionTimeout: Duration = .seconds(600),
        ttl: Duration = .seconds(86_400)
    ) throws {
        let submission = Submission(
            input: try JSONText(validating: Array(input.utf8)),
            executionTimeout: executionTimeout,
            ttl: ttl
        )
        #expect(try reply { .submitted(submission, id: id, wait: nil, $0) } == .accepted(id, .inQueue))
    }

    /// The id of the job that the worker gets at once.
    mutating func take(_ worker: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let reply = try reply(sourceLocation: sourceLocation) {
            .takeAsked(worker, batch: nil, hold: .seconds(20), $0)
        }
        guard case .taken(let job) = reply else {
            throw Surprise(reply: reply)
        }
        return job.id
    }

    mutating func ping(_ worker: String, _ holding: [String] = []) throws {
        #expect(try reply { .pinged(worker, holding: holding, isHealthy: true, $0) } == .acknowledged)
    }

    mutating func finish(_ worker: String, _ job: String, output: String? = "true") throws -> Reply {
        let output = try output.map { try JSONText(validating: Array($0.utf8)) }
        return try reply { .done(worker, job, .completed(output: output), $0) }
    }

    mutating func stream(_ worker: String, _ job: String, _ chunk: String) throws -> Reply {
        let chunk = try JSONText(validating: Array(chunk.utf8))
        return try reply { .streamed(worker, job, chunk: chunk, $0) }
    }

    mutating func progress(_ worker: String, _ job: String, _ value: String) throws -> Reply {
        let value = try JSONText(validating: Array(value.utf8))
        return try reply { .progressed(worker, job, value, $0) }
    }

    mutating func status(_ job: String) throws -> JobSnapshot {
        let reply = try reply { .statusAsked(job, $0) }
        guard case .job(let snapshot) = reply else { throw Surprise(reply: reply) }
        return snapshot
    }

    struct Surprise: Error {
        var reply: Reply
    }
}

func json(_ text: String) throws -> JSONText { try JSONText(validating: Array(text.utf8)) }
