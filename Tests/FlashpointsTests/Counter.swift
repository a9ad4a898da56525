import Synchronization

/// A number that a sendable closure may count up.
final class Counter: Sendable {
    private let value = Mutex(0)

    /// Adds `step` and tells the number before.
    func add(_ step: Int) -> Int {
        value.withLock { value in
            defer { value += step }
            return value
        }
    }
}
