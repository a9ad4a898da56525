/// Writes JSON text piece by piece, byte for byte as ``JSONCoding`` does, at a tenth of its cost.
///
/// The order of an object's keys is the caller's, except within a ``JSONValue``, whose keys are sorted.
package struct JSONTextWriter: ~Copyable {
    // A buffer of its own: an array asks at every byte whether it is shared.
    private var storage: UnsafeMutableRawBufferPointer
    private var count = 0

    package init(reserving capacity: Int = 256) {
        storage = .allocate(byteCount: max(capacity, 16), alignment: 1)
    }

    deinit { storage.deallocate() }

    /// What was written so far.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Shows what was written so far.
    package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { count = 0 }

    /// Text that is JSON already.
    package mutating func append(json: StaticString) {
        json.withUTF8Buffer { append(raw: UnsafeRawBufferPointer($0)) }
    }

    /// Text that is JSON already.
    package mutating func append(json text: [UInt8]) {
        text.withUnsafeBytes { append(raw: $0) }
    }

    package mutating func append(_ byte: UInt8) {
        if count == storage.count { grow(by: 1) }
        storage[count] = byte
        count += 1
    }

    private mutating func append(raw bytes: UnsafeRawBufferPointer) {
        if count + bytes.count > storage.count { grow(by: bytes.count) }
        UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + bytes.count]).copyMemory(from: bytes)
        count += bytes.count
    }

    private mutating func grow(by more: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(storage.count * 2, count + more),
            alignment: 1
        )
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        storage.deallocate()
        storage = larger
    }

    package mutating func append(_ flag: Bool) { append(json: flag ? "true" : "false") }

    package mutating func append(_ number: Int) { append(Int64(number)) }

    package mutating func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(magnitude: number.magnitude)
    }

    private mutating func append(magnitude: UInt64) {
        // Twenty digits at most, from the last one.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var left = magnitude
            var start = digits.count
            repeat {
                let (rest, digit) = left.quotientAndRemainder(dividingBy: 10)
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                left = rest
            } while left != 0
            append(raw: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits[start...])))
        }
    }

    /// The number with zeros before it up to so many digits; for numbers from 0 on.
    package mutating func append(_ number: Int64, digits: Int) {
        var unit: Int64 = 1
        for _ in 1..<max(digits, 1) { unit *= 10 }
        while unit > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
    }

    /// The shortest digits that give the number back.
    ///
    /// - Throws: `EncodingError` for what JSON has no text for: infinities and what is no number.
    package mutating func append(_ number: Double) throws {
        if number.magnitude < 1e15, number != 0 || number.sign == .plus {
            // Whole numbers and thousandths, such as times, are cheap: the division is exact where the digits are.
            let whole = Int64(number)
            if Double(whole) == number { return append(whole) }
            let thousandths = (number * 1_000).rounded()
            if thousandths.magnitude < 1e12, thousandths / 1_000 == number {
                return append(thousandths: Int64(thousandths))
            }
        }
        guard number.isFinite else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "JSON has no \(number)")
            throw EncodingError.invalidValue(number, context)
        }
        let text = number.description
        append(json: Array(text.hasSuffix(".0") ? text.dropLast(2).utf8 : text[...].utf8))
    }

    private mutating func append(thousandths: Int64) {
        if thousandths < 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1_000)
        append(magnitude: whole)
        append(UInt8(ascii: "."))
        var fraction = rest
        var place: UInt64 = 100
        while fraction > 0 {
            let (digit, left) = fraction.quotientAndRemainder(dividingBy: place)
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            fraction = left
            place /= 10
        }
    }

    /// The text in quotes.
    package mutating func append(_ text: String) {
        var text = text
        append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            var position = 0
            while position < utf8.count {
                if position + 8 <= utf8.count, !Self.needsEscape(eightOf: utf8, at: position) {
                    position += 8
                    continue
                }
                let byte = utf8[position]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    append(raw: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: utf8[start..<position])))
                    escape(byte)
                    start = position + 1
                }
                position += 1
            }
            append(raw: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: utf8[start...])))
        }
        append(UInt8(ascii: "\""))
    }

    /// Whether one of eight bytes is a control character, a quote or a backslash.
    ///
    /// The test for a zero byte among eight: "Bit Twiddling Hacks", Sean Anderson.
    private static func needsEscape(eightOf utf8: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
        let word = UnsafeRawBufferPointer(utf8).loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (word &- ones &* 0x20) & ~word
        let found = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return found & tops != 0
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(json: "\\\"")
        case UInt8(ascii: "\\"): append(json: "\\\\")
        case 0x08: append(json: "\\b")
        case 0x09: append(json: "\\t")
        case 0x0A: append(json: "\\n")
        case 0x0C: append(json: "\\f")
        case 0x0D: append(json: "\\r")
        default:
            append(json: byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 0x0F
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// The value as a line of text.
    ///
    /// - Throws: `EncodingError` for a number that JSON has no text for.
    package mutating func append(_ value: JSONValue) throws {
        switch value {
        case .null: append(json: "null")
        case .bool(let flag): append(flag)
        case .integer(let whole): append(whole)
        case .number(let number): try append(number)
        case .string(let text): append(text)
        case .array(let elements):
            append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { append(UInt8(ascii: ",")) }
                try append(element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members):
            append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in members.sorted(by: { $0.key.precedesInBytes($1.key) }) {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                append(key)
                append(UInt8(ascii: ":"))
                try append(member)
            }
            append(UInt8(ascii: "}"))
        }
    }
}

extension JSONValue {
    /// The value as JSON text, byte for byte as ``JSONCoding`` writes it.
    ///
    /// - Throws: `EncodingError` for a number that JSON has no text for.
    package func jsonText() throws -> [UInt8] {
        var text = JSONTextWriter()
        try text.append(self)
        return text.bytes
    }
}

extension String {
    /// Whether it comes first by its UTF-8, which is how the coder sorts keys; `<` sorts by what characters mean.
    fileprivate func precedesInBytes(_ other: String) -> Bool {
        utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                let shared = min(left.count, right.count)
                var place = 0
                while place < shared {
                    if left[place] != right[place] { return left[place] < right[place] }
                    place += 1
                }
                return left.count < right.count
            }
        }.flatMap { $0 } ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}
