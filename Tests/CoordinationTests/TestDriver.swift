import Coordination
import Flashpoints
import Testing

/// What the engine's driver does with a run's state, without clocks, disks and endpoints.
struct TestDriver {
    static let remote = "https://api.runpod.ai/v2/e1"

    private(set) var state: RunState
    /// What a journal would hold.
    private(set) var events: [Event] = []
    /// Effects on the world since they were taken last.
    private(set) var outside: [Effect] = []
    /// All log lines, journalled or not.
    private(set) var lines: [LogLine] = []
    private(set) var overview = Overview()
    /// Seconds driven.
    var now = 0.0
    var endpoint = TestDriver.remote
    /// What a wall clock is ahead of the seconds driven, in milliseconds.
    var wallOffset: Int64 = 0
    /// Whether somebody can be asked; else the driver is to leave.
    var asksOperator = true
    /// The pause drawn below a ceiling.
    var pause: (Double) -> Double = { $0 }
    private var logLines = LogLines(level: .debug)

    init(_ plan: RunPlan, endpoint: String = TestDriver.remote) {
        self.endpoint = endpoint
        state = RunState(plan: plan)
        record(.runPlanned(plan.header))
        finish()
    }

    /// A run over `count` flashpoints of weight 1.
    init(_ count: Int, workers: Int, chunkMax: Int = 200, policy: RunPolicy = RunPolicy()) {
        self.init(Self.plan(count, workers: workers, chunkMax: chunkMax, policy: policy))
    }

    static func plan(_ count: Int, workers: Int, chunkMax: Int = 200, policy: RunPolicy = RunPolicy()) -> RunPlan {
        var catalogue = Catalogue()
        for index in 0..<count {
            catalogue.append(id: "fp-\(index)", hash: hash(index), weight: 1, offset: Int64(index) * 100, length: 99)
        }
        let items = (0..<count).map { _ in PlanItem(weight: 1, bytes: 100) }
        let plan = Plan(items, workers: workers, limits: ChunkLimits(flashpoints: chunkMax))
        return RunPlan(
            header: Sample.header(plan.shares.map(\.count)),
            catalogue: catalogue,
            plan: plan,
            policy: policy
        )
    }

    static func hash(_ index: Int) -> String {
        let digits = String(index, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    // MARK: - A batch

    mutating func batch(_ body: (inout TestDriver) -> Void) {
        body(&self)
        finish()
    }

    /// Reports that arrive together.
    mutating func report(_ reports: Report...) { report(reports) }

    mutating func report(_ reports: [Report]) {
        batch { driver in
            for report in reports { driver.take(report) }
        }
    }

    @discardableResult
    mutating func command(_ command: Command) -> Receipt {
        var receipt = Receipt.accepted
        batch { receipt = $0.take(command) }
        return receipt
    }

    mutating func timer(_ timer: RunTimer) {
        batch { $0.record(.timerFired(timer)) }
    }

    /// Lets the grace of an unanswered attempt pass, and the search for it end without a verdict.
    mutating func giveUp(_ ref: AttemptRef) {
        timer(.unknownGrace(ref))
        report(Self.unanswered(ref))
    }

    mutating func resume() {
        batch { driver in
            let endpoint = driver.endpoint
            driver.record(.runResumed(endpoint: endpoint))
        }
    }

    mutating func take(_ report: Report) {
        if let body = state.admit(report, now: now) { record(body) }
    }

    mutating func take(_ command: Command) -> Receipt {
        switch state.admit(command) {
        case .success(let body):
            record(body)
            return .accepted
        case .failure(let refusal): return refusal.receipt
        }
    }

    mutating func record(_ body: Event.Body) {
        let event = Event(seq: events.count + 1, at: wallTime, t: now, body: body)
        if event.isJournalled { events.append(event) }
        overview.apply(event)
        lines += logLines.lines(for: event)
        perform(state.reduce(event))
    }

    /// Reduces an event as a journal has it, where what follows from it is in the journal too.
    mutating func journalled(_ body: Event.Body) {
        let event = Event(seq: events.count + 1, at: wallTime, t: now, body: body)
        events.append(event)
        overview.apply(event)
        _ = state.reduce(event)
    }

    mutating func finish() {
        perform(state.ready(at: wallTime, now: now))
    }

    var wallTime: Int64 { Int64((now * 1_000).rounded()) + wallOffset }

    private mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .record(let body): record(body)
            case .intend(let ref, let indices):
                record(.attemptIntended(ref, nonce: "nonce-\(events.count)", indices: indices, endpoint: endpoint))
            case .backOff(let ref, let ceiling, let why):
                record(.retryScheduled(ref, t: now + pause(ceiling), why: why))
            case .ask(let why):
                if asksOperator { record(.runPaused(why: why)) } else { outside.append(effect) }
            case .submit, .watch, .find, .cancelJob, .setTimer, .halt: outside.append(effect)
            }
        }
    }

    mutating func takeOutside() -> [Effect] {
        defer { outside = [] }
        return outside
    }

    // MARK: - Short ways

    /// Lets the lane's attempts run and end as `end` says until it has none out; gives what each carried.
    @discardableResult
    mutating func exhaust(_ worker: Int = 1, by end: (AttemptRef, IndexList) -> [Report]) -> [[Int]] {
        var attempts: [[Int]] = []
        while attempts.count < 500, let live = state.lanes[worker - 1].live {
            let job = "j\(attempts.count + 1)"
            attempts.append(Array(live.indices))
            report([.accepted(live.ref, job: job)] + end(live.ref, live.indices))
            now += 100
            timer(.retry(worker: worker))
        }
        return attempts
    }

    /// The failures that stand, in the order in which they came.
    var failures: [Failure] {
        events.compactMap { event in
            guard case .flashpointSettled(let settlement) = event.body, case .failed(let failure) = settlement.outcome
            else { return nil }
            return failure
        }
    }

    /// Why the run paused to ask, each time.
    var questions: [String] {
        events.compactMap { event in if case .runPaused(let why?) = event.body { why } else { nil } }
    }

    /// Pauses before retries that were drawn.
    var pauses: [Double] {
        events.compactMap { event in
            if case .retryScheduled(_, let due, _) = event.body { due - event.t } else { nil }
        }
    }

    /// The attempt that is out on a lane.
    func live(_ worker: Int) -> AttemptRef? { state.lanes[worker - 1].live?.ref }

    var standing: String {
        state.flashpoints.standing.map { standing in
            switch standing {
            case .pending: "p"
            case .inFlight: "f"
            case .ok: "o"
            case .failed: "x"
            case .cancelled: "c"
            }
        }.joined()
    }

    /// The run that a fresh driver folds from the journal.
    func replayed() -> RunState {
        var state = RunState(plan: state.plan)
        for event in events { _ = state.reduce(event) }
        return state
    }

    static func ok(_ ref: AttemptRef, _ index: Int, seconds: Double? = 1) -> Report {
        .result(ref, item(index, .success(["index": .integer(Int64(index))]), seconds: seconds))
    }

    static func failed(_ ref: AttemptRef, _ index: Int, _ kind: FailureClass, seconds: Double? = 1) -> Report {
        .result(ref, item(index, .failure(Failure(kind, "the test says so")), seconds: seconds))
    }

    static func started(_ ref: AttemptRef, _ index: Int) -> Report {
        .record(ref, .start(index: index, id: "fp-\(index)"))
    }

    static func ended(
        _ ref: AttemptRef,
        _ kind: AttemptEnd.Kind,
        status: String? = nil,
        message: String? = nil
    ) -> Report {
        .ended(ref, AttemptEnd(kind, status: status ?? kind.rawValue.uppercased(), message: message))
    }

    /// A whole chunk's results and its end.
    static func done(_ ref: AttemptRef, _ indices: IndexList) -> [Report] {
        indices.map { ok(ref, $0) } + [ended(ref, .completed)]
    }

    /// The job is on a machine.
    static func running(_ ref: AttemptRef, on instance: String? = "i-1") -> Report {
        .started(ref, instance: instance, delayMS: 1)
    }

    static func unanswered(_ ref: AttemptRef) -> Report {
        .ended(ref, AttemptEnd(.lost, status: AttemptEnd.unansweredStatus))
    }

    static func item(_ index: Int, _ outcome: Result<JSONValue, Failure>, seconds: Double? = 1) -> ItemResult {
        ItemResult(index: index, id: "fp-\(index)", hash: hash(index), outcome: outcome, seconds: seconds)
    }
}

extension TestDriver: CustomTestStringConvertible {
    var testDescription: String { "a run of \(standing) after \(events.count) events" }
}
