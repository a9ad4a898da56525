import Synchronization

/// Says when a snapshot of the run is worth its price: after so many events that folding them would be felt.
///
/// A snapshot costs some 25 bytes a flashpoint, so a run gets a number of them that does not grow with its length.
final class SnapshotCadence: Sendable {
    private let events = Mutex(0)

    /// Events between two snapshots of a run over `total` flashpoints.
    static func interval(of total: Int) -> Int { max(50_000, total / 8) }

    /// Whether the batch that is about to be kept should bring a snapshot.
    func isDue(after count: Int, of total: Int) -> Bool {
        events.withLock { $0 + count } >= Self.interval(of: total)
    }

    func kept(_ count: Int, hasSnapshot: Bool) {
        events.withLock { $0 = hasSnapshot ? 0 : $0 + count }
    }

    /// Says how many events there are after the latest snapshot of a run that is taken up.
    func resumed(after count: Int) { events.withLock { $0 = count } }
}
