import Coordination

/// What comes into the driver's mailbox.
enum DriverMessage: Sendable {
    case report(Report)
    case timer(RunTimer)
    case command(Command, reply: @Sendable (Receipt) -> Void)
    /// Submit nothing more and leave once the streams are drained.
    case stop
    /// The time for draining is over.
    case leave
}
