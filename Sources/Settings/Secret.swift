/// A text that nobody may read by accident, an API key above all.
///
/// Descriptions, interpolations, dumps and mirrors show the last four characters at most. It is not `Codable`, so it
/// can't slip into a file with a value that holds it.
public struct Secret: Sendable, Hashable {
    private let text: String

    /// Hides `text`.
    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that sends it.
    public func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `…` and the last four characters; `…` alone when there are fewer than eight.
    public var description: String { text.count < 8 ? "…" : "…" + text.suffix(4) }
    /// The same as the description.
    public var debugDescription: String { description }
    /// A mirror without children, which is what `dump` walks.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
