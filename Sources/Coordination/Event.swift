package import Flashpoints

/// One thing that happened in a run; the journal, `--events` and the dashboard speak this.
package struct Event: Sendable, Hashable {
    /// Position in the run, from 1 and growing; log lines take numbers too but are not journalled.
    package var seq: Int
    /// Wall time in milliseconds since 1970, for people.
    package var at: Int64
    /// Seconds the run has been driven, to the millisecond; gaps between drivers don't count.
    package var t: Double
    /// What happened.
    package var body: Body

    package init(seq: Int, at: Int64, t: Double, body: Body) {
        self.seq = seq
        self.at = at
        self.t = t.wholeMilliseconds
        self.body = body
    }

    /// What can happen.
    package enum Body: Sendable, Hashable {
        case runPlanned(RunHeader)
        case runResumed(endpoint: String)
        /// Nothing new is submitted; `why` when the run paused itself to ask.
        case runPaused(why: String? = nil)
        case runContinued
        case runCancelRequested(why: String)
        /// All failed and cancelled flashpoints of the run are open again, for the `generation`th time, from 2.
        case runRetried(generation: Int)
        case runEnded(RunAnswer)
        case attemptIntended(AttemptRef, nonce: String, indices: IndexList, endpoint: String)
        case attemptAccepted(AttemptRef, job: String)
        /// - status: What the endpoint answered, such as 503, where its answer told nothing of a job.
        case attemptUnknown(AttemptRef, why: String, status: Int? = nil)
        case attemptRefused(AttemptRef, Failure)
        case attemptStarted(AttemptRef, instance: String?, delayMS: Int?, part: AttemptPart? = nil)
        case attemptEnded(AttemptRef, AttemptEnd)
        /// The job could not be cancelled and may go on to its limit.
        case attemptUncancelled(AttemptRef, job: String, why: String)
        case flashpointStarted(AttemptRef, index: Int, id: String)
        case flashpointProgress(AttemptRef, index: Int, stage: String, done: Int, of: Int)
        /// A try failed and another one follows.
        case flashpointFailed(AttemptRef, index: Int, id: String, Failure, seconds: Double)
        case flashpointSettled(Settlement)
        case flashpointDuplicate(AttemptRef, index: Int, id: String)
        case workerCancelRequested(worker: Int)
        /// The worker's failed and cancelled flashpoints are open again: all of them, or the ones listed.
        ///
        /// All of them takes back a cancelling of its job as well.
        case workerRetried(worker: Int, indices: IndexList?)
        /// The work follows as this attempt at `t` seconds driven; on the wire `due`, since `at` is the envelope's.
        case retryScheduled(AttemptRef, t: Double, why: String)
        case endpointHealth(HealthCounters)
        /// Requests get no answer, or with a `status` one that is of no use for now.
        case endpointUnreachable(since: Int64, cause: String, status: Int? = nil)
        case endpointReachable
        /// The journal can't grow; nothing is submitted and nothing is dropped until it can. Published, never journalled.
        case diskFull(why: String)
        /// The journal can grow again.
        case diskFree
        case workerVitals(worker: Int, residentMB: Int, cpuSeconds: Double)
        case log(level: LogLevel, worker: Int?, message: String)
        /// A timer came due. Neither journalled nor published: what follows from it is.
        case timerFired(RunTimer)
    }

    /// Whether the event belongs into the journal's table of events.
    package var isJournalled: Bool {
        switch body {
        case .log, .timerFired, .diskFull, .diskFree: false
        default: true
        }
    }
}

/// What is fixed when a run is planned.
package struct RunHeader: Sendable, Hashable, Codable {
    package var run: String
    package var date: String
    package var trigger: String
    package var cleanup: Bool
    package var workers: Int
    package var strategy: Strategy
    package var flashpoints: Int
    /// Flashpoints of each worker's share.
    package var shares: [Int]
    /// Chunks of each worker's share; ``RunPlan`` fills it in.
    package var chunks: [Int]
    /// Dollars for a second of a worker, when the planner was told.
    package var pricePerSecond: Double?

    package init(
        run: String,
        date: String,
        trigger: String,
        cleanup: Bool,
        workers: Int,
        strategy: Strategy,
        flashpoints: Int,
        shares: [Int],
        chunks: [Int] = [],
        pricePerSecond: Double? = nil
    ) {
        self.run = run
        self.date = date
        self.trigger = trigger
        self.cleanup = cleanup
        self.workers = workers
        self.strategy = strategy
        self.flashpoints = flashpoints
        self.shares = shares
        self.chunks = chunks
        self.pricePerSecond = pricePerSecond
    }

    private enum CodingKeys: String, CodingKey {
        case run, date, trigger, cleanup, workers, strategy, flashpoints, shares, chunks
        case pricePerSecond = "price_per_sec"
    }
}

/// How a job ended, as the endpoint tells it.
package struct AttemptEnd: Sendable, Hashable {
    /// What the ending means for the flashpoints that have no result.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// The handler returned.
        case completed
        /// The handler reported an error.
        case failed
        /// The job ran over its executionTimeout.
        case timedOut
        /// The platform lost the worker, the job or its result.
        case lost
        /// The endpoint that had the job is gone, as ours on this machine is after a restart; nothing is charged.
        case gone
        /// Somebody cancelled the job.
        case cancelled
        /// The request or the result is larger than the platform takes.
        case oversize
        /// The endpoint never got the submission; nothing is charged.
        case absent
    }

    package var kind: Kind
    /// The endpoint's own word, such as `COMPLETED`.
    package var status: String
    /// Milliseconds on the worker, when told.
    package var executionMS: Int?
    /// The handler's or the platform's words.
    package var message: String?
    /// What a job that completed handed over where it left flashpoints without a result.
    package var output: Output?

    /// What stands where results should.
    package enum Output: String, Sendable, Hashable {
        /// Nothing, as when the platform did not take it.
        case missing
        case null
        /// A list or an object with nothing in it.
        case empty
        /// A list that does not tell whose results it has.
        case list
        case text
        /// A single number or truth value.
        case value
    }

    package init(
        _ kind: Kind,
        status: String,
        executionMS: Int? = nil,
        message: String? = nil,
        output: Output? = nil
    ) {
        self.kind = kind
        self.status = status
        self.executionMS = executionMS
        self.message = message
        self.output = output
    }
}

/// One job of an attempt that consists of several, one after the other, as where another job coordinates the run.
package struct AttemptPart: Sendable, Hashable {
    /// Milliseconds that the attempt's job before this one ran, where it is told.
    package var formerMS: Int?
    /// Whether it is billed by itself, and not as part of another lane's job.
    package var isBilled: Bool

    package init(formerMS: Int?, isBilled: Bool) {
        self.formerMS = formerMS
        self.isBilled = isBilled
    }
}

/// The one outcome of a flashpoint.
package struct Settlement: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case ok(result: JSONValue)
        case failed(Failure)
        case cancelled
    }

    /// The attempt that brought it; `nil` when it settled without one.
    package var attempt: AttemptRef?
    package var worker: Int
    package var index: Int
    package var id: String
    package var outcome: Outcome
    /// Seconds of the accepted attempt; `nil` when nobody measured them.
    package var seconds: Double?
    /// Whether the seconds are the job's divided by its flashpoints, because the handler told none.
    package var isEstimated: Bool
    /// Submissions that held the flashpoint.
    package var attempts: Int

    package init(
        attempt: AttemptRef?,
        worker: Int,
        index: Int,
        id: String,
        outcome: Outcome,
        seconds: Double?,
        isEstimated: Bool = false,
        attempts: Int
    ) {
        self.attempt = attempt
        self.worker = worker
        self.index = index
        self.id = id
        self.outcome = outcome
        self.seconds = seconds
        self.isEstimated = isEstimated
        self.attempts = attempts
    }
}

/// The levels of a run's log.
package enum LogLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case debug = "DEBUG"
    case info = "INFO"
    case warning = "WARNING"
    case error = "ERROR"

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.severity < right.severity
    }

    private var severity: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

extension Double {
    /// Seconds to the millisecond: the grid on which events and timers compare times.
    var wholeMilliseconds: Double { (self * 1_000).rounded() / 1_000 }
}
