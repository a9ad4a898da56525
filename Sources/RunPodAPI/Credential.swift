/// A key that opens an endpoint; no description, dump or interpolation ever shows more than its last four characters.
package struct Credential: Sendable, Hashable {
    private let key: String

    /// Takes the key without the white space around it, or nil when nothing is left.
    package init?(_ key: String) {
        let start = key.unicodeScalars.drop { $0.properties.isWhitespace }
        let trimmed = start.reversed().drop { $0.properties.isWhitespace }.reversed()
        if trimmed.isEmpty { return nil }
        self.key = String(String.UnicodeScalarView(trimmed))
    }

    /// The value of `Authorization` that clients send.
    package var bearer: String { "Bearer \(key)" }

    /// The value of `Authorization` that workers send.
    package var raw: String { key }

    /// The text with every occurrence of the key replaced, for answers that give back what they were sent.
    package func redacted(from text: String) -> String {
        // A very short key would blot out half of every message and protects nothing.
        key.utf8.count < 4 ? text : text.replacing(key, with: "\(self)")
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { key.count < 12 ? "…" : "…\(key.suffix(4))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
