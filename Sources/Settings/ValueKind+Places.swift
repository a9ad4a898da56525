import FoundationEssentials

extension ValueKind where Value == Secret {
    /// A key as a header carries it: visible ASCII without blanks.
    static var secret: Self {
        Self(
            expected: "the key that the RunPod console makes under Settings, API Keys",
            parse: { (text, _) throws(Malformed) in
                guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                    throw Malformed(
                        reason: "has a blank or a character that no API key has (the value is not shown)",
                        isQuotable: false
                    )
                }
                return Secret(text)
            },
            format: { _ in nil }
        )
    }
}

extension ValueKind where Value == URL {
    /// The address of an endpoint; which host and endpoint it names is the transport's business.
    static var endpoint: Self {
        Self(
            expected: "the URL of your endpoint, https://api.runpod.ai/v2/ID",
            parse: { (text, _) throws(Malformed) in
                // A user name, a password or a query may be a secret: such a URL isn't repeated.
                let isQuotable = !text.contains("@") && !text.contains("?")
                guard let url = URL(string: text, encodingInvalidCharacters: false) else {
                    throw Malformed(reason: "is not a URL", isQuotable: isQuotable)
                }
                guard let scheme = url.scheme?.lowercased(), scheme == "https" || scheme == "http" else {
                    throw Malformed(reason: "does not begin with https:// or http://", isQuotable: isQuotable)
                }
                guard let host = url.host(percentEncoded: true), !host.isEmpty else {
                    throw Malformed(reason: "has no host", isQuotable: isQuotable)
                }
                guard url.user(percentEncoded: true) == nil, url.password(percentEncoded: true) == nil else {
                    throw Malformed(reason: "has a user name or a password in the URL", isQuotable: false)
                }
                guard (1...65535).contains(url.port ?? 443) else {
                    throw Malformed(reason: "has a port that does not exist", isQuotable: isQuotable)
                }
                return url
            },
            format: { $0.absoluteString }
        )
    }

    /// The path of a file that may not exist yet.
    static var file: Self { path(expected: "the path of a file", mayEndWithSlash: false) }

    /// The path of a folder that may not exist yet.
    static var folder: Self { path(expected: "the path of a folder", mayEndWithSlash: true) }

    /// An absolute path from one that may begin with `~/` or be relative to the working directory.
    private static func path(expected: String, mayEndWithSlash: Bool) -> Self {
        Self(
            expected: expected,
            parse: { (text, surroundings) throws(Malformed) in
                guard !text.contains("://") else {
                    throw Malformed(reason: "is a URL (not shown), not a path", isQuotable: false)
                }
                guard !text.hasPrefix("$") else {
                    throw Malformed(reason: "begins with a variable, and variables are not replaced")
                }
                guard !text.unicodeScalars.contains(where: \.isControl) else {
                    throw Malformed(reason: "holds a control character")
                }
                guard mayEndWithSlash || !text.hasSuffix("/") else { throw Malformed(reason: "names a folder") }
                let path =
                    if text == "~" || text.hasPrefix("~/") {
                        surroundings.userHome + text.dropFirst()
                    } else if text.hasPrefix("/") {
                        text
                    } else {
                        surroundings.workingDirectory + "/" + text
                    }
                return URL(filePath: path, directoryHint: .notDirectory)
            },
            format: { $0.path(percentEncoded: false) }
        )
    }
}
