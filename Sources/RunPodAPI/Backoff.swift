/// How long to wait before trying again: longer each time, and never two callers alike.
package struct Backoff: Sendable, Hashable {
    /// The longest first wait.
    package var base: Duration
    /// The longest wait of all.
    package var cap: Duration
    /// The part of a wait that chance can't take away: 0 for full jitter, 1 for none.
    package var floor: Double

    package init(base: Duration, cap: Duration, floor: Double = 0) {
        self.base = base
        self.cap = cap
        self.floor = floor
    }

    /// For requests that failed because of the network or the platform: full jitter, at most 30 s.
    package static let control = Backoff(base: .milliseconds(500), cap: .seconds(30))

    /// The wait after `failures` tries in a row have failed, the first being 1.
    ///
    /// - Parameter chance: In `0..<1`.
    package func wait(afterFailures failures: Int, chance: Double) -> Duration {
        let doublings = min(max(failures, 1) - 1, 32)
        let longest = min(cap, base * (1 << doublings))
        return longest * (floor + (1 - floor) * chance)
    }
}

/// Tries until it works, waiting in between.
///
/// - Parameters:
///   - wait: Asked after every failure with the error and how often it has failed so far; nil gives up.
/// - Throws: The last error, or `CancellationError` when the task was cancelled; a cancellation is never tried again.
package func retrying<Value: Sendable, C: Clock>(
    clock: C,
    wait: (_ error: any Error, _ failures: Int) -> Duration?,
    _ attempt: () async throws -> Value
) async throws -> Value where C.Duration == Duration {
    var failures = 0
    while true {
        do {
            return try await attempt()
        } catch let error as CancellationError {
            throw error
        } catch {
            failures += 1
            guard let pause = wait(error, failures) else { throw error }
            try await clock.sleep(for: pause)
        }
    }
}
