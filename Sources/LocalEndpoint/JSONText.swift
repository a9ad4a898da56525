/// A JSON value as it came over the wire, known to be valid and passed on byte for byte.
///
/// Inputs and results go through the endpoint unread, so numbers, key order and escapes stay as their author wrote them
/// and a job of 8 MB costs no tree of values.
package struct JSONText: Sendable, Hashable {
    package let bytes: [UInt8]

    /// Takes one JSON value, white space around it allowed.
    package init(validating bytes: [UInt8]) throws(JSONSyntaxError) {
        var scanner = JSONScanner(bytes)
        let range = try scanner.wholeText()
        self.bytes = range == bytes.indices ? bytes : Array(bytes[range])
    }

    /// Takes what the caller knows to be one JSON value.
    private init(trusted bytes: ArraySlice<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The members of the object that `bytes` hold, or nil when they hold another JSON value; of equal names the last counts.
    package static func members(of bytes: [UInt8]) throws(JSONSyntaxError) -> [String: JSONText]? {
        var scanner = JSONScanner(bytes)
        guard let ranges = try scanner.wholeObject() else { return nil }
        return ranges.mapValues { JSONText(trusted: bytes[$0]) }
    }

    /// Whether this is the value `null`.
    package var isNull: Bool { bytes == Array("null".utf8) }

    /// Whether this is an object without members.
    package var isEmptyObject: Bool {
        bytes.first == UInt8(ascii: "{") && bytes.dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
    }

    /// The text when this is a string.
    package var stringValue: String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        return JSONScanner.text(ofString: bytes[...])
    }

    /// The truth value when this is one.
    package var boolValue: Bool? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// The number when this is a whole one that fits an `Int`.
    package var intValue: Int? { Int(String(decoding: bytes, as: UTF8.self)) }
}

extension JSONText {
    /// The value as a list of jobs shows it: of an object only the short members, and of its long ones those of their
    /// members that are short themselves, in alphabetical order.
    ///
    /// - Returns: At most some 4 kB; `nil` when this is no object.
    func abridged() -> JSONText? {
        var room = 4_096
        return abridged(depth: 2, room: &room)
    }

    private func abridged(depth: Int, room: inout Int) -> JSONText? {
        guard let members = try? Self.members(of: bytes) else { return nil }
        var object = JSONObjectWriter()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if name.utf8.count + value.bytes.count <= 128, room >= name.utf8.count + value.bytes.count {
                room -= name.utf8.count + value.bytes.count
                object.add(name, value)
            } else if depth > 1, name.utf8.count <= 128, let inner = value.abridged(depth: depth - 1, room: &room) {
                object.add(name, inner)
            }
        }
        return JSONText(trusted: object.finished()[...])
    }
}

/// Where a JSON text stops being one.
package struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// The byte, counted from 0.
    package let offset: Int
    package let reason: String

    package var description: String { "invalid JSON at byte \(offset): \(reason)" }
}

/// Builds one JSON object, member by member, in the order of the calls.
struct JSONObjectWriter {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func add(_ name: String, _ value: String) {
        key(name)
        bytes.append(contentsOf: Self.quoted(value))
    }

    mutating func add(_ name: String, _ value: Int) {
        key(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func add(_ name: String, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func add(_ name: String, _ value: JSONText) {
        key(name)
        bytes.append(contentsOf: value.bytes)
    }

    mutating func add(_ name: String, _ elements: some Sequence<[UInt8]>) {
        key(name)
        bytes.append(contentsOf: Self.array(elements))
    }

    mutating func add(_ name: String, _ nested: JSONObjectWriter) {
        key(name)
        bytes.append(contentsOf: nested.finished())
    }

    /// The object's text.
    func finished() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func key(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: Self.quoted(name))
        bytes.append(UInt8(ascii: ":"))
    }

    /// The elements, JSON texts themselves, as a JSON array.
    static func array(_ elements: some Sequence<[UInt8]>) -> [UInt8] {
        [UInt8(ascii: "[")] + elements.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }

    /// A JSON string: quotes, backslashes and control characters escaped, everything else as UTF-8.
    static func quoted(_ text: String) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return bytes
    }
}
