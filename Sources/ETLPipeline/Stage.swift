/// One step of the pipeline: takes a flashpoint's state and gives back the state with its own part filled in.
///
/// A stage is a value without a memory of earlier flashpoints, but for connections and the like. To add one, write it
/// in a file of its own and put it into the list of ``Pipeline``.
package protocol Stage: Sendable {
    /// Names the stage in progress records, failures and the seconds of a result.
    var name: String { get }
    /// How long the stage may take over one flashpoint; nil when only the flashpoint's own limit counts.
    var limit: Duration? { get }

    /// Does the stage's work.
    ///
    /// It ends soon after its task is cancelled: a stage that keeps the processor busy checks between pieces of work of
    /// bounded size.
    ///
    /// - Throws: `Failure` when the flashpoint cannot go on; `CancellationError` when cancelled.
    func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState
}

extension Stage {
    package var limit: Duration? { nil }
}
