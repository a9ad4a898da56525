#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file, or standard input, as a source of bytes.
package final class InputFile: Sendable {
    /// The file as errors name it.
    package let name: String
    private let descriptor: Int32
    private let isOwned: Bool

    /// Opens a file, or takes standard input for `-`.
    ///
    /// - Throws: `InputError` when there is no such file, it is a directory, or it may not be read.
    package init(path: String) throws(InputError) {
        guard path != "-" else {
            name = "standard input"
            descriptor = STDIN_FILENO
            isOwned = false
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else {
            throw InputError(source: path, problem: "can't be opened: \(FileError.text(of: errno))")
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(opened)
            throw InputError(source: path, problem: "is a directory; name a file, or - for standard input")
        }
        name = path
        descriptor = opened
        isOwned = true
    }

    /// Reads from an open descriptor that stays the caller's.
    package init(descriptor: Int32, name: String) {
        self.name = name
        self.descriptor = descriptor
        isOwned = false
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// The next bytes, at most 64 KiB and perhaps none, or nil at the end.
    ///
    /// Nobody may type for hours: the wait is cut into short ones, after each of which other tasks get their turn and
    /// a cancellation is seen.
    ///
    /// - Throws: `InputError` when reading fails; `CancellationError`.
    package func next() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, 50)
            if ready > 0 || (ready < 0 && errno != EINTR) { return try read() }
            await Task.yield()
        }
    }

    private func read() throws(InputError) -> [UInt8]? {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
                #if canImport(Glibc)
                count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
                #else
                count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
                #endif
                initialized = max(0, count)
            }
            if count > 0 { return bytes }
            if count == 0 { return nil }
            // Nothing there yet after all: the caller comes again and waits.
            if errno == EAGAIN { return [] }
            guard errno == EINTR else {
                throw InputError(source: name, problem: "can't be read: \(FileError.text(of: errno))")
            }
        }
    }
}
