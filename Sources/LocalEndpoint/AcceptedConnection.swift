import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// HTTP/1.1 over connections that may be dropped before anybody has taken them up.
///
/// A server that is cancelled drops the connections that it has accepted and not begun to serve. Their writers, left
/// unfinished, would end the whole process (SwiftNIO's `NIOAsyncWriter`).
struct CarefulHTTPChannel: ServerChildChannel {
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        http.setup(channel: channel, logger: logger).map { AcceptedConnection($0) }
    }

    func handle(value: AcceptedConnection, logger: Logger) async {
        guard let connection = value.take() else { return }
        await http.handle(value: connection, logger: logger)
    }
}

/// A connection that closes itself in good order when nobody takes it.
final class AcceptedConnection: ServerChildChannelValue {
    private let connection: HTTP1Channel.Value
    private let isTaken = Mutex(false)

    init(_ connection: HTTP1Channel.Value) {
        self.connection = connection
    }

    var channel: any Channel { connection.channel }

    /// The connection, whose end is the caller's business from now on; nil when it was taken before.
    func take() -> HTTP1Channel.Value? {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return isTaken ? nil : connection
        }
    }

    deinit {
        guard let connection = take() else { return }
        // Unstructured, because whoever dropped the connection does not know of it, and is being cancelled.
        Task { try? await connection.executeThenClose { _, _ in } }
    }
}
