package import Coordination
import FoundationEssentials

extension RunLog {
    /// A line of a run's log.
    package struct Line: Sendable, Hashable {
        /// Wall time in milliseconds since 1970.
        package var at: Int64
        package var level: LogLevel
        /// The worker it is about; `nil` for the run as a whole.
        package var worker: Int?
        package var message: String

        package init(at: Int64, level: LogLevel, worker: Int?, message: String) {
            self.at = at
            self.level = level
            self.worker = worker
            self.message = message
        }
    }
}

/// As text: `2025-10-02T12:04:31.120Z INFO    w1 message`, the level in seven columns and `-` for no worker.
///
/// Control characters of the message are escaped, so that a line of the file is a line of the log, and no message can
/// speak to the terminal that shows it: `\n`, `\r`, `\t`, else `\u{1b}`; a backslash is `\\`.
extension RunLog.Line: CustomStringConvertible {
    package var description: String {
        let level = level.rawValue + String(repeating: " ", count: max(0, 7 - level.rawValue.count))
        return "\(WallTime.text(at)) \(level) \(worker.map { "w\($0)" } ?? "-") \(Self.escaped(message))"
    }

    /// Reads what ``description`` wrote; `nil` when the text is no line of a log.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, let date = try? Self.timeStyle.parse(String(parts[0])) else { return nil }
        let words = parts[1].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard words.count == 2, let level = LogLevel(rawValue: String(words[0])) else { return nil }
        let rest = words[1].drop { $0 == " " }
        let who = rest.prefix { $0 != " " }
        guard who == "-" || (who.first == "w" && Int(who.dropFirst()) != nil) else { return nil }
        self.init(
            at: Int64((date.timeIntervalSince1970 * 1_000).rounded()),
            level: level,
            worker: Int(who.dropFirst()),
            message: Self.unescaped(rest.dropFirst(who.count + 1))
        )
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func escaped(_ message: String) -> String {
        guard message.unicodeScalars.contains(where: { $0 == "\\" || $0.properties.generalCategory == .control }) else {
            return message
        }
        var text = ""
        for scalar in message.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.properties.generalCategory == .control:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func unescaped(_ text: some StringProtocol) -> String {
        var message = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let sign = rest.popFirst() else {
                message.append(scalar)
                continue
            }
            switch sign {
            case "n": message.append("\n")
            case "r": message.append("\r")
            case "t": message.append("\t")
            case "u":
                let digits = String(String.UnicodeScalarView(rest.dropFirst().prefix { $0 != "}" }))
                rest = rest.dropFirst(digits.unicodeScalars.count + 2)
                if let value = UInt32(digits, radix: 16), let control = Unicode.Scalar(value) {
                    message.append(control)
                }
            default: message.append(sign)
            }
        }
        return String(message)
    }
}
