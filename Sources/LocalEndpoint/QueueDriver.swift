import Synchronization

/// Owns the queue: takes events from all requests, resumes whoever is answered, and lets time pass.
final class QueueDriver<C: Clock>: Sendable where C.Duration == Duration {
    private struct State {
        var queue: JobQueue
        var lastWaiter: JobQueue.WaiterID = 0
        var waiting: [JobQueue.WaiterID: CheckedContinuation<JobQueue.Reply, Never>] = [:]
        /// The deadline that the timer sleeps for.
        var alarm: Duration?
    }

    private let state: Mutex<State>
    private let clock: C
    private let start: C.Instant
    private let alarmMoved = Bell()
    private let onOrder: @Sendable (JobQueue.Effect) -> Void

    /// - Parameter onOrder: Told, in order, whatever is to be done besides answering; must not block.
    init(limits: JobQueue.Limits, clock: C, onOrder: @escaping @Sendable (JobQueue.Effect) -> Void = { _ in }) {
        self.onOrder = onOrder
        self.clock = clock
        start = clock.now
        state = Mutex(State(queue: JobQueue(limits: limits)))
    }

    /// How many requests wait for their answer.
    var heldRequests: Int { state.withLock { $0.waiting.count } }

    /// The time since the endpoint's start.
    var now: Duration { start.duration(to: clock.now) }

    /// What limits go by.
    var load: JobQueue.Load { state.withLock { $0.queue.load } }

    /// Puts a request to the queue and returns its answer; a cancelled caller gets `nothing` at once.
    ///
    /// A caller that is cancelled while a job is on its way to it gets the job, and has to give it back.
    func ask(_ event: (JobQueue.WaiterID) -> JobQueue.Event) async -> JobQueue.Reply {
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let event = event(waiter)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = perform { state, now in
                    // A cancellation before this point found no waiter, so it is asked for here, under the lock.
                    if Task.isCancelled { return ([], true) }
                    state.waiting[waiter] = continuation
                    return (state.queue.handle(event, at: now), false)
                }
                if isCancelled { continuation.resume(returning: .nothing) }
            }
        } onCancel: {
            tell(.waiterLeft(waiter))
        }
    }

    /// Tells the queue what happened.
    func tell(_ event: JobQueue.Event) {
        perform { state, now in (state.queue.handle(event, at: now), ()) }
    }

    /// Lets the queue's deadlines come true until the task is cancelled.
    func runTimer() async {
        while !Task.isCancelled {
            let next = state.withLock { state in
                state.alarm = state.queue.nextDeadline
                return state.alarm
            }
            await withTaskGroup(of: Void.self) { group in
                if let next {
                    group.addTask { [clock, start] in
                        // A cancelled sleep ends the round early; the loop looks again.
                        try? await clock.sleep(until: start.advanced(by: next), tolerance: nil)
                    }
                }
                group.addTask { [alarmMoved] in await alarmMoved.wait() }
                await group.next()
                group.cancelAll()
            }
            tell(.ticked)
        }
    }

    /// Changes the state and performs the effects: answers outside the lock, for a resumed task may call right back.
    @discardableResult
    private func perform<Value: Sendable>(
        _ change: (_ state: inout State, _ now: Duration) -> (effects: [JobQueue.Effect], value: Value)
    ) -> Value {
        let (answers, value, isEarlier) = state.withLock { state in
            let (effects, value) = change(&state, start.duration(to: clock.now))
            var answers: [(CheckedContinuation<JobQueue.Reply, Never>, JobQueue.Reply)] = []
            for effect in effects {
                switch effect {
                case .answer(let waiter, let reply):
                    guard let continuation = state.waiting.removeValue(forKey: waiter) else {
                        preconditionFailure("The queue answers each waiter once.")
                    }
                    answers.append((continuation, reply))
                case .notify, .restart:
                    // Under the lock, for what one event orders comes before what the next one does.
                    onOrder(effect)
                }
            }
            let next = state.queue.nextDeadline
            let isEarlier = next.map { next in state.alarm.map { next < $0 } ?? true } ?? false
            if isEarlier { state.alarm = next }
            return (answers, value, isEarlier)
        }
        for (continuation, reply) in answers { continuation.resume(returning: reply) }
        if isEarlier { alarmMoved.ring() }
        return value
    }
}
