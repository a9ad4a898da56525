import Canvas
import Synchronization

/// What came from the terminal and nobody has taken yet.
final class Inbox: Sendable {
    private struct State {
        var inputs: [Input] = []
        var reader: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    /// Keys that are kept for a reader who doesn't come; the rest is dropped.
    private static let limit = 4096
    private let state = Mutex(State())

    func put(_ inputs: [Input]) {
        guard !inputs.isEmpty else { return }
        wake { state in
            for input in inputs { Self.add(input, to: &state.inputs) }
        }
    }

    /// Ends it; what is in it can still be taken.
    func close() {
        wake { $0.isClosed = true }
    }

    /// All that came, once there is something; nil at its end or when the task is cancelled.
    func take() async -> [Input]? {
        while !Task.isCancelled {
            let (inputs, isClosed) = state.withLock { state in
                defer { state.inputs = [] }
                return (state.inputs, state.isClosed)
            }
            if !inputs.isEmpty { return inputs }
            if isClosed { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { reader in
                    let isDue = state.withLock { state in
                        // Cancellation may have come before there was a reader to wake.
                        if Task.isCancelled || state.isClosed || !state.inputs.isEmpty { return true }
                        state.reader = reader
                        return false
                    }
                    if isDue { reader.resume() }
                }
            } onCancel: {
                wake { _ in }
            }
        }
        return nil
    }

    private func wake(_ change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    private static func add(_ input: Input, to inputs: inout [Input]) {
        // Of sizes and profiles only the last one counts.
        switch (inputs.last, input) {
        case (.resized, .resized), (.profile, .profile): inputs[inputs.count - 1] = input
        default:
            if inputs.count < limit { inputs.append(input) }
        }
    }
}
