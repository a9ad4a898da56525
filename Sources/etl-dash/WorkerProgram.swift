#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// This very program, as its worker processes are started.
enum WorkerProgram {
    /// The variable that tells a worker that its standard input ends with its parent.
    static let parentWatch = "ETL_DASH_PARENT_WATCH"

    /// The file that this process runs, wherever it was copied to and however it was found.
    static func path() -> String? {
        #if os(Linux)
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? 0
            }
        }
        guard count > 0 else { return nil }
        let path = String(decoding: buffer.prefix(count), as: UTF8.self)
        // A build has replaced the file meanwhile; the kernel still has the old one under this name.
        return path.hasSuffix(" (deleted)") ? "/proc/\(getpid())/exe" : path
        #else
        var size = UInt32(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: Int(size))
        guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #endif
    }

    /// How a worker process on this machine is started.
    ///
    /// - Throws: ``UsageProblem`` when the system doesn't tell where the program is.
    static func command(_ arguments: String...) throws -> [String] { try command(arguments: arguments) }

    /// How a process of this program is started.
    ///
    /// - Throws: ``UsageProblem`` when the system doesn't tell where the program is.
    static func command(arguments: [String]) throws -> [String] {
        guard let path = path() else {
            throw UsageProblem("the path of etl-dash can't be found, so no process of it can be started; mount /proc")
        }
        return [path] + arguments
    }
}
