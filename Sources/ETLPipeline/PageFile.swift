import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads the page of a `file:` feed.
///
/// Any file that this process may read can be named, since the batch is the operator's own; pipes and devices cannot,
/// because reading them may never end.
enum PageFile {
    /// The file's bytes as a page.
    ///
    /// - Throws: ``FeedDrop`` when the path is not absolute, the file can't be read, is not a regular one or is longer
    ///   than `limit` bytes.
    static func page(at url: URL, limit: Int) throws(FeedDrop) -> Page {
        let host = url.host() ?? ""
        let path = url.path(percentEncoded: false)
        guard host.isEmpty || host == "localhost", path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw FeedDrop(
                "bad url",
                stage: FeedDrop.fetch,
                detail: "a file URL needs an absolute path of this machine"
            )
        }
        // Not blocking: opening a pipe nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FeedDrop("not a file", stage: FeedDrop.fetch, detail: "\(path) is not a regular file")
        }
        var body = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            guard count > 0 else { break }
            guard body.count + count <= limit else {
                throw FeedDrop("too large", stage: FeedDrop.fetch, detail: "\(path) is longer than \(limit) bytes")
            }
            body.append(contentsOf: buffer[..<count])
        }
        return Page(body: body, contentType: nil, url: url.absoluteString)
    }

    private static func unreadable(_ path: String) -> FeedDrop {
        let why = String(cString: strerror(errno))
        return FeedDrop("no file", stage: FeedDrop.fetch, detail: "\(path) cannot be read: \(why)")
    }
}
