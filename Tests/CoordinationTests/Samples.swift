import Coordination
import Flashpoints

/// Short ways to write events and plans down.
enum Sample {
    static func header(_ shares: [Int], chunks: [Int]? = nil) -> RunHeader {
        RunHeader(
            run: "20250101-k3f9",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: shares.count,
            strategy: .even,
            flashpoints: shares.reduce(0, +),
            shares: shares,
            chunks: chunks ?? shares.map { min($0, 1) }
        )
    }

    /// Gives bodies numbers and times, a second each.
    static func events(_ bodies: [Event.Body]) -> [Event] {
        bodies.enumerated().map { place, body in
            Event(seq: place + 1, at: Int64(place) * 1_000, t: Double(place), body: body)
        }
    }

    static func ok(_ ref: AttemptRef, _ index: Int, id: String? = nil, seconds: Double? = 10) -> Event.Body {
        settled(ref, index, .ok(result: ["articles": 3]), id: id, seconds: seconds)
    }

    static func failed(_ ref: AttemptRef, _ index: Int, _ failure: Failure, seconds: Double? = nil) -> Event.Body {
        settled(ref, index, .failed(failure), seconds: seconds)
    }

    static func cancelled(worker: Int, _ index: Int) -> Event.Body {
        .flashpointSettled(
            Settlement(
                attempt: nil,
                worker: worker,
                index: index,
                id: "fp-\(index)",
                outcome: .cancelled,
                seconds: nil,
                attempts: 0
            )
        )
    }

    static func settled(
        _ ref: AttemptRef,
        _ index: Int,
        _ outcome: Settlement.Outcome,
        id: String? = nil,
        seconds: Double? = nil
    ) -> Event.Body {
        .flashpointSettled(
            Settlement(
                attempt: ref,
                worker: ref.worker,
                index: index,
                id: id ?? "fp-\(index)",
                outcome: outcome,
                seconds: seconds,
                attempts: ref.attempt
            )
        )
    }

    static func first(_ worker: Int) -> AttemptRef { AttemptRef(worker: worker, chunk: worker, attempt: 1) }

    static func intended(_ ref: AttemptRef, _ indices: Range<Int>) -> Event.Body {
        .attemptIntended(ref, nonce: "n", indices: IndexList(indices), endpoint: "https://api.runpod.ai/v2/e1")
    }
}
