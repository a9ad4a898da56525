import FoundationEssentials
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The right to drive a run: at most one process has it, and it ends with that process whatever ends it.
///
/// An advisory lock of the operating system (`flock`) on a file of the run's folder. The file's text, the holder's pid,
/// is for people: who holds the lock is decided by the system alone. Child processes don't inherit it.
package final class RunLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock, without waiting for it.
    ///
    /// - Throws: `JournalError`: held by another process, or the folder can't be written.
    package init(path: String) throws(JournalError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalError(path: path, errno: errno) }
        guard Self.take(file) else {
            let code = errno
            defer { close(file) }
            guard code == EWOULDBLOCK else { throw JournalError(path: path, errno: code) }
            throw JournalError(path: path, .held(pid: Self.pid(in: file)))
        }
        descriptor = Mutex(file)
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
            // A full disk: the lock is held all the same, only nobody can read by whom.
            return
        }
    }

    deinit { release() }

    /// Gives the lock back; a second call does nothing.
    package func release() {
        descriptor.withLock { descriptor in
            if let file = descriptor {
                // Closing alone leaves it held for as long as a child that is being started has a copy.
                flock(file, LOCK_UN)
                close(file)
            }
            descriptor = nil
        }
    }

    /// Who has a lock.
    package struct Holder: Sendable, Hashable {
        /// The process, when the file tells it.
        package var pid: Int32?

        package init(pid: Int32?) {
            self.pid = pid
        }
    }

    /// The process that drives the run now; `nil` when none does.
    ///
    /// - Throws: `JournalError` when the file can't be read.
    package static func holder(path: String) throws(JournalError) -> Holder? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw JournalError(path: path, errno: errno)
        }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) == 0 ? nil : Holder(pid: pid(in: file))
    }

    /// Takes the lock within some 50 ms, since somebody who only asks for its holder has it for an instant too.
    private static func take(_ file: Int32) -> Bool {
        for _ in 0..<10 {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            usleep(5_000)
        }
        return flock(file, LOCK_EX | LOCK_NB) == 0
    }

    private static func pid(in file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
