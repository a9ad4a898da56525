package import FoundationEssentials

/// One HTTP request: what to send, how long the whole exchange may take, how much may come back.
package struct TransportRequest: Sendable, Hashable {
    /// What happens when the body grows beyond its limit.
    package enum Overflow: Sendable, Hashable {
        /// The request fails with ``HTTPFailure/bodyTooLarge(at:limit:)``.
        case fail
        /// The body ends at the limit and the response says so.
        case truncate
    }

    /// `GET`, `POST` and so on.
    package var method: String
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: HeaderFields
    /// The bytes to send; nil sends none, and `Content-Length: 0` where the method has a body by nature.
    package var body: Data?
    /// From the call until the last byte of the body; with a ``pace`` until the header, and again after each piece.
    package var deadline: Duration
    /// Bytes a second at which the body must come at least for the deadline to begin anew; nil keeps it as it is.
    package var pace: Int?
    /// Bytes of body, after decompression.
    package var bodyLimit: Int
    package var overflow: Overflow

    package init(
        method: String = "GET",
        url: String,
        headers: HeaderFields = HeaderFields(),
        body: Data? = nil,
        deadline: Duration,
        pace: Int? = nil,
        bodyLimit: Int,
        overflow: Overflow = .fail
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.pace = pace
        self.bodyLimit = bodyLimit
        self.overflow = overflow
    }
}

extension TransportRequest {
    /// Why this can't be sent at all, when that is so; names a header field but never shows its value.
    var impediment: String? {
        let start = url.prefix(8).lowercased()
        guard start.hasPrefix("http://") || start.hasPrefix("https://") else { return "not an http or https URL" }
        let broken = headers.fields.first { field in
            field.name.isEmpty || !field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
                || !field.value.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }
        }
        return broken.map { "the value of the header \($0.name) has a line break or another control character" }
    }
}

/// Status line and header of an answer, known before its body.
package struct TransportHead: Sendable, Hashable {
    package var status: Int
    package var headers: HeaderFields

    package init(status: Int, headers: HeaderFields = HeaderFields()) {
        self.status = status
        self.headers = headers
    }
}

/// A complete answer.
package struct TransportResponse: Sendable, Hashable {
    package var status: Int
    package var headers: HeaderFields
    /// Decompressed where the transport does that; empty when nobody wanted it.
    package var body: Data
    /// Whether the body goes on beyond the limit at which reading stopped.
    package var isTruncated: Bool

    package init(status: Int, headers: HeaderFields = HeaderFields(), body: Data = Data(), isTruncated: Bool = false) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
    }
}

/// Header fields in their order; names are looked up whatever their case.
package struct HeaderFields: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    /// Appends a field, also when one of that name is there.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of the name; setting replaces all of them, or removes them with nil.
    package subscript(name: String) -> String? {
        get {
            let wanted = name.lowercased()
            return fields.first { $0.name.lowercased() == wanted }?.value
        }
        set {
            let wanted = name.lowercased()
            fields.removeAll { $0.name.lowercased() == wanted }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of the name, in order.
    package func all(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
    /// The fields as listed.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }
}
