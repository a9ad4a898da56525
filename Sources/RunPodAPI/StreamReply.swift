package import Flashpoints

/// What one call of `stream` hands out: each piece once, in order.
package struct StreamReply: Sendable, Hashable {
    package var status: JobStatus
    /// The pieces' `output` values.
    package var outputs: [JSONValue]

    package init(status: JobStatus, outputs: [JSONValue]) {
        self.status = status
        self.outputs = outputs
    }
}

extension StreamReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case status, stream
    }

    /// Decodes leniently: only `status` is needed; a piece without `output` stands for itself.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decode(JobStatus.self, forKey: .status)
        let pieces = try container.decodeIfPresent([JSONValue].self, forKey: .stream) ?? []
        outputs = pieces.map { $0["output"] ?? $0 }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        try container.encode(outputs.map { JSONValue.object(["output": $0]) }, forKey: .stream)
    }
}
