/// Thrown when a deadline passes before the work under it is done.
package struct DeadlineExceeded: Error, Hashable {
    /// How long the work had.
    package var limit: Duration

    package init(limit: Duration) { self.limit = limit }
}

/// Runs `body` and cancels it when it takes longer than `limit`.
///
/// The call returns only when `body` has: work that ignores its cancellation is bounded by itself, not by this. A value
/// that comes after the deadline is thrown away.
///
/// - Throws: ``DeadlineExceeded``, what `body` throws, or `CancellationError` when the caller is cancelled.
package func withDeadline<C: Clock, Value: Sendable>(
    _ limit: Duration,
    clock: C,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value where C.Duration == Duration {
    guard limit > .zero else { throw DeadlineExceeded(limit: limit) }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw DeadlineExceeded(limit: limit) }
        return value
    }
}

extension Duration {
    /// The duration in seconds, for people and JSON.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
