import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads single flashpoints back from a run's spool.
///
/// Safe to use from several tasks: reads carry their own offset.
package final class SpoolReader: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the spool in a run's folder.
    package init(folder: String) throws(FileError) {
        path = "\(folder)/\(InputSpool.fileName)"
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, action: .open, code: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The encoded flashpoint at a row's offset, without the line's end.
    ///
    /// - Throws: `FileError` when the file can't be read or ends before.
    package func line(offset: Int, length: Int) throws(FileError) -> [UInt8] {
        var code: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            while initialized < length {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]
                )
                let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + initialized))
                if count > 0 {
                    initialized += count
                } else if count == 0 || errno != EINTR {
                    code = count == 0 ? 0 : errno
                    return
                }
            }
        }
        if let code { throw FileError(path: path, action: .read, code: code) }
        return bytes
    }

    /// The flashpoint at a row's offset.
    package func flashpoint(offset: Int, length: Int) throws -> Flashpoint {
        try JSONCoding.decode(Flashpoint.self, from: Data(try line(offset: offset, length: length)))
    }
}
