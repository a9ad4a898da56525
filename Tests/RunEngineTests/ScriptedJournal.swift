import Coordination
import RunEngine
import RunJournal
import Synchronization

/// A journal in memory that takes time, and that breaks at a commit of one's choice.
final class ScriptedJournal: Journal {
    struct Broken: Error {}

    /// What is left of the commit that breaks.
    enum Breakage: CaseIterable {
        /// The batch is not kept.
        case before
        /// The batch is kept, but the driver never learns it: it died in between.
        case after
    }

    private struct State {
        var commits = 0
        var breaksAt: (commit: Int, breakage: Breakage)?
        var committed: [Event] = []
        var full: Range<Double>?
        var free: [(until: Double, bytes: Int64)] = []
    }

    let memory = MemoryJournal()
    private let clock: VirtualTime
    private let seconds: Double
    private let state = Mutex(State())

    init(clock: VirtualTime, seconds: Double = 0) {
        self.clock = clock
        self.seconds = seconds
    }

    /// Commits asked for, broken ones included.
    var commits: Int { state.withLock { $0.commits } }

    /// What has been kept.
    var committed: [Event] { state.withLock { $0.committed } }

    /// Breaks the commit of this number, counted over the journal's life from 1.
    func breakAt(_ commit: Int, _ breakage: Breakage) {
        state.withLock { $0.breaksAt = (commit, breakage) }
    }

    /// Lets the disk be full between two moments, in virtual seconds.
    func fill(_ seconds: Range<Double>) { state.withLock { $0.full = seconds } }

    /// Lets so many bytes be free until a moment, and no end of them after it.
    func leave(_ bytes: Int64, until seconds: Double) { state.withLock { $0.free.append((seconds, bytes)) } }

    func freeBytes() -> Int64? {
        let now = clock.now.sinceStart / .seconds(1)
        return state.withLock { state in state.free.first { now < $0.until }?.bytes }
    }

    func commit(_ events: [Event]) async throws {
        let now = clock.now.sinceStart / .seconds(1)
        if state.withLock({ $0.full?.contains(now) ?? false }) { throw JournalError(path: "journal", .diskFull) }
        if seconds > 0 { try await clock.sleep(for: .seconds(seconds)) }
        let breakage = state.withLock { state in
            state.commits += 1
            return state.breaksAt.flatMap { $0.commit == state.commits ? $0.breakage : nil }
        }
        if breakage == .before { throw Broken() }
        try await memory.commit(events)
        state.withLock { $0.committed += events }
        if breakage == .after { throw Broken() }
    }

    func events(after seq: Int, limit: Int) async throws -> [Event] {
        try await memory.events(after: seq, limit: limit)
    }
}
