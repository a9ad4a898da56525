import Coordination

/// What comes into the driver's mailbox.
enum DriverMessage: Sendable {
    case report(Report)
    /// A timer, and the seconds driven that it was set to.
    case timer(RunTimer, due: Double)
    case command(Command, reply: @Sendable (Receipt) -> Void)
    /// Submit nothing more and leave once the streams are drained.
    case stop
    /// The time for draining is over.
    case drained
    /// Find out whether the disk has room again.
    case lookForSpace

    /// Answers whoever waits for an answer to a message that nobody will take any more.
    func turnDown() {
        if case .command(_, let reply) = self { reply(.notDriven) }
    }
}

extension Receipt {
    /// There is no driver that could do anything.
    static let notDriven = Receipt.tooLate("the run is not driven any more")
}
