import RunEngine
import RunPodAPI
import Synchronization

/// One driver's life, which ends with the driver or is ended before.
final class Life: Sendable {
    private struct State {
        var isOver = false
        var moments = 0
    }

    private let state = Mutex(State())
    private let doom = Latch()
    private let kill: Scenario.Kill?

    init(kill: Scenario.Kill?) {
        self.kill = kill
    }

    /// Whether nothing of what this driver does has any effect any more.
    var isOver: Bool { state.withLock { $0.isOver } }

    func end() { state.withLock { $0.isOver = true } }

    /// Counts a moment of the driver, which may be its last.
    func pass() {
        let count = state.withLock { state in
            state.moments += 1
            return state.moments
        }
        guard case .moment(count, let later) = kill else { return }
        if later == 0 { end() }
        doom.release()
    }

    /// Returns when the driver is to be killed, or when the task is cancelled.
    func untilKilled(_ clock: VirtualTime) async {
        switch kill {
        case nil: await doom.wait()
        case .after(let seconds): try? await clock.sleep(for: .seconds(seconds))
        case .moment(_, let later):
            await doom.wait()
            if later > 0 { try? await clock.sleep(for: .seconds(later)) }
        }
        end()
    }
}

/// The driver's process has ended.
struct Killed: Error {}
