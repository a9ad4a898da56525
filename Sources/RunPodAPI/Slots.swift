import Synchronization

/// A bounded number of places, given out in the order they are asked for.
package final class Slots: Sendable {
    private struct State {
        var free: Int
        var nextID = 0
        var waiters: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
        var abandoned: Set<Int> = []
    }

    private let state: Mutex<State>

    package init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Calls `body` once a place is free, and frees it afterwards, whatever happened.
    ///
    /// - Throws: What `body` throws; `CancellationError` when the task is cancelled before there was a place.
    package func withSlot<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await take()
        defer { giveBack() }
        return try await body()
    }

    private func take() async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: CheckedContinuation<Void, any Error>) in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.abandoned.remove(id) != nil { return .failure(CancellationError()) }
                    guard state.free > 0 else {
                        state.waiters.append((id, waiter))
                        return nil
                    }
                    state.free -= 1
                    return .success(())
                }
                if let outcome { waiter.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let place = state.waiters.firstIndex(where: { $0.id == id }) else {
                    // The cancellation may come before the wait has begun, or after it is over.
                    state.abandoned.insert(id)
                    return nil
                }
                return state.waiters.remove(at: place).continuation
            }
            waiter?.resume(throwing: CancellationError())
        }
        state.withLock { _ = $0.abandoned.remove(id) }
    }

    /// Hands the place on to who waits longest.
    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
