import Flashpoints
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The file behind `--output`: written beside its place and renamed into it, so that it is there whole or not at all.
struct OutputTarget: Sendable {
    /// The absolute path, links followed.
    let path: String

    /// - Throws: ``UsageProblem`` when the file can't be made, which is better known before the work than after it.
    init(_ text: String) throws(UsageProblem) {
        let file = URL(filePath: text, directoryHint: .notDirectory).standardizedFileURL.resolvingSymlinksInPath()
        path = file.path(percentEncoded: false)
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw UsageProblem("--output \(text): is a folder; name a file in it")
        }
        let folder = file.deletingLastPathComponent().path(percentEncoded: false)
        let target = Self.isReplaceable(path) ? folder : path
        guard access(target, W_OK) == 0 else {
            throw UsageProblem("--output \(text): \(target) can't be written (\(String(cString: strerror(errno))))")
        }
    }

    /// Writes what `body` appends.
    ///
    /// - Parameter mark: Tells the draft beside the file from those of others.
    /// - Throws: `FileError` when the file can't be written, and what `body` throws; what was there before is there still.
    func write(mark: String, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void) async throws {
        let isInPlace = !Self.isReplaceable(path)
        let draft = isInPlace ? path : "\(path).\(mark).part"
        do {
            var output = try OutputFile(path: draft, isNew: false)
            try await body { try output.append($0) }
            try output.finish()
            guard !isInPlace else { return }
            // Readable by whom other programs' files are.
            let mask = umask(0)
            umask(mask)
            chmod(draft, 0o666 & ~mask)
            guard rename(draft, path) == 0 else { throw FileError(path: path, action: .create, code: errno) }
        } catch {
            if !isInPlace { unlink(draft) }
            throw error
        }
    }

    /// Whether a file is there or nothing, rather than a pipe or a device, which must not be replaced.
    private static func isReplaceable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }
}
