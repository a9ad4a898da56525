import Coordination
import Flashpoints
import FoundationEssentials

/// An event as its row holds it: the whole event as JSON, with what it may be searched by beside it.
///
/// The JSON is what `--events` prints, so that the table can be read with any tool.
struct EventRow {
    var seq: Int
    var at: Int64
    var t: Double
    var name: String
    var body: String

    /// - Parameter keepsResult: Whether a result stays in the JSON because the table of results does not get it.
    init(_ event: Event, keepsResult: Bool, encoder: JSONEncoder) throws {
        seq = event.seq
        at = event.at
        t = event.t
        name = event.name
        body = String(decoding: try encoder.encode(keepsResult ? event : event.withResult(.null)), as: UTF8.self)
    }
}

extension Event {
    /// The event with another result where it has one, else as it is.
    func withResult(_ result: JSONValue) -> Event {
        guard case .flashpointSettled(var settlement) = body, case .ok = settlement.outcome else { return self }
        settlement.outcome = .ok(result: result)
        var copy = self
        copy.body = .flashpointSettled(settlement)
        return copy
    }
}
