import FoundationEssentials

/// Walks over a JSON text and says where its values stand; the grammar is that of RFC 8259, without exceptions.
struct JSONScanner {
    /// How deep arrays and objects may nest, so that a hostile text can't exhaust the stack.
    static let maximumDepth = 512

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The range of the one value of the text.
    mutating func wholeText() throws(JSONSyntaxError) -> Range<Int> {
        try requireUTF8()
        skipSpace()
        let start = place
        try skipValue(depth: 0)
        let end = place
        try requireEnd()
        return start..<end
    }

    /// The ranges of the members' values when the text is an object, nil when it is another valid value.
    mutating func wholeObject() throws(JSONSyntaxError) -> [String: Range<Int>]? {
        try requireUTF8()
        skipSpace()
        guard peek() == UInt8(ascii: "{") else {
            try skipValue(depth: 0)
            try requireEnd()
            return nil
        }
        var members: [String: Range<Int>] = [:]
        try skipObject(depth: 0) { name, value in members[name] = value }
        try requireEnd()
        return members
    }

    /// The text that a valid JSON string stands for; nil for a lone surrogate.
    static func text(ofString bytes: ArraySlice<UInt8>) -> String? {
        let inner = bytes.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(validating: inner, as: UTF8.self) }
        return try? JSONDecoder().decode(String.self, from: Data(bytes))
    }

    // MARK: - Values

    private mutating func skipValue(depth: Int) throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else { throw error("nested more than \(Self.maximumDepth) deep") }
        switch peek() {
        case UInt8(ascii: "{"): try skipObject(depth: depth) { _, _ in }
        case UInt8(ascii: "["): try skipArray(depth: depth)
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try skipWord("true")
        case UInt8(ascii: "f"): try skipWord("false")
        case UInt8(ascii: "n"): try skipWord("null")
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try skipNumber()
        case .some: throw error("a value was expected")
        case nil: throw error("the text ends where a value was expected")
        }
    }

    private mutating func skipObject(
        depth: Int,
        member: (_ name: String, _ value: Range<Int>) -> Void
    ) throws(JSONSyntaxError) {
        place += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            let nameStart = place
            guard peek() == UInt8(ascii: "\"") else { throw error("a member's name was expected") }
            try skipString()
            let name = bytes[nameStart..<place]
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("':' was expected") }
            skipSpace()
            let start = place
            try skipValue(depth: depth + 1)
            // Only the outermost object's names are asked for; reading the others would cost a string each.
            if depth == 0, let text = Self.text(ofString: name) { member(text, start..<place) }
            skipSpace()
            if take(UInt8(ascii: "}")) { return }
            guard take(UInt8(ascii: ",")) else { throw error("',' or '}' was expected") }
            skipSpace()
        }
    }

    private mutating func skipArray(depth: Int) throws(JSONSyntaxError) {
        place += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            try skipValue(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: "]")) { return }
            guard take(UInt8(ascii: ",")) else { throw error("',' or ']' was expected") }
            skipSpace()
        }
    }

    private mutating func skipString() throws(JSONSyntaxError) {
        place += 1
        while let byte = peek() {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try skipEscape()
            case 0..<0x20: throw error("a control character in a string")
            default: continue
            }
        }
        throw error("a string without an end")
    }

    private mutating func skipEscape() throws(JSONSyntaxError) {
        let escape = peek()
        place += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = peek(), Character(Unicode.Scalar(digit)).isHexDigit else {
                    throw error("four hexadecimal digits were expected")
                }
                place += 1
            }
        case .some, nil:
            throw error("an unknown escape")
        }
    }

    private mutating func skipNumber() throws(JSONSyntaxError) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = place
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        guard place > start else { throw error("a digit was expected") }
    }

    private mutating func skipWord(_ word: StaticString) throws(JSONSyntaxError) {
        let expected = Array(String(describing: word).utf8)
        guard bytes[place...].starts(with: expected) else { throw error("a value was expected") }
        place += expected.count
    }

    // MARK: - Bytes

    private func peek() -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func requireEnd() throws(JSONSyntaxError) {
        skipSpace()
        guard place == bytes.count else { throw error("text after the end of the value") }
    }

    private func requireUTF8() throws(JSONSyntaxError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONSyntaxError(offset: 0, reason: "the text is not UTF-8")
        }
    }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(offset: place, reason: reason) }
}
