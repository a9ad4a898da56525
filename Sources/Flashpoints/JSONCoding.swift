package import FoundationEssentials

/// The JSON dialect of everything this program writes: sorted keys, no escaped slashes, one line.
package enum JSONCoding {
    /// Encodes as one line of UTF-8.
    package static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Decodes one JSON text.
    package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }
}
