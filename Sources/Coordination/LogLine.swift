/// One line of a run's log, as the seed prints it.
package struct LogLine: Sendable, Hashable {
    package var level: LogLevel
    /// The lane it is about; `nil` for the run as a whole.
    package var worker: Int?
    /// One line of text without control characters.
    package var message: String

    /// - Parameter message: Its control characters are made visible.
    package init(_ level: LogLevel, worker: Int? = nil, _ message: String) {
        self.level = level
        self.worker = worker
        self.message = message.withVisibleControls
    }

    /// The line as it is printed, such as `INFO: Worker 1 starting with 3 flashpoints`.
    package var text: String { "\(level.rawValue): \(message)" }
}

extension String {
    /// The text with every character that would move a cursor, break a line or turn the writing direction spelt out.
    package var withVisibleControls: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var visible = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": visible += "\\n"
            case "\r": visible += "\\r"
            case "\t": visible += "\\t"
            case _ where scalar.isControl: visible += "\\u{\(String(scalar.value, radix: 16))}"
            default: visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators, and the marks that embed, override or isolate a writing direction.
        case 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }
}
