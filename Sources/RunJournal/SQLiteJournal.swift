import FoundationEssentials
import GRDB
import GRDBSQLite
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The journal of a run in its folder: an SQLite database that one process writes and any number read.
///
/// Every commit is one transaction that has reached the disk when it returns (write-ahead log, `synchronous=FULL`).
package final class SQLiteJournal: Sendable {
    /// What a journal is opened for.
    package enum Access: Sendable, Hashable {
        /// To go on with the run; for the one process that holds its `RunLock`.
        case writing
        /// To look at the run, also while another process drives it; commits fail.
        case reading
    }

    package let folder: RunFolder
    let pool: DatabasePool
    let format: JournalFormat
    let cadence = SnapshotCadence()
    /// The run as it was found when the journal was opened for writing, until somebody takes it or something is written.
    let found: Mutex<LoadedState?>

    private init(
        folder: RunFolder,
        pool: DatabasePool,
        format: JournalFormat = .current,
        found: LoadedState? = nil
    ) {
        self.folder = folder
        self.pool = pool
        self.format = format
        self.found = Mutex(found)
    }

    /// Makes the journal of a new run in its folder; append the flashpoints, then set the plan.
    ///
    /// - Throws: `JournalError`: there is one already, the folder can't be written, the disk is full.
    @concurrent
    package static func create(in folder: RunFolder) async throws -> SQLiteJournal {
        let path = folder.journalPath
        guard try JournalHeader.read(path) == nil else { throw JournalError(path: path, .exists) }
        return try JournalError.translating(path) {
            // Tables and marks go into the file itself, before there is a write-ahead log.
            let queue = try DatabaseQueue(path: path, configuration: configuration(.writing))
            try JournalSchema.migrator.migrate(queue)
            try queue.close()
            return SQLiteJournal(folder: folder, pool: try openPool(path))
        }
    }

    /// Opens the journal of a run that was planned.
    ///
    /// To write, the run is loaded first over a connection that can't change anything, so that a damaged journal is found
    /// out before a byte of it is touched.
    ///
    /// - Parameter found: The run as it was read before, which is taken for it unless it has gone on since.
    /// - Throws: `JournalError`: foreign, newer, damaged, or never planned to the end. The file is left as it is then.
    @concurrent
    package static func open(
        _ folder: RunFolder,
        for access: Access,
        found: FoundRun? = nil
    ) async throws -> SQLiteJournal {
        let path = folder.journalPath
        try JournalHeader.check(path)
        return switch access {
        case .reading: try await openReading(folder)
        case .writing: try await openWriting(folder, found?.take())
        }
    }

    private static func openReading(_ folder: RunFolder) async throws -> SQLiteJournal {
        let path = folder.journalPath
        return try JournalError.translating(path) {
            let pool = try DatabasePool(path: path, configuration: configuration(.reading))
            let known = try pool.read { try knownFormat(of: $0, path) }
            return SQLiteJournal(folder: folder, pool: pool, format: known)
        }
    }

    private static func openWriting(_ folder: RunFolder, _ known: LoadedState?) async throws -> SQLiteJournal {
        let path = folder.journalPath
        let journal = try JournalError.translating(path) {
            let found = try look(path, known)
            let pool = try openPool(path)
            try JournalSchema.migrator.migrate(pool)
            return SQLiteJournal(folder: folder, pool: pool, found: found)
        }
        try await journal.packPlan()
        return journal
    }

    /// Loads the run without being able to change anything.
    private static func look(_ path: String, _ known: LoadedState?) throws -> LoadedState {
        let queue = try DatabaseQueue(path: path, configuration: configuration(.reading))
        defer { try? queue.close() }
        return try queue.read { db in
            let format = try knownFormat(of: db, path)
            let latest = try Int.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0
            if let known, known.seq == latest { return known }
            return try LoadedState(db, format, path: path)
        }
    }

    /// Refuses what this version can't go on with.
    private static func knownFormat(of db: Database, _ path: String) throws -> JournalFormat {
        // Beyond the header: what a newer version has written last may still be in the log alone.
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if version > JournalSchema.version {
            throw JournalError(path: path, .newer(version: version, known: JournalSchema.version))
        }
        guard try isPlanned(db) else { throw JournalError(path: path, .unfinished) }
        return JournalFormat(version: version)
    }

    /// Folds the write-ahead log into the file; the journal can't be used afterwards.
    ///
    /// Without it the end of the process does as well: the next one to open the journal reads the log.
    package func close() throws {
        // The pool closes its readers last, and the last one of all is who would fold the log, but may not write. Where
        // it can't be folded, as on a full disk or beside a viewer, the log stays what it is: a part of the journal.
        if !pool.configuration.readonly { _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
        try JournalError.translating(folder.journalPath) { try pool.close() }
    }

    static func isPlanned(_ db: Database) throws -> Bool {
        guard try db.tableExists("run") else { return false }
        return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT * FROM run)") ?? false
    }

    static func configuration(_ access: Access) -> Configuration {
        var configuration = Configuration()
        configuration.label = "run journal"
        configuration.busyMode = .timeout(5)
        configuration.readonly = access == .reading
        return configuration
    }

    private static func openPool(_ path: String) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration(.writing))
        // Opening a pool sets NORMAL, which can lose the latest commits with the power; so FULL comes after it. The
        // second makes macOS wait for the disk too, not for its cache.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")
        }
        return pool
    }

    // MARK: - Access

    /// One transaction, which goes on to its end when the task is cancelled.
    ///
    /// - Throws: `JournalError`; the journal is as it was then, and can be written again.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let path = folder.journalPath
        found.withLock { $0 = nil }
        return try await JournalError.translating(path) {
            // The asynchronous `write` rolls back when the task is cancelled; this one does not know of tasks.
            try await withCheckedThrowingContinuation { continuation in
                pool.asyncWriteWithoutTransaction { db in
                    continuation.resume(with: Result { try Self.transaction(db, path, body) })
                }
            }
        }
    }

    private static func transaction<Value>(
        _ db: Database,
        _ path: String,
        _ body: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        do {
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
        } catch let error as DatabaseError {
            // Only the system says that it was a quota: to SQLite that is some failed write.
            let code = sqlite3_system_errno(db.sqliteConnection)
            let isFull = error.resultCode == .SQLITE_IOERR && (code == ENOSPC || code == EDQUOT)
            throw isFull ? JournalError(path: path, .diskFull) : JournalError(path: path, error)
        }
        guard let value else { throw JournalError(path: path, .system("a transaction gave nothing")) }
        return value
    }

    /// Reads from one moment of the journal, beside any writing.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        try await JournalError.translating(folder.journalPath) { try await pool.read(body) }
    }
}
