import Flashpoints
import FoundationEssentials

extension Event {
    /// The version of the format that ``encode(to:)`` writes.
    package static let version = 1

    /// The event's name, such as `attempt.intended`.
    package var name: String { body.name }
}

extension Event: Codable {
    /// Decodes what ``encode(to:)`` wrote.
    ///
    /// - Throws: `DecodingError` for another version, an unknown name or a missing field.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        let version = try fields.decode(Int.self, forKey: .version)
        guard version == Event.version else {
            let message = "events of version \(version) are not known, only of version \(Event.version)"
            throw DecodingError.dataCorruptedError(forKey: .version, in: fields, debugDescription: message)
        }
        seq = try fields.decode(Int.self, forKey: .seq)
        at = try WallTime.milliseconds(try fields.decode(String.self, forKey: .at), in: fields)
        t = try fields.decode(Double.self, forKey: .seconds)
        body = try Body(name: try fields.decode(String.self, forKey: .event), fields, decoder)
    }

    /// Encodes as one flat object: the envelope's `v`, `seq`, `at`, `t`, `event`, and the event's own fields.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(Event.version, forKey: .version)
        try fields.encode(seq, forKey: .seq)
        try fields.encode(WallTime.text(at), forKey: .at)
        try fields.encode(t, forKey: .seconds)
        try fields.encode(body.name, forKey: .event)
        try body.encode(&fields, encoder)
    }

    enum Field: String, CodingKey {
        case version = "v"
        case seconds = "t"
        case seq, at, event, why, worker, chunk, attempt, nonce, indices, endpoint, job, message, stage, instance
        case generation, status, kind, index, id, done, of, outcome, result, since, cause, level, estimated
        case failureClass = "class"
        case delayMS = "delay_ms"
        case executionMS = "execution_ms"
        case attempts
        case settledSeconds = "seconds"
        case residentMB = "rss_mb"
        case cpuSeconds = "cpu_sec"
        case due
    }
}

/// Points in wall time as people read them, to the millisecond and in UTC.
package enum WallTime {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Such as `2025-10-02T12:04:31.120Z`.
    package static func text(_ milliseconds: Int64) -> String {
        // A style with a fraction cuts off instead of rounding, so that .120 comes out as .119.
        let seconds = milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
        let fraction = String(1_000 + milliseconds - seconds * 1_000).dropFirst()
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast()
        return "\(whole).\(fraction)Z"
    }

    static func milliseconds(_ text: String, in fields: KeyedDecodingContainer<Event.Field>) throws -> Int64 {
        guard let date = try? style.parse(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .at,
                in: fields,
                debugDescription: "\(text) is not a time like 2025-10-02T12:04:31.120Z"
            )
        }
        return Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }
}
