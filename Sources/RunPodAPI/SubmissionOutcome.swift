package import Flashpoints
package import HTTPTransport

/// What became of one `run` request.
///
/// `run` has no idempotency key, so what matters is whether a job may exist. Every answer of 500 and above counts as
/// ``unknown(why:)``: a gateway says 502 or 504 also when the request it passed on was carried out. So do 408 and 425.
package enum SubmissionOutcome: Sendable, Hashable {
    /// The job exists.
    case accepted(JobReply)
    /// No job exists, and the same request would be refused again.
    ///
    /// `config` for the key or the address, `permanent` for the request itself.
    case refused(status: Int, FailureClass, message: String)
    /// No job exists because the request is too large; `status` is nil when it was not even sent.
    ///
    /// Also a 502 for a large request, by which the platform's edge refuses it, and which rarely is passing trouble.
    case oversize(status: Int?, message: String)
    /// No job exists because of too many requests; the wait the server asked for, at most 60 s.
    case rateLimited(retryAfter: Duration?)
    /// Nobody knows whether a job exists; `status` is that of an answer by which the platform fails, 500 and above.
    case unknown(why: String, status: Int? = nil)
    /// No job exists: the request was surely not sent.
    case unreachable(HTTPFailure)
}
