/// Wakes one waiter, however often it was rung before.
struct Doorbell: Sendable {
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() { (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func ring() { bell.yield() }

    /// Lets the waiter, and all later ones, go away.
    func finish() { bell.finish() }

    /// Waits until it is rung; false once it is finished or the task is cancelled.
    func next() async -> Bool {
        for await _ in rings { return true }
        return false
    }
}
