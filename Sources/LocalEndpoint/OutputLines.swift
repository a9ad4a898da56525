/// Cuts a stream of bytes into lines of bounded length.
///
/// A longer line is given up to the limit, followed by `…`, and the rest of it is dropped, so that a program that
/// never ends its line costs no memory.
struct OutputLines: Sendable {
    private let limit: Int
    private var line: [UInt8] = []
    private var isCut = false

    init(limit: Int = 16 << 10) {
        self.limit = limit
    }

    /// Takes bytes and returns the lines they complete.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(completed())
            } else if line.count < limit {
                line.append(byte)
            } else {
                isCut = true
            }
        }
        return lines
    }

    /// The last line when the stream ended without a newline.
    mutating func finish() -> String? {
        line.isEmpty ? nil : completed()
    }

    private mutating func completed() -> String {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self) + (isCut ? "…" : "")
        line.removeAll(keepingCapacity: true)
        isCut = false
        return text
    }
}
