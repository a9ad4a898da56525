/// A JSON key that may have any name.
///
/// Known and unknown fields come through one container this way, and the unknown ones are kept.
struct FieldKey: CodingKey, Hashable {
    var stringValue: String
    var intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

extension FieldKey: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self.init(stringValue: value) }
}

extension KeyedDecodingContainer<FieldKey> {
    /// A string, or nil where the field is missing or null.
    func text(_ key: FieldKey) throws -> String? {
        try decodeIfPresent(String.self, forKey: key)
    }

    /// A name: a string, or a whole number taken as text.
    func name(_ key: FieldKey) throws -> String? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        if let text = try? decode(String.self, forKey: key) { return text }
        if let whole = try? decode(Int64.self, forKey: key) { return String(whole) }
        if let whole = try? decode(UInt64.self, forKey: key) { return String(whole) }
        throw problem(key, "must be a string or a whole number")
    }

    /// Strings in their order, without nulls; none where the field is missing or null.
    func texts(_ key: FieldKey) throws -> [String] {
        try decodeIfPresent([String?].self, forKey: key)?.compactMap { $0 } ?? []
    }

    /// Every field that `known` does not name.
    func others(than known: Set<String>) throws -> [String: JSONValue] {
        var others: [String: JSONValue] = [:]
        for key in allKeys where !known.contains(key.stringValue) {
            others[key.stringValue] = try decode(JSONValue.self, forKey: key)
        }
        return others
    }

    /// The error for a field whose value is there and can't be used.
    func problem(_ key: FieldKey, _ text: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: codingPath + [key], debugDescription: text))
    }

    /// The error for a required field that is missing or null.
    func missing(_ key: FieldKey, _ text: String) -> DecodingError {
        .keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: text))
    }
}

extension KeyedEncodingContainer<FieldKey> {
    /// Writes the fields that `known` does not name.
    mutating func encode(others: [String: JSONValue], than known: Set<String>) throws {
        for (name, value) in others where !known.contains(name) {
            try encode(value, forKey: FieldKey(stringValue: name))
        }
    }
}
