import Synchronization

/// A bounded queue from many senders to one taker, who takes all there is at once.
///
/// A full mailbox makes its senders wait, so nothing is dropped and nothing piles up; they get in by order of arrival.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct Sender {
        var id: Int
        var message: Message
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var messages: [Message] = []
        /// Those who wait for room, longest first; none while there is room.
        var senders: [Sender] = []
        var taker: CheckedContinuation<Void, Never>?
        var nextID = 0
        var isClosed = false

        mutating func takeTaker() -> CheckedContinuation<Void, Never>? {
            defer { taker = nil }
            return taker
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Makes a mailbox in which at most `capacity` messages wait.
    package init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// Whether nothing waits to be taken.
    package var isEmpty: Bool { state.withLock { $0.messages.isEmpty } }

    /// Sends a message, waiting while the mailbox is full.
    ///
    /// - Returns: Whether it went in; not after `close`, and not when it would have to wait in a cancelled task.
    @discardableResult
    package func send(_ message: Message) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, taker) = state.withLock { state -> (Bool?, CheckedContinuation<Void, Never>?) in
                    if state.isClosed { return (false, nil) }
                    if state.messages.count < capacity {
                        state.messages.append(message)
                        return (true, state.takeTaker())
                    }
                    // Either this sees the cancellation, or the handler below finds the sender.
                    if Task.isCancelled { return (false, nil) }
                    state.senders.append(Sender(id: id, message: message, continuation: continuation))
                    return (nil, nil)
                }
                taker?.resume()
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let sender = state.withLock { state in
                state.senders.firstIndex { $0.id == id }.map { state.senders.remove(at: $0) }
            }
            sender?.continuation.resume(returning: false)
        }
    }

    /// All messages that wait, as soon as there is one; empty only when the task is cancelled or the mailbox closed.
    package func take() async -> [Message] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.messages.isEmpty || state.isClosed || Task.isCancelled { return true }
                    state.taker = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeTaker() }?.resume()
        }
        let (messages, admitted) = state.withLock { state in
            let messages = state.messages
            let admitted = Array(state.senders.prefix(capacity))
            state.senders.removeFirst(admitted.count)
            state.messages = admitted.map(\.message)
            return (messages, admitted)
        }
        for sender in admitted { sender.continuation.resume(returning: true) }
        return messages
    }

    /// Refuses further messages and gives back those that nobody took, waiting senders' last.
    @discardableResult
    package func close() -> [Message] {
        let (left, senders, taker) = state.withLock { state in
            state.isClosed = true
            defer {
                state.messages = []
                state.senders = []
            }
            return (state.messages + state.senders.map(\.message), state.senders, state.takeTaker())
        }
        for sender in senders { sender.continuation.resume(returning: false) }
        taker?.resume()
        return left
    }
}
