package import Flashpoints

/// What screens and summaries read: the fold of a run's events into counters, lanes and groups of failures.
///
/// Takes O(workers) of memory, a bounded number of failure groups and some 16 bytes a failed flashpoint. Events in any
/// order do no harm: what names a lane the run does not have is passed over.
package struct Overview: Sendable, Hashable {
    /// Where the run as a whole stands.
    package enum Phase: Sendable, Hashable {
        /// Before its first event.
        case unplanned
        case running
        case ended
    }

    /// How many flashpoints have which outcome.
    package struct Counts: Sendable, Hashable {
        package internal(set) var ok = 0
        package internal(set) var failed = 0
        package internal(set) var cancelled = 0

        package var settled: Int { ok + failed + cancelled }
    }

    /// A job that could not be cancelled.
    package struct UncancelledJob: Sendable, Hashable {
        package var attempt: AttemptRef
        package var job: String
        package var why: String
    }

    /// How long RunPod keeps the result of a job that has ended, in milliseconds.
    package static let retention: Int64 = 30 * 60 * 1_000
    /// Jobs that ``uncancelled`` names at most.
    package static let uncancelledLimit = 64

    package internal(set) var header: RunHeader?
    package internal(set) var phase = Phase.unplanned
    package internal(set) var isPaused = false
    /// Why the run paused itself, when it did.
    package internal(set) var pauseCause: String?
    /// Why the journal can't grow, while it can't.
    package internal(set) var diskTrouble: String?
    /// Jobs that could not be cancelled and whose end was not seen, so that they may go on to their limit, at most ``uncancelledLimit`` of them.
    package internal(set) var uncancelled: [UncancelledJob] = []
    /// How often the run was opened, from 1.
    package internal(set) var generation = 1
    /// Why the run is being cancelled, when it is.
    package internal(set) var cancelCause: String?
    /// Why the run stopped before its end, when the endpoint refused it.
    package internal(set) var halted: Failure?
    package internal(set) var counts = Counts()
    /// Results that came once more.
    package internal(set) var duplicates = 0
    /// One for each worker, in the order of their numbers.
    package internal(set) var lanes: [LaneView] = []
    package internal(set) var health: HealthCounters?
    /// What is amiss with the endpoint at the moment, and will pass.
    package internal(set) var trouble: EndpointTrouble?
    /// The answer, from the run's end until it is reopened.
    package internal(set) var answer: RunAnswer?
    /// Number of the latest event.
    package internal(set) var seq = 0
    /// Seconds driven at the latest event.
    package internal(set) var t: Double = 0
    /// Whether some seconds are a job's divided by its flashpoints; shown as `~`.
    package internal(set) var isEstimated = false
    /// Submissions that were given up without anybody knowing whether they arrived, and made again.
    package internal(set) var submissionsGivenUp = 0
    /// What is billed for the run so far.
    package internal(set) var bill = Bill()
    /// What was observed of the endpoint and of the jobs there.
    package internal(set) var observations = Observations()
    var failures = FailureLedger()
    /// Wall time when the endpoint was last heard of.
    var answeredAt: Int64?

    package init() {}

    /// Number of flashpoints of the run.
    package var total: Int { header?.flashpoints ?? 0 }

    /// The causes of the failures that stand, the commonest first.
    package var failureGroups: [FailureGroup] { failures.groups }

    /// Submissions that are out and of which nobody knows whether they arrived.
    package var unansweredSubmissions: Int { lanes.count { $0.phase == .unknown } }

    /// From when on results of the jobs that are out may be gone, by the wall clock in milliseconds since 1970.
    ///
    /// A job may have ended right after it was last heard of. Has a meaning only while the endpoint can't be reached or
    /// nobody drives the run; `nil` without a job that outlives its driver.
    package var resultsExpireAt: Int64? {
        let heard = lanes.compactMap { lane -> Int64? in
            guard lane.job != nil, !lane.isOnThisMachine else { return nil }
            // While the endpoint answered, the end of any job would have been seen.
            return trouble?.kind == .silent ? lane.heardAt : answeredAt
        }
        return heard.min().map { $0 + Self.retention }
    }

    /// Whether nothing was heard of the jobs for so long that the loss of results is worth a warning.
    ///
    /// - Parameter now: Wall time in milliseconds since 1970.
    package func isUnseen(at now: Int64) -> Bool {
        guard let trouble else { return false }
        let heard = trouble.kind == .silent ? trouble.since : max(trouble.since, answeredAt ?? trouble.since)
        return Double(now - heard) >= EndpointTrouble.lastingSeconds * 1_000
    }

    /// Σ seconds of the settled flashpoints.
    package var sequentialSeconds: Double { lanes.reduce(0) { $0 + $1.seconds } }

    /// Sequential seconds by seconds driven; `nil` with nothing measured.
    ///
    /// - Parameter duration: Seconds driven, when later than the latest event.
    package func speedup(duration: Double? = nil) -> Double? {
        if let answer { return answer.speedup }
        let duration = max(duration ?? t, t)
        let sequential = sequentialSeconds
        return sequential > 0 && duration > 0 ? sequential / duration : nil
    }

    /// The speedup by the number of workers.
    package func efficiency(duration: Double? = nil) -> Double? {
        guard !lanes.isEmpty else { return nil }
        return speedup(duration: duration).map { $0 / Double(lanes.count) }
    }

    /// The best speedup this split allows: the answer's, and before it that of the lanes' expected seconds.
    ///
    /// A lane is expected to take for each flashpoint that has not settled as long as the measured ones took on average;
    /// events don't tell weights.
    package var attainable: Double? {
        if let answer { return answer.attainable }
        let measured = lanes.reduce(0) { $0 + $1.measured }
        guard measured > 0 else { return nil }
        let average = sequentialSeconds / Double(measured)
        let costs = lanes.map { $0.seconds + Double($0.share - $0.settled) * average }
        guard let largest = costs.max(), largest > 0 else { return nil }
        return costs.reduce(0, +) / largest
    }

    /// The lane of a worker; `nil` when the run has none of that number.
    package func lane(_ worker: Int) -> LaneView? {
        lanes.indices.contains(worker - 1) ? lanes[worker - 1] : nil
    }
}
