package import Coordination
package import Flashpoints
import Synchronization

/// A journal that lasts as long as its process: for simulations and tests.
package final class MemoryJournal: Journal, RunResults {
    fileprivate struct State {
        var events: [Event] = []
        /// The outcome of each settled flashpoint, by index.
        var outcomes: [Int: Settlement] = [:]
        var commits = 0
    }

    private static let failurePage = 256

    private let state = Mutex(State())

    package init() {}

    /// How many batches were committed.
    package var commitCount: Int { state.withLock { $0.commits } }

    package func commit(_ events: [Event]) async throws {
        let kept = events.filter(\.isJournalled)
        state.withLock { state in
            state.commits += 1
            state.events += kept
            for event in kept { state.note(event.body) }
        }
    }

    package func events(after seq: Int, limit: Int) async throws -> [Event] {
        state.withLock { state in
            let start = state.firstPosition(after: seq)
            return Array(state.events[start...].prefix(limit))
        }
    }

    package func results(in page: Range<Int>) async throws -> [[UInt8]?] {
        let values = state.withLock { state in page.map { state.outcomes[$0]?.result } }
        return try values.map { value in try value.map { try $0.jsonText() } }
    }

    package func failures(from index: Int) async throws -> [RunFailure] {
        state.withLock { state in
            let failed = state.outcomes.values.filter { $0.index >= index }.compactMap(\.runFailure)
            return Array(failed.sorted { $0.index < $1.index }.prefix(Self.failurePage))
        }
    }
}

extension MemoryJournal.State {
    /// Changes the outcomes as the event does; the first outcome of a flashpoint stays until it is retried.
    fileprivate mutating func note(_ body: Event.Body) {
        if case .flashpointSettled(let settlement) = body {
            if outcomes[settlement.index] == nil { outcomes[settlement.index] = settlement }
        } else if case .workerRetried(let worker, let indices) = body {
            let wanted = indices.map(Set.init)
            outcomes = outcomes.filter { index, outcome in
                outcome.worker != worker || outcome.result != nil || wanted?.contains(index) == false
            }
        } else if case .runRetried = body {
            outcomes = outcomes.filter { $0.value.result != nil }
        }
    }

    /// Where the first event with a number above `seq` stands; numbers only grow.
    fileprivate func firstPosition(after seq: Int) -> Int {
        var range = 0..<events.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = events[middle].seq > seq ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}

extension Settlement {
    /// The result when there is one.
    var result: JSONValue? {
        if case .ok(let result) = outcome { result } else { nil }
    }

    /// The failure for the run's answer when it is one.
    var runFailure: RunFailure? {
        guard case .failed(let failure) = outcome else { return nil }
        return RunFailure(index: index, id: id, failure: failure, attempts: attempts)
    }
}
