import Coordination
import Flashpoints
import RunEngine

/// What the oracle knows of one history.
///
/// Each entry gives what is wrong, or `nil`.
struct Books: Sendable {
    /// A submission that the endpoint took.
    struct Accepted: Sendable {
        var ref: AttemptRef
        var nonce: String
        var job: String
    }

    let plan: RunPlan
    /// The fold of what the journal keeps.
    private(set) var shadow: RunState
    private(set) var overview = Overview()
    private(set) var coverage = Coverage()
    private(set) var events: [Event] = []
    private(set) var batches = 0
    /// Events that bring the run on; health, pauses and silence don't.
    private(set) var progress = 0
    private var owner: [Int]
    private var outcomes: [Settlement.Outcome?]
    /// Attempts that held the flashpoint alone and ended badly, since it was opened last.
    private var lone: [Int]
    private var intents: [String: AttemptRef] = [:]
    private var refs: Set<AttemptRef> = []
    private var accepted: [Accepted] = []
    private var knownJobs: Set<String> = []
    /// The ends that backends told of.
    private var told: [AttemptRef: Set<AttemptEnd>] = [:]
    /// How attempts ended, as the journal has it, and the job that it knew of them then.
    private var ends: [AttemptRef: (end: AttemptEnd, job: String?)] = [:]
    /// The endpoint that the run was taken up at last.
    private var endpoint: String?
    /// How often each flashpoint was sent.
    private var sent: [Int]
    /// Whether the journal has a reason to send the flashpoint: it is new, its attempt has ended, or it was opened again.
    private var isDue: [Bool]
    /// Attempts that ended as lost, so that their jobs may still run.
    private var lost: Set<AttemptRef> = []
    private var uncancelled: Set<String> = []
    private var isPaused = false
    private var isCancelled = false
    private var cancelledWorkers: Set<Int> = []
    private var unanswered: Set<AttemptRef> = []
    /// Results that got to the living driver and have no outcome yet, by index, with the batch before.
    private var deliveries: [Int: Int] = [:]

    init(plan: RunPlan) {
        self.plan = plan
        shadow = RunState(plan: plan)
        let count = plan.catalogue.count
        outcomes = Array(repeating: nil, count: count)
        lone = Array(repeating: 0, count: count)
        sent = Array(repeating: 0, count: count)
        isDue = Array(repeating: true, count: count)
        owner = Array(repeating: 0, count: count)
        for share in plan.plan.shares { for index in share.indices { owner[index] = share.worker } }
    }

    /// The last events, as lines.
    func lastEvents(_ count: Int) -> [String] {
        events.suffix(count).map { "\($0.seq) t=\($0.t) \($0.body)" }
    }

    // MARK: - The journal

    mutating func keep(_ batch: [Event]) -> String? {
        batches += 1
        for event in batch {
            if let last = events.last, event.seq <= last.seq {
                return "event \(event.seq) comes after event \(last.seq)"
            }
            if let last = events.last, event.t < last.t { return "event \(event.seq) goes back in driven time" }
            events.append(event)
            if event.body.isProgress { progress += 1 }
            if let what = enter(event) { return "event \(event.seq): \(what)" }
            coverage.reduce(event, in: &shadow)
            overview.apply(event)
        }
        return checkBatch()
    }

    func acknowledge(_ batch: [Event]) -> String? {
        guard let last = batch.last else { return nil }
        if events.last?.seq != last.seq { return "a batch up to \(last.seq) was acknowledged and is not there" }
        for (told, kept) in zip(batch.reversed(), events.reversed()) where told != kept {
            return "the journal has \(kept.body) where it was handed \(told.body)"
        }
        return nil
    }

    private mutating func enter(_ event: Event) -> String? {
        switch event.body {
        case .attemptIntended(let ref, let nonce, let indices, _):
            if nonce.isEmpty || intents[nonce] != nil { return "the nonce \(nonce) of \(ref) is not its own" }
            if !refs.insert(ref).inserted { return "\(ref) was intended before" }
            if let out = shadow.lanes[ref.worker - 1].live { return "\(ref) goes out while \(out.ref) is" }
            if indices.isEmpty { return "\(ref) carries nothing" }
            if isPaused { return "\(ref) goes out in a pause" }
            if isCancelled || cancelledWorkers.contains(ref.worker) { return "\(ref) goes out after the cancelling" }
            intents[nonce] = ref
            for index in indices {
                if owner[index] != ref.worker { return "\(ref) carries flashpoint \(index) of another share" }
                if let outcome = outcomes[index] { return "\(ref) carries flashpoint \(index), which is \(outcome)" }
                if !isDue[index] { return "\(ref) carries flashpoint \(index) again, and there is no reason to" }
                isDue[index] = false
                sent[index] += 1
            }
        case .attemptAccepted(_, let job): knownJobs.insert(job)
        case .attemptUnknown(let ref, _, _): unanswered.insert(ref)
        case .attemptRefused(let ref, _):
            if let live = shadow.lanes[ref.worker - 1].live, live.ref == ref, live.job == nil { excuse(live) }
        case .attemptEnded(let ref, let end):
            if let live = shadow.lanes[ref.worker - 1].live, live.ref == ref {
                if !isTrue(end, of: live) { return "\(ref) ends with \(end.status), and nobody told so" }
                ends[ref] = (end, live.job)
                excuse(live)
            }
            if end.kind == .gone { unanswered.insert(ref) }
            if end.kind == .lost { lost.insert(ref) }
            return charge(ref, end)
        case .flashpointSettled(let settlement): return settle(settlement)
        case .attemptUncancelled(_, let job, _): uncancelled.insert(job)
        case .runPaused: isPaused = true
        case .runContinued: isPaused = false
        case .runResumed(let endpoint):
            isPaused = false
            self.endpoint = endpoint
        case .runCancelRequested: isCancelled = true
        case .workerCancelRequested(let worker): cancelledWorkers.insert(worker)
        case .workerRetried(let worker, let indices):
            isCancelled = false
            cancelledWorkers.remove(worker)
            reopen(outcomes.indices.filter { owner[$0] == worker && indices?.contains($0) != false })
        case .runRetried(let generation):
            if generation != shadow.generation + 1 { return "generation \(generation) follows \(shadow.generation)" }
            isCancelled = false
            cancelledWorkers = []
            reopen(Array(outcomes.indices))
        case .runEnded(let answer): return check(answer)
        case .runPlanned, .attemptStarted, .flashpointStarted, .flashpointProgress,
            .flashpointFailed, .flashpointDuplicate, .retryScheduled, .endpointHealth, .endpointUnreachable,
            .endpointReachable, .workerVitals:
            break
        case .diskFull, .diskFree, .log, .timerFired: return "\(event.body) has no place in the journal"
        }
        return nil
    }

    private mutating func settle(_ settlement: Settlement) -> String? {
        let index = settlement.index
        guard outcomes.indices.contains(index) else { return "there is no flashpoint \(index)" }
        if let outcome = outcomes[index] { return "flashpoint \(index) settles after it was \(outcome)" }
        if settlement.id != plan.catalogue.id(index) { return "flashpoint \(index) settles as \(settlement.id)" }
        if settlement.worker != owner[index] { return "flashpoint \(index) settles on worker \(settlement.worker)" }
        outcomes[index] = settlement.outcome
        guard case .ok(let result) = settlement.outcome else { return nil }
        let isOwn =
            result["id"] == .string(settlement.id) && result["made"] == .string(plan.catalogue.hash(index))
            || result["of"]?.arrayValue?.contains(.string(settlement.id)) == true
        return isOwn ? nil : "flashpoint \(index) has the result \(result)"
    }

    /// Whether a backend told of the end, or the endpoint that had the job went with its driver.
    private func isTrue(_ end: AttemptEnd, of live: Lane.Live) -> Bool {
        if told[live.ref]?.contains(end) == true { return true }
        return end.kind == .gone && live.endpoint.contains("#") && live.endpoint != endpoint
    }

    /// Notes that what the attempt holds may be sent again.
    private mutating func excuse(_ live: Lane.Live) {
        for index in live.indices where shadow.flashpoints.standing[index] == .inFlight { isDue[index] = true }
    }

    private mutating func reopen(_ indices: [Int]) {
        for index in indices {
            switch outcomes[index] {
            case nil, .ok: continue
            case .failed, .cancelled:
                outcomes[index] = nil
                lone[index] = 0
                isDue[index] = true
            }
        }
    }

    /// A flashpoint that goes alone can't fail more often than its budgets allow.
    private mutating func charge(_ ref: AttemptRef, _ end: AttemptEnd) -> String? {
        guard let live = shadow.lanes[ref.worker - 1].live, live.ref == ref, live.indices.count == 1 else { return nil }
        switch end.kind {
        case .gone, .absent, .cancelled: return nil
        case .lost where live.job == nil: return nil
        case .completed, .failed, .timedOut, .lost, .oversize: break
        }
        let index = live.indices[0]
        guard outcomes[index] == nil else { return nil }
        lone[index] += 1
        let policy = plan.policy
        let limit = policy.retries + policy.infraRetries + policy.contractRetries + 3
        return lone[index] > limit ? "flashpoint \(index) failed alone for the \(lone[index])th time" : nil
    }

    private func check(_ answer: RunAnswer) -> String? {
        if let open = outcomes.firstIndex(where: { $0 == nil }) { return "the run ends with flashpoint \(open) open" }
        let tally = tally
        if answer.succeeded != tally.ok || answer.failed != tally.failed || answer.cancelled != tally.cancelled {
            return "the answer counts \(answer.succeeded), \(answer.failed), \(answer.cancelled), the journal \(tally)"
        }
        return nil
    }

    private var tally: (ok: Int, failed: Int, cancelled: Int) {
        outcomes.reduce(into: (0, 0, 0)) { tally, outcome in
            switch outcome {
            case .ok: tally.0 += 1
            case .failed: tally.1 += 1
            case .cancelled: tally.2 += 1
            case nil: break
            }
        }
    }

    private mutating func checkBatch() -> String? {
        if let violation = shadow.violation() { return violation }
        for (index, outcome) in outcomes.enumerated() {
            let isRight =
                switch (outcome, shadow.flashpoints.standing[index]) {
                case (nil, .pending), (nil, .inFlight), (.ok, .ok), (.failed, .failed), (.cancelled, .cancelled): true
                default: false
                }
            if !isRight {
                return "flashpoint \(index) stands at \(shadow.flashpoints.standing[index]), the journal has "
                    + (outcome.map { "\($0)" } ?? "no outcome")
            }
            if outcome != nil { deliveries[index] = nil }
        }
        if let (index, mark) = deliveries.min(by: { $0.key < $1.key }), batches > mark + 3 {
            return "a result of flashpoint \(index) got to the driver before batch \(mark + 1) and came to nothing"
        }
        return checkOverview()
    }

    private func checkOverview() -> String? {
        let (counts, tally) = (overview.counts, tally)
        if counts.ok != tally.ok || counts.failed != tally.failed || counts.cancelled != tally.cancelled {
            return "the overview counts \(counts), the journal \(tally)"
        }
        let grouped = overview.failureGroups.reduce(0) { $0 + $1.count }
        if grouped != tally.failed { return "\(grouped) failures are in groups, \(tally.failed) in the journal" }
        for lane in shadow.lanes where (lane.live != nil) != (overview.lane(lane.worker)?.isOut ?? false) {
            return "the overview and the run differ on whether worker \(lane.worker) has a job out"
        }
        return nil
    }

    // MARK: - The endpoint

    /// Notes a report as the backend made it.
    mutating func tell(_ report: Report) {
        if case .ended(let ref, let end) = report { told[ref, default: []].insert(end) }
    }

    /// - Parameter others: The jobs that the endpoint has queued or running besides.
    mutating func accept(_ cargo: Endpoint.Cargo, job: String, beside others: [Endpoint.Job]) -> String? {
        guard intents[cargo.nonce] == cargo.ref else {
            return "\(cargo.ref) went out without an intent in the journal (nonce \"\(cargo.nonce)\")"
        }
        if let twin = accepted.first(where: { $0.nonce == cargo.nonce }) {
            return "\(cargo.ref) went out twice, as \(twin.job) and \(job)"
        }
        accepted.append(Accepted(ref: cargo.ref, nonce: cargo.nonce, job: job))
        for other in others where !mayRunTwice(other) {
            guard let index = other.cargo.indices.first(where: cargo.indices.contains) else { continue }
            return "\(job) of \(cargo.ref) holds flashpoint \(index), which \(other.id) of \(other.cargo.ref) still has"
        }
        return nil
    }

    /// Whether what a living job holds may be sent again: nobody learned of it, or the endpoint itself denied it.
    private func mayRunTwice(_ job: Endpoint.Job) -> Bool {
        guard let (end, known) = ends[job.cargo.ref] else { return false }
        return end.isUnanswered && known == nil || end.status == AttemptEnd.forgottenStatus
    }

    mutating func deliver(_ report: Report, since mark: Int) {
        guard case .result(let ref, let result) = report.asResult, case .success = result.outcome else { return }
        let index = result.index
        guard outcomes.indices.contains(index), outcomes[index] == nil, owner[index] == ref.worker,
            result.id.map({ $0 == plan.catalogue.id(index) }) != false,
            result.hash.map({ $0 == plan.catalogue.hash(index) }) != false
        else { return }
        deliveries[index] = min(mark, deliveries[index] ?? mark)
    }

    mutating func leave(_ state: RunState?) -> String? {
        deliveries = [:]
        var fold = RunState(plan: plan)
        for event in events { _ = fold.reduce(event) }
        if fold != shadow { return "the journal does not fold to the same state twice" }
        if let state, state != shadow { return "the driver left with another state than the journal's" }
        return nil
    }

    func close(_ endpoint: Endpoint) -> String? {
        guard shadow.phase == .ended else { return "the history is over and the run is not" }
        for job in accepted where !knownJobs.contains(job.job) && !unanswered.contains(job.ref) {
            return "\(job.job) of \(job.ref) is neither in the journal nor told to be unknown"
        }
        for job in endpoint.jobs where job.ending == nil && knownJobs.contains(job.id) {
            guard !lost.contains(job.cargo.ref), !uncancelled.contains(job.id) else { continue }
            return "\(job.id) of \(job.cargo.ref) is known, still runs, and nobody cancelled it"
        }
        for index in outcomes.indices {
            // Sent once, and once more for each reason in the journal; the endpoint hands out some jobs a second time.
            let jobs = endpoint.jobs.filter { $0.cargo.indices.contains(index) }
            let bound = sent[index] + jobs.reduce(0) { $0 + max(0, $1.runs - 1) }
            if endpoint.executions[index] > bound {
                return "flashpoint \(index) ran \(endpoint.executions[index]) times, and may have \(bound) times"
            }
        }
        return nil
    }
}

extension LaneView {
    fileprivate var isOut: Bool {
        switch state {
        case .submitting, .unanswered, .queued, .running, .cancelling: true
        case .idle, .waiting, .retrying, .done, .cancelled: false
        }
    }
}

extension Event.Body {
    fileprivate var isProgress: Bool {
        switch self {
        case .endpointHealth, .endpointUnreachable, .endpointReachable, .runPaused, .runContinued, .runResumed,
            .workerVitals:
            false
        default: true
        }
    }
}
