import RunPodAPI
import Synchronization

/// The endpoint's list of jobs, asked for once for all submissions that are looked for at the same time.
///
/// After an outage every worker's submission may be unknown, and the list may be asked for less than once a second.
final class JobSearch<C: Clock>: Sendable where C.Duration == Duration {
    private let slot = Slots(1)
    private let latest = Mutex<(begun: C.Instant, listing: JobListing?)?>(nil)
    private let abandoned = Mutex<[JobOrder]>([])

    /// Submissions that were given up and are still looked for.
    private static var abandonedLimit: Int { 64 }

    /// Notes a submission that is given up without anybody knowing whether it arrived.
    func abandon(_ order: JobOrder) {
        abandoned.withLock { abandoned in
            abandoned.append(order)
            if abandoned.count > Self.abandonedLimit { abandoned.removeFirst() }
        }
    }

    /// The jobs of such submissions that a listing has after all, each once.
    func late(in listing: JobListing, by mark: (JobOrder) -> JobMark) -> [(order: JobOrder, job: JobListing.Job)] {
        abandoned.withLock { abandoned in
            var found: [(order: JobOrder, job: JobListing.Job)] = []
            abandoned.removeAll { order in
                guard let job = listing.job(of: mark(order)) else { return false }
                found.append((order, job))
                return true
            }
            return found
        }
    }

    /// A listing that was asked for at `since` or later: a former one, or else a new one.
    ///
    /// - Throws: What `ask` throws; `CancellationError`.
    func listing(
        since: C.Instant,
        clock: C,
        ask: () async throws -> JobListing?
    ) async throws -> JobListing? {
        try await slot.withSlot {
            if let latest = latest.withLock({ $0 }), latest.begun >= since { return latest.listing }
            let begun = clock.now
            let listing = try await ask()
            latest.withLock { $0 = (begun, listing) }
            return listing
        }
    }
}
