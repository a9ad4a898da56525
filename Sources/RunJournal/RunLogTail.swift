#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads the end of a run's log file and then what is added to it.
///
/// A file that is not there yet is an empty one. One that was cut short is read from its begin again, and one that was
/// put in its place once the old one has been read to its end. What is no line of a log, such as one that a crash cut
/// off, is passed over.
package struct RunLogTail: ~Copyable {
    private let path: String
    private let limit: Int?
    private var descriptor: Int32 = -1
    private var offset = 0
    /// The bytes of a line whose end has not come yet.
    private var rest: [UInt8] = []
    private var hasBegun = false

    private static let block = 1 << 16

    /// - Parameter limit: Lines of what is there already that are given, the latest ones; `nil` for all.
    package init(path: String, limit: Int? = nil) {
        self.path = path
        self.limit = limit
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next lines, some thousands at most; none when there is nothing new.
    ///
    /// - Returns: The lines, and whether there may be more at once.
    package mutating func next() -> (lines: [RunLog.Line], hasMore: Bool) {
        guard descriptor >= 0 || begin() else { return ([], false) }
        var lines: [RunLog.Line] = []
        for _ in 0..<8 {
            let bytes = Self.read(descriptor, at: offset, count: Self.block)
            if bytes.isEmpty { return (lines, startsOver()) }
            offset += bytes.count
            take(bytes, into: &lines)
        }
        return (lines, true)
    }

    /// Opens the file, and finds the lines that are wanted of it the first time.
    private mutating func begin() -> Bool {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        offset = 0
        if !hasBegun, let limit { offset = Self.start(of: limit, in: descriptor) }
        hasBegun = true
        return true
    }

    /// Whether the file was cut or replaced since, and so is to be read from its begin.
    private mutating func startsOver() -> Bool {
        var (mine, there) = (stat(), stat())
        guard fstat(descriptor, &mine) == 0 else { return false }
        if Int(mine.st_size) < offset {
            offset = 0
            rest = []
            return true
        }
        guard stat(path, &there) == 0, there.st_ino != mine.st_ino || there.st_dev != mine.st_dev else { return false }
        close(descriptor)
        descriptor = -1
        rest = []
        return true
    }

    private mutating func take(_ bytes: [UInt8], into lines: inout [RunLog.Line]) {
        rest += bytes
        var begin = rest.startIndex
        while let end = rest[begin...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = RunLog.Line(String(decoding: rest[begin..<end], as: UTF8.self)) { lines.append(line) }
            begin = end + 1
        }
        rest.removeFirst(begin)
    }

    /// Where the last `limit` lines of the file begin.
    private static func start(of limit: Int, in descriptor: Int32) -> Int {
        var position = max(0, Int(lseek(descriptor, 0, SEEK_END)))
        // The end of the last line is not the beginning of another one.
        var wanted = limit + 1
        while position > 0 {
            let begin = max(0, position - block)
            let bytes = read(descriptor, at: begin, count: position - begin)
            // A file that was cut meanwhile is read from where it still has something.
            guard bytes.count == position - begin else { return 0 }
            for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "\n") {
                wanted -= 1
                if wanted == 0 { return begin + index + 1 }
            }
            position = begin
        }
        return 0
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let read = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            initialized = max(0, read)
        }
    }
}
