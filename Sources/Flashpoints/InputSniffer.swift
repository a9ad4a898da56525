/// How a batch is written.
package enum InputFormat: Sendable, Hashable {
    /// An array or JSON Lines; which of the two shows in the first bracket.
    case json
    case csv

    /// The format that a file's name tells; `nil` when its beginning has to.
    package init?(path: String) {
        guard path.lowercased().hasSuffix(".csv") else { return nil }
        self = .csv
    }
}

/// Tells from the beginning of a source whether it is JSON or a table.
///
/// JSON begins with a bracket; a table's first line, the header row, names the column of the ids or has a separator.
struct InputSniffer: Sendable {
    /// What was looked at and is still to be read: at most a blank and the first line that is not.
    private(set) var pending: [UInt8] = []
    /// Line of the source in which ``pending`` begins, from 1.
    private(set) var line = 1

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// More of a first line says nothing more.
    private static let longest = 4_096

    /// Reads on in `chunk` until the format is known; `nil` when the chunk is used up before.
    mutating func next(in chunk: [UInt8], from position: inout Int) -> InputFormat? {
        while position < chunk.count {
            let byte = chunk[position]
            position += 1
            if hasText {
                pending.append(byte)
                if byte == .newline || pending.count > Self.longest { return finish() }
            } else if byte.isBlank {
                // Blanks are counted and not kept; one of them still parts a mark from what follows.
                if byte == .newline { line += 1 }
                if pending.isEmpty { pending.append(0x20) }
            } else {
                pending.append(byte)
                if byte == .openArray || byte == .openObject { return .json }
            }
        }
        return nil
    }

    /// What the source is when no more of it comes.
    func finish() -> InputFormat {
        guard let text = String(validating: pending, as: UTF8.self), !pending.contains(0) else { return .json }
        let isTable = text.contains(CSVColumns.idName) || [",", ";", "\t"].contains { text.contains($0) }
        return isTable ? .csv : .json
    }

    /// Whether anything but blanks and a byte order mark has come.
    private var hasText: Bool {
        !pending.isEmpty && pending != [0x20] && !Self.mark.starts(with: pending)
    }
}
