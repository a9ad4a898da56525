import RunPodAPI
import Synchronization
import Terminal
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What signals do to a command: the first one stops it in good order, a second Ctrl-C ends it at once.
///
/// The only trap of SIGINT, SIGTERM and SIGHUP in the process while it lasts.
final class Interruption: Sendable {
    /// The command was ended before it had anything to stop.
    struct Interrupted: Error, CustomStringConvertible {
        let signal: Int32

        var description: String { "\(Interruption.name(signal)): ended before anything was submitted" }
    }

    private struct State {
        var signal: Int32?
        var stop: (@Sendable (Int32) async -> Void)?
    }

    private let state = Mutex(State())
    private let cancelled = Latch()

    /// The first signal that came.
    var signal: Int32? { state.withLock { $0.signal } }

    /// Says how to stop from now on; without it a signal cancels the command's task.
    ///
    /// - Returns: False when a signal has come already, which then has cancelled the task.
    @discardableResult
    func onSignal(_ stop: @escaping @Sendable (Int32) async -> Void) -> Bool {
        state.withLock { state in
            guard state.signal == nil else { return false }
            state.stop = stop
            return true
        }
    }

    /// Calls `body` with the signals trapped.
    ///
    /// - Throws: ``Interrupted`` when a signal came before there was something to stop; what `body` throws.
    static func trapping<Value: Sendable>(
        _ body: @escaping @Sendable (Interruption) async throws -> Value
    ) async throws -> Value {
        let interruption = Interruption()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await interruption.cancellable(body) }
            group.addTask {
                await withDiscardingTaskGroup { stops in
                    for await signal in signals {
                        guard let stop = interruption.note(signal.rawValue) else { continue }
                        stops.addTask { await stop(signal.rawValue) }
                    }
                }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private func cancellable<Value: Sendable>(
        _ body: @escaping @Sendable (Interruption) async throws -> Value
    ) async throws -> Value {
        do {
            return try await cancelled.cancelling { try await body(self) }
        } catch is CancellationError {
            guard let signal else { throw CancellationError() }
            throw Interrupted(signal: signal)
        }
    }

    /// Notes a signal and gives what is to be done about it.
    private func note(_ signal: Int32) -> (@Sendable (Int32) async -> Void)? {
        let (isFirst, stop) = state.withLock { state in
            let isFirst = state.signal == nil
            if isFirst { state.signal = signal }
            return (isFirst, state.stop)
        }
        guard isFirst else {
            // Whoever presses Ctrl-C twice does not want to wait; the journal has all that was settled.
            if signal != SIGHUP {
                Terminal.giveBackAtOnce()
                _exit(128 + signal)
            }
            return nil
        }
        if stop == nil { cancelled.release() }
        return stop
    }
}

extension Latch {
    /// Calls `body` in a task of its own that is cancelled once the signal is given.
    ///
    /// - Throws: What `body` throws; `CancellationError` when the signal came first.
    func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.wait()
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw CancellationError() }
            return value
        }
    }
}

extension Interruption {
    static let hangup = SIGHUP
    static let interrupt = SIGINT

    /// The signal as people know it.
    static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "Ctrl-C"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        default: "signal \(signal)"
        }
    }
}
