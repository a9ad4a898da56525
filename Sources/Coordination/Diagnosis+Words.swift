import Flashpoints

extension Diagnosis {
    /// What is known beside the endpoint's counters.
    struct Look: Sendable, Hashable {
        /// Jobs that wait.
        var waiting: Int
        /// Seconds that the first of them has waited; `nil` when nobody knows.
        var wait: Double?
        /// Seconds that it has been so; `nil` when nobody knows.
        var seconds: Double?
    }

    /// A refusal, whose sentence says what is wrong and what to do as the endpoint's client knows it.
    init(_ refusal: Failure) {
        self.init(kind: .refused, title: "refused", what: refusal.message, advice: "", hint: "")
    }

    /// What the counters tell.
    init(_ kind: Kind, _ health: HealthCounters, _ look: Look) {
        let jobs = Self.count(look.waiting, "job waits", "jobs wait")
        let wait = look.wait.map { " for \(Self.span($0))" } ?? ""
        let isLong = (look.wait ?? 0) > Bill.longestStart
        switch kind {
        case .crashLoop:
            self.init(
                kind: kind,
                title: "workers crash",
                what: """
                    \(jobs)\(wait) and \(Self.count(health.unhealthy, "worker fails at its", "workers fail at their")) \
                    start, again and again
                    """,
                advice: """
                    read their logs in the RunPod console: a missing file or variable, a failed start check, or an image \
                    for another GPU; waiting does not help
                    """,
                hint: "read their logs in the RunPod console"
            )
        case .noWorkers:
            self.init(
                kind: kind,
                title: "no workers",
                what: "\(jobs)\(wait) and the endpoint has no worker that runs or starts",
                advice: """
                    look at its max workers in the RunPod console (0 takes none; RunPod lowers it to 2 after 3 days \
                    without requests and to 0 after 7), at the account's credit, and whether its GPU types are to be had
                    """,
                hint: "look at its max workers and GPU types"
            )
        case .brokenImage:
            self.init(
                kind: kind,
                title: "workers take no job",
                what: """
                    \(Self.count(health.free + health.running, "worker is", "workers are")) up and \(jobs)\(wait), yet \
                    none takes one
                    """,
                advice: """
                    the image does not ask for jobs: see that its program starts a RunPod handler and that its logs show \
                    no error, then publish a new image; waiting does not help
                    """,
                hint: "publish an image whose program asks for jobs"
            )
        case .throttled:
            self.init(
                kind: kind,
                title: "throttled",
                what: """
                    \(jobs)\(wait) and \(Self.count(health.throttled, "worker is", "workers are")) throttled: no machine \
                    of the GPU types is free
                    """,
                advice: "allow more GPU types or regions, or raise max workers by a fifth so that more hosts are tried",
                hint: "allow more GPU types or raise max workers"
            )
        case .coldStart:
            self.init(
                kind: kind,
                title: isLong ? "start too long" : "cold start",
                what: "\(jobs)\(wait) while \(Self.count(health.initializing, "worker starts", "workers start"))"
                    + (isLong ? ", longer than the 7 minutes that RunPod gives a start" : ": a cold start"),
                advice: isLong
                    ? """
                    make the image smaller, put models into it or on a network volume, or set RUNPOD_INIT_TIMEOUT \
                    (seconds) on the endpoint; a worker that is not up by then counts as unhealthy
                    """
                    : "nothing to do; an active worker, FlashBoot or a smaller image makes it shorter",
                hint: isLong ? "set RUNPOD_INIT_TIMEOUT or shrink the image" : "nothing to do",
                variant: isLong ? 1 : 0
            )
        case .tooFewWorkers:
            self.init(
                kind: kind,
                title: "too few workers",
                what: """
                    \(jobs)\(wait) while \(Self.count(health.running, "worker runs", "workers run")) and no other starts
                    """,
                advice: """
                    raise the endpoint's max workers, a fifth above what the run wants, or run with fewer; other runs' \
                    jobs may hold them
                    """,
                hint: "raise max workers, or run with fewer"
            )
        case .idleBilling:
            let time = look.seconds.map { " for \(Self.span($0))" } ?? ""
            self.init(
                kind: kind,
                title: "idle workers bill",
                what:
                    "\(Self.count(health.running, "worker runs", "workers run")) without a job\(time), and bills go on",
                advice: """
                    look in the RunPod console whether a worker hangs and end it; shorten the idle timeout, or lower \
                    active workers
                    """,
                hint: "end what hangs in the RunPod console"
            )
        case .refused, .expiringResults, .executionTimeout, .workerLost, .resultsGone, .noOutput, .workTwice,
            .oneInstance, .slowStarts:
            preconditionFailure("\(kind) is not told by counters")
        }
    }

    /// What befell jobs.
    ///
    /// - Parameter longest: The longest execution of a job that completed.
    init(_ kind: Kind, _ mishap: Observations.Mishap, longest: Double?) {
        let words = mishap.words.map { " (\($0))" } ?? ""
        switch kind {
        case .executionTimeout:
            let after = mishap.execution.map { ", the last after \(Self.span($0))" } ?? ""
            let others = longest.map { "; the longest that came through took \(Self.span($0))" } ?? ""
            self.init(
                kind: kind,
                title: "time limit too short",
                what: "\(Self.count(mishap.count, "job", "jobs")) ran over the executionTimeout\(after)\(others)",
                advice: """
                    raise REQUEST_TIMEOUT, which a job gets once for each of its flashpoints up to JOB_TIMEOUT_S, or lower \
                    ETL_CHUNK_MAX; what was killed goes again in halves
                    """,
                hint: "raise REQUEST_TIMEOUT or lower ETL_CHUNK_MAX"
            )
        case .workerLost:
            self.init(
                kind: kind,
                title: "workers lost",
                what: "\(Self.count(mishap.count, "job was", "jobs were")) lost with the worker\(words)",
                advice: """
                    see in the workers' logs whether they ran out of memory or could not read the job; each flashpoint \
                    is tried again, and alone where one is suspected
                    """,
                hint: "look in their logs whether memory ran out"
            )
        case .resultsGone:
            self.init(
                kind: kind,
                title: "results gone",
                what: """
                    the endpoint knew \(Self.count(mishap.count, "job", "jobs")) no more (404): RunPod keeps results for \
                    30 minutes, and no job beyond its ttl
                    """,
                advice: "what they held is done again; leave a driver running, or resume within 30 minutes",
                hint: "what they held is done again"
            )
        case .noOutput:
            self.init(
                kind: kind,
                title: "no output",
                what: "\(Self.count(mishap.count, "job", "jobs")) completed without all results\(words)",
                advice: Self.advice(on: mishap.output),
                hint: mishap.output.isTooLarge
                    ? "lower ETL_CHUNK_MAX or return less" : "return a result for each flashpoint"
            )
        case .workTwice:
            self.init(
                kind: kind,
                title: "work done twice",
                what: "work was done more than once, or may have been (\(mishap.count) signs of it in 10 minutes)",
                advice:
                    "the first result counts and nothing is doubled, but it bills; see whether workers die or restart",
                hint: "see whether workers die or restart"
            )
        case .refused, .crashLoop, .noWorkers, .brokenImage, .throttled, .coldStart, .tooFewWorkers,
            .expiringResults, .oneInstance, .slowStarts, .idleBilling:
            preconditionFailure("\(kind) befalls no job")
        }
    }

    /// What to do about a handler that hands over something else than results.
    private static func advice(on output: AttemptEnd.Output?) -> String {
        switch output {
        case .missing, nil:
            """
            lower ETL_CHUNK_MAX, or let the handler put large results into storage and return where they are; RunPod \
            drops results over 10 MB, and {}
            """
        case .null, .empty:
            "let the handler return what it made: a list as long as the job's flashpoints, or results that carry an id"
        case .list:
            "let the handler return a result for each of the job's flashpoints, in their order, or with its id"
        case .text, .value:
            "let the handler return JSON: a list as long as the job's flashpoints, or results that carry an id"
        }
    }

    init(expiringAt expiry: Int64, jobs: Int) {
        let time = String(WallTime.text(expiry).dropFirst(11).prefix(5))
        self.init(
            kind: .expiringResults,
            title: "results expire",
            what: """
                the endpoint tells nothing of its jobs, and results of \(Self.count(jobs, "job", "jobs")) that may have \
                ended unseen last until \(time)Z at the least
                """,
            advice: "bring network and endpoint back before, else what they held is done again",
            hint: "bring network and endpoint back before"
        )
    }

    init(funnelled starts: [Observations.Start], _ health: HealthCounters) {
        let instances = starts.compactMap(\.instance)
        let counts = Dictionary(instances.map { ($0, 1) }, uniquingKeysWith: +)
        // The first by name of equals, so that the same facts give the same words.
        let busiest = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }
        self.init(
            kind: .oneInstance,
            title: "one machine",
            what: """
                \(busiest?.value ?? 0) of the last \(instances.count) jobs went to one machine (\(busiest?.key ?? "-")) \
                while \(health.free + health.running) workers are up
                """,
            advice: """
                update the image to runpod 1.10.1 or later (1.7.11 to 1.10.0 do this with a network volume), or look \
                whether its handler takes several jobs at a time
                """,
            hint: "update the runpod package of the image"
        )
    }

    init(delays: [Double]) {
        let (median, ninetieth) = (delays[delays.count / 2], delays[min(delays.count - 1, delays.count * 9 / 10)])
        self.init(
            kind: .slowStarts,
            title: "slow starts",
            what: """
                half of the last \(delays.count) jobs waited \(Self.span(median)) and more for a machine, one in ten \
                \(Self.span(ninetieth))
                """,
            advice: "keep an active worker, make the image start faster, or send fewer and larger chunks",
            hint: "keep an active worker, or send larger chunks"
        )
    }

    // MARK: - Figures

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// Seconds as clocks show them, such as `1:20`.
    private static func span(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds, 1e9)).rounded())
        let (minutes, second) = whole.quotientAndRemainder(dividingBy: 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        guard minutes >= 60 else { return "\(minutes):\(two(second))" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(second))"
    }
}

extension AttemptEnd.Output? {
    /// Whether it may be that the platform did not take what the handler returned.
    fileprivate var isTooLarge: Bool { self == nil || self == .missing }
}
