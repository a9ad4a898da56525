import GRDB

/// Tells a viewer that another process has committed something to a journal.
///
/// One connection of its own, because what it asks for, `PRAGMA data_version`, compares with what the same connection
/// was told before. A look costs some microseconds and wakes no other thread.
package final class JournalWatch: Sendable {
    private let queue: DatabaseQueue
    private let path: String

    /// Opens the watch over a journal that there is.
    ///
    /// - Throws: `JournalError` when it can't be read.
    package init(_ folder: RunFolder) throws {
        path = folder.journalPath
        queue = try JournalError.translating(path) { [path] in
            try DatabaseQueue(path: path, configuration: SQLiteJournal.configuration(.reading))
        }
    }

    /// A number that is another one after every commit of another connection.
    ///
    /// - Throws: `JournalError` when the journal can't be read any more.
    package func version() throws -> Int {
        // Synchronous on purpose: it waits for nobody, while the asynchronous read would wake a thread at each poll.
        try JournalError.translating(path) {
            try queue.read { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        }
    }
}
