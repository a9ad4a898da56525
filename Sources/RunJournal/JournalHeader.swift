import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the first bytes of a journal tell, read without SQLite, which might change a file that is not ours.
///
/// Layout: "The Database Header" of SQLite's file format. The fields are never only in the write-ahead log, because a
/// journal gets them before it gets a log.
struct JournalHeader: Hashable {
    private static let magic = Array("SQLite format 3\0".utf8)
    private static let size = 100

    var applicationID: Int
    var version: Int
    /// Bytes of the whole file.
    var declaredBytes: Int

    /// Reads the header of a file that may be anything.
    ///
    /// - Returns: `nil` when there is no file, or an empty one.
    /// - Throws: `JournalError` when it is no SQLite file or can't be read.
    static func read(_ path: String) throws(JournalError) -> JournalHeader? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw JournalError(reading: path, errno: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = pread(descriptor, &bytes, size, 0)
        guard count >= 0 else { throw JournalError(path: path, errno: errno) }
        if count == 0 { return nil }
        guard bytes.prefix(min(count, magic.count)).elementsEqual(magic.prefix(count)) else {
            throw JournalError(path: path, .foreign)
        }
        guard count == size else { throw JournalError(path: path, .corrupt("it is \(count) bytes long")) }
        return JournalHeader(bytes)
    }

    private init(_ bytes: [UInt8]) {
        func number(at offset: Int, bytes width: Int) -> Int {
            bytes[offset..<offset + width].reduce(0) { $0 << 8 | Int($1) }
        }
        let pageField = number(at: 16, bytes: 2)
        // A page of 65,536 bytes does not fit the field and is written as 1.
        declaredBytes = (pageField == 1 ? 65_536 : pageField) * number(at: 28, bytes: 4)
        version = number(at: 60, bytes: 4)
        applicationID = number(at: 68, bytes: 4)
    }
}

extension JournalHeader {
    /// Refuses, without touching it, a file that this version of the program must not open.
    ///
    /// - Throws: `JournalError`: foreign, newer, truncated, or unfinished when there is nothing.
    static func check(_ path: String) throws(JournalError) {
        guard let header = try read(path) else { throw JournalError(path: path, .unfinished) }
        guard header.applicationID == JournalSchema.applicationID else { throw JournalError(path: path, .foreign) }
        guard header.version <= JournalSchema.version else {
            throw JournalError(path: path, .newer(version: header.version, known: JournalSchema.version))
        }
        // What a crash left beside the file may hold the pages that are missing in it.
        guard fileSize("\(path)-wal") ?? 0 == 0, fileSize("\(path)-journal") ?? 0 == 0 else { return }
        guard let size = fileSize(path), size >= header.declaredBytes else {
            let what = "it is \(fileSize(path) ?? 0) bytes long and should be \(header.declaredBytes)"
            throw JournalError(path: path, .corrupt(what))
        }
    }

    private static func fileSize(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
