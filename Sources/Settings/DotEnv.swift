/// A `.env` file, read by a grammar of its own.
///
/// A line is blank, a comment, or `NAME=VALUE`, perhaps behind `export`, with blanks around each part. An unquoted value
/// ends at a `#` that has a blank before it; in double quotes `\n \t \" \\ \$` are escapes, in single quotes nothing is.
/// Values stay on their line, variables are not replaced, and of two lines with one name the later counts.
struct DotEnv {
    struct Entry: Equatable {
        var name: String
        var value: String
        /// From 1.
        var line: Int
    }

    /// A line or a whole file that can't be read; `line` is nil for the file.
    struct Problem: Error, Equatable {
        var line: Int?
        var message: String
    }

    /// What the lines say, in their order; of equal names the last counts.
    private(set) var entries: [Entry] = []
    private(set) var problems: [Problem] = []
    /// Names that stand twice: the line that lost and the line that counts.
    private(set) var duplicates: [(name: String, line: Int, lastLine: Int)] = []
    private var lines: [String: Int] = [:]

    /// Files beyond this are something else.
    static let maximumSize = 256 << 10

    init() {}

    init(_ problem: Problem) { problems = [problem] }

    /// Reads all the lines, and goes on after those that are malformed.
    init(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.maximumSize else {
            problems = [Problem(message: "larger than 256 KiB; give a file of NAME=VALUE lines")]
            return
        }
        guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
            problems = [Problem(line: 1, message: "the file is UTF-16; save it as UTF-8")]
            return
        }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.dropFirst(bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0)
        for (place, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            read(line.last == 0x0D ? line.dropLast() : line, number: place + 1)
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, number: Int) {
        do throws(Problem) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(message: "not UTF-8; save the file as UTF-8")
            }
            var line = DotEnvLine(text)
            guard let (name, value) = try line.assignment() else { return }
            if let earlier = lines.updateValue(number, forKey: name) { duplicates.append((name, earlier, number)) }
            entries.append(Entry(name: name, value: value, line: number))
        } catch {
            problems.append(Problem(line: number, message: error.message))
        }
    }
}

/// The reading of one line; messages never repeat it, for it may hold a secret.
private struct DotEnvLine {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = text[...].unicodeScalars }

    /// The name and the value; nil for a blank line or a comment.
    mutating func assignment() throws(DotEnv.Problem) -> (name: String, value: String)? {
        if let control = rest.first(where: { $0.isControl && $0 != "\t" }) {
            let code = String(0x10000 + control.value, radix: 16, uppercase: true).dropFirst()
            throw DotEnv.Problem(message: "holds the control character U+\(code); remove it")
        }
        skipBlanks()
        guard let first = rest.first, first != "#" else { return nil }
        var name = word()
        if name == "export", let next = rest.first, next.isBlank {
            skipBlanks()
            if rest.first != "=" { name = word() }
        }
        skipBlanks()
        guard rest.contains("=") else { throw DotEnv.Problem(message: "has no \"=\"; write NAME=VALUE") }
        guard rest.first == "=", let start = name.unicodeScalars.first, !("0"..."9").contains(start) else {
            throw DotEnv.Problem(
                message: "a name is letters, digits and _ and does not begin with a digit; write NAME=VALUE"
            )
        }
        rest.removeFirst()
        let hadBlank = skipBlanks()
        switch rest.first {
        case "\"": return (name, try quoted(by: "\"", hasEscapes: true))
        case "'": return (name, try quoted(by: "'", hasEscapes: false))
        case _: return (name, bare(afterBlank: hadBlank))
        }
    }

    /// The letters, digits and underscores that come next.
    private mutating func word() -> String {
        let letters = rest.prefix { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_"
        }
        rest = rest[letters.endIndex...]
        return String(letters)
    }

    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let blanks = rest.prefix(while: \.isBlank)
        rest = rest[blanks.endIndex...]
        return !blanks.isEmpty
    }

    private func bare(afterBlank: Bool) -> String {
        var value = String.UnicodeScalarView()
        var isAfterBlank = afterBlank
        for scalar in rest {
            if scalar == "#", isAfterBlank { break }
            isAfterBlank = scalar.isBlank
            value.append(scalar)
        }
        while let last = value.last, last.isBlank { value.removeLast() }
        return String(value)
    }

    private mutating func quoted(by quote: Unicode.Scalar, hasEscapes: Bool) throws(DotEnv.Problem) -> String {
        rest.removeFirst()
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == quote {
                try endLine()
                return String(value)
            }
            guard hasEscapes, scalar == "\\" else {
                value.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "t": value.append("\t")
            case "\"": value.append("\"")
            case "\\": value.append("\\")
            case "$": value.append("$")
            case nil: throw DotEnv.Problem(message: "the quote does not end; close it on the same line")
            case _:
                throw DotEnv.Problem(
                    message: "an unknown escape in double quotes; write \\\\ for a backslash, or use single quotes"
                )
            }
        }
        throw DotEnv.Problem(message: "the quote does not end; close it on the same line")
    }

    /// Takes blanks and a comment, which is all that may follow a closing quote.
    private mutating func endLine() throws(DotEnv.Problem) {
        let hadBlank = skipBlanks()
        guard rest.isEmpty || (hadBlank && rest.first == "#") else {
            throw DotEnv.Problem(
                message: "text after the closing quote; only a comment may follow, with a blank before its #"
            )
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
