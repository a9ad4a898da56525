extension JobInput: Codable {
    /// Decodes a job's input, ours or a foreign caller's.
    ///
    /// Only `flashpoints` is required. A missing `date` is empty, for the receiver to take today's; a missing `trigger`
    /// is `manual`; a missing `cleanup` is true. A flashpoint may be an object, or a bare id.
    ///
    /// - Throws: `DecodingError` whose path names the field.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: FieldKey.self)
        guard let entries = try fields.decodeIfPresent([Entry].self, forKey: "flashpoints") else {
            throw fields.missing("flashpoints", "a job needs flashpoints, an array of objects or ids")
        }
        let run = try fields.decodeIfPresent(RunReference.self, forKey: "run")
        if let run, run.indices.count != entries.count || run.hashes.count != entries.count {
            throw fields.problem("run", "indices and hashes must be as many as the flashpoints")
        }
        self.init(
            date: try fields.text("date") ?? "",
            trigger: try fields.text("trigger") ?? "manual",
            cleanup: try fields.decodeIfPresent(Bool.self, forKey: "cleanup") ?? true,
            flashpoints: entries.map(\.flashpoint),
            run: run
        )
    }

    /// Encodes the input with whole flashpoints.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: FieldKey.self)
        try fields.encode(date, forKey: "date")
        try fields.encode(trigger, forKey: "trigger")
        try fields.encode(cleanup, forKey: "cleanup")
        try fields.encode(flashpoints, forKey: "flashpoints")
        try fields.encodeIfPresent(run, forKey: "run")
    }

    /// A flashpoint, or its id alone.
    private struct Entry: Decodable {
        var flashpoint: Flashpoint

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let id = try? value.decode(String.self) {
                flashpoint = Flashpoint(id: id)
            } else if let id = try? value.decode(Int64.self) {
                flashpoint = Flashpoint(id: String(id))
            } else {
                flashpoint = try Flashpoint(from: decoder)
            }
            guard !flashpoint.id.isEmpty else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "must not be empty")
            }
        }
    }
}
