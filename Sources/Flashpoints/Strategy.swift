/// How flashpoints are dealt to workers.
public enum Strategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Neighbouring flashpoints together, shares of equal number: the order of the input.
    case even
    /// The heaviest first onto the least loaded worker.
    case balanced
}
