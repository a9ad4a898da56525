import Canvas
import Synchronization

/// A display that remembers what it was told and hears what a test says.
final class FakeDisplay: Display {
    private struct State {
        var waiting: [Input] = []
        var reader: CheckedContinuation<Void, Never>?
        var isGone = false
        var canvases: [Canvas] = []
        var invalidations = 0
        var suspensions = 0
        var copies: [String] = []
    }

    private let state = Mutex(State())
    let size: Size
    let profile = Profile()

    /// What painting a canvas takes.
    private let painting: @Sendable () async -> Void

    init(_ size: Size = Size(120, 36), painting: @escaping @Sendable () async -> Void = {}) {
        self.size = size
        self.painting = painting
    }

    var canvases: [Canvas] { state.withLock { $0.canvases } }
    var frames: Int { state.withLock { $0.canvases.count } }
    /// The first row of the latest canvas.
    var text: String { state.withLock { $0.canvases.last?.rows.first ?? "" } }
    var invalidations: Int { state.withLock { $0.invalidations } }
    var suspensions: Int { state.withLock { $0.suspensions } }
    var copies: [String] { state.withLock { $0.copies } }

    func send(_ inputs: Input...) { wake { $0.waiting += inputs } }

    func type(_ text: String) { for character in text { send(.key(.character(character))) } }

    /// The terminal's window is closed.
    func hangUp() { wake { $0.isGone = true } }

    private func wake(_ change: @Sendable (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }?.resume()
    }

    func inputs() async -> [Input]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let isReady = state.withLock { state in
                    if !state.waiting.isEmpty || state.isGone || Task.isCancelled { return true }
                    state.reader = reader
                    return false
                }
                if isReady { reader.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
        return state.withLock { state in
            if Task.isCancelled || (state.waiting.isEmpty && state.isGone) { return nil }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    func paint(_ canvas: Canvas) async {
        await painting()
        state.withLock { $0.canvases.append(canvas) }
    }

    func invalidate() async { state.withLock { $0.invalidations += 1 } }
    func suspend() async { state.withLock { $0.suspensions += 1 } }

    func copy(_ text: String) async -> Bool {
        state.withLock { $0.copies.append(text) }
        return true
    }
}
