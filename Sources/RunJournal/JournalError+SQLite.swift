import GRDB

extension JournalError {
    /// What an error of SQLite means for the run.
    init(path: String, _ error: DatabaseError) {
        let words = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self.path = path
        reason =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_CORRUPT: .corrupt(words)
            case .SQLITE_NOTADB: .foreign
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: .notWritable(words)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .held(pid: nil)
            case .SQLITE_CONSTRAINT: .inconsistent(words)
            case .SQLITE_IOERR: .system("\(words); look after the disk it is on, then go on")
            default: .system(words)
            }
    }

    /// Calls `body`; an error of SQLite comes out as what it means for the file at `path`, any other as it is.
    static func translating<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw JournalError(path: path, error)
        }
    }

    /// The same for an asynchronous `body`.
    static func translating<Value: Sendable>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw JournalError(path: path, error)
        }
    }
}
