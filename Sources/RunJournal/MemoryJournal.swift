package import Coordination
package import Flashpoints
import Synchronization

/// A journal that lasts as long as its process: for simulations and tests.
package final class MemoryJournal: Journal, RunResults {
    private struct State {
        var events: [Event] = []
        var results: [Int: [UInt8]] = [:]
        var failures: [Int: RunFailure] = [:]
        var commits = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How many batches were committed.
    package var commitCount: Int { state.withLock { $0.commits } }

    package func commit(_ events: [Event]) async throws {
        let kept = events.filter(\.isJournalled)
        let results = try kept.compactMap { event -> (Int, [UInt8])? in
            guard case .flashpointSettled(let settlement) = event.body, case .ok(let result) = settlement.outcome else {
                return nil
            }
            return (settlement.index, Array(try JSONCoding.encode(result)))
        }
        state.withLock { state in
            state.commits += 1
            state.events += kept
            for (index, result) in results { state.results[index] = result }
            for event in kept {
                guard case .flashpointSettled(let settlement) = event.body else { continue }
                guard case .failed(let failure) = settlement.outcome else {
                    state.failures[settlement.index] = nil
                    continue
                }
                state.failures[settlement.index] = RunFailure(
                    index: settlement.index,
                    id: settlement.id,
                    failure: failure,
                    attempts: settlement.attempts
                )
            }
        }
    }

    package func events(after seq: Int, limit: Int) async throws -> [Event] {
        state.withLock { Array($0.events.lazy.filter { $0.seq > seq }.prefix(limit)) }
    }

    package func results(in page: Range<Int>) async throws -> [[UInt8]?] {
        state.withLock { state in page.map { state.results[$0] } }
    }

    package func failures(from index: Int) async throws -> [RunFailure] {
        state.withLock { state in
            state.failures.values.filter { $0.index >= index }.sorted { $0.index < $1.index }
        }
    }
}
