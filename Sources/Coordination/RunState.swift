import DequeModule
package import Flashpoints

/// A run as the fold of its events; a value that decides and never acts.
///
/// `admit` turns what a backend reports into the event to journal, `reduce` applies an event and says what follows.
/// Time, randomness and ids come inside the events, so the same events always give the same state and effects.
package struct RunState: Sendable {
    /// Where the run as a whole stands.
    package enum Phase: String, Sendable, Hashable, Codable {
        case planned
        case running
        case ended
    }

    /// How many flashpoints stand where.
    package struct Counts: Sendable, Hashable, Codable {
        package internal(set) var ok = 0
        package internal(set) var failed = 0
        package internal(set) var cancelled = 0
        package internal(set) var duplicates = 0

        package var settled: Int { ok + failed + cancelled }
    }

    /// Trouble of the endpoint, in seconds driven.
    package struct Trouble: Sendable, Hashable, Codable {
        var kind: EndpointTrouble.Kind
        /// When there was any trouble first, and when it became this one.
        var began: Double
        var changed: Double
        /// Whether it was noted that it lasts.
        var isLasting = false
    }

    package internal(set) var plan: RunPlan
    package internal(set) var phase = Phase.planned
    package internal(set) var isPaused = false
    /// Why the run paused itself to ask, while it does.
    package internal(set) var pauseCause: String?
    package internal(set) var isCancelled = false
    /// How often the run was opened, from 1: one more with each retry of the whole run.
    package internal(set) var generation = 1
    package internal(set) var flashpoints: FlashpointColumns
    package internal(set) var lanes: [Lane]
    package internal(set) var counts = Counts()
    package internal(set) var speedup: Speedup
    /// Whether any submission was ever accepted.
    package internal(set) var hasBeenAccepted = false
    /// What is amiss with the endpoint at the moment, and will pass.
    package internal(set) var trouble: Trouble?
    /// Wall time of the planning, in milliseconds since 1970.
    package internal(set) var plannedAt: Int64 = 0
    /// Seconds driven at the latest journalled event.
    package internal(set) var t: Double = 0
    /// Wall time of the latest journalled event, in milliseconds since 1970; for people alone.
    package internal(set) var at: Int64 = 0
    /// The answer, once the run has ended and until it is reopened.
    package internal(set) var finalAnswer: RunAnswer?
    /// Why the run was told to leave before its end.
    package internal(set) var halted: Failure?
    var lastProgress: [Double]
    var breaker = Breaker()
    /// What is billed for the run so far.
    package internal(set) var bill = Bill()

    package init(plan: RunPlan) {
        self.plan = plan
        flashpoints = FlashpointColumns(plan: plan)
        lanes = plan.plan.shares.map(Lane.init)
        lastProgress = Array(repeating: -.infinity, count: plan.plan.shares.count)
        speedup = Speedup(
            shareWeights: plan.plan.shares.map { share in
                share.chunks.reduce(0) { sum, chunk in
                    chunk.indices.reduce(sum) { $0 + plan.catalogue.weight($1) }
                }
            }
        )
    }

    /// Seconds without any answer, before the first job was accepted, after which the run gives up; `nil` for never.
    ///
    /// Each driver's own to say, since it depends on whether somebody looks on.
    package var silenceLimit: Double? {
        get { plan.policy.silenceLimit }
        set { plan.policy.silenceLimit = newValue }
    }

    package var workers: Int { lanes.count }
    package var total: Int { flashpoints.standing.count }

    /// The lane of a worker; `nil` when the run has none of that number.
    func lane(_ worker: Int) -> Lane? {
        lanes.indices.contains(worker - 1) ? lanes[worker - 1] : nil
    }

    /// The attempt that is out on the lane, if it is this one.
    func live(_ ref: AttemptRef) -> Lane.Live? {
        guard let live = lane(ref.worker)?.live, live.ref == ref else { return nil }
        return live
    }

    /// Whether the attempt is the one that is out on its lane; copies nothing.
    func isLive(_ ref: AttemptRef) -> Bool {
        lanes.indices.contains(ref.worker - 1) && lanes[ref.worker - 1].live?.ref == ref
    }

    /// Whether the attempt is out and holds the flashpoint.
    func isOut(_ index: Int, _ ref: AttemptRef) -> Bool {
        flashpoints.standing.indices.contains(index) && flashpoints.standing[index] == .inFlight
            && flashpoints.worker[index] == Int32(ref.worker) && isLive(ref)
    }

    /// The conservation law: every flashpoint stands in exactly one place, and the counts say so.
    ///
    /// Linear in the flashpoints; for tests, simulations and the end of a run.
    ///
    /// - Returns: What is wrong, or `nil`.
    package func violation() -> String? {
        if let stray = lanes.lazy.compactMap(strayWork).first { return stray }
        var seen = Array(repeating: 0, count: total)
        for lane in lanes {
            for index in (lane.queue + lane.retries.map(\.work)).flatMap(\.indices) {
                if flashpoints.standing[index] != .pending {
                    return "flashpoint \(index) is \(flashpoints.standing[index]) and still queued"
                }
                seen[index] += 1
            }
            for index in lane.live?.indices ?? [] where flashpoints.standing[index] == .inFlight { seen[index] += 1 }
        }
        var tally = Counts()
        var open = 0
        for (index, standing) in flashpoints.standing.enumerated() {
            switch standing {
            case .pending, .inFlight:
                open += 1
                if seen[index] != 1 { return "flashpoint \(index) is held in \(seen[index]) places, not in one" }
            case .ok: tally.ok += 1
            case .failed: tally.failed += 1
            case .cancelled: tally.cancelled += 1
            }
        }
        if tally.ok != counts.ok || tally.failed != counts.failed || tally.cancelled != counts.cancelled {
            return "the counts \(counts) differ from the flashpoints \(tally)"
        }
        if counts.settled + open != total { return "\(counts.settled) settled and \(open) open are not \(total)" }
        if phase == .ended, open > 0 { return "the run has ended with \(open) flashpoints open" }
        return nil
    }

    /// Whether the lane holds a flashpoint of another lane or chunk, or one number for two submissions.
    private func strayWork(_ lane: Lane) -> String? {
        var works = lane.queue + lane.retries.map(\.work)
        if let live = lane.live {
            works.append(Lane.Work(chunk: live.ref.chunk, attempt: live.ref.attempt, indices: live.indices))
        }
        var numbers: Set<AttemptRef> = []
        for work in works {
            let ref = AttemptRef(worker: lane.worker, chunk: work.chunk, attempt: work.attempt)
            if !numbers.insert(ref).inserted { return "\(ref) is the number of two submissions" }
            if work.indices.isEmpty { return "\(ref) holds no flashpoint" }
            for index in work.indices
            where flashpoints.worker[index] != Int32(lane.worker) || flashpoints.chunk[index] != Int32(work.chunk) {
                return "flashpoint \(index) of another lane or chunk is held by \(ref)"
            }
        }
        return nil
    }
}

extension RunState: Equatable {
    /// Whether two states of the same plan agree; the plan itself is not looked at.
    package static func == (left: RunState, right: RunState) -> Bool {
        left.phase == right.phase && left.isPaused == right.isPaused && left.isCancelled == right.isCancelled
            && left.flashpoints == right.flashpoints && left.lanes == right.lanes && left.counts == right.counts
            && left.speedup == right.speedup && left.hasBeenAccepted == right.hasBeenAccepted
            && left.trouble == right.trouble && left.plannedAt == right.plannedAt && left.t == right.t
            && left.finalAnswer == right.finalAnswer && left.halted == right.halted
            && left.lastProgress == right.lastProgress && left.generation == right.generation
            && left.pauseCause == right.pauseCause && left.at == right.at && left.breaker == right.breaker
            && left.bill == right.bill
    }
}
