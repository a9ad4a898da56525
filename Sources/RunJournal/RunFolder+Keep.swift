#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension RunFolder {
    /// Puts a small file into the folder, which is on the disk with its name when this returns.
    ///
    /// - Throws: `JournalError` when it can't be written.
    package func keep(_ bytes: [UInt8], as name: String) throws(JournalError) {
        let path = "\(self.path)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalError(path: path, errno: errno) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw JournalError(path: path, errno: errno)
        }
        try sync()
    }

    /// Makes the names of the files in the folder last.
    ///
    /// - Throws: `JournalError`.
    func sync() throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(path: path, errno: errno) }
        defer { close(descriptor) }
        // Some file systems can't sync folders and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw JournalError(path: path, errno: errno) }
    }
}
