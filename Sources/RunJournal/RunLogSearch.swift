#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds the lines of a run's log around a moment, without reading the whole file.
///
/// Lines stand in the order of their times, so the moment is found by halving; then a bounded piece before it is read.
package final class RunLogSearch: Sendable {
    private let descriptor: Int32
    private let size: Int

    private static let block = 1 << 12
    /// Bytes before the moment in which lines are looked for.
    private static let reach = 1 << 18

    /// Opens the log as it is now; `nil` when there is none that can be read.
    package init?(path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        size = max(0, Int(lseek(descriptor, 0, SEEK_END)))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The last `limit` lines about a worker within some time, in their order.
    ///
    /// - Parameters:
    ///   - range: Wall time in milliseconds since 1970, the end included.
    ///   - isWanted: Says no to lines that are of no interest.
    package func lines(
        of worker: Int,
        in range: ClosedRange<Int64>,
        limit: Int,
        where isWanted: (RunLog.Line) -> Bool = { _ in true }
    ) -> [RunLog.Line] {
        let end = offset(after: range.upperBound)
        let start = max(0, end - Self.reach)
        let text = String(decoding: read(at: start, count: end - start), as: UTF8.self)
        var lines: [RunLog.Line] = []
        for text in text.split(separator: "\n").reversed() {
            guard lines.count < limit else { break }
            // Where reading began inside a line its rest is none.
            guard let line = RunLog.Line(text) else { continue }
            guard line.at >= range.lowerBound else { break }
            if line.at <= range.upperBound, line.worker == worker, isWanted(line) { lines.append(line) }
        }
        return lines.reversed()
    }

    /// Where the first line later than a moment begins; the size of the file when there is none.
    private func offset(after moment: Int64) -> Int {
        var (low, high) = (0, size)
        while low < high {
            let middle = low + (high - low) / 2
            guard let (begin, line) = firstLine(from: middle, before: high) else {
                high = middle
                continue
            }
            if line.at > moment { high = middle } else { low = begin + 1 }
        }
        // The line that begins here or before is still to be read to its end.
        return firstLine(from: low, before: size)?.begin ?? size
    }

    /// The first line that begins at `offset` or later and before `end`.
    private func firstLine(from offset: Int, before end: Int) -> (begin: Int, line: RunLog.Line)? {
        var begin = offset
        // A line begins at the file's begin, or after the end of another one.
        if offset > 0 {
            guard let previous = lineEnd(from: offset - 1) else { return nil }
            begin = previous + 1
        }
        while begin < end, let stop = lineEnd(from: begin) {
            let text = String(decoding: read(at: begin, count: min(stop - begin, Self.reach)), as: UTF8.self)
            if let line = RunLog.Line(text) { return (begin, line) }
            begin = stop + 1
        }
        return nil
    }

    /// The offset of the first line feed at `offset` or later.
    private func lineEnd(from offset: Int) -> Int? {
        var position = offset
        while position < size {
            let bytes = read(at: position, count: Self.block)
            if bytes.isEmpty { return nil }
            if let place = bytes.firstIndex(of: UInt8(ascii: "\n")) { return position + place }
            position += bytes.count
        }
        return nil
    }

    private func read(at offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, initialized in
            while initialized < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]
                )
                let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + initialized))
                guard count > 0 else { return }
                initialized += count
            }
        }
    }
}
