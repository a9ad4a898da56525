/// What kind of document a response holds, from its content type and its first bytes.
enum MediaType: Hashable {
    case html
    case plainText
    case other(String)

    /// The kind and the `charset` parameter that a header and the first bytes tell.
    ///
    /// Servers send PDF files and pictures as `text/html`, and pages as plain text or with no type, so the first bytes
    /// decide where they are plain.
    static func of(_ bytes: ArraySlice<UInt8>, contentType: String?) -> (kind: MediaType, charset: String?) {
        let parts = (contentType ?? "").split(separator: ";").map { $0.trimmed }
        let essence = parts.first?.lowercased() ?? ""
        let charset = parts.dropFirst().lazy.compactMap { parameter -> String? in
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmed.lowercased() == "charset" else { return nil }
            return pair[1].trimmed.filter { $0 != "\"" && $0 != "'" }
        }.first
        if let kind = signature(of: bytes) { return (.other(kind), charset) }
        switch essence {
        case "text/html", "application/xhtml+xml": return (.html, charset)
        case "text/plain", "", "application/octet-stream", "unknown/unknown", "application/unknown":
            if looksLikeHTML(bytes) { return (.html, charset) }
            if essence == "text/plain" || !looksBinary(bytes) { return (.plainText, charset) }
            return (.other(essence.isEmpty ? "binary data" : essence), charset)
        default:
            return (.other(essence), charset)
        }
    }

    private static let signatures: [(bytes: [UInt8], kind: String)] = [
        (Array("%PDF-".utf8), "application/pdf"),
        ([0x89, 0x50, 0x4E, 0x47], "image/png"),
        (Array("GIF8".utf8), "image/gif"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        (Array("RIFF".utf8), "media in a RIFF file"),
        ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        ([0x1F, 0x8B], "application/gzip"),
        ([0x1A, 0x45, 0xDF, 0xA3], "video/webm"),
        (Array("OggS".utf8), "application/ogg"),
        (Array("ID3".utf8), "audio/mpeg"),
    ]

    private static func signature(of bytes: ArraySlice<UInt8>) -> String? {
        signatures.first { bytes.starts(with: $0.bytes) }?.kind
    }

    private static func looksLikeHTML(_ bytes: ArraySlice<UInt8>) -> Bool {
        let head = String(decoding: bytes.prefix(1_024).filter { $0 != 0 }, as: UTF8.self).lowercased()
        return ["<!doctype html", "<html", "<head", "<body", "<meta ", "<title", "<div", "<p>", "<article"]
            .contains { head.contains($0) }
    }

    /// Whether control characters that no text has are among the first bytes; UTF-16 with its mark is text.
    private static func looksBinary(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return false }
        return bytes.prefix(1_024).contains { $0 < 0x09 || (0x0E...0x1A).contains($0) }
    }
}
