import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import Testing

/// Runs made for the tests.
enum SampleRun {
    static let createdAt: Int64 = 1_759_406_671_120

    static func row(_ index: Int) -> FlashpointRow { row(index, at: index) }

    /// What is known of `fp-index`, standing at `position`.
    static func row(_ index: Int, at position: Int) -> FlashpointRow {
        let digits = String(index, radix: 16)
        return FlashpointRow(
            index: position,
            id: "fp-\(index)",
            hash: String(repeating: "0", count: 32 - digits.count) + digits,
            weight: Double(index % 7) + 0.5,
            offset: index * 1_000,
            length: 900 + index % 100,
            line: index + 1
        )
    }

    static func plan(_ count: Int, workers: Int, strategy: Strategy = .even, chunkMax: Int = 2) -> Plan {
        Plan(
            (0..<count).map { PlanItem(row($0)) },
            workers: workers,
            strategy: strategy,
            limits: ChunkLimits(flashpoints: chunkMax)
        )
    }

    static func header(_ run: String, _ count: Int, _ plan: Plan, strategy: Strategy = .even) -> RunHeader {
        RunHeader(
            run: run,
            date: "2025-10-02",
            trigger: "manual",
            cleanup: true,
            workers: plan.shares.count,
            strategy: strategy,
            flashpoints: count,
            shares: plan.shares.map(\.count),
            chunks: plan.shares.map(\.chunks.count)
        )
    }

    static var policy: RunPolicy {
        var policy = RunPolicy()
        policy.retries = 5
        policy.maxFailures = 3
        return policy
    }

    /// A planned run of flashpoints `fp-0`, `fp-1`, … in a folder of its own.
    static func create(
        in home: URL,
        count: Int = 12,
        workers: Int = 3,
        strategy: Strategy = .even,
        createdAt: Int64 = createdAt
    ) async throws -> SQLiteJournal {
        let folder = try RunStore(home: home.path).create(date: "2025-10-02", chance: Chance().next)
        let journal = try await SQLiteJournal.create(in: folder)
        try await journal.append((0..<count).map(row))
        let plan = plan(count, workers: workers, strategy: strategy)
        let header = header(folder.run, count, plan, strategy: strategy)
        try await journal.setPlan(header, plan, policy, createdAt: createdAt)
        return journal
    }
}

/// Numbers in `0..<1` that look random and come in the same order every time.
final class Chance {
    private var state: UInt64

    init(seed: UInt64 = 1) { state = seed }

    func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }
}

/// Events made for the tests.
enum SampleEvents {
    static let ref = AttemptRef(worker: 2, chunk: 3, attempt: 1)

    static func numbered(_ bodies: [Event.Body], from first: Int = 1) -> [Event] {
        bodies.enumerated().map { place, body in
            let t = Double(place) * 0.123
            return Event(seq: first + place, at: SampleRun.createdAt + Int64(place), t: t, body: body)
        }
    }

    static func settled(_ index: Int, worker: Int = 1, attempts: Int = 1, _ outcome: Settlement.Outcome) -> Event.Body {
        .flashpointSettled(
            Settlement(
                attempt: AttemptRef(worker: worker, chunk: worker, attempt: attempts),
                worker: worker,
                index: index,
                id: "fp-\(index)",
                outcome: outcome,
                seconds: 1.25,
                attempts: attempts
            )
        )
    }

    static func ok(_ index: Int, worker: Int = 1) -> Event.Body {
        settled(index, worker: worker, .ok(result: ["n": .integer(Int64(index))]))
    }

    static func failed(_ index: Int, worker: Int = 1) -> Event.Body {
        settled(index, worker: worker, .failed(Failure(.timeout, stage: "render", "fp-\(index) took too long")))
    }

    /// One of each kind that is journalled, and settlements of every outcome.
    static let everyKind: [Event.Body] = [
        .runPlanned(SampleRun.header("20251002-k3f9", 12, SampleRun.plan(12, workers: 3))),
        .runResumed(endpoint: "http://127.0.0.1:8000/v2/local#abc"),
        .runPaused(),
        .runContinued,
        .runCancelRequested(why: "asked by the operator"),
        .attemptIntended(ref, nonce: "n-1", indices: [4, 5, 9], endpoint: "https://api.runpod.ai/v2/e1"),
        .attemptAccepted(ref, job: "job-1"),
        .attemptUnknown(ref, why: "the connection was reset"),
        .attemptRefused(ref, Failure(.config, "401")),
        .attemptStarted(ref, instance: "i-9", delayMS: 1_234),
        .attemptStarted(ref, instance: nil, delayMS: nil),
        .attemptEnded(
            ref,
            AttemptEnd(.timedOut, status: "TIMED_OUT", executionMS: 60_000, message: "\u{1b}[1m\n\"é🌍\"")
        ),
        .flashpointStarted(ref, index: 4, id: "fp-4"),
        .flashpointProgress(ref, index: 4, stage: "extract", done: 1, of: 37),
        .flashpointFailed(ref, index: 4, id: "fp-4", Failure(.transient, stage: "load", "busy"), seconds: 0.1),
        settled(4, worker: 2, .ok(result: ["clusters": [["n": 1], nil, "é"], "big": .integer(.max)])),
        settled(5, worker: 2, .ok(result: .null)),
        settled(6, worker: 2, .failed(Failure(.poison, stage: nil, "took its worker down"))),
        .flashpointSettled(
            Settlement(
                attempt: nil,
                worker: 3,
                index: 7,
                id: "fp-7",
                outcome: .cancelled,
                seconds: nil,
                isEstimated: true,
                attempts: 0
            )
        ),
        .flashpointDuplicate(ref, index: 4, id: "fp-4"),
        .workerCancelRequested(worker: 3),
        .workerRetried(worker: 3, indices: [7]),
        .workerRetried(worker: 2, indices: nil),
        .retryScheduled(ref.next, t: 12.345_678_9, why: "timeout"),
        .endpointHealth(HealthCounters()),
        .endpointUnreachable(since: SampleRun.createdAt, cause: "connection refused"),
        .endpointReachable,
        .workerVitals(worker: 2, residentMB: 212, cpuSeconds: 31.2),
        .runEnded(answer),
    ]

    static let answer = RunAnswer(
        date: "2025-10-02",
        trigger: "manual",
        cleanup: true,
        workers: 3,
        durationSeconds: 45.2,
        run: "20251002-k3f9",
        flashpoints: 12,
        succeeded: 2,
        failed: 1,
        cancelled: 1,
        wallSeconds: 45.4,
        speedup: Speedup(shareWeights: [1, 1, 1])
    )
}
