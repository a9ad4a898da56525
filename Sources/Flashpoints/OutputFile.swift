#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is written from its start to its end, through a buffer, and synced when finished.
package struct OutputFile: ~Copyable, Sendable {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    /// Bytes taken so far, written or still in the buffer.
    package private(set) var length = 0

    private static let bufferBytes = 1 << 18

    /// Creates the file, readable by its owner alone.
    ///
    /// - Parameter isNew: Whether an existing file is an error rather than emptied.
    package init(path: String, isNew: Bool = true) throws(FileError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : O_TRUNC), 0o600)
        self.path = path
        guard descriptor >= 0 else { throw FileError(path: path, action: .create, code: errno) }
        buffer.reserveCapacity(Self.bufferBytes)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends bytes; they reach the file when the buffer is full, or with ``finish()``.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(FileError) {
        let before = buffer.count
        buffer.append(contentsOf: bytes)
        length += buffer.count - before
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes what is left and waits until the disk has it all.
    package mutating func finish() throws(FileError) {
        try flush()
        // Devices and pipes can't be synced, and need not be.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileError(path: path, action: .sync, code: errno)
        }
    }

    private mutating func flush() throws(FileError) {
        var start = 0
        while start < buffer.count {
            let written = buffer.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                return write(descriptor, rest.baseAddress, rest.count)
            }
            if written >= 0 {
                start += written
            } else if errno != EINTR {
                throw FileError(path: path, action: .write, code: errno)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
