import Synchronization

/// A signal that is given once and stays given, such as "finish what you hold and take no more".
package final class Latch: Sendable {
    private struct State {
        var isReleased = false
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var abandoned: Set<Int> = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isReleased: Bool { state.withLock { $0.isReleased } }

    /// Gives the signal; again has no effect.
    package func release() {
        let waiters = state.withLock { state in
            state.isReleased = true
            defer { state.waiters = [:] }
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the signal is given, or when the task is cancelled.
    package func wait() async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state in
                    if state.isReleased || state.abandoned.remove(id) != nil { return true }
                    state.waiters[id] = waiter
                    return false
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                // The cancellation may come before the wait has begun.
                if waiter == nil, !state.isReleased { state.abandoned.insert(id) }
                return waiter
            }
            waiter?.resume()
        }
    }
}
