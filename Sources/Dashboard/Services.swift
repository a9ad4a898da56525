package import Coordination

/// What a dashboard can have done.
package struct Services: Sendable {
    /// Gives the run a command and waits for the answer.
    package var send: @Sendable (Command) async -> Receipt
    /// Writes a file; tells in a sentence what was written and where.
    package var save: @Sendable (SaveRequest) async -> Result<String, SaveProblem>

    package init(
        send: @escaping @Sendable (Command) async -> Receipt,
        save: @escaping @Sendable (SaveRequest) async -> Result<String, SaveProblem>
    ) {
        self.send = send
        self.save = save
    }
}
