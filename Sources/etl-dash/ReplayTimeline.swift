import Coordination
import Synchronization

/// The time line of a run that is played: its seconds driven, so many times as fast as the clock.
///
/// Pauses between its drivers are no part of it, so they are not waited for.
final class ReplayTimeline<C: Clock>: Sendable where C.Duration == Duration {
    private struct State {
        /// When the playing began, and where.
        var start: (instant: C.Instant, t: Double)?
        /// The latest event that was played.
        var latest: (at: Int64, t: Double) = (0, 0)
        /// Seconds driven at the event that comes next; `nil` once there is none.
        var next: Double?
    }

    private let state = Mutex(State())
    private let clock: C
    /// Seconds of the run in one of the clock's.
    let speed: Double

    init(clock: C, speed: Double) {
        self.clock = clock
        self.speed = speed
    }

    /// Begins to play at some second driven, or at the run's first event.
    func begin(_ first: Event, at t: Double?) {
        state.withLock { state in
            state.start = (clock.now, t ?? first.t)
            state.latest = (first.at, first.t)
            state.next = first.t
        }
    }

    /// Seconds driven that are reached by now.
    var position: Double {
        state.withLock { position($0) }
    }

    /// Notes the last event that was played and when the next one is due; `nil` at the end.
    func played(_ event: Event?, next: Double?) {
        state.withLock { state in
            if let event { state.latest = (event.at, event.t) }
            state.next = next
        }
    }

    /// The clock's time until a second driven is reached.
    func wait(until t: Double) -> Duration { .seconds(max(0, t - position) / speed) }

    /// Wall time of the run in milliseconds since 1970; stands still at its end.
    func now() -> Int64 {
        state.withLock { state in
            guard let next = state.next else { return state.latest.at }
            let passed = max(0, min(position(state), next) - state.latest.t)
            return state.latest.at + Int64(passed * 1_000)
        }
    }

    private func position(_ state: State) -> Double {
        guard let start = state.start else { return 0 }
        return start.t + start.instant.duration(to: clock.now) / .seconds(1) * speed
    }
}
