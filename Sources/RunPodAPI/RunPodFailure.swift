package import HTTPTransport

/// Why an operation on an endpoint gave no answer that could be used.
///
/// Only ``refusedByEndpoint(status:explanation:)`` says something about the settings and only ``notFound(job:message:)``
/// something about a job; the others are the network's or the platform's trouble and fail nothing.
package enum RunPodFailure: Error, Sendable, Hashable {
    /// No answer, or none that came to its end.
    case unreachable(HTTPFailure)
    /// The endpoint takes nothing from us: wrong key (401, 402, 403), wrong address (404, redirect).
    case refusedByEndpoint(status: Int, explanation: String)
    /// Too many requests; the wait the server asked for, at most 60 s.
    case rateLimited(retryAfter: Duration?)
    /// The endpoint knows no such job: never known, expired, deleted.
    case notFound(job: String, message: String)
    /// The request was wrong, with the beginning of what the server said.
    case badRequest(status: Int, message: String)
    /// The platform failed, or something on the way to it (408, 425).
    case serverTrouble(status: Int, message: String)
    /// An answer that is not what this operation gives.
    case malformedReply(why: String)
}

extension RunPodFailure {
    /// Whether asking again later may help without anybody changing anything.
    package var isTemporary: Bool {
        switch self {
        case .unreachable(.invalidURL): false
        case .unreachable, .rateLimited, .serverTrouble, .malformedReply: true
        case .refusedByEndpoint, .notFound, .badRequest: false
        }
    }
}

extension RunPodFailure: CustomStringConvertible {
    /// A sentence for people.
    package var description: String {
        switch self {
        case .unreachable(let failure): "\(failure)"
        case .refusedByEndpoint(_, let explanation): explanation
        case .rateLimited(let wait?): "too many requests (429); the endpoint asks for \(wait.inSeconds) s of silence"
        case .rateLimited(nil): "too many requests (429)"
        case .notFound(let job, let message):
            "the endpoint knows no job \(job): expired, deleted or submitted elsewhere (404: \(message))"
        case .badRequest(let status, let message): "the endpoint did not accept the request (\(status): \(message))"
        case .serverTrouble(let status, let message): "the platform failed (\(status): \(message))"
        case .malformedReply(let why): "the endpoint's answer can't be read: \(why)"
        }
    }
}
