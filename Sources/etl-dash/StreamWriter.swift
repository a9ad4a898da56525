import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One of this process's output streams, written so that no thread waits for a slow reader and a lost one does no harm.
final class StreamWriter: Sendable {
    static let standardOutput = StreamWriter(descriptor: STDOUT_FILENO)
    static let standardError = StreamWriter(descriptor: STDERR_FILENO)

    /// What a pipe that is ready takes without making the writer wait (`PIPE_BUF`).
    private static let piece = 4_096

    private let descriptor: Int32
    private let hasReader = Atomic(true)

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether nobody reads any more; what is written then is dropped.
    var isClosed: Bool { !hasReader.load(ordering: .relaxed) }

    /// Looks whether somebody still reads, which else shows in the next write only.
    func look() {
        var wait = pollfd(fd: descriptor, events: 0, revents: 0)
        let gone = Int16(POLLERR) | Int16(POLLNVAL)
        if poll(&wait, 1, 0) > 0, wait.revents & gone != 0 { hasReader.store(false, ordering: .relaxed) }
    }

    /// Writes the text; returns early when the reader is gone or the task is cancelled.
    func write(_ text: String) async { await write(Array(text.utf8)) }

    /// Writes the bytes; returns early when the reader is gone or the task is cancelled.
    ///
    /// The wait for a slow reader is cut into short ones, after each of which other tasks get their turn.
    @concurrent
    func write(_ bytes: [UInt8]) async {
        var rest = bytes[...]
        while !rest.isEmpty, !isClosed {
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&wait, 1, Task.isCancelled ? 0 : 50)
            if ready > 0 {
                rest = rest.dropFirst(take(rest.prefix(Self.piece)))
            } else if Task.isCancelled {
                return
            } else {
                await Task.yield()
            }
        }
    }

    /// Hands bytes to the system and tells how many it took.
    private func take(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes { buffer in
            #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
            Musl.write(descriptor, buffer.baseAddress, buffer.count)
            #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
        if count < 0, errno != EINTR, errno != EAGAIN { hasReader.store(false, ordering: .relaxed) }
        return max(0, count)
    }
}
