/// How a driver behaves beyond what its run says.
package struct DriverOptions: Sendable {
    /// A point between what the driver keeps and what it does, where a process may die.
    package enum Moment: Sendable, Hashable {
        case beforeCommit
        case afterCommit
        case afterAction
        /// Told by whoever closes the journal once the driver has left.
        case beforeClose
        case afterClose
    }

    /// Whether somebody looks on and can be asked; else a run that would ask stops, and can be resumed.
    package var asksOperator = false
    /// Bytes of the disk that are left free: with less nothing more is submitted.
    package var reserve: Int64 = 64_000_000
    /// Told of every moment as it comes; for tests that end the process there.
    package var moment: (@Sendable (Moment) -> Void)?

    package init(asksOperator: Bool = false, moment: (@Sendable (Moment) -> Void)? = nil) {
        self.asksOperator = asksOperator
        self.moment = moment
    }
}
