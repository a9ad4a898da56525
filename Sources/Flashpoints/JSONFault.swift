/// The first place where a text breaks JSON's grammar, or has a number too large for a `Double`.
///
/// Foundation on Linux only says that a text is not JSON. This finds out where, after the fact, so it may be slow; it
/// calls itself once for each level of nesting, which the scanner has bounded.
struct JSONFault: Error, Equatable {
    /// Line within the text, from 1.
    var line: Int
    /// Byte within that line, from 1.
    var column: Int
    /// What is wrong there.
    var problem: String

    /// Nil when the text is well formed.
    init?(in bytes: [UInt8]) {
        var grammar = Grammar(bytes: bytes)
        do {
            try grammar.value()
            try grammar.end()
            return nil
        } catch {
            self = error
        }
    }

    private init(at position: Int, of bytes: [UInt8], _ problem: String) {
        let before = bytes.prefix(position)
        line = 1 + before.count { $0 == .newline }
        column = position - (before.lastIndex(of: .newline) ?? -1)
        self.problem = problem
    }

    /// A recursive descent through RFC 8259 that keeps nothing but its position.
    private struct Grammar {
        let bytes: [UInt8]
        var position = 0

        var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

        var isAtDigit: Bool { byte.map { (0x30...0x39).contains($0) } ?? false }

        func fault(_ expectation: String) -> JSONFault {
            let found = byte.map { "\($0.quoted) stands" } ?? "the text ends"
            return JSONFault(at: position, of: bytes, "\(found) where \(expectation)")
        }

        mutating func skipBlanks() {
            while let byte, byte.isBlank { position += 1 }
        }

        mutating func take(_ expected: UInt8) -> Bool {
            guard byte == expected else { return false }
            position += 1
            return true
        }

        mutating func end() throws(JSONFault) {
            skipBlanks()
            if byte != nil { throw fault("nothing may follow") }
        }

        mutating func value() throws(JSONFault) {
            skipBlanks()
            switch byte {
            case UInt8.openObject: try object()
            case UInt8.openArray: try array()
            case UInt8.quote: try string()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            case UInt8(ascii: "-"): try number()
            default:
                guard isAtDigit else { throw fault("a value is expected") }
                try number()
            }
        }

        mutating func object() throws(JSONFault) {
            position += 1
            skipBlanks()
            if take(.closeObject) { return }
            repeat {
                skipBlanks()
                guard byte == .quote else { throw fault("a key in quotes is expected") }
                try string()
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { throw fault("a colon is expected") }
                try value()
                skipBlanks()
            } while take(.comma)
            guard take(.closeObject) else { throw fault("a comma or } is expected") }
        }

        mutating func array() throws(JSONFault) {
            position += 1
            skipBlanks()
            if take(.closeArray) { return }
            repeat {
                try value()
                skipBlanks()
            } while take(.comma)
            guard take(.closeArray) else { throw fault("a comma or ] is expected") }
        }

        mutating func word(_ word: String) throws(JSONFault) {
            for letter in word.utf8 {
                guard take(letter) else { throw fault("“\(word)” is expected") }
            }
        }

        mutating func number() throws(JSONFault) {
            let start = position
            _ = take(UInt8(ascii: "-"))
            if !take(UInt8(ascii: "0")) { try digits() }
            if take(UInt8(ascii: ".")) { try digits() }
            if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
                if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
                try digits()
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard Double(text)?.isFinite == true else {
                throw JSONFault(at: start, of: bytes, "the number \(text.prefix(40)) is too large")
            }
        }

        mutating func digits() throws(JSONFault) {
            guard isAtDigit else { throw fault("a digit is expected") }
            while isAtDigit { position += 1 }
        }

        mutating func string() throws(JSONFault) {
            position += 1
            while let byte, byte != .quote {
                guard byte >= 0x20 else { throw fault("an escape is needed") }
                if byte == .backslash { try escape() } else { position += 1 }
            }
            guard take(.quote) else { throw fault("a closing quote is expected") }
        }

        mutating func escape() throws(JSONFault) {
            let start = position
            position += 1
            guard let byte else { throw fault("an escape goes on") }
            guard byte == UInt8(ascii: "u") else {
                guard Array("\"\\/bfnrt".utf8).contains(byte) else { throw fault("no escape has that letter") }
                position += 1
                return
            }
            let unit = try codeUnit()
            guard UTF16.isLeadSurrogate(unit) || UTF16.isTrailSurrogate(unit) else { return }
            if UTF16.isLeadSurrogate(unit), take(.backslash), self.byte == UInt8(ascii: "u"),
                UTF16.isTrailSurrogate(try codeUnit())
            {
                return
            }
            throw JSONFault(at: start, of: bytes, "an escape names half a character; both halves are needed")
        }

        mutating func codeUnit() throws(JSONFault) -> UInt16 {
            position += 1
            var unit: UInt16 = 0
            for _ in 0..<4 {
                guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                    throw fault("four hexadecimal digits are expected")
                }
                unit = unit << 4 | UInt16(digit)
                position += 1
            }
            return unit
        }
    }
}
