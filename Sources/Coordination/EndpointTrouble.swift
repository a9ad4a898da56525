/// What is amiss with an endpoint and will pass by itself: it is silent, or its answers are of no use for now.
package struct EndpointTrouble: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable {
        /// No answer at all.
        case silent
        /// It has too many requests.
        case slowedDown
        /// The platform fails.
        case failing
        /// An answer that nobody can read.
        case unclear

        init(status: Int?) {
            self =
                switch status {
                case nil: .silent
                case 429?: .slowedDown
                case let status? where status >= 500: .failing
                case .some: .unclear
                }
        }
    }

    /// Seconds without a look at the jobs after which the loss of results is worth a warning.
    static let lastingSeconds: Double = 60

    /// Wall time in milliseconds since 1970.
    package var since: Int64
    package var cause: String
    /// The answer's status; `nil` for none.
    package var status: Int?

    package var kind: Kind { Kind(status: status) }

    /// What it is, as the beginning of a sentence.
    package var text: String {
        switch kind {
        case .silent: "Endpoint cannot be reached"
        case .slowedDown: "Endpoint asks us to slow down (429)"
        case .failing: "Endpoint is in trouble (\(status ?? 500))"
        case .unclear: "Endpoint gives no answer that can be used"
        }
    }

    /// What it is in two words, for where there is little room.
    package var title: String {
        switch kind {
        case .silent: "unreachable"
        case .slowedDown: "slowed down"
        case .failing: "in trouble"
        case .unclear: "unclear answers"
        }
    }
}
