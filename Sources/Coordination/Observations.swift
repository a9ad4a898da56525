import Flashpoints

/// What was observed of an endpoint and of a run's jobs there: the facts that a ``Diagnosis`` is drawn from.
///
/// A fold of the run's events, in O(workers) of memory. Times are seconds driven, so that neither a sleep of the machine
/// nor a gap between drivers looks like waiting; only when results expire goes by the wall clock. Jobs on this machine
/// are left out: what RunPod does with machines does not befall them.
package struct Observations: Sendable, Hashable {
    /// A job of ours.
    struct Job: Sendable, Hashable {
        var attempt: AttemptRef
        /// Seconds driven and wall time when it was accepted.
        var accepted: Double?
        var acceptedAt: Int64?
        var hasStarted = false
    }

    /// The first job that a machine took, or a later one.
    struct Start: Sendable, Hashable {
        var instance: String?
        /// Seconds in the queue, cold start included.
        var delay: Double?
    }

    /// Something that befell jobs again and again.
    struct Mishap: Sendable, Hashable {
        var count = 0
        /// Seconds driven at the latest.
        var t: Double = 0
        /// What the endpoint said of it.
        var words: String?
        /// What a job that completed handed over.
        var output: AttemptEnd.Output?
        /// Seconds that the job had run.
        var execution: Double?
    }

    /// What the endpoint's counters say, for how long, and the latest ones that did.
    struct Condition: Sendable, Hashable {
        var stretch = Stretch()
        var health: HealthCounters
    }

    /// Starts that are remembered.
    static let startLimit = 16
    /// Seconds for which a mishap is told.
    static let mishapSeconds: Double = 600
    /// Seconds after which counters say nothing any more.
    static let healthSeconds: Double = 120

    private(set) var phase = Overview.Phase.unplanned
    private(set) var refusal: Failure?
    private(set) var jobs: [Job?] = []
    private(set) var health: HealthCounters?
    private var healthT: Double = 0
    /// How long the endpoint has been in each of the conditions that its counters tell.
    private(set) var conditions: [Diagnosis.Kind: Condition] = [:]
    private(set) var starts: [Start] = []
    private(set) var isFunnelled = false
    private(set) var isSlowToStart = false
    private(set) var mishaps: [Diagnosis.Kind: Mishap] = [:]
    /// The longest execution of a job that completed.
    private(set) var longestExecution: Double?
    private var retriedBefore: Int?
    /// Wall time when the endpoint was heard of last, before it fell silent.
    private var answeredAt: Int64?
    /// Seconds driven at the latest news of the endpoint, and at the beginning of the trouble that there is.
    private var answeredT: Double = 0
    private var troubledT: Double?
    /// Whether there is no answer at all, not even one that is of no use.
    private(set) var isSilent = false
    /// Whether the latest attempt went to an endpoint that is not on this machine.
    private var isElsewhere = false

    package init() {}

    /// Jobs that were accepted and wait for a machine.
    var waiting: Int { jobs.count { $0?.accepted != nil && $0?.hasStarted == false } }
    /// Jobs that run.
    var running: Int { jobs.count { $0?.hasStarted == true } }

    /// Seconds that the job which has waited longest has waited.
    func longestWait(at t: Double) -> Double? {
        let accepted = jobs.lazy.compactMap { job in job?.hasStarted == false ? job?.accepted : nil }
        return accepted.min().map { max(0, t - $0) }
    }

    /// The latest counters, unless they are too old to say anything.
    func health(at t: Double) -> HealthCounters? {
        isSilent || t - healthT > Self.healthSeconds ? nil : health
    }

    /// From when on results of jobs that may have ended unseen may be gone, by the wall clock in milliseconds since 1970.
    ///
    /// `nil` while the endpoint tells of its jobs, without a job there, and before it lasts.
    ///
    /// - Parameter t: Seconds driven.
    func resultsExpire(at t: Double) -> Int64? {
        guard let troubledT, let answeredAt else { return nil }
        let unseen = t - (isSilent ? troubledT : max(troubledT, answeredT))
        guard unseen >= EndpointTrouble.lastingSeconds else { return nil }
        let heard = jobs.compactMap { job in job?.acceptedAt.map { max($0, answeredAt) } }
        return heard.min().map { $0 + Overview.retention }
    }

    /// Jobs whose results may expire.
    var unseen: Int { jobs.count { $0?.acceptedAt != nil } }

    func mishap(_ kind: Diagnosis.Kind, at t: Double) -> Mishap? {
        mishaps[kind].flatMap { t - $0.t < Self.mishapSeconds ? $0 : nil }
    }
}

// MARK: - The fold

extension Observations {
    /// Folds one event; takes them in the order of their numbers.
    mutating func apply(_ event: Event) {
        switch event.body {
        case .runPlanned(let header):
            phase = .running
            jobs = Array(repeating: nil, count: header.shares.count)
        case .runResumed:
            refusal = nil
            isSilent = false
            troubledT = nil
            // What the endpoint was like before says nothing of now.
            health = nil
            conditions = [:]
        case .runRetried, .workerRetried: phase = .running
        case .runEnded: phase = .ended
        case .attemptIntended(let ref, _, _, let endpoint):
            isElsewhere = !endpoint.isOnThisMachine
            guard jobs.indices.contains(ref.worker - 1) else { return }
            jobs[ref.worker - 1] = endpoint.isOnThisMachine ? nil : Job(attempt: ref)
        case .attemptAccepted(let ref, _):
            answered(event)
            guard job(ref) != nil, jobs[ref.worker - 1]?.accepted == nil else { return }
            jobs[ref.worker - 1]?.accepted = event.t
            jobs[ref.worker - 1]?.acceptedAt = event.at
        case .attemptRefused(let ref, let failure):
            if failure.kind == .config { refusal = failure }
            if job(ref)?.accepted == nil { forget(ref) }
        case .attemptStarted(let ref, let instance, let delayMS, _):
            answered(event)
            started(ref, Start(instance: instance, delay: delayMS.map { Double($0) / 1_000 }), t: event.t)
        case .attemptEnded(let ref, let end):
            if !end.isUnanswered { answered(event) }
            ended(ref, end, t: event.t)
        case .flashpointDuplicate(let ref, _, _):
            answered(event)
            if job(ref) != nil { note(.workTwice, t: event.t) }
        case .flashpointStarted, .flashpointProgress, .flashpointFailed, .flashpointSettled, .workerVitals:
            answered(event)
        case .endpointHealth(let counters):
            answered(event)
            note(counters, t: event.t)
        case .endpointUnreachable(_, _, let status):
            isSilent = status == nil
            troubledT = troubledT ?? event.t
        case .endpointReachable:
            isSilent = false
            troubledT = nil
            answered(event)
        case .runPaused, .runContinued, .runCancelRequested, .attemptUnknown, .attemptUncancelled,
            .workerCancelRequested, .retryScheduled, .diskFull, .diskFree, .log, .timerFired:
            break
        }
    }

    private func job(_ ref: AttemptRef) -> Job? {
        guard jobs.indices.contains(ref.worker - 1), let job = jobs[ref.worker - 1], job.attempt == ref else {
            return nil
        }
        return job
    }

    private mutating func forget(_ ref: AttemptRef) {
        if job(ref) != nil { jobs[ref.worker - 1] = nil }
    }

    /// Notes that the endpoint was heard of; while it counts as silent, one answer says nothing of the other jobs.
    private mutating func answered(_ event: Event) {
        guard !isSilent else { return }
        answeredAt = event.at
        answeredT = event.t
    }

    private mutating func note(_ kind: Diagnosis.Kind, t: Double, words: String? = nil, execution: Double? = nil) {
        var mishap = self.mishap(kind, at: t) ?? Mishap()
        mishap.count += 1
        mishap.t = t
        mishap.words = words ?? mishap.words
        mishap.execution = execution ?? mishap.execution
        mishaps[kind] = mishap
    }

    // MARK: - Jobs

    private mutating func started(_ ref: AttemptRef, _ start: Start, t: Double) {
        guard let job = job(ref), !job.hasStarted else { return }
        jobs[ref.worker - 1]?.hasStarted = true
        starts.append(start)
        if starts.count > Self.startLimit { starts.removeFirst() }
        let (share, delay) = (funnelShare, medianDelay)
        isFunnelled = share.map { $0 >= (isFunnelled ? 0.7 : 0.9) } ?? false
        isSlowToStart = delay.map { $0 >= (isSlowToStart ? 30 : 60) } ?? false
    }

    /// The part of the latest starts that the busiest machine took; `nil` of too few.
    private var funnelShare: Double? {
        let instances = starts.compactMap(\.instance)
        guard jobs.count > 1, instances.count >= 8 else { return nil }
        let counts = Dictionary(instances.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.values.max().map { Double($0) / Double(instances.count) }
    }

    /// The delays of the latest starts, from the shortest.
    var delays: [Double] { starts.compactMap(\.delay).sorted() }

    private var medianDelay: Double? {
        let delays = delays
        return delays.count < 6 ? nil : delays[delays.count / 2]
    }

    private mutating func ended(_ ref: AttemptRef, _ end: AttemptEnd, t: Double) {
        guard job(ref) != nil else { return }
        forget(ref)
        let execution = end.executionMS.map { Double($0) / 1_000 }
        switch end.kind {
        case .completed where end.message != nil:
            note(.noOutput, t: t, words: end.message)
            mishaps[.noOutput]?.output = end.output
        case .completed:
            if let execution { longestExecution = max(longestExecution ?? 0, execution) }
        case .timedOut: note(.executionTimeout, t: t, words: end.message, execution: execution)
        case .lost where end.isUnanswered: note(.workTwice, t: t)
        case .lost where end.status == AttemptEnd.forgottenStatus: note(.resultsGone, t: t)
        case .lost: note(.workerLost, t: t, words: end.message)
        case .failed, .gone, .cancelled, .oversize, .absent: break
        }
    }

    // MARK: - Counters

    private mutating func note(_ counters: HealthCounters, t: Double) {
        if let retriedBefore, counters.retried > retriedBefore { note(.workTwice, t: t) }
        retriedBefore = counters.retried
        health = counters
        healthT = t
        guard isElsewhere else { return }
        // Of a job that waits the endpoint must say so too: that it began to run may be seen late.
        let holding = Diagnosis.condition(counters, waiting: min(waiting, counters.inQueue), running: running)
        for kind in Diagnosis.Kind.allCases {
            guard let patience = kind.patience, holding == kind || conditions[kind] != nil else { continue }
            conditions[kind, default: Condition(health: counters)].stretch.note(holding == kind, t: t, patience)
            if holding == kind { conditions[kind]?.health = counters }
        }
    }
}

extension AttemptEnd {
    /// The word for a job that the endpoint does not know any more.
    package static let forgottenStatus = "404"
}
