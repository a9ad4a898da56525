import Crypto

/// The hash that says whether a result belongs to a flashpoint as it was read.
package enum ContentHash {
    /// Of a flashpoint's JSON with sorted keys, as ``JSONCoding`` writes it: the first 32 hexadecimal digits of its
    /// SHA-256.
    package static func of(encoded bytes: some Sequence<UInt8>) -> String {
        var hasher = SHA256()
        hasher.update(data: Array(bytes))
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hasher.finalize().prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// Of a flashpoint, whatever the order of its fields was.
    package static func of(_ flashpoint: Flashpoint) throws -> String {
        of(encoded: try JSONCoding.encode(flashpoint))
    }
}
