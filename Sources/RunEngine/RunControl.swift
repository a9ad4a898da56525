package import Coordination
import RunPodAPI

/// The way into a driver, for whoever commands the run.
package struct RunControl: Sendable {
    let mailbox: Mailbox<DriverMessage>
    /// Released when somebody asks to stop, since a driver that can't commit takes nothing out of its mailbox.
    private let stopping = Latch()

    package init() {
        mailbox = Mailbox()
    }

    /// Gives a command and waits until it is journalled or turned down.
    ///
    /// - Returns: What became of it; too late once the driver has left.
    package func send(_ command: Command) async -> Receipt {
        await PendingCommand.receipt { reply in
            if await !send(PendingCommand(command: command, reply: reply)) { reply(.notDriven) }
        }
    }

    /// Gives a command whose receipt somebody waits for; to a driver, too, that is yet to begin.
    ///
    /// - Returns: False when the driver has left; then no receipt comes.
    package func send(_ pending: PendingCommand) async -> Bool {
        await mailbox.send(.command(pending.command, reply: pending.reply))
    }

    /// Asks the driver to submit nothing more, drain what is being streamed, and leave.
    package func stop() async {
        stopping.release()
        await mailbox.send(.stop)
    }

    /// Whether somebody has asked to stop.
    var isStopping: Bool { stopping.isReleased }

    /// Writes a line into the run's log.
    package func log(_ level: LogLevel, worker: Int? = nil, _ message: String) async {
        await mailbox.send(.report(.log(level: level, worker: worker, message: message)))
    }

    /// Waits some seconds; false as soon as somebody asks to stop or the task is cancelled.
    func pause<C: Clock>(_ seconds: Double, on clock: C) async -> Bool where C.Duration == Duration {
        await withTaskGroup(of: Void.self) { [stopping] group in
            group.addTask { try? await clock.sleep(for: .seconds(seconds)) }
            group.addTask { await stopping.wait() }
            await group.next()
            group.cancelAll()
        }
        return !isStopping && !Task.isCancelled
    }

    var reporter: Reporter {
        { [mailbox] report in await mailbox.send(.report(report)) }
    }
}
