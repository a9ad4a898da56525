import FoundationEssentials
package import RunJournal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the control socket of a run is.
///
/// In the run's folder, which is its owner's alone. The system takes some hundred bytes of path only; where that is too
/// short, the socket is in a folder of the user's own elsewhere, and the run's folder has a file that says where.
package struct ControlPlace: Sendable {
    let folder: RunFolder
    /// Folders of the system that may hold one of ours, the best first.
    let bases: [String]

    /// Bytes of a socket's path, without the zero at its end; SwiftNIO takes 103 on every system.
    static let pathLimit = min(103, MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1)

    package init(_ folder: RunFolder, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.folder = folder
        let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        bases = [runtime, "/tmp"].compactMap(\.self)
    }

    private var ownPath: String { "\(folder.path)/control.sock" }
    /// The file with the path of a socket that is elsewhere.
    private var pointerPath: String { "\(folder.path)/control" }

    /// The socket's path as whoever has a command finds it.
    var known: String {
        guard let data = try? Data(contentsOf: URL(filePath: pointerPath)), data.count <= 1_024 else { return ownPath }
        let text = String(decoding: data, as: UTF8.self).prefix { $0 != "\n" }
        return text.hasPrefix("/") ? String(text) : ownPath
    }

    /// Chooses a path to listen at and makes it known; only who drives the run may.
    ///
    /// - Throws: ``Problem`` when there is no place for it.
    func claim() throws -> String {
        guard ownPath.utf8.count > Self.pathLimit else {
            unlink(pointerPath)
            return ownPath
        }
        // Two homes may have runs of one name; FNV-1a of the path tells them apart.
        let digest = folder.path.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let name = "\(folder.run)-\(String(digest, radix: 16)).sock"
        var problems: [String] = []
        for base in bases {
            let home = "\(base)/etl-dash-\(getuid())"
            let path = "\(home)/\(name)"
            guard path.utf8.count <= Self.pathLimit else {
                problems.append("\(base) is too long a path")
                continue
            }
            if let problem = Self.makePrivate(home) {
                problems.append(problem)
                continue
            }
            try Data("\(path)\n".utf8).write(to: URL(filePath: pointerPath), options: .atomic)
            return path
        }
        throw Problem("\(ownPath) is too long for a socket, and \(problems.joined(separator: ", "))")
    }

    /// Takes away what was made known.
    func release(_ path: String) {
        unlink(path)
        if path != ownPath { unlink(pointerPath) }
    }

    /// Makes a folder that nobody else can look into, or sees that it is one.
    ///
    /// - Returns: What is wrong with it.
    private static func makePrivate(_ path: String) -> String? {
        if mkdir(path, 0o700) != 0, errno != EEXIST { return "\(path): \(String(cString: strerror(errno)))" }
        var status = stat()
        // A link could lead into a folder of somebody else's.
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(),
            status.st_mode & 0o077 == 0
        else { return "\(path) is not a folder of this user's alone" }
        return nil
    }

    /// There is no place for a socket.
    struct Problem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}
