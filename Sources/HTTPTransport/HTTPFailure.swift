/// Why there is no complete answer.
///
/// The first question after a failed `POST` is whether the server may have acted on it; ``mayHaveBeenProcessed``
/// answers it. `at` is method and URL with user, password and query values removed.
package enum HTTPFailure: Error, Sendable, Hashable {
    /// How far the exchange had come.
    package enum Phase: String, Sendable, Hashable {
        /// No connection yet, or none free: nothing was sent.
        case connecting
        /// Sent, or being sent; no status has come.
        case waiting
        /// Status and header have come, the body is incomplete.
        case reading
    }

    /// The URL or a header field can't be sent.
    case invalidURL(at: String, why: String)
    /// No connection could be made (refused, no such host, TLS), so the server has seen nothing of the request.
    case notSent(at: String, why: String)
    /// The connection broke before a complete answer; nobody knows whether the server acted.
    case lostAnswer(at: String, why: String)
    /// The deadline passed.
    case timedOut(at: String, Phase, after: Duration)
    /// The body is longer than the limit in bytes.
    case bodyTooLarge(at: String, limit: Int)
}

extension HTTPFailure {
    /// Whether the server may have received the whole request.
    package var mayHaveBeenProcessed: Bool {
        switch self {
        case .invalidURL, .notSent, .timedOut(_, .connecting, _): false
        case .lostAnswer, .timedOut(_, .waiting, _), .timedOut(_, .reading, _), .bodyTooLarge: true
        }
    }
}

extension HTTPFailure: CustomStringConvertible {
    /// A sentence for people.
    package var description: String {
        switch self {
        case .invalidURL(let at, let why):
            "\(at): cannot be requested: \(why)"
        case .notSent(let at, let why):
            "\(at): no connection: \(why)"
        case .lostAnswer(let at, let why):
            "\(at): the connection broke before the answer was complete: \(why)"
        case .timedOut(let at, .connecting, let after):
            "\(at): no connection after \(after.shown)"
        case .timedOut(let at, .waiting, let after):
            "\(at): no answer after \(after.shown)"
        case .timedOut(let at, .reading, let after):
            "\(at): the answer was not complete after \(after.shown)"
        case .bodyTooLarge(let at, let limit):
            "\(at): the answer is longer than \(limit) bytes"
        }
    }
}

extension Duration {
    fileprivate var shown: String {
        let (seconds, attoseconds) = components
        let tenths = seconds * 10 + attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
