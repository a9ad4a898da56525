package import Flashpoints

/// What one call of `stream` hands out: each piece once, in order.
package struct StreamReply: Sendable, Hashable {
    /// The job's, when the answer names it.
    package var id: String?
    package var status: JobStatus
    /// The pieces' `output` values.
    package var outputs: [JSONValue]

    package init(id: String? = nil, status: JobStatus, outputs: [JSONValue]) {
        self.id = id
        self.status = status
        self.outputs = outputs
    }
}

extension StreamReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, status, stream
    }

    /// Decodes leniently: only `status` is needed; a piece without `output` stands for itself.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try? container.decode(String.self, forKey: .id)
        status = try container.decode(JobStatus.self, forKey: .status)
        let pieces = try container.decodeIfPresent([JSONValue].self, forKey: .stream) ?? []
        outputs = pieces.map { $0["output"] ?? $0 }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(outputs.map { JSONValue.object(["output": $0]) }, forKey: .stream)
    }
}
