/// How to ask a journal of some version for what every version has: readers leave an old file as it is.
struct JournalFormat: Sendable, Hashable {
    /// The number of migrations that the file has seen.
    var version: Int

    static let current = JournalFormat(version: JournalSchema.version)

    private var hasChecksums: Bool { version >= 2 }

    /// Whether the plan may be there packed, and the state.
    var isPacked: Bool { version >= 2 }

    /// Columns seq, body, checksum; parameters: the number before, the limit.
    var eventsAfter: String {
        let checksum = hasChecksums ? "checksum" : "NULL"
        return "SELECT seq, body, \(checksum) FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
    }

    /// Columns checksum, body; parameter: the event's number.
    var resultOfEvent: String { "SELECT \(hasChecksums ? "checksum" : "NULL"), body FROM result WHERE seq = ?" }

    /// Columns idx, checksum, body; parameters: the first index, the index behind the last.
    var results: String {
        hasChecksums
            ? """
            SELECT outcome.idx, result.checksum, result.body FROM outcome JOIN result USING (seq)
            WHERE outcome.idx >= ? AND outcome.idx < ? AND outcome.kind = 'ok'
            """
            : "SELECT idx, NULL, body FROM result WHERE idx >= ? AND idx < ?"
    }

    /// How a result belongs to its flashpoint's outcome, as a condition of a join.
    var resultOfOutcome: String { hasChecksums ? "USING (seq)" : "USING (idx)" }

    /// Columns of a result in a join.
    var bodyAndChecksum: String { "result.body, \(hasChecksums ? "result.checksum" : "NULL")" }

    func damagedResult(_ index: Int, _ path: String) -> JournalError {
        JournalError(path: path, .corrupt("the result of flashpoint \(index) does not fit its checksum"))
    }
}
