import RunPodAPI
import Synchronization

/// Gives the followers of an endpoint's jobs their next looks, as one planner for all of them says.
final class PollDesk<C: Clock>: Sendable where C.Duration == Duration {
    private struct State {
        var planner: PollPlanner
        /// Looks that are given out and not fetched yet.
        var given: [PollPlanner.Ticket: Look] = [:]
        var waiters: [PollPlanner.Ticket: CheckedContinuation<Look?, Never>] = [:]
    }

    private let clock: C
    private let start: C.Instant
    private let chance: @Sendable () -> Double
    private let state: Mutex<State>

    /// Makes a desk.
    ///
    /// - Parameter chance: A fresh number in `0..<1` at each call.
    init(_ policy: PollPolicy, clock: C, chance: @escaping @Sendable () -> Double) {
        self.clock = clock
        self.chance = chance
        start = clock.now
        state = Mutex(State(planner: PollPlanner(policy)))
    }

    /// Asks or tells the planner, and gives out the looks that are due then.
    @discardableResult
    func plan<Value: Sendable>(_ body: (inout PollPlanner, _ now: Duration) -> Value) -> Value {
        let now = start.duration(to: clock.now)
        let chance = chance
        let (value, woken) = state.withLock { state in
            let value = body(&state.planner, now)
            var woken: [(waiter: CheckedContinuation<Look?, Never>, look: Look)] = []
            for (ticket, look) in state.planner.due(now: now, chance: chance) {
                if let waiter = state.waiters.removeValue(forKey: ticket) {
                    woken.append((waiter, look))
                } else {
                    state.given[ticket] = look
                }
            }
            return (value, woken)
        }
        for (waiter, look) in woken { waiter.resume(returning: look) }
        return value
    }

    /// Takes a job up, until ``leave(_:hasEnded:)``.
    func follow(_ job: String, flashpoints: Int) -> PollPlanner.Ticket {
        plan { planner, now in planner.follow(job, flashpoints: flashpoints, now: now) }
    }

    func leave(_ ticket: PollPlanner.Ticket, hasEnded: Bool) {
        plan { planner, now in planner.leave(ticket, hasEnded: hasEnded, now: now) }
        state.withLock { state in _ = state.given.removeValue(forKey: ticket) }
    }

    func saw(_ ticket: PollPlanner.Ticket, _ look: Look, _ sight: Sight) {
        let chance = chance()
        plan { planner, now in planner.saw(ticket, look, sight, now: now, chance: chance) }
    }

    /// The next look at the job, once it is time for it.
    ///
    /// - Throws: `CancellationError`.
    func next(_ ticket: PollPlanner.Ticket) async throws -> Look {
        try Task.checkCancellation()
        plan { planner, _ in planner.wait(ticket) }
        if let look = state.withLock({ $0.given.removeValue(forKey: ticket) }) { return look }
        let look = await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while let time = reconsidered(ticket) {
                    guard (try? await clock.sleep(until: start.advanced(by: time), tolerance: nil)) != nil else {
                        return
                    }
                    plan { planner, _ in planner.wake(ticket) }
                }
            }
            defer { group.cancelAll() }
            return await given(ticket)
        }
        guard let look else { throw CancellationError() }
        return look
    }

    private func reconsidered(_ ticket: PollPlanner.Ticket) -> Duration? {
        let now = start.duration(to: clock.now)
        return state.withLock { $0.planner.reconsidered(ticket, now: now) }
    }

    /// The look that the job is given; `nil` when the task is cancelled first.
    private func given(_ ticket: PollPlanner.Ticket) async -> Look? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let look = state.withLock { state -> Look?? in
                    if let look = state.given.removeValue(forKey: ticket) { return look }
                    // Either this sees the cancellation, or the handler below finds the waiter.
                    if Task.isCancelled { return .some(nil) }
                    state.waiters[ticket] = waiter
                    return nil
                }
                if let look { waiter.resume(returning: look) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.resume(returning: nil)
        }
    }
}
