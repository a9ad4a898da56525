package import Coordination
package import Flashpoints

/// Where a run's events are kept; the run is their fold.
package protocol Journal: Sendable {
    /// Keeps a batch, all or nothing, and returns once it will survive whatever happens next.
    ///
    /// Events that are not journalled are left out. Batches come in the order of their numbers, one at a time. A commit
    /// that was begun is finished even when the task is cancelled: what it keeps may have been paid for.
    ///
    /// - Throws: What kept the batch from being kept; nothing of it is there then, and it can be committed again.
    func commit(_ events: [Event]) async throws

    /// The same, for a driver that can say how the events leave the run, which makes a later resume quick.
    ///
    /// - Parameter state: The fold of all events up to and including these, and of no other.
    func commit(_ events: [Event], leaving state: RunState) async throws

    /// At most `limit` events with numbers above `seq`, in their order, results included; none at the end only.
    func events(after seq: Int, limit: Int) async throws -> [Event]

    /// Bytes that are free where the journal grows; `nil` when that can't be told or there is no limit.
    func freeBytes() -> Int64?
}

extension Journal {
    package func commit(_ events: [Event], leaving state: RunState) async throws {
        try await commit(events)
    }

    package func freeBytes() -> Int64? { nil }
}

/// What has come out of a run, read in pages.
package protocol RunResults: Sendable {
    /// The results as JSON text in input order, `nil` where there is none.
    func results(in page: Range<Int>) async throws -> [[UInt8]?]

    /// A page of the failed flashpoints whose index is at least `index`, in input order; empty at the end.
    ///
    /// Cancelled flashpoints and those that a retry made pending again are not among them.
    func failures(from index: Int) async throws -> [RunFailure]
}
