#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Puts a salvaged journal in the place of the damaged one, in two steps: a process that dies in between leaves a swap
/// that the next one finishes.
struct FileSwap {
    private let folder: RunFolder

    init(_ folder: RunFolder) { self.folder = folder }

    private var path: String { folder.journalPath }
    /// Where the new journal waits; the swap has begun when it is there.
    private var waiting: String { "\(path).salvaged" }

    /// Whether a swap was begun and not finished.
    var isBegun: Bool { access(waiting, F_OK) == 0 }

    /// Gives the damaged file a second name, and the new one a place beside it.
    ///
    /// - Parameter reached: Told of every moment as it comes.
    /// - Returns: The damaged file's second name.
    /// - Throws: `JournalError`.
    func begin(
        with new: String,
        reached: (JournalSalvage.Moment) -> Void = { _ in }
    ) throws(JournalError) -> String {
        var number = 1
        while link(path, "\(path).damaged-\(number)") != 0 {
            guard errno == EEXIST else { throw JournalError(path: path, errno: errno) }
            number += 1
        }
        let damaged = "\(path).damaged-\(number)"
        // The log goes with its file: a new journal must not find it.
        if link("\(path)-wal", "\(damaged)-wal") != 0, errno != ENOENT { throw JournalError(path: path, errno: errno) }
        try folder.sync()
        reached(.linked)
        guard rename(new, waiting) == 0 else { throw JournalError(path: path, errno: errno) }
        try folder.sync()
        reached(.staged)
        return damaged
    }

    /// Lets the new journal have the first name; there is a journal under it at every moment.
    ///
    /// - Parameter reached: Told of every moment as it comes.
    /// - Throws: `JournalError`.
    func finish(reached: (JournalSalvage.Moment) -> Void = { _ in }) throws(JournalError) {
        for suffix in ["-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw JournalError(path: path, errno: errno)
        }
        reached(.unlinked)
        guard rename(waiting, path) == 0 else { throw JournalError(path: path, errno: errno) }
        try folder.sync()
        reached(.renamed)
    }
}
