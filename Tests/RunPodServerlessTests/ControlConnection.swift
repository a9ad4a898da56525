import NIOCore
import NIOPosix

@testable import RunPodServerless

/// A client of a control socket that says what a test wants it to.
struct ControlConnection {
    private var lines: ControlLines
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Calls `body` with a connection.
    static func with<Value: Sendable>(
        _ path: String,
        _ body: (inout ControlConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = ControlConnection(
                lines: ControlLines(inbound.makeAsyncIterator()),
                outbound: outbound
            )
            return try await body(&connection)
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Says that nothing more will be sent, as `nc` at the end of its input.
    func endSending() { outbound.finish() }

    /// The next reply; `nil` once the server has left.
    mutating func reply() async throws -> ControlReply? {
        guard case .line(let line) = try await lines.next() else { return nil }
        return ControlLine.reply(line)
    }

    /// Sends a line and waits for its reply.
    mutating func ask(_ line: String) async throws -> ControlReply? {
        try await send(line + "\n")
        return try await reply()
    }
}
