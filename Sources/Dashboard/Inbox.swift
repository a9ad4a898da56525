import Canvas
import Coordination
import Synchronization

/// What waits to be taken in by the loop: keys without bound, since people are slow, and reports with one.
///
/// Rings only for the first of many reports, so that a thousand of them wake the loop once.
final class Inbox: Sendable {
    /// Reports beyond this many make their sender wait.
    static let capacity = 64

    private struct State {
        var urgent: [Message] = []
        var reports: [Report] = []
        /// Whether reports ring.
        var hearsReports = true
        var isRung = false
        var taker: CheckedContinuation<Void, Never>?
        var sender: CheckedContinuation<Void, Never>?

        mutating func ring() -> CheckedContinuation<Void, Never>? {
            isRung = true
            defer { taker = nil }
            return taker
        }

        mutating func takeSender() -> CheckedContinuation<Void, Never>? {
            defer { sender = nil }
            return sender
        }
    }

    private let state = Mutex(State())

    /// Puts in what is not to wait behind reports.
    func put(_ messages: [Message]) {
        guard !messages.isEmpty else { return }
        state.withLock { state in
            state.urgent += messages
            return state.ring()
        }?.resume()
    }

    /// Wakes the loop without a message.
    func ring() {
        state.withLock { $0.ring() }?.resume()
    }

    /// Puts in a report, waiting while there are too many; for one sender, who waits no longer once cancelled.
    func put(_ report: Report) async {
        state.withLock { state in
            let isFirst = state.reports.isEmpty && state.hearsReports
            state.reports.append(report)
            return isFirst || state.reports.count == Self.capacity ? state.ring() : nil
        }?.resume()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRoom = state.withLock { state in
                    if state.reports.count < Self.capacity || Task.isCancelled { return true }
                    state.sender = continuation
                    return false
                }
                if isRoom { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeSender() }?.resume()
        }
    }

    /// Whether reports wait.
    var hasReports: Bool { state.withLock { !$0.reports.isEmpty } }

    /// Whether their sender waits.
    var isFull: Bool { state.withLock { $0.reports.count >= Self.capacity } }

    /// Waits until something was put in or it was rung; returns at once when the task is cancelled.
    ///
    /// - Parameter hearsReports: Whether a report ends it, or only so many that their sender has to wait.
    func wait(hearsReports: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    state.hearsReports = hearsReports
                    if state.isRung || Task.isCancelled { return true }
                    if hearsReports, !state.reports.isEmpty { return true }
                    state.taker = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.taker = nil }
                return state.taker
            }?.resume()
        }
        state.withLock { $0.isRung = false }
    }

    /// All that is not to wait.
    func takeUrgent() -> [Message] {
        state.withLock { state in
            defer { state.urgent = [] }
            return state.urgent
        }
    }

    /// All reports that wait.
    func takeReports() -> [Report] {
        let (reports, sender) = state.withLock { state in
            defer { state.reports = [] }
            return (state.reports, state.takeSender())
        }
        sender?.resume()
        return reports
    }
}
