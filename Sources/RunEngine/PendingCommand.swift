package import Coordination

/// A command on its way to a driver, and the way back for its receipt.
package struct PendingCommand: Sendable {
    package let command: Command
    /// Takes the receipt; a second one has no effect.
    package let reply: @Sendable (Receipt) -> Void

    package init(command: Command, reply: @escaping @Sendable (Receipt) -> Void) {
        self.command = command
        self.reply = reply
    }

    /// Waits for the receipt of a command that `send` is to bring on its way.
    package static func receipt(
        of send: (_ reply: @escaping @Sendable (Receipt) -> Void) async -> Void
    ) async -> Receipt {
        let (answers, answer) = AsyncStream.makeStream(of: Receipt.self, bufferingPolicy: .bufferingOldest(1))
        await send { receipt in
            answer.yield(receipt)
            answer.finish()
        }
        for await receipt in answers { return receipt }
        return .tooLate("the asking was cancelled before there was an answer; the command may still be carried out")
    }
}
