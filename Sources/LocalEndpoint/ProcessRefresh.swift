import Synchronization

/// Passes on to the keepers of processes that one of them is to be ended and started again.
final class ProcessRefresh: Sendable {
    private struct Life {
        let bell = Bell()
        var isAsked = false
    }

    private let lives = Mutex<[String: Life]>([:])

    /// Asks for the process that runs under the id; without one nothing happens.
    func ask(for podID: String) {
        let bell = lives.withLock { lives in
            lives[podID]?.isAsked = true
            return lives[podID]?.bell
        }
        bell?.ring()
    }

    /// Returns when the process of this id, begun since, is asked for or the task is cancelled.
    func wait(for podID: String) async {
        await lives.withLock { $0[podID]?.bell }?.wait()
    }

    /// Notes that a process begins.
    func begin(_ podID: String) {
        lives.withLock { $0[podID] = Life() }
    }

    /// Notes that it is over, and says whether it had been asked for.
    func end(_ podID: String) -> Bool {
        lives.withLock { $0.removeValue(forKey: podID)?.isAsked ?? false }
    }
}
