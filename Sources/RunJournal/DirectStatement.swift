import Flashpoints
import GRDB
import GRDBSQLite

/// A prepared statement whose values go to SQLite without being boxed on the way: for rows that are written or read by
/// the hundred thousand.
struct DirectStatement {
    private let db: Database
    /// Keeps the handle alive.
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String) throws {
        self.db = db
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    // MARK: - Values, by position from 1

    func bind(_ position: Int32, _ number: Int?) {
        if let number {
            sqlite3_bind_int64(handle, position, Int64(number))
        } else {
            sqlite3_bind_null(handle, position)
        }
    }

    func bind(_ position: Int32, _ number: Double?) {
        if let number {
            sqlite3_bind_double(handle, position, number)
        } else {
            sqlite3_bind_null(handle, position)
        }
    }

    func bind(_ position: Int32, _ text: String?) {
        guard var text else {
            sqlite3_bind_null(handle, position)
            return
        }
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                let start = characters.baseAddress ?? Self.nothing
                sqlite3_bind_text(handle, position, start, Int32(utf8.count), Self.copied)
            }
        }
    }

    /// Text or a blob that SQLite reads where it is; it must stay there until the statement has run.
    func bind(_ position: Int32, inPlace bytes: UnsafeRawBufferPointer, isText: Bool) {
        if isText {
            let characters = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.nothing
            sqlite3_bind_text(handle, position, characters, Int32(bytes.count), nil)
        } else if let start = bytes.baseAddress {
            sqlite3_bind_blob(handle, position, start, Int32(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(handle, position, 0)
        }
    }

    /// Tells SQLite to copy a value before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    /// Stands for the place of an empty text, which would be NULL without one.
    private static var nothing: UnsafePointer<CChar> { sqlite3_libversion() }

    // MARK: - Running

    /// Runs a statement that gives no rows, and makes it ready for the next values.
    ///
    /// - Throws: `DatabaseError`.
    func run() throws {
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    /// Goes to the next row; false at the end.
    ///
    /// - Throws: `DatabaseError`.
    func next() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Ends a reading, so that the statement can be used again.
    func reset() { sqlite3_reset(handle) }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
            message: db.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) } ?? "SQLite error \(code)"
        )
    }

    // MARK: - The row, by position from 0

    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Bytes that are there until the next row.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// Whether the bytes of a column fit the checksum in another; true where there is none.
    func fits(_ column: Int32, checksum: Int32) -> Bool {
        isNull(checksum) || Int(truncatingIfNeeded: Checksum.of(bytes(column))) == integer(checksum)
    }
}
