#if canImport(Glibc)
import Glibc

/// A file system of a bounded size over a folder, in memory.
package struct SmallDisk {
    /// It could not be mounted; the system's number for why.
    package struct Fault: Error {
        var code: Int32
    }

    private let path: String

    /// Whether this process may mount one.
    package static let isPossible: Bool = {
        var name = Array("/tmp/etl-dash-mount-XXXXXX".utf8CString)
        guard geteuid() == 0, mkdtemp(&name) != nil else { return false }
        let path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        defer { rmdir(path) }
        guard let disk = try? SmallDisk(at: path, bytes: 1 << 16) else { return false }
        disk.remove()
        return true
    }()

    /// Mounts it over a folder.
    package init(at path: String, bytes: Int) throws {
        self.path = path
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else { throw Fault(code: errno) }
    }

    /// Makes it larger, or smaller.
    package func grow(to bytes: Int) throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(bytes)") == 0 else {
            throw Fault(code: errno)
        }
    }

    /// Takes the disk away at once, whoever still uses it.
    package func remove() { umount2(path, Int32(MNT_DETACH)) }
}
#else
/// Elsewhere there is none.
package struct SmallDisk {
    /// Whether this process may mount one.
    package static let isPossible = false

    /// Does nothing.
    package init(at path: String, bytes: Int) throws {}
    /// Does nothing.
    package func grow(to bytes: Int) throws {}
    /// Does nothing.
    package func remove() {}
}
#endif
