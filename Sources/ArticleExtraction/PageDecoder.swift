/// Finds out what encoding a page is in, and gives its text as valid UTF-8.
///
/// A byte order mark decides before the header, as in browsers: it is part of the text, and where both are there and
/// differ the header is a server's general setting.
enum PageDecoder {
    /// A page's text and the encoding that it was read in.
    struct Decoded {
        var text: [UInt8]
        var encoding: CharacterEncoding
    }

    /// The text of `bytes`, nil when `isCancelled` said so; invalid sequences are U+FFFD in it.
    static func decode(_ bytes: ArraySlice<UInt8>, charset: String?, isCancelled: () -> Bool) -> Decoded? {
        let mark = byteOrderMark(bytes)
        let body = bytes.dropFirst(mark?.length ?? 0)
        var declared = mark?.encoding ?? charset.flatMap(CharacterEncoding.init(label:))
        if declared == nil {
            // Pages are re-encoded by who stores or serves them, and their `meta` stays; text of another encoding that
            // has characters beyond ASCII is hardly ever valid UTF-8 throughout.
            if body.contains(where: { $0 >= 0x80 }), let text = validUTF8(body) {
                return Decoded(text: text, encoding: .utf8)
            }
            declared = metaEncoding(body.prefix(4_096))
        }
        if declared == .utf8 { return Decoded(text: repairedUTF8(body), encoding: .utf8) }
        guard let declared, declared != .windows1252, let converter = CharacterConverter(declared) else {
            if declared != .windows1252, let text = validUTF8(body) { return Decoded(text: text, encoding: .utf8) }
            return Decoded(text: windows1252(body), encoding: .windows1252)
        }
        guard let text = converter.utf8(body, isCancelled: isCancelled) else { return nil }
        return Decoded(text: text, encoding: declared)
    }

    private static func byteOrderMark(_ bytes: ArraySlice<UInt8>) -> (encoding: CharacterEncoding, length: Int)? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LE, 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BE, 2) }
        return nil
    }

    /// The encoding that a `meta` element within `head` declares.
    ///
    /// A page whose `meta` could be read as ASCII isn't in UTF-16, whatever it declares.
    private static func metaEncoding(_ head: ArraySlice<UInt8>) -> CharacterEncoding? {
        let text = String(decoding: head.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self).lowercased()
        var rest = text[...]
        while let tag = rest.firstRange(of: "<meta") {
            rest = rest[tag.upperBound...]
            let content = rest.prefix { $0 != ">" }
            rest = rest[content.endIndex...]
            guard let charset = content.firstRange(of: "charset") else { continue }
            let value = content[charset.upperBound...].drop { $0.isWhitespace }
            guard value.first == "=" else { continue }
            let label = value.dropFirst().drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
                .prefix { !$0.isWhitespace && !"\"';/>".contains($0) }
            guard let encoding = CharacterEncoding(label: String(label)) else { continue }
            return [.utf16LE, .utf16BE].contains(encoding) ? .utf8 : encoding
        }
        return nil
    }

    private static func validUTF8(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        String(validating: bytes, as: UTF8.self) == nil ? nil : Array(bytes)
    }

    private static func repairedUTF8(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    /// Reads windows-1252, the encoding of last resort, without a converter, which a system may lack.
    private static func windows1252(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
                continue
            }
            let code = (0x80...0x9F).contains(byte) ? upperControls[Int(byte) - 0x80] : UInt16(byte)
            if code < 0x800 {
                text.append(0xC0 | UInt8(code >> 6))
            } else {
                text.append(0xE0 | UInt8(code >> 12))
                text.append(0x80 | UInt8((code >> 6) & 0x3F))
            }
            text.append(0x80 | UInt8(code & 0x3F))
        }
        return text
    }

    /// What windows-1252 has at 0x80 to 0x9F; its five gaps are U+FFFD.
    private static let upperControls: [UInt16] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
        0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
