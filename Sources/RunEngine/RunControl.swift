package import Coordination

/// The way into a driver, for whoever commands the run.
package struct RunControl: Sendable {
    let mailbox: Mailbox<DriverMessage>

    package init() {
        mailbox = Mailbox()
    }

    /// Gives a command and waits until it is journalled or turned down.
    ///
    /// - Returns: What became of it; too late once the driver has left.
    package func send(_ command: Command) async -> Receipt {
        let (answers, answer) = AsyncStream.makeStream(of: Receipt.self, bufferingPolicy: .bufferingNewest(1))
        let isSent = await mailbox.send(
            .command(command) { receipt in
                answer.yield(receipt)
                answer.finish()
            }
        )
        guard isSent else { return .notDriven }
        for await receipt in answers { return receipt }
        return .tooLate("the asking was cancelled before there was an answer; the command may still be carried out")
    }

    /// Asks the driver to submit nothing more, drain what is being streamed, and leave.
    package func stop() async {
        await mailbox.send(.stop)
    }

    /// Writes a line into the run's log.
    package func log(_ level: LogLevel, worker: Int? = nil, _ message: String) async {
        await mailbox.send(.report(.log(level: level, worker: worker, message: message)))
    }

    var reporter: Reporter {
        { [mailbox] report in await mailbox.send(.report(report)) }
    }
}
