#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Puts a salvaged journal in the place of the damaged one.
struct FileSwap {
    private let folder: RunFolder

    init(_ folder: RunFolder) { self.folder = folder }

    /// Gives the damaged file a second name, then lets the new one have the first, so that there is a journal under it
    /// at every moment.
    ///
    /// - Parameter reached: Told of every moment as it comes.
    /// - Returns: The damaged file's second name.
    /// - Throws: `JournalError`.
    func replaceJournal(
        by new: String,
        reached: (JournalSalvage.Moment) -> Void = { _ in }
    ) throws(JournalError) -> String {
        let path = folder.journalPath
        var number = 1
        while link(path, "\(path).damaged-\(number)") != 0 {
            guard errno == EEXIST else { throw JournalError(path: path, errno: errno) }
            number += 1
        }
        let damaged = "\(path).damaged-\(number)"
        // The log goes with its file: a new journal must not find it.
        if link("\(path)-wal", "\(damaged)-wal") != 0, errno != ENOENT { throw JournalError(path: path, errno: errno) }
        try sync()
        reached(.linked)
        for suffix in ["-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw JournalError(path: path, errno: errno)
        }
        reached(.unlinked)
        guard rename(new, path) == 0 else { throw JournalError(path: path, errno: errno) }
        try sync()
        reached(.renamed)
        return damaged
    }

    /// Makes the names last.
    private func sync() throws(JournalError) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(path: folder.path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw JournalError(path: folder.path, errno: errno) }
    }
}
