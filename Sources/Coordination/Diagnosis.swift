/// What is amiss with an endpoint or with a run's jobs there, in a sentence, and what to do in another.
///
/// Drawn from ``Observations`` and the time alone, for the doctor, the screen and the log alike.
package struct Diagnosis: Sendable, Hashable {
    /// What can be amiss, the most pressing first.
    package enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// The endpoint takes nothing from us: wrong host, stale key, unknown endpoint, no credit.
        case refused
        /// Workers fail at their start, again and again.
        case crashLoop
        /// Jobs wait and the endpoint has no worker at all.
        case noWorkers
        /// Workers are up and take no job.
        case brokenImage
        /// RunPod has no machines for the endpoint's workers.
        case throttled
        /// Machines are starting.
        case coldStart
        /// All workers the endpoint may have are at work.
        case tooFewWorkers
        /// The endpoint is silent, and results of jobs that may have ended meanwhile don't last.
        case expiringResults
        /// Jobs ran over their executionTimeout.
        case executionTimeout
        /// Jobs were lost with their workers.
        case workerLost
        /// The endpoint knew jobs no more.
        case resultsGone
        /// Jobs completed without the results that were expected.
        case noOutput
        /// Something was, or may have been, executed twice.
        case workTwice
        /// One machine gets nearly all jobs.
        case oneInstance
        /// Jobs wait for a minute and more before they start.
        case slowStarts
        /// Workers run, and bill, without a job.
        case idleBilling
    }

    package var kind: Kind
    /// What it is in two or three words, for where there is little room.
    package var title: String
    /// What is going on, without a full stop.
    package var what: String
    /// What to do about it, without a full stop.
    package var advice: String
    /// The same in a few words, for where there is little room.
    package var hint: String
    /// Changes when the matter does, not with every figure in the text.
    var variant = 0

    /// Findings that are told at once.
    package static let most = 3

    /// Both sentences.
    package var text: String { advice.isEmpty ? what : "\(what); \(advice)" }

    /// The findings at a moment of a run, the most pressing first; none when all is well or the run has ended.
    ///
    /// - Parameter t: Seconds driven.
    package static func findings(_ observations: Observations, t: Double) -> [Diagnosis] {
        if let refusal = observations.refusal, observations.phase != .ended { return [Diagnosis(refusal)] }
        guard observations.phase == .running else { return [] }
        let findings = Kind.allCases.compactMap { Diagnosis($0, observations, t: t) }
        return Array(findings.prefix(most))
    }

    /// The findings of one look at an endpoint, where nobody knows for how long it has been so.
    package static func findings(at health: HealthCounters) -> [Diagnosis] {
        guard let kind = condition(health, waiting: health.inQueue, running: health.inProgress) else { return [] }
        return [Diagnosis(kind, health, Look(waiting: health.inQueue))]
    }

    /// What the counters mean when there are jobs that wait or run; `nil` when there is nothing to say.
    ///
    /// Of a run the jobs are its own, since those of others wait for reasons of theirs.
    static func condition(_ health: HealthCounters, waiting: Int, running: Int) -> Kind? {
        guard waiting > 0 else {
            let isIdle = running == 0 && health.inProgress == 0 && health.inQueue == 0
            return health.running > 0 && isIdle ? .idleBilling : nil
        }
        if health.unhealthy > 0, health.running == 0 { return .crashLoop }
        if health.workers == 0 { return .noWorkers }
        if health.inProgress == 0, health.free + health.running > 0 { return .brokenImage }
        // Where jobs are taken, a worker that is free takes one in a moment.
        if health.free > 0 { return nil }
        if health.initializing > 0 { return .coldStart }
        if health.throttled > 0 { return .throttled }
        return health.running > 0 ? .tooFewWorkers : nil
    }
}

extension Diagnosis.Kind {
    /// How long the counters must say so; `nil` for what they don't tell.
    var patience: Stretch.Patience? {
        switch self {
        // A worker that crashes is starting again in between.
        case .crashLoop: Stretch.Patience(appears: 15, clears: 60)
        case .noWorkers, .throttled, .coldStart: Stretch.Patience(appears: 30, clears: 20)
        // One look at a worker that has a job says that the image takes jobs.
        case .brokenImage: Stretch.Patience(appears: 60, clears: 0)
        case .idleBilling: Stretch.Patience(appears: 60, clears: 20)
        case .tooFewWorkers: Stretch.Patience(appears: 90, clears: 30)
        case .refused, .expiringResults, .executionTimeout, .workerLost, .resultsGone, .noOutput, .workTwice,
            .oneInstance, .slowStarts:
            nil
        }
    }
}

// MARK: - In a run

extension Diagnosis {
    private init?(_ kind: Kind, _ observations: Observations, t: Double) {
        switch kind {
        case .refused: return nil
        case .crashLoop, .noWorkers, .brokenImage, .throttled, .coldStart, .tooFewWorkers, .idleBilling:
            guard let patience = kind.patience, let health = observations.health(at: t),
                let condition = observations.conditions[kind],
                let seconds = condition.stretch.seconds(at: t, patience)
            else { return nil }
            // Jobs that all began to run wait for nothing, whatever the latest counters say.
            let waiting = min(observations.waiting, health.inQueue)
            guard kind == .idleBilling ? waiting + observations.running == 0 : waiting > 0 else { return nil }
            let wait = observations.longestWait(at: t)
            // Jobs that come and go leave some in the queue at all times.
            if kind == .brokenImage, (wait ?? 0) < patience.appears { return nil }
            let look = Look(waiting: waiting, wait: wait, seconds: seconds)
            self.init(kind, condition.health, look)
        case .expiringResults:
            guard let expiry = observations.resultsExpire(at: t) else { return nil }
            self.init(expiringAt: expiry, jobs: observations.unseen)
        case .executionTimeout, .workerLost, .resultsGone, .noOutput, .workTwice:
            guard let mishap = observations.mishap(kind, at: t) else { return nil }
            self.init(kind, mishap, longest: observations.longestExecution)
        case .oneInstance:
            // One worker at work can only be one machine.
            guard observations.isFunnelled, let health = observations.health(at: t), health.free + health.running > 1
            else { return nil }
            self.init(funnelled: observations.starts, health)
        case .slowStarts:
            guard observations.isSlowToStart else { return nil }
            self.init(delays: observations.delays)
        }
    }
}
