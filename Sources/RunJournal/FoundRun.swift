package import Coordination
import Synchronization

/// A run as it was read from its journal, for who opens the journal next to go on from without reading it again.
package final class FoundRun: Sendable {
    private let loaded: Mutex<LoadedState?>

    init(_ loaded: LoadedState) { self.loaded = Mutex(loaded) }

    /// The run; to be asked for only until the journal is opened with it.
    package var state: RunState {
        loaded.withLock { loaded in
            guard let loaded else { preconditionFailure("a run that was handed on is asked for") }
            return loaded.state
        }
    }

    /// Hands the run on, so that nobody else holds what its driver is about to change.
    func take() -> LoadedState? {
        loaded.withLock { loaded in
            defer { loaded = nil }
            return loaded
        }
    }
}

extension SQLiteJournal {
    /// The run as its events have left it.
    ///
    /// - Throws: `JournalError`; damaged when an event can't be read.
    package func find() async throws -> FoundRun {
        let (path, format) = (folder.journalPath, format)
        return FoundRun(try await read { try LoadedState($0, format, path: path) })
    }
}
