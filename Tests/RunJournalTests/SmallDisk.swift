#if canImport(Glibc)
import Glibc

/// A file system of a bounded size over a folder, in memory.
struct SmallDisk {
    struct Fault: Error {
        var code: Int32
    }

    private let path: String

    /// Whether this process may mount one.
    static let isPossible: Bool = {
        var name = Array("/tmp/etl-dash-mount-XXXXXX".utf8CString)
        guard geteuid() == 0, mkdtemp(&name) != nil else { return false }
        let path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        defer { rmdir(path) }
        guard let disk = try? SmallDisk(at: path, bytes: 1 << 16) else { return false }
        disk.remove()
        return true
    }()

    init(at path: String, bytes: Int) throws {
        self.path = path
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else { throw Fault(code: errno) }
    }

    func grow(to bytes: Int) throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(bytes)") == 0 else {
            throw Fault(code: errno)
        }
    }

    /// Takes the disk away at once, whoever still uses it.
    func remove() { umount2(path, Int32(MNT_DETACH)) }
}
#else
/// Elsewhere there is none.
struct SmallDisk {
    static let isPossible = false

    init(at path: String, bytes: Int) throws {}
    func grow(to bytes: Int) throws {}
    func remove() {}
}
#endif
