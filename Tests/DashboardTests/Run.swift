import Canvas
import Coordination
import Flashpoints

@testable import Dashboard

/// Short ways to write runs and models down.
enum Run {
    static func header(_ shares: [Int]) -> RunHeader {
        RunHeader(
            run: "20250101-k3f9",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: shares.count,
            strategy: .even,
            flashpoints: shares.reduce(0, +),
            shares: shares,
            chunks: shares.map { min($0, 1) }
        )
    }

    static func first(_ worker: Int) -> AttemptRef { AttemptRef(worker: worker, chunk: worker, attempt: 1) }

    /// A worker's job goes out, is taken and runs.
    static func started(_ worker: Int, _ indices: Range<Int>) -> [Event.Body] {
        [
            .attemptIntended(first(worker), nonce: "n", indices: IndexList(indices), endpoint: "e"),
            .attemptAccepted(first(worker), job: "job-\(worker)"),
            .attemptStarted(first(worker), instance: "i-\(worker)", delayMS: 0),
        ]
    }

    static func settled(_ worker: Int, _ index: Int, _ outcome: Settlement.Outcome, seconds: Double? = 1) -> Event.Body
    {
        .flashpointSettled(
            Settlement(
                attempt: first(worker),
                worker: worker,
                index: index,
                id: "fp-\(index)",
                outcome: outcome,
                seconds: seconds,
                attempts: 1
            )
        )
    }

    static func ok(_ worker: Int, _ index: Int, seconds: Double? = 1) -> Event.Body {
        settled(worker, index, .ok(result: .null), seconds: seconds)
    }

    static func failed(_ worker: Int, _ index: Int) -> Event.Body {
        settled(worker, index, .failed(Failure(.permanent, stage: "load", "disk full")))
    }

    static func ended(_ worker: Int) -> Event.Body {
        .attemptEnded(first(worker), AttemptEnd(.completed, status: "COMPLETED"))
    }

    /// The answer that ends a run.
    static func answer(ok: Int, failed: Int = 0) -> Event.Body {
        .runEnded(
            RunAnswer(
                date: "2025-01-01",
                trigger: "manual",
                cleanup: true,
                workers: 2,
                durationSeconds: 10,
                run: "20250101-k3f9",
                flashpoints: ok + failed,
                succeeded: ok,
                failed: failed,
                cancelled: 0,
                wallSeconds: 10,
                speedup: Speedup(shareWeights: [3, 3])
            )
        )
    }

    /// Gives bodies numbers and times, so many seconds apart.
    static func events(_ bodies: [Event.Body], from seq: Int = 1, every seconds: Double = 1) -> [Event] {
        bodies.enumerated().map { place, body in
            let t = Double(seq - 1 + place) * seconds
            return Event(seq: seq + place, at: Int64(t * 1_000), t: t, body: body)
        }
    }

    /// Two workers of three flashpoints each, at work; one of the second's has failed.
    static let usual: [Event] = events(
        [.runPlanned(header([3, 3]))] + started(1, 0..<3) + started(2, 3..<6) + [ok(1, 0), failed(2, 3)]
    )

    static func setup(_ role: Dashboard.Role = .driver) -> Dashboard.Setup {
        Dashboard.Setup(role: role, endpoint: "this machine")
    }

    static func model(
        _ events: [Event] = usual,
        setup: Dashboard.Setup = setup(),
        size: Size = Size(120, 36),
        at now: Int64 = 20_000
    ) -> Model {
        var model = Model(setup, size: size, profile: Profile(), now: now)
        if !events.isEmpty { _ = model.update(.report(.events(events)), now: now) }
        return model
    }
}

extension Model {
    /// Presses keys one after the other, long enough apart to have read what they bring up.
    mutating func strike(_ keys: Key...) -> [Action] {
        keys.flatMap { key in update(.input(.key(key)), now: live.now + 400, uptime: uptime + 400) }
    }

    /// Types characters.
    mutating func type(_ text: String) -> [Action] {
        text.flatMap { update(.input(.key(.character($0))), now: live.now + 400, uptime: uptime + 400) }
    }
}
