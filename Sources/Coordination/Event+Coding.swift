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
        try body.encode(to: &fields, encoder)
    }
}

/// Points in wall time as people read them, to the millisecond and in UTC.
package enum WallTime {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Such as `2025-10-02T12:04:31.120Z`.
    package static func text(_ milliseconds: Int64) -> String {
        var text = JSONTextWriter(reserving: 32)
        write(milliseconds, to: &text)
        return text.withBytes { String(decoding: $0.dropFirst().dropLast(), as: UTF8.self) }
    }

    /// Writes the same in quotes.
    static func write(_ milliseconds: Int64, to text: inout JSONTextWriter) {
        guard years.contains(milliseconds) else { return text.append(formatted(milliseconds)) }
        let days = milliseconds.floored(dividedBy: 86_400_000)
        var rest = milliseconds - days * 86_400_000
        func take(_ unit: Int64) -> Int64 {
            let (count, left) = rest.quotientAndRemainder(dividingBy: unit)
            rest = left
            return count
        }
        let day = CivilDay(daysSince1970: days)
        text.append(UInt8(ascii: "\""))
        text.append(day.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.append(day.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.append(day.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.append(take(3_600_000), digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(take(60_000), digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(take(1_000), digits: 2)
        text.append(UInt8(ascii: "."))
        text.append(rest, digits: 3)
        text.append(json: "Z\"")
    }

    /// From 1970 to 9999: those that need no calendar with history.
    private static let years: Range<Int64> = 0..<253_402_300_800_000

    private static func formatted(_ milliseconds: Int64) -> String {
        // A style with a fraction cuts off instead of rounding, so that .120 comes out as .119.
        let seconds = milliseconds.floored(dividedBy: 1_000)
        let fraction = String(1_000 + milliseconds - seconds * 1_000).dropFirst()
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast()
        return "\(whole).\(fraction)Z"
    }

    /// The point in time that a text in the form of ``text(_:)`` names; `nil` for other forms and other centuries.
    static func milliseconds(plain text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count == 24, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            text[19] == UInt8(ascii: "."), text[23] == UInt8(ascii: "Z")
        else { return nil }
        func number(_ range: Range<Int>, _ allowed: ClosedRange<Int64>) -> Int64? {
            var number: Int64 = 0
            for byte in text[range] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return allowed.contains(number) ? number : nil
        }
        guard let year = number(0..<4, 1_970...9_999), let month = number(5..<7, 1...12),
            let day = number(8..<10, 1...31), let hour = number(11..<13, 0...23), let minute = number(14..<16, 0...59),
            let second = number(17..<19, 0...59), let millisecond = number(20..<23, 0...999)
        else {
            return nil
        }
        let civil = CivilDay(year: year, month: month, day: day)
        let days = civil.daysSince1970
        guard CivilDay(daysSince1970: days) == civil else { return nil }
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + millisecond
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
