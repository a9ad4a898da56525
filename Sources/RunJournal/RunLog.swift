import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A run's log file: lines for people, appended in batches.
///
/// A log that can't be written stops no run: the first error of a row of them is told, and what comes later is tried
/// again.
package final class RunLog: Sendable {
    private struct State {
        /// Whether the file ends in the middle of a line, after a crash or on a full disk.
        var isTorn: Bool
        var isFailing = false
    }

    private let path: String
    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens the log, or creates it readable by its owner alone.
    ///
    /// - Throws: `JournalError` when it can't be written.
    package init(path: String) throws(JournalError) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        self.descriptor = descriptor
        state = Mutex(State(isTorn: descriptor >= 0 && Self.endsInsideLine(descriptor)))
        guard descriptor >= 0 else { throw JournalError(path: path, errno: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends lines; when this returns the system has them, though the disk may not.
    ///
    /// - Returns: Why the lines could not be written, when those before them could; the run is to tell it once.
    @discardableResult
    package func append(_ lines: [Line]) -> JournalError? {
        guard !lines.isEmpty else { return nil }
        return state.withLock { state in
            var bytes: [UInt8] = state.isTorn ? [UInt8(ascii: "\n")] : []
            for line in lines {
                bytes += line.description.utf8
                bytes.append(UInt8(ascii: "\n"))
            }
            var start = 0
            while start < bytes.count {
                let written = bytes.withUnsafeBytes { bytes in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                    return write(descriptor, rest.baseAddress, rest.count)
                }
                if written >= 0 {
                    start += written
                    continue
                }
                let code = errno
                if code == EINTR { continue }
                if start > 0 { state.isTorn = bytes[start - 1] != UInt8(ascii: "\n") }
                defer { state.isFailing = true }
                return state.isFailing ? nil : JournalError(path: path, errno: code)
            }
            state.isTorn = false
            state.isFailing = false
            return nil
        }
    }

    private static func endsInsideLine(_ descriptor: Int32) -> Bool {
        let size = lseek(descriptor, 0, SEEK_END)
        var last = UInt8(ascii: "\n")
        return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    }
}
