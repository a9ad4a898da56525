package import Coordination

/// What a dashboard can have done.
package struct Services: Sendable {
    /// Gives the run a command and waits for the answer.
    package var send: @Sendable (Command) async -> Receipt
    /// Asks the process that drives the run to stop.
    package var stop: @Sendable () async -> Receipt
    /// Writes a file; tells in a sentence what was written and where.
    package var save: @Sendable (SaveRequest) async -> Result<String, SaveProblem>

    package init(
        send: @escaping @Sendable (Command) async -> Receipt,
        stop: @escaping @Sendable () async -> Receipt = { .tooLate("there is no other process to stop") },
        save: @escaping @Sendable (SaveRequest) async -> Result<String, SaveProblem>
    ) {
        self.send = send
        self.stop = stop
        self.save = save
    }
}
