import FoundationEssentials

/// The parts of a URL that decide whether a key may be sent there.
struct WireURL: Sendable, Hashable {
    /// Scheme, host and port, such as `http://127.0.0.1:8080`.
    var origin: String
    /// In lower case, without brackets.
    var host: String
    /// Still escaped.
    var path: String

    /// Takes a URL apart and checks it against the rules for hosts.
    init(_ text: String, allowedHosts: Set<String>) throws(EndpointAddress.Problem) {
        let start = text.unicodeScalars.drop { $0.properties.isWhitespace }
        let trimmed = start.reversed().drop { $0.properties.isWhitespace }.reversed()
        guard let parts = URLComponents(string: String(String.UnicodeScalarView(trimmed))),
            let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http",
            let written = parts.encodedHost?.lowercased(), !written.isEmpty
        else { throw .notURL }
        if parts.user != nil || parts.password != nil { throw .userInfo }
        var host = written
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isLocal = Self.isLoopback(host)
        guard isLocal || Self.isRunPod(host) || allowedHosts.contains(where: { $0.lowercased() == host }) else {
            throw .foreignHost(host)
        }
        guard isLocal || scheme == "https" else { throw .clearText(host: host) }
        self.host = host
        origin = "\(scheme)://\(written)" + (parts.port.map { ":\($0)" } ?? "")
        path = parts.percentEncodedPath
    }

    static func isRunPod(_ host: String) -> Bool {
        ["runpod.ai", "runpod.io"].contains { host == $0 || host.hasSuffix(".\($0)") }
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        // All four parts must be numbers: 127.example.com is somebody's machine.
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// Escapes everything but RFC 3986's unreserved characters.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }
}
