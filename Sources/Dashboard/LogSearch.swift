import Coordination
import Synchronization

/// What lines of the log are searched for.
///
/// Words must all be there, in either case unless they hold a capital; `/…/` is a regular expression; `w3` means worker 3
/// and `level>=warn` a level.
package struct LogSearch: Sendable, Hashable {
    /// Why a text can't be searched for.
    package struct Problem: Error, Sendable, Hashable {
        package var message: String
    }

    package let text: String
    /// Whether the lines are shown that do not match.
    package internal(set) var isInverse: Bool
    let worker: Int?
    let level: LogLevel?
    let needles: [Needle]
    let pattern: Pattern?

    /// Reads a search; `nil` for an empty text.
    ///
    /// - Throws: ``Problem`` for a malformed regular expression.
    package init?(_ text: String, isInverse: Bool = false) throws(Problem) {
        var words: [Substring] = text.split(separator: " ")
        guard !words.isEmpty else { return nil }
        self.text = text
        self.isInverse = isInverse
        if let expression = Self.expression(in: text) {
            pattern = try Pattern(String(expression))
            words = text[..<expression.startIndex].dropLast().split(separator: " ")
        } else {
            pattern = nil
        }
        var (worker, level): (Int?, LogLevel?) = (nil, nil)
        var needles: [Needle] = []
        for word in words {
            if let number = Self.worker(word) {
                worker = number
            } else if let least = Self.level(word) {
                level = least
            } else {
                needles.append(Needle(String(word)))
            }
        }
        (self.worker, self.level, self.needles) = (worker, level, needles)
    }

    /// What stands between the slashes at the end of the text.
    private static func expression(in text: String) -> Substring? {
        guard text.last == "/", let open = text.firstIndex(of: "/"), open != text.startIndex || text.count > 2 else {
            return nil
        }
        guard open == text.startIndex || text[text.index(before: open)] == " " else { return nil }
        let inside = text[text.index(after: open)...].dropLast()
        return inside.isEmpty ? nil : inside
    }

    private static func worker(_ word: Substring) -> Int? {
        word.first == "w" || word.first == "W" ? Int(word.dropFirst()) : nil
    }

    private static func level(_ word: Substring) -> LogLevel? {
        for prefix in ["level>=", "level:"] where word.hasPrefix(prefix) {
            let name = word.dropFirst(prefix.count).uppercased()
            return name.isEmpty ? nil : LogLevel.allCases.first { $0.rawValue.hasPrefix(name) }
        }
        return nil
    }

    /// Where the message has what is searched for, to be marked on the screen.
    package func ranges(in message: String) -> [Range<String.Index>] {
        if isInverse { return [] }
        if let pattern { return pattern.ranges(in: message) }
        return needles.flatMap { $0.ranges(in: message) }
    }

    package static func == (left: LogSearch, right: LogSearch) -> Bool {
        left.text == right.text && left.isInverse == right.isInverse
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(isInverse)
    }
}

extension LogSearch {
    /// A word to be found in UTF-8.
    struct Needle: Sendable {
        let text: String
        let bytes: [UInt8]
        let ignoresCase: Bool

        init(_ word: String) {
            ignoresCase = !word.contains(where: \.isUppercase)
            text = word
            bytes = Array(word.utf8)
        }

        /// Whether upper and lower case differ in a bit only.
        private var isPlain: Bool { bytes.allSatisfy { $0 < 0x80 } }

        func isIn(_ line: Span<UInt8>) -> Bool {
            guard isPlain || !ignoresCase else {
                var copy: [UInt8] = []
                copy.reserveCapacity(line.count)
                for place in line.indices { copy.append(line[place]) }
                return String(decoding: copy, as: UTF8.self).lowercased().contains(text)
            }
            let count = bytes.count
            guard count <= line.count else { return false }
            let first = bytes[0]
            let other = ignoresCase && first >= 0x61 && first <= 0x7A ? first ^ 0x20 : first
            var place = 0
            let end = line.count - count
            while place <= end {
                let byte = line[place]
                if byte == first || byte == other, matches(line, at: place) { return true }
                place += 1
            }
            return false
        }

        private func matches(_ line: Span<UInt8>, at start: Int) -> Bool {
            var place = 1
            while place < bytes.count {
                var byte = line[start + place]
                if ignoresCase, byte >= 0x41, byte <= 0x5A { byte |= 0x20 }
                if byte != bytes[place] { return false }
                place += 1
            }
            return true
        }

        func ranges(in message: String) -> [Range<String.Index>] {
            guard ignoresCase else { return message.ranges(of: text) }
            let lowered = message.lowercased()
            // Lower case may have another length in rare scripts; then nothing is marked.
            guard lowered.utf8.count == message.utf8.count else { return message.ranges(of: text) }
            return lowered.ranges(of: text).compactMap { range in
                let start = lowered.utf8.distance(from: lowered.startIndex, to: range.lowerBound)
                let length = lowered.utf8.distance(from: range.lowerBound, to: range.upperBound)
                let from = message.utf8.index(message.startIndex, offsetBy: start)
                let to = message.utf8.index(from, offsetBy: length)
                return from..<to
            }
        }
    }

    /// A regular expression, which the standard library does not let tasks share.
    final class Pattern: Sendable {
        private let regex: Mutex<Regex<AnyRegexOutput>>

        init(_ text: String) throws(Problem) {
            do {
                let isExact = text.contains(where: \.isUppercase)
                regex = Mutex(try Regex(text).ignoresCase(!isExact))
            } catch {
                throw Problem(message: "/\(text)/ is not a regular expression: \(error)")
            }
        }

        func isIn(_ text: String) -> Bool {
            regex.withLock { (try? $0.firstMatch(in: text)) != nil }
        }

        func ranges(in text: String) -> [Range<String.Index>] {
            regex.withLock { regex in text.ranges(of: regex).filter { !$0.isEmpty } }
        }
    }
}
