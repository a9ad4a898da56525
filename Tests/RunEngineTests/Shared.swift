import Synchronization

/// A value that several tasks of a test look at and change.
final class Shared<Value: Sendable>: Sendable {
    private let kept: Mutex<Value>

    init(_ value: Value) {
        kept = Mutex(value)
    }

    var value: Value { kept.withLock { $0 } }

    func set(_ value: Value) { kept.withLock { $0 = value } }

    func change(_ body: @Sendable (inout Value) -> Void) { kept.withLock { body(&$0) } }
}
