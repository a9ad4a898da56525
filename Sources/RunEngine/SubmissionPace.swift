import RunPodAPI
import Synchronization

/// Holds submissions back while the platform fails at them: then they go one at a time, after pauses that grow.
///
/// A submission that was answered 500 and above may have been carried out, so each one more may be paid for twice.
final class SubmissionPace<C: Clock>: Sendable where C.Duration == Duration {
    private struct State {
        /// Failures in a row, of those that were on their way together but one.
        var failures = 0
        /// Tells submissions apart that began before and after the latest change.
        var round = 0
        /// When the next one may go, and when the latest one failed.
        var next: C.Instant?
        var failed: C.Instant?

        mutating func end() -> Bool {
            defer {
                if failures > 0 { self = State(round: round + 1) }
            }
            return failures > 0
        }
    }

    private let clock: C
    private let chance: @Sendable () -> Double
    private let state = Mutex(State())
    private let place = Slots(1)

    /// Makes a pace.
    ///
    /// - Parameter chance: A fresh number in `0..<1` at each call.
    init(clock: C, chance: @escaping @Sendable () -> Double) {
        self.clock = clock
        self.chance = chance
    }

    /// Submits once it is its turn.
    ///
    /// - Returns: What became of it, and whether the trouble of those before is over with it.
    /// - Throws: What `send` throws; `CancellationError` when the task is cancelled while it waits.
    func submit(
        _ send: () async throws -> SubmissionOutcome
    ) async throws -> (outcome: SubmissionOutcome, isOver: Bool) {
        guard state.withLock({ $0.failures > 0 }) else { return try await noting(send) }
        return try await place.withSlot {
            while let next = state.withLock({ $0.next }), next > clock.now {
                try await clock.sleep(until: next, tolerance: nil)
            }
            return try await noting(send)
        }
    }

    /// Lets submissions go as they come again; true when that is a change.
    ///
    /// - Parameter pause: Only when none has failed for so long.
    func forget(after pause: Duration = .zero) -> Bool {
        let now = clock.now
        return state.withLock { state in
            guard let failed = state.failed, failed.advanced(by: pause) <= now else { return false }
            return state.end()
        }
    }

    private func noting(
        _ send: () async throws -> SubmissionOutcome
    ) async throws -> (outcome: SubmissionOutcome, isOver: Bool) {
        let round = state.withLock { $0.round }
        let outcome = try await send()
        switch outcome {
        case .accepted, .refused: return (outcome, state.withLock { $0.end() })
        case .oversize, .unknown, .rateLimited, .unreachable: break
        }
        guard outcome.trouble != nil else { return (outcome, false) }
        let (now, chance) = (clock.now, chance())
        state.withLock { state in
            // Those that were on their way together met the same trouble.
            guard state.round == round else { return }
            state.round += 1
            state.failures += 1
            state.failed = now
            state.next = now.advanced(by: Backoff.control.wait(afterFailures: state.failures, chance: chance))
        }
        return (outcome, false)
    }
}

extension SubmissionOutcome {
    /// The status and the words of an answer by which the platform fails.
    var trouble: (status: Int, why: String)? {
        switch self {
        case .unknown(let why, let status?): (status, why)
        case .accepted, .refused, .oversize, .rateLimited, .unknown, .unreachable: nil
        }
    }
}
