import FoundationEssentials

/// What is wrong with a setting's text, without saying what would be right.
struct Malformed: Error {
    var reason: String
    /// False when the text may hold something that must not be shown.
    var isQuotable = true
}

/// What the reading of a value may depend on besides its text.
struct Surroundings: Sendable {
    var environment: [String: String]
    var workingDirectory: String

    /// The user's home folder.
    var userHome: String {
        if let home = environment["HOME"], home.hasPrefix("/") { return home }
        return FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
    }
}

/// How the text of a setting becomes a value, and a value text again.
struct ValueKind<Value: Sendable>: Sendable {
    /// What would be right, as it follows "give".
    var expected: String
    /// Whether an empty text is a value; for other kinds it means unset.
    var takesEmptyText = false
    var parse: @Sendable (_ text: String, _ surroundings: Surroundings) throws(Malformed) -> Value
    /// The text that is read as the same value; nil when there is none.
    var format: @Sendable (Value) -> String?

    /// The kind of a setting that may be unset.
    static func optional<Wrapped>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            expected: kind.expected,
            takesEmptyText: kind.takesEmptyText,
            parse: { (text, surroundings) throws(Malformed) in try kind.parse(text, surroundings) },
            format: { $0.flatMap(kind.format) }
        )
    }
}

extension ValueKind where Value == Int {
    /// A whole number within `range`.
    static func whole(_ range: ClosedRange<Int>) -> Self {
        Self(
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { (text, _) throws(Malformed) in
                let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    throw Malformed(reason: "is not a whole number")
                }
                guard let number = Int(text), range.contains(number) else { throw Malformed(reason: "is out of range") }
                return number
            },
            format: { String($0) }
        )
    }
}

extension ValueKind where Value == Double {
    /// A price in dollars, with a point and no sign or exponent.
    static var dollars: Self {
        Self(
            expected: "dollars as a decimal number above 0, such as 0.00019",
            parse: { (text, _) throws(Malformed) in
                let areDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
                guard areDigits, let price = Double(text) else { throw Malformed(reason: "is not a decimal number") }
                guard price > 0, price <= 1_000 else { throw Malformed(reason: "is out of range") }
                return price
            },
            format: { price in
                // Without an exponent, which the reader would not take.
                var text = String(Int64((price * 1e12).rounded()))
                text = String(repeating: "0", count: max(0, 13 - text.count)) + text
                let decimals = text.suffix(12).reversed().drop { $0 == "0" }.reversed()
                return text.dropLast(12) + (decimals.isEmpty ? "" : ".") + String(decimals)
            }
        )
    }
}

extension ValueKind where Value == Duration {
    /// Seconds within `range`, whole or with up to three decimals.
    static func seconds(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(range.lowerBound.decimalSeconds) to \(range.upperBound.decimalSeconds)"
        return Self(
            expected: "seconds from \(bounds) without a unit, as in 7200",
            parse: { (text, _) throws(Malformed) in
                let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
                let areDigits = parts.allSatisfy { part in
                    !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                }
                let decimals = parts.count == 2 ? parts[1] : ""
                guard areDigits, decimals.count <= 3 else { throw Malformed(reason: "is not a number of seconds") }
                let thousandths = decimals + String(repeating: "0", count: 3 - decimals.count)
                guard parts[0].count <= 12, let milliseconds = Int64(parts[0] + thousandths),
                    range.contains(.milliseconds(milliseconds))
                else { throw Malformed(reason: "is out of range") }
                return .milliseconds(milliseconds)
            },
            format: { $0.decimalSeconds }
        )
    }
}

extension ValueKind where Value == Bool {
    /// True or false, in the words people write.
    static var truth: Self {
        Self(
            expected: "true or false",
            parse: { (text, _) throws(Malformed) in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: throw Malformed(reason: "is neither true nor false")
                }
            },
            format: { String($0) }
        )
    }
}

extension ValueKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration, in either case.
    static var choice: Self {
        Self(
            expected: Value.allCases.map(\.rawValue).joined(separator: " or "),
            parse: { (text, _) throws(Malformed) in
                let word = text.lowercased()
                guard let choice = Value.allCases.first(where: { $0.rawValue.lowercased() == word }) else {
                    throw Malformed(reason: "is not one of the choices")
                }
                return choice
            },
            format: { $0.rawValue }
        )
    }
}

extension ValueKind where Value == String {
    /// A short text on one line.
    static func text(upTo limit: Int) -> Self {
        Self(
            expected: "1 to \(limit) characters on one line",
            takesEmptyText: true,
            parse: { (text, _) throws(Malformed) in
                guard !text.isEmpty else { throw Malformed(reason: "is empty") }
                guard text.count <= limit else { throw Malformed(reason: "has \(text.count) characters") }
                guard !text.unicodeScalars.contains(where: \.isControl) else {
                    throw Malformed(reason: "holds a line break or another control character")
                }
                return text
            },
            format: { $0 }
        )
    }

    /// A day of the calendar as `YYYY-MM-DD`.
    static var day: Self {
        Self(
            expected: "a date as YYYY-MM-DD, such as 2025-01-31",
            parse: { (text, _) throws(Malformed) in
                let parts = text.split(separator: "-", omittingEmptySubsequences: false)
                let areDigits = parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
                guard areDigits, parts.map(\.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]),
                    let day = Int(parts[2])
                else { throw Malformed(reason: "is not a date") }
                let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
                let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
                guard year > 0, (1...12).contains(month), (1...lengths[month - 1]).contains(day) else {
                    throw Malformed(reason: "is not a day of the calendar")
                }
                return text
            },
            format: { $0 }
        )
    }
}

extension ValueKind where Value == Settings.FailureLimit {
    /// A count, or a share as a percentage.
    static var failureLimit: Self {
        Self(
            expected: "a whole number of flashpoints such as 10, or a percentage from 0% to 100%",
            parse: { (text, _) throws(Malformed) in
                let isPercentage = text.hasSuffix("%")
                let digits = isPercentage ? text.dropLast() : text[...]
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    throw Malformed(reason: "is neither a whole number nor a percentage")
                }
                guard let number = Int(digits), !isPercentage || number <= 100 else {
                    throw Malformed(reason: "is out of range")
                }
                return isPercentage ? .percent(number) : .count(number)
            },
            format: { limit in
                switch limit {
                case .count(let count): String(count)
                case .percent(let percent): "\(percent)%"
                }
            }
        )
    }
}

extension Duration {
    /// The seconds with as many decimals as are needed, three at most: `7200`, `0.25`.
    fileprivate var decimalSeconds: String {
        let milliseconds = components.attoseconds / 1_000_000_000_000_000
        guard milliseconds > 0 else { return String(components.seconds) }
        var decimals = String(1000 + milliseconds).dropFirst()
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(components.seconds).\(decimals)"
    }
}

extension Unicode.Scalar {
    /// Whether this is a control character, which has no place in a setting.
    var isControl: Bool { properties.generalCategory == .control }
}
