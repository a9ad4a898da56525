/// Whoever can perform one HTTP request; the seam at which tests put a script.
///
/// Never follows a redirect and never tries twice. What comes with any status is a response, not an error.
package protocol HTTPSending: Sendable {
    /// Sends the request and reads the answer.
    ///
    /// - Parameter wantsBody: Asked once, when status and header have come; with false the body is left unread, its
    ///   connection closed, and the response has an empty one.
    /// - Throws: ``HTTPFailure``, or `CancellationError` when the task was cancelled.
    func send(
        _ request: TransportRequest,
        wantsBody: @escaping @Sendable (TransportHead) -> Bool
    ) async throws -> TransportResponse
}

extension HTTPSending {
    /// Sends the request and reads the whole answer.
    ///
    /// - Throws: ``HTTPFailure``, or `CancellationError` when the task was cancelled.
    package func send(_ request: TransportRequest) async throws -> TransportResponse {
        try await send(request) { _ in true }
    }
}
