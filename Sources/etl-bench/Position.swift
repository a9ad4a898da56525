import Synchronization

/// How far a made-up batch has been read.
final class Position: Sendable {
    private let state = Mutex((index: 0, bytes: 0))

    var bytes: Int { state.withLock { $0.bytes } }

    /// The next index, or `nil` at the end.
    func next(below total: Int) -> Int? {
        state.withLock { state in
            guard state.index < total else { return nil }
            defer { state.index += 1 }
            return state.index
        }
    }

    func add(_ count: Int) { state.withLock { $0.bytes += count } }
}
