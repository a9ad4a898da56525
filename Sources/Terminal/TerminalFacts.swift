import Canvas
import Synchronization

/// What the terminal's thread tells everybody.
final class TerminalFacts: Sendable {
    private struct State {
        var profile = Profile()
        var size = Size(80, 24)
        var statistics = TerminalStatistics()
    }

    private let state = Mutex(State())

    var profile: Profile {
        get { state.withLock { $0.profile } }
        set { state.withLock { $0.profile = newValue } }
    }

    var size: Size {
        get { state.withLock { $0.size } }
        set { state.withLock { $0.size = newValue } }
    }

    var statistics: TerminalStatistics { state.withLock { $0.statistics } }

    func count(_ change: (inout TerminalStatistics) -> Void) { state.withLock { change(&$0.statistics) } }
}
