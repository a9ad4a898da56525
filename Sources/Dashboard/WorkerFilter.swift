package import Coordination

/// Which workers are shown: those with all the words.
///
/// A word is looked for in the worker's name, state, flashpoint, job and instance; `state:run` looks at the state alone,
/// and `failed>0` compares `ok`, `failed`, `cancelled`, `done` or `left` by `>`, `<`, `>=`, `<=` or `=`.
package struct WorkerFilter: Sendable, Hashable {
    private enum Term: Sendable, Hashable {
        case text(String)
        case state(String)
        case count(Field, Comparison, Int)
    }

    private enum Field: String, Sendable, CaseIterable {
        case ok, failed, cancelled, done, left
    }

    private enum Comparison: String, Sendable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case more = ">"
        case less = "<"
        case equal = "="
    }

    package let text: String
    /// Whether those are shown that do not match.
    package internal(set) var isInverse: Bool
    private let terms: [Term]

    /// Reads a filter; `nil` for an empty one, which hides nobody.
    package init?(_ text: String, isInverse: Bool = false) {
        terms = text.lowercased().split(separator: " ").map(Self.term)
        guard !terms.isEmpty else { return nil }
        self.text = text
        self.isInverse = isInverse
    }

    private static func term(_ word: Substring) -> Term {
        if word.hasPrefix("state:") { return .state(String(word.dropFirst(6))) }
        for comparison in Comparison.allCases {
            guard let range = word.firstRange(of: comparison.rawValue) else { continue }
            guard let field = Field(rawValue: String(word[..<range.lowerBound])),
                let number = Int(word[range.upperBound...])
            else { break }
            return .count(field, comparison, number)
        }
        return .text(String(word))
    }

    /// Whether the worker is shown.
    package func shows(_ lane: LaneView, health: HealthCounters?) -> Bool {
        let state = Condition(lane, health: health).word.lowercased()
        let isMatch = terms.allSatisfy { term in
            switch term {
            case .state(let word): state.hasPrefix(word)
            case .count(let field, let comparison, let number):
                Self.compare(Self.value(field, lane), comparison, number)
            case .text(let word): Self.texts(of: lane, state: state).contains { $0.lowercased().contains(word) }
            }
        }
        return isMatch != isInverse
    }

    private static func texts(of lane: LaneView, state: String) -> [String] {
        ["w\(lane.worker)", "worker \(lane.worker)", state]
            + [lane.current?.id, lane.current?.stage, lane.job, lane.instance].compactMap(\.self)
    }

    private static func value(_ field: Field, _ lane: LaneView) -> Int {
        switch field {
        case .ok: lane.ok
        case .failed: lane.failed
        case .cancelled: lane.cancelled
        case .done: lane.settled
        case .left: lane.share - lane.settled
        }
    }

    private static func compare(_ value: Int, _ comparison: Comparison, _ number: Int) -> Bool {
        switch comparison {
        case .atLeast: value >= number
        case .atMost: value <= number
        case .more: value > number
        case .less: value < number
        case .equal: value == number
        }
    }
}
