package import Flashpoints

/// The seconds of workers that a run is billed for, as far as its events tell: an estimate.
///
/// Counted are the executions of all attempts on an endpoint that outlives its driver, whatever came of them: as long as
/// the endpoint says, else from start to end, gaps between drivers included, since a machine goes on while nobody drives
/// the run. A job that was moved to another machine counts on both; of an attempt that consists of several jobs each
/// counts, but for those that are part of another lane's. Where a machine new to the run takes a job, the job's wait is
/// taken for its cold start, less the shortest wait for a machine that had taken one before, and no more than the 7
/// minutes after which RunPod gives a start up. Not counted are idle time-outs and jobs whose submission got no answer,
/// of which nobody tells. Work on this machine costs nothing.
package struct Bill: Sendable, Hashable, Codable {
    /// The attempt that is out on a lane.
    private struct Out: Sendable, Hashable, Codable {
        var attempt: AttemptRef
        /// Flashpoints it holds.
        var count: Int
        /// How many of them it settled.
        var settled = 0
        /// Σ seconds of those.
        var usefulSeconds: Double = 0
        /// Whether it settled some whose seconds nobody measured.
        var hasUnmeasured = false
        /// Whether somebody asks money for it.
        var isBilled: Bool
        var isAccepted = false
        /// Seconds driven and away when it began to run.
        var startedAt: Double?
        /// Σ seconds of the jobs before the one that runs, where it consists of several.
        var formerSeconds: Double = 0
        var instance: String?
    }

    /// Longest cold start: RunPod takes a machine that is not up by then for unhealthy.
    static let longestStart: Double = 420
    /// Machines that are remembered beyond two for each lane.
    private static let instanceLimit = 64

    /// Whether any attempt went where workers' time is billed.
    package private(set) var isBilled = false
    /// Σ seconds that ended attempts ran.
    package private(set) var executionSeconds: Double = 0
    /// Σ seconds of cold starts.
    package private(set) var coldStartSeconds: Double = 0
    /// Σ seconds of ended attempts that no flashpoint's outcome came of: work that was lost, dropped or done twice.
    package private(set) var lostSeconds: Double = 0
    private var lanes: [Out?] = []
    /// Machines that took a job, the latest last.
    private var instances: [String] = []
    /// The shortest wait for a machine that had taken a job before.
    private var shortestWait: Double?
    /// Σ seconds between drivers.
    private var away: Double = 0
    /// Seconds driven and wall time, in milliseconds since 1970, at the latest event.
    private var latest: Moment?

    private struct Moment: Sendable, Hashable, Codable {
        var t: Double
        var at: Int64
    }

    /// Longest gap between drivers that is taken for one: a job's longest time, beyond which a clock was rather set.
    private static let longestGap: Double = 86_400

    package init() {}

    /// Executions, cold starts, and what the attempts that are out have run by now.
    ///
    /// - Parameter t: Seconds driven.
    package func seconds(at t: Double) -> Double {
        lanes.reduce(executionSeconds + coldStartSeconds) { sum, out in
            guard let out, out.isBilled else { return sum }
            return sum + out.formerSeconds + (out.startedAt.map { max(0, t + away - $0) } ?? 0)
        }
    }

    /// The bill in figures.
    ///
    /// - Parameters:
    ///   - t: Seconds driven.
    ///   - price: Dollars for a second of a worker.
    package func figures(at t: Double, price: Double?) -> RunBill {
        let seconds = seconds(at: t)
        return RunBill(
            billedSeconds: seconds,
            coldStartSeconds: coldStartSeconds,
            lostSeconds: lostSeconds,
            costEstimate: price.map { $0 * seconds }
        )
    }

    /// Attempts that run now.
    package var running: Int { lanes.count { $0?.isBilled == true && $0?.startedAt != nil } }
}

extension Bill {
    /// Folds one event; takes them in the order of their numbers.
    mutating func apply(_ event: Event) {
        // What no journal keeps must leave no trace, or a resumed run would cost something else.
        guard event.isJournalled else { return }
        if case .runResumed = event.body, let latest {
            let gap = Double(event.at - latest.at) / 1_000 - (event.t - latest.t)
            away += min(max(0, gap), Self.longestGap)
        }
        latest = Moment(t: event.t, at: event.at)
        let now = event.t + away
        switch event.body {
        case .runPlanned(let header):
            lanes = Array(repeating: nil, count: header.shares.count)
        case .attemptIntended(let ref, _, let indices, let endpoint):
            // As the run has it: one attempt at a time on a lane.
            guard lanes.indices.contains(ref.worker - 1), lanes[ref.worker - 1] == nil else { return }
            let isBilled = !endpoint.isOnThisMachine
            lanes[ref.worker - 1] = Out(attempt: ref, count: indices.count, isBilled: isBilled)
            if isBilled { self.isBilled = true }
        case .attemptAccepted(let ref, _):
            if out(ref) != nil { lanes[ref.worker - 1]?.isAccepted = true }
        case .attemptStarted(let ref, let instance, let delayMS, let part):
            let delay = delayMS.map { Double($0) / 1_000 }
            if let part { begin(part, of: ref, at: now) }
            started(ref, on: instance, delay: delay, isPart: part != nil, at: now)
        case .attemptRefused(let ref, _):
            // A job that is known is not ended by that.
            if out(ref)?.isAccepted == false { lanes[ref.worker - 1] = nil }
        case .attemptEnded(let ref, let end):
            ended(ref, end, at: now)
        case .flashpointSettled(let settlement):
            guard let ref = settlement.attempt, out(ref) != nil else { return }
            lanes[ref.worker - 1]?.settled += 1
            lanes[ref.worker - 1]?.usefulSeconds += settlement.seconds ?? 0
            if settlement.seconds == nil { lanes[ref.worker - 1]?.hasUnmeasured = true }
        case .runResumed, .runPaused, .runContinued, .runCancelRequested, .runRetried, .runEnded,
            .attemptUnknown, .attemptUncancelled, .flashpointStarted, .flashpointProgress, .flashpointFailed,
            .flashpointDuplicate, .workerCancelRequested, .workerRetried, .retryScheduled, .endpointHealth,
            .endpointUnreachable, .endpointReachable, .diskFull, .diskFree, .workerVitals, .log, .timerFired:
            break
        }
    }

    private func out(_ ref: AttemptRef) -> Out? {
        guard lanes.indices.contains(ref.worker - 1), let out = lanes[ref.worker - 1], out.attempt == ref else {
            return nil
        }
        return out
    }

    /// Closes the job before the one that begins, of an attempt that consists of several.
    private mutating func begin(_ part: AttemptPart, of ref: AttemptRef, at now: Double) {
        guard let out = out(ref), out.isBilled else { return }
        let measured = part.formerMS.map { Double(max(0, $0)) / 1_000 }
        let former = measured ?? out.startedAt.map { max(0, now - $0) }
        lanes[ref.worker - 1]?.formerSeconds += former ?? 0
        lanes[ref.worker - 1]?.startedAt = part.isBilled ? now : nil
    }

    private mutating func started(
        _ ref: AttemptRef,
        on instance: String?,
        delay: Double?,
        isPart: Bool,
        at now: Double
    ) {
        guard let out = out(ref), out.isBilled else { return }
        if !isPart, let startedAt = out.startedAt {
            guard let instance, let former = out.instance, instance != former else { return }
            // The platform moved the job: what the first machine did is paid for, and done again.
            executionSeconds += max(0, now - startedAt)
            lostSeconds += max(0, now - startedAt)
        }
        if !isPart { lanes[ref.worker - 1]?.startedAt = now }
        lanes[ref.worker - 1]?.instance = instance ?? out.instance
        guard let instance else { return }
        let isNew = !instances.contains(instance)
        if isNew { remember(instance) }
        guard let delay, delay >= 0 else { return }
        if isNew {
            coldStartSeconds += min(max(0, delay - (shortestWait ?? 0)), Self.longestStart)
        } else {
            shortestWait = min(shortestWait ?? delay, delay)
        }
    }

    private mutating func remember(_ instance: String) {
        instances.append(instance)
        if instances.count > 2 * lanes.count + Self.instanceLimit { instances.removeFirst() }
    }

    private mutating func ended(_ ref: AttemptRef, _ end: AttemptEnd, at now: Double) {
        guard let out = out(ref), !end.isAnswerToSearch || !out.isAccepted else { return }
        lanes[ref.worker - 1] = nil
        let measured = end.executionMS.map { Double(max(0, $0)) / 1_000 }
        let latest = measured ?? out.startedAt.map { max(0, now - $0) }
        guard out.isBilled, latest != nil || out.formerSeconds > 0 else { return }
        let seconds = out.formerSeconds + (latest ?? 0)
        executionSeconds += seconds
        guard out.settled < out.count else { return }
        // Without times of its own a flashpoint counts as the part of the job that it is.
        let useful = out.hasUnmeasured ? seconds * Double(out.settled) / Double(out.count) : out.usefulSeconds
        lostSeconds += max(0, seconds - useful)
    }
}
