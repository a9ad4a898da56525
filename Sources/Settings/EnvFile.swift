#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Settings {
    /// Which `.env` file is read.
    public enum EnvFile: Sendable, Hashable {
        /// `.env` in the working directory, if there is one.
        case inWorkingDirectory
        /// The file at this path, relative to the working directory; it must exist.
        case at(String)
        /// No file.
        case none
    }
}

extension Settings.EnvFile {
    /// The name that messages use.
    var name: String {
        switch self {
        case .inWorkingDirectory, .none: ".env"
        case .at(let path): path
        }
    }

    /// Reads and parses the file; a file that can't be read is a problem of its own.
    func read(in workingDirectory: String) -> DotEnv {
        switch self {
        case .none:
            return DotEnv()
        case .inWorkingDirectory:
            let path = workingDirectory + "/.env"
            // Python keeps virtual environments in folders of this name.
            return Self.isMissingOrFolder(path) ? DotEnv() : Self.read(path)
        case .at(let path):
            guard !path.isEmpty else {
                return DotEnv(DotEnv.Problem(message: "the path of the settings' file is empty; give one"))
            }
            return Self.read(path.hasPrefix("/") ? path : workingDirectory + "/" + path)
        }
    }

    private static func isMissingOrFolder(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno == ENOENT }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    // By the C library, because the file may be a pipe or a device: it is read to the limit and no further.
    private static func read(_ path: String) -> DotEnv {
        guard let file = fopen(path, "r") else { return DotEnv(unreadable(errno)) }
        defer { fclose(file) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: DotEnv.maximumSize + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
            if ferror(file) != 0 { failure = errno }
        }
        return failure == 0 ? DotEnv(parsing: bytes) : DotEnv(unreadable(failure))
    }

    private static func unreadable(_ code: Int32) -> DotEnv.Problem {
        DotEnv.Problem(message: "can't be read: \(String(cString: strerror(code))); give a file of NAME=VALUE lines")
    }
}
