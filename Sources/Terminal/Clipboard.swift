/// What terminals take as text for their user's clipboard (OSC 52).
enum Clipboard {
    /// Encoded bytes that terminals take; more would be cut or swallowed whole.
    static let limit = 74_994
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes to send; nil when the text is too long.
    ///
    /// - Parameter isInTmux: Whether tmux stands between: it is told itself, and told to pass it on, since which of
    ///   the two it heeds is a setting of its.
    static func sequence(_ text: String, isInTmux: Bool) -> [UInt8]? {
        let encoded = base64(Array(text.utf8))
        guard encoded.count <= limit else { return nil }
        let plain = Array("\u{1B}]52;c;".utf8) + encoded + [0x07]
        guard isInTmux else { return plain }
        let doubled = plain.flatMap { $0 == 0x1B ? [$0, $0] : [$0] }
        return plain + Array("\u{1B}Ptmux;".utf8) + doubled + Array("\u{1B}\\".utf8)
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let index = Int(bits >> (18 - 6 * UInt32(place)) & 63)
                encoded.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return encoded
    }
}
