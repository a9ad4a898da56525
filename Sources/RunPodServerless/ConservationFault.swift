package import Coordination
package import RunJournal

/// A fault of ours: the run's flashpoints don't add up.
package struct ConservationFault: Error, CustomStringConvertible {
    package let violation: String
    package let journal: String

    /// What is wrong and what keeps it.
    package var description: String {
        "a fault in etl-dash: \(violation). The run's journal is \(journal); please keep it and report this"
    }

    /// Checks the conservation law: each flashpoint has one place in the run, and the outcome on disk that it has there.
    ///
    /// Linear in the flashpoints, some microseconds each.
    ///
    /// - Parameter state: The fold of all that the journal has.
    /// - Throws: A fault when the law is broken; `JournalError` when the journal can't be read.
    package static func check(_ state: RunState, _ journal: SQLiteJournal) async throws {
        var violation = state.violation()
        if violation == nil { violation = try await journal.audit(state) }
        guard let violation else { return }
        throw ConservationFault(violation: violation, journal: journal.folder.journalPath)
    }
}
