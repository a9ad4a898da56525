import FoundationEssentials
import HTTPTransport
import Synchronization

/// A transport that answers by a script, for tests in virtual time.
final class ScriptedTransport: HTTPSending {
    typealias Script = @Sendable (_ request: TransportRequest, _ index: Int) async throws -> TransportResponse

    private let script: Script
    private let sent = Mutex<[TransportRequest]>([])

    init(_ script: @escaping Script) {
        self.script = script
    }

    var requests: [TransportRequest] { sent.withLock { $0 } }

    func send(
        _ request: TransportRequest,
        wantsBody: @escaping @Sendable (TransportHead) -> Bool
    ) async throws -> TransportResponse {
        let index = sent.withLock { sent in
            sent.append(request)
            return sent.count - 1
        }
        var response = try await script(request, index)
        if !wantsBody(TransportHead(status: response.status, headers: response.headers)) { response.body = Data() }
        return response
    }
}

extension TransportResponse {
    static func html(_ text: String) -> TransportResponse {
        TransportResponse(status: 200, headers: ["Content-Type": "text/html; charset=utf-8"], body: Data(text.utf8))
    }

    static func redirect(to location: String, status: Int = 302) -> TransportResponse {
        TransportResponse(status: status, headers: ["Location": location])
    }
}
