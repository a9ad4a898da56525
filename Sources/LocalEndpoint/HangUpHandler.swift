import NIOCore
import RunPodAPI

/// Notices that the other side has closed its connection, while a request of it waits for its answer.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    /// Given when the other side is gone.
    private let hangUp = Latch()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { hangUp.release() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hangUp.release()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Nothing can be read any more, so nobody waits for an answer.
        hangUp.release()
        context.fireErrorCaught(error)
    }

    /// Returns when the other side of the connection is gone, or when the task is cancelled.
    static func waitForHangUp(on channel: any Channel) async {
        let found = channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: HangUpHandler.self).hangUp
        }
        // A pipeline without it is that of a connection that has ended.
        guard let hangUp = try? await found.get() else { return }
        await hangUp.wait()
    }
}
