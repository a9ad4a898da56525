import Flashpoints

/// The fold that turns a run's events into the lines of its log.
///
/// A resumed run's log goes on rightly from ``init(level:of:)``. Takes O(workers) of memory and four bytes a failed
/// flashpoint.
package struct LogLines: Sendable {
    struct Lane {
        var share: Int
        var ok = 0
        var failed = 0
        var cancelled = 0
        var hasStarted = false
        /// The flashpoint that the worker said it began last.
        var current: (index: Int, id: String)?
        /// The submission that got no answer and is still waited for.
        var unanswered: AttemptRef?

        var isSettled: Bool { ok + failed + cancelled >= share }
    }

    /// The least severe level that is let through.
    package let level: LogLevel
    var lanes: [Lane] = []
    /// Flashpoints whose outcome is failed, to tell them from cancelled ones when some are tried again.
    var failed: Set<Int32> = []
    var findings = FindingLines()
    /// What is amiss with the endpoint, as far as it was told.
    private var trouble: EndpointTrouble.Kind?

    package init(level: LogLevel = .info) {
        self.level = level
    }

    /// Folds one event and gives its lines, in order.
    package mutating func lines(for event: Event) -> [LogLine] {
        (read(event) + findings.lines(for: event)).filter { $0.level >= level }
    }

    private mutating func read(_ event: Event) -> [LogLine] {
        switch event.body {
        case .runPlanned(let header):
            lanes = header.shares.map { Lane(share: $0) }
            let shares = header.shares.map(String.init).joined(separator: ", ")
            return [
                LogLine(
                    .debug,
                    "Run \(header.run) planned: \(Self.flashpoints(header.flashpoints)) over "
                        + "\(header.workers) worker\(header.workers == 1 ? "" : "s"), \(header.strategy.rawValue) shares of \(shares)"
                )
            ]
        case .runResumed(let endpoint):
            trouble = nil
            return [LogLine(.info, "Run resumed on \(Self.address(endpoint))")]
        case .runPaused(let why?): return [LogLine(.warning, "Run paused: \(why); then continue or cancel it")]
        case .runPaused(nil): return [LogLine(.info, "Run paused: nothing new is submitted")]
        case .runContinued: return [LogLine(.info, "Run continued")]
        case .runCancelRequested(let why): return [LogLine(.warning, "Run cancelled: \(why)")]
        case .runRetried(let generation):
            return [retried(generation)]
        case .diskFull(let why):
            return [LogLine(.error, "Nothing new is submitted: \(why); make room, and the run goes on by itself")]
        case .diskFree: return [LogLine(.info, "The run's journal can grow again")]
        case .attemptUncancelled(let ref, let job, let why):
            let message = "could not cancel job \(job) (\(Self.place(ref))), which may go on to its limit: \(why)"
            return [Self.line(.error, ref, message)]
        case .runEnded(let answer):
            let counts = "\(answer.succeeded) ok, \(answer.failed) failed, \(answer.cancelled) cancelled"
            return [LogLine(.debug, "Run ended after \(Self.seconds(answer.durationSeconds)): \(counts)")]
        case .attemptIntended, .attemptAccepted, .attemptUnknown, .attemptRefused, .attemptStarted, .attemptEnded:
            return attempt(event.body)
        case .flashpointStarted, .flashpointProgress, .flashpointFailed, .flashpointDuplicate, .flashpointSettled:
            return flashpoint(event.body)
        case .workerCancelRequested(let worker):
            return [LogLine(.warning, worker: worker, "Worker \(worker) cancelled: the rest of its share is dropped")]
        case .workerRetried(let worker, let indices):
            return [reopened(worker, indices: indices)]
        case .retryScheduled(let ref, let due, let why):
            let pause = Self.seconds(max(0, due - event.t))
            let message =
                "Worker \(ref.worker) tries again in \(pause) (chunk \(ref.chunk), attempt \(ref.attempt)): \(why)"
            return [LogLine(.warning, worker: ref.worker, message)]
        case .endpointHealth(let health):
            let workers = "\(health.running) running, \(health.idle) idle, \(health.initializing) starting"
            let jobs = "\(health.inQueue) jobs in queue, \(health.inProgress) in progress"
            return [LogLine(.debug, "Endpoint has \(workers), \(health.throttled) throttled workers; \(jobs)")]
        case .endpointUnreachable(let since, let cause, let status):
            return troubled(EndpointTrouble(since: since, cause: cause, status: status))
        case .endpointReachable:
            defer { trouble = nil }
            let isSilence = trouble == .silent || trouble == nil
            return [LogLine(.info, isSilence ? "Endpoint can be reached again" : "Endpoint answers as it should again")]
        case .workerVitals(let worker, let residentMB, let cpuSeconds):
            let message = "Worker \(worker) uses \(residentMB) MB and has used \(Self.seconds(cpuSeconds)) of processor"
            return [LogLine(.debug, worker: worker, message)]
        case .log(let level, let worker, let message):
            return [LogLine(level, worker: worker, worker.map { "Worker \($0): \(message)" } ?? message)]
        case .timerFired: return []
        }
    }

    private mutating func troubled(_ trouble: EndpointTrouble) -> [LogLine] {
        // The same again says that it lasts, which is told by what follows from it.
        guard self.trouble != trouble.kind else { return [] }
        self.trouble = trouble.kind
        let cause = trouble.kind == .slowedDown ? "" : ": \(trouble.cause)"
        return [LogLine(.warning, "\(trouble.text)\(cause); jobs that run go on")]
    }

    // MARK: - Attempts

    private mutating func attempt(_ body: Event.Body) -> [LogLine] {
        switch body {
        case .attemptIntended(let ref, _, let indices, _):
            return [Self.line(.debug, ref, "submits \(Self.flashpoints(indices.count)) as \(Self.place(ref))")]
        case .attemptAccepted(let ref, let job):
            return begin(ref.worker) + [accepted(ref, job: job)]
        case .attemptUnknown(let ref, let why, let status):
            if lanes.indices.contains(ref.worker - 1) { lanes[ref.worker - 1].unanswered = ref }
            let what = status == nil ? "got no answer to its submission" : "can't tell whether its submission arrived"
            return [Self.line(.warning, ref, "\(what) (\(Self.place(ref))): \(why)")]
        case .attemptRefused(let ref, let failure) where failure.kind == .config:
            let message = "is refused by the endpoint: \(failure.message); the run stops here and can be resumed"
            return [Self.line(.error, ref, message)]
        case .attemptRefused(let ref, let failure):
            let message = "had its submission refused (\(Self.place(ref))): \(failure.message)"
            return [Self.line(.warning, ref, message)]
        case .attemptStarted(let ref, let instance, let delayMS, _):
            let instance = instance.map { " on instance \($0)" } ?? ""
            let delay = delayMS.map { " after \(Self.seconds(Double($0) / 1_000)) in the queue" } ?? ""
            return begin(ref.worker) + [Self.line(.debug, ref, "runs \(Self.place(ref))\(instance)\(delay)")]
        case .attemptEnded(let ref, let end):
            return [ended(ref, end)]
        default: return []
        }
    }

    private mutating func accepted(_ ref: AttemptRef, job: String) -> LogLine {
        guard lanes.indices.contains(ref.worker - 1), lanes[ref.worker - 1].unanswered == ref else {
            return Self.line(.debug, ref, "has job \(job) for \(Self.place(ref))")
        }
        lanes[ref.worker - 1].unanswered = nil
        return Self.line(.info, ref, "found the job of its unanswered submission (\(Self.place(ref))): \(job)")
    }

    private func ended(_ ref: AttemptRef, _ end: AttemptEnd) -> LogLine {
        let words = end.message.map { ": \($0)" } ?? ""
        let time = end.executionMS.map { " after \(Self.seconds(Double($0) / 1_000))" } ?? ""
        return switch end.kind {
        case .completed: Self.line(.debug, ref, "ended its job\(time) (\(Self.place(ref)))")
        case .failed: Self.line(.warning, ref, "had its job fail\(time) (\(Self.place(ref)))\(words)")
        case .timedOut: Self.line(.warning, ref, "had its job time out\(time) (\(Self.place(ref)))\(words)")
        case .lost where end.isUnanswered:
            Self.line(.warning, ref, "gives up its unanswered submission (\(Self.place(ref)))\(words)")
        case .lost: Self.line(.warning, ref, "lost its job (\(Self.place(ref)))\(words)")
        case .oversize: Self.line(.warning, ref, "has more than the platform takes (\(Self.place(ref)))\(words)")
        case .absent: Self.line(.info, ref, "submits again what never arrived (\(Self.place(ref)))\(words)")
        case .gone: Self.line(.warning, ref, "has to submit again (\(Self.place(ref)))\(words)")
        case .cancelled: Self.line(.info, ref, "had its job cancelled (\(Self.place(ref)))\(words)")
        }
    }

    /// The line that a worker starts, the first time.
    private mutating func begin(_ worker: Int) -> [LogLine] {
        guard lanes.indices.contains(worker - 1), !lanes[worker - 1].hasStarted else { return [] }
        lanes[worker - 1].hasStarted = true
        let share = Self.flashpoints(lanes[worker - 1].share)
        return [LogLine(.info, worker: worker, "Worker \(worker) starting with \(share)")]
    }

    // MARK: - Flashpoints

    private mutating func flashpoint(_ body: Event.Body) -> [LogLine] {
        switch body {
        case .flashpointStarted(let ref, let index, let id):
            if lanes.indices.contains(ref.worker - 1) { lanes[ref.worker - 1].current = (index, id) }
            return begin(ref.worker) + [Self.line(.debug, ref, "starts flashpoint \(id)")]
        case .flashpointProgress(let ref, let index, let stage, let done, let of):
            let current = lanes.indices.contains(ref.worker - 1) ? lanes[ref.worker - 1].current : nil
            let name = current.flatMap { $0.index == index ? $0.id : nil } ?? "number \(index)"
            return [Self.line(.debug, ref, "flashpoint \(name): \(stage) \(done) of \(of)")]
        case .flashpointFailed(let ref, _, let id, let failure, _):
            return [Self.line(.warning, ref, "flashpoint \(id) failed and is tried again: \(Self.cause(failure))")]
        case .flashpointDuplicate(let ref, _, let id):
            return [
                Self.line(.debug, ref, "sent flashpoint \(id) once more (\(Self.place(ref))); the first one counts")
            ]
        case .flashpointSettled(let settlement):
            return settled(settlement)
        default: return []
        }
    }

    private mutating func settled(_ settlement: Settlement) -> [LogLine] {
        let worker = settlement.worker
        guard lanes.indices.contains(worker - 1) else { return [] }
        var lines: [LogLine] = []
        // It may stand among the failed ones from before it was tried again.
        failed.remove(Int32(clamping: settlement.index))
        switch settlement.outcome {
        case .ok:
            lanes[worker - 1].ok += 1
            lines += begin(worker)
            lines.append(LogLine(.info, worker: worker, "Worker \(worker) completed flashpoint \(settlement.id)"))
        case .failed(let failure):
            lanes[worker - 1].failed += 1
            failed.insert(Int32(clamping: settlement.index))
            let attempts = settlement.attempts == 1 ? "1 attempt" : "\(settlement.attempts) attempts"
            let message = "Worker \(worker) failed flashpoint \(settlement.id): \(Self.cause(failure)) (\(attempts))"
            lines.append(LogLine(.error, worker: worker, message))
        case .cancelled:
            lanes[worker - 1].cancelled += 1
            lines.append(LogLine(.debug, worker: worker, "Worker \(worker) dropped flashpoint \(settlement.id)"))
        }
        let lane = lanes[worker - 1]
        if lane.isSettled { lines.append(Self.completion(of: lane, worker: worker)) }
        return lines
    }

    private static func completion(of lane: Lane, worker: Int) -> LogLine {
        guard lane.failed + lane.cancelled > 0 else {
            return LogLine(.info, worker: worker, "Worker \(worker) completed all \(flashpoints(lane.share))")
        }
        var message = "Worker \(worker) completed \(lane.ok) of \(flashpoints(lane.share))"
        if lane.failed > 0 { message += ", \(lane.failed) failed" }
        if lane.cancelled > 0 { message += ", \(lane.cancelled) cancelled" }
        return LogLine(.warning, worker: worker, message)
    }

    private mutating func retried(_ generation: Int) -> LogLine {
        let failed = lanes.reduce(0) { $0 + $1.failed }
        let cancelled = lanes.reduce(0) { $0 + $1.cancelled }
        for place in lanes.indices {
            lanes[place].failed = 0
            lanes[place].cancelled = 0
        }
        let what = "\(failed) failed, \(cancelled) cancelled"
        return LogLine(.info, "Run is asked to try again, as generation \(generation): \(what)")
    }

    private mutating func reopened(_ worker: Int, indices: IndexList?) -> LogLine {
        guard lanes.indices.contains(worker - 1) else {
            return LogLine(.info, worker: worker, "Worker \(worker) tries again what failed or was cancelled")
        }
        let lane = lanes[worker - 1]
        let failed = indices.map { forget($0) } ?? lane.failed
        let cancelled = indices.map { $0.count - failed } ?? lane.cancelled
        lanes[worker - 1].failed = max(0, lane.failed - failed)
        lanes[worker - 1].cancelled = max(0, lane.cancelled - cancelled)
        let message = "Worker \(worker) is asked to try again: \(failed) failed, \(cancelled) cancelled"
        return LogLine(.info, worker: worker, message)
    }

    /// Takes flashpoints off the failed ones and tells how many of them were.
    private mutating func forget(_ indices: IndexList) -> Int {
        indices.reduce(0) { $0 + (failed.remove(Int32(clamping: $1)) == nil ? 0 : 1) }
    }

    // MARK: - Words

    private static func line(_ level: LogLevel, _ ref: AttemptRef, _ message: String) -> LogLine {
        LogLine(level, worker: ref.worker, "Worker \(ref.worker) \(message)")
    }

    private static func place(_ ref: AttemptRef) -> String { "chunk \(ref.chunk), attempt \(ref.attempt)" }

    private static func cause(_ failure: Failure) -> String {
        let stage = failure.stage.map { " in \($0)" } ?? ""
        return "\(failure.kind.rawValue)\(stage): \(failure.message)"
    }

    private static func flashpoints(_ count: Int) -> String { count == 1 ? "1 flashpoint" : "\(count) flashpoints" }

    /// Seconds to a tenth, such as `1.2 s`.
    private static func seconds(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10) s" }

    /// The endpoint without the instance that ours on this machine carries.
    private static func address(_ endpoint: String) -> String {
        String(endpoint.prefix { $0 != "#" })
    }
}
