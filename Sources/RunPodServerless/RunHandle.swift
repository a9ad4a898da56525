package import Coordination
package import RunEngine
package import RunJournal

/// A run that is being driven, for whoever watches and commands it.
package struct RunHandle: Sendable {
    /// What was planned.
    package let header: RunHeader
    package let folder: RunFolder
    /// Number of the latest event when the driver began: what it has to tell comes after it.
    package let start: Int
    /// The fold of the log's lines as far as the run had come then.
    package let lines: LogLines
    let control: RunControl
    let feed: EventFeed

    /// The events in batches, from the run's first or, resumed, from the moment it is driven again.
    ///
    /// Ends when the driver leaves. Any number of readers, each at its own speed, whenever they come.
    package func batches() -> EventFeed.Batches { feed.batches() }

    /// Gives a command and waits until it is journalled or turned down.
    package func send(_ command: Command) async -> Receipt { await control.send(command) }

    /// Gives a command whose receipt somebody waits for.
    ///
    /// - Returns: False when the driver has left; then no receipt comes.
    package func send(_ pending: PendingCommand) async -> Bool { await control.send(pending) }

    /// Asks the driver to submit nothing more and to leave; the run can be resumed.
    package func stop() async { await control.stop() }
}
