import Coordination
import Flashpoints
import TestSupport

/// A run against an endpoint on which everything that can go wrong does, at random.
struct SimulatedWorld {
    private enum Happening {
        case report(Report)
        case timer(RunTimer)
        case command(Command)
        case crash
    }

    private struct Scheduled {
        var time: Double
        /// The driver that waits for it; what was meant for a driver that crashed is lost.
        var life: Int?
        var happening: Happening
    }

    /// What must never be.
    struct Fault: Error, CustomStringConvertible {
        var seed: UInt64
        var what: String
        var description: String { "history \(seed): \(what)" }
    }

    private let seed: UInt64
    private var random: SeededGenerator
    private(set) var driver: TestDriver
    private var scheduled: [Scheduled] = []
    private var life = 0
    private var instance = 0
    private let isLocal: Bool
    /// Draws the steps of the wall clock, apart from all else, so that a history is the same without them.
    private var steps: SeededGenerator?
    /// What each attempt carried.
    private var cargo: [AttemptRef: [Int]] = [:]
    private var ends: [String: AttemptEnd] = [:]
    private var jobCount = 0
    private var eventsChecked = 0
    private var outcomes: [Int: Settlement.Outcome] = [:]
    private var out: [Int: AttemptRef] = [:]

    /// - Parameter stepsClock: Whether the wall clock is set now and then, by up to a year.
    init(seed: UInt64, stepsClock: Bool = false) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        steps = stepsClock ? SeededGenerator(seed: ~seed) : nil
        var policy = RunPolicy()
        policy.maxFailures = Int.random(in: 0..<5, using: &random) == 0 ? 2 : nil
        policy.silenceLimit = Int.random(in: 0..<3, using: &random) == 0 ? 30 : nil
        policy.identicalFailures =
            Int.random(in: 0..<3, using: &random) == 0 ? nil : Int.random(in: 2...6, using: &random)
        policy.retryAllowance = Int.random(in: 0...12, using: &random)
        isLocal = Int.random(in: 0..<3, using: &random) == 0
        driver = TestDriver(
            Int.random(in: 1...9, using: &random),
            workers: Int.random(in: 1...4, using: &random),
            chunkMax: Int.random(in: 1...4, using: &random),
            policy: policy
        )
        driver.asksOperator = Int.random(in: 0..<3, using: &random) > 0
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            schedule(.command(randomCommand()), within: 60)
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            schedule(.crash, within: 60)
        }
    }

    /// Plays the history to its end.
    mutating func play() throws {
        if isLocal { startEndpoint() }
        var steps = 0
        perform()
        while true {
            try check()
            steps += 1
            if steps > 4_000 { throw fault("the run does not end") }
            if driver.state.halted != nil || isHalting { crash() }
            guard let next = scheduled.indices.min(by: { scheduled[$0].time < scheduled[$1].time }) else {
                if driver.state.phase == .ended { break }
                if driver.state.isPaused {
                    driver.command(.proceed)
                    perform()
                    continue
                }
                throw fault("nothing is waited for, \(driver.standing)")
            }
            batch(around: next)
        }
        try checkEnd()
    }

    private var isHalting = false

    // MARK: - Time

    private mutating func schedule(_ happening: Happening, within seconds: Double, life: Int? = nil) {
        let time = driver.now + Double.random(in: 0...seconds, using: &random)
        scheduled.append(Scheduled(time: time, life: life, happening: happening))
    }

    private mutating func report(_ report: Report, within seconds: Double = 10) {
        schedule(.report(report), within: seconds, life: life)
    }

    private mutating func batch(around first: Int) {
        let time = scheduled[first].time + Double.random(in: 0...0.2, using: &random)
        let due = scheduled.filter { $0.time <= time }.sorted { $0.time < $1.time }
        scheduled.removeAll { $0.time <= time }
        driver.now = max(driver.now, time)
        stepClock()
        var crashes = false
        driver.batch { driver in
            for one in due where one.life == nil || one.life == life {
                switch one.happening {
                case .report(let report): driver.take(report)
                case .timer(let timer): driver.record(.timerFired(timer))
                case .command(let command): _ = driver.take(command)
                case .crash: crashes = true
                }
            }
        }
        perform()
        if crashes { crash() }
    }

    /// Ends the driver and starts the next one from the journal.
    private mutating func crash() {
        life += 1
        isHalting = false
        if isLocal { startEndpoint() }
        driver.resume()
        perform()
    }

    private mutating func startEndpoint() {
        instance += 1
        driver.endpoint = "http://127.0.0.1:9/v2/local#\(instance)"
    }

    private mutating func stepClock() {
        guard var generator = steps else { return }
        let hours: [Int64] = [0, 0, 0, 1, -1, 8_766, -8_766]
        driver.wallOffset += (hours.randomElement(using: &generator) ?? 0) * 3_600_000
        steps = generator
    }

    // MARK: - The endpoint

    private mutating func perform() {
        for effect in driver.takeOutside() {
            switch effect {
            case .submit(let ref): submit(ref)
            case .watch(let ref, let job, _): work(ref, job: job)
            case .cancelJob(let ref, let job, _):
                let kind: AttemptEnd.Kind = chance(4) ? .completed : .cancelled
                ends[job] = ends[job] ?? AttemptEnd(kind, status: kind.rawValue)
                if chance(6) { report(.uncancelled(ref, job: job, why: "the endpoint says no")) }
                report(.ended(ref, AttemptEnd(kind, status: kind.rawValue)))
            case .setTimer(let timer, let time):
                // Now and then a little early, as clocks are.
                let slip = chance(3) ? -0.0004 : 0.001
                scheduled.append(Scheduled(time: max(driver.now, time + slip), life: life, happening: .timer(timer)))
            case .find(let ref, _): find(ref)
            case .halt, .ask: isHalting = true
            case .record, .intend, .backOff: preconditionFailure("the driver carries these out itself")
            }
        }
    }

    private mutating func submit(_ ref: AttemptRef) {
        cargo[ref] = driver.state.lanes[ref.worker - 1].live.map { Array($0.indices) } ?? []
        jobCount += 1
        let job = "job-\(jobCount)"
        switch Int.random(in: 0..<25, using: &random) {
        case 24: report(TestDriver.ended(ref, .oversize, message: "exceeded max body size"))
        case 0: report(.refused(ref, Failure(.transient, "the endpoint is busy")))
        case 1: report(.refused(ref, Failure(chance(2) ? .permanent : .config, "the endpoint refuses")))
        case 2, 3:
            report(.unknown(ref, why: "the connection was reset"))
            // It ran all the same, and its results or its id may turn up.
            if chance(2) { results(of: ref, over: 40) }
            if chance(3) { report(.accepted(ref, job: job), within: 20) }
        case 4:
            report(.unreachable(since: Int64(driver.now * 1_000), cause: "no route"))
            report(.reachable, within: 50)
            report(.accepted(ref, job: job))
        case 5:
            report(.accepted(ref, job: job))
            report(.accepted(ref, job: job))
            report(.started(ref, instance: nil, delayMS: 3), within: 1)
        default: report(.accepted(ref, job: job), within: 2)
        }
    }

    /// The search for an unanswered submission, which may be wrong and may answer twice.
    private mutating func find(_ ref: AttemptRef) {
        jobCount += 1
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: report(TestDriver.unanswered(ref), within: 3)
        case 2, 3: report(TestDriver.ended(ref, .absent), within: 3)
        case 4: report(.accepted(ref, job: "job-\(jobCount)"), within: 3)
        default:
            report(.accepted(ref, job: "job-\(jobCount)"), within: 3)
            report(chance(2) ? TestDriver.ended(ref, .absent) : .accepted(ref, job: "twin-\(jobCount)"), within: 3)
        }
    }

    /// What the job does from now on; again from the start for a driver that takes it up again.
    private mutating func work(_ ref: AttemptRef, job: String) {
        report(.started(ref, instance: chance(4) ? nil : "i-\(ref.worker)", delayMS: 100))
        if let end = ends[job] {
            report(.ended(ref, end))
            return
        }
        let kinds: [AttemptEnd.Kind] = [
            .completed, .completed, .completed, .completed, .failed, .timedOut, .lost, .lost, .cancelled, .oversize,
        ]
        let kind = kinds.randomElement(using: &random) ?? .completed
        // Other handlers tell nothing before their end, and lose everything with it.
        if kind == .completed || chance(2) { results(of: ref, over: 10) }
        let statuses = ["FAILED", "404", "TIMED_OUT"]
        let status = kind == .lost ? statuses.randomElement(using: &random) ?? "" : kind.rawValue
        let end = AttemptEnd(kind, status: status, executionMS: 10_000, message: chance(2) ? "words" : nil)
        // Results may come after the end too.
        report(.ended(ref, end), within: 14)
        report(.record(ref, .heartbeat(residentMB: 12, cpuSeconds: 1)))
        if chance(16) { report(.refused(ref, Failure(.config, "the key was withdrawn"))) }
    }

    private mutating func results(of ref: AttemptRef, over seconds: Double) {
        for index in cargo[ref] ?? [] {
            let id = "fp-\(index)"
            if chance(2) { report(.record(ref, .start(index: index, id: id)), within: seconds) }
            if chance(2) {
                report(.record(ref, .progress(index: index, stage: "load", done: 1, of: 2)), within: seconds)
            }
            switch Int.random(in: 0..<16, using: &random) {
            case 0: break
            case 1: report(TestDriver.failed(ref, index, .transient), within: seconds)
            case 2: report(TestDriver.failed(ref, index, .permanent, seconds: nil), within: seconds)
            case 3: report(TestDriver.ok(ref, index + Int.random(in: -4...4, using: &random)), within: seconds)
            case 4:
                var foreign = TestDriver.item(index, .success(0))
                foreign.hash = TestDriver.hash(99)
                report(.result(ref, foreign), within: seconds)
            case 5:
                report(TestDriver.ok(ref, index), within: seconds)
                report(TestDriver.failed(ref, index, .timeout), within: seconds)
            default: report(TestDriver.ok(ref, index, seconds: chance(4) ? nil : 2.5), within: seconds)
            }
        }
    }

    private mutating func randomCommand() -> Command {
        let worker = Int.random(in: 1...5, using: &random)
        return switch Int.random(in: 0..<10, using: &random) {
        case 0: .cancelRun
        case 9: .retryRun
        case 1, 2: .cancelWorker(worker)
        case 3: .pause
        case 4: .proceed
        case 5, 6: .retryWorker(worker, indices: nil)
        default: .retryWorker(worker, indices: [0, 2, 3, Int.random(in: -1...12, using: &random)])
        }
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    // MARK: - The law

    private func fault(_ what: String) -> Fault { Fault(seed: seed, what: what) }

    private mutating func check() throws {
        if let violation = driver.state.violation() { throw fault(violation) }
        for event in driver.events[eventsChecked...] { try check(event) }
        eventsChecked = driver.events.count
        let counts = driver.overview.counts
        let truth = driver.state.counts
        if (counts.ok, counts.failed, counts.cancelled) != (truth.ok, truth.failed, truth.cancelled) {
            throw fault("the overview counts \(counts), the run \(truth)")
        }
        let grouped = driver.overview.failureGroups.reduce(0) { $0 + $1.count }
        if grouped != truth.failed { throw fault("\(grouped) failures are in groups, \(truth.failed) in the run") }
        if abs(driver.overview.sequentialSeconds - driver.state.speedup.sequentialSeconds) > 0.001 {
            throw fault("the overview's seconds are \(driver.overview.sequentialSeconds)")
        }
        let unanswered = driver.state.lanes.count { $0.live?.phase == .unknown }
        if driver.overview.unansweredSubmissions != unanswered {
            throw fault("the overview has \(driver.overview.unansweredSubmissions) unanswered, the run \(unanswered)")
        }
        if driver.overview.pauseCause != driver.state.pauseCause
            || driver.overview.generation != driver.state.generation
        {
            throw fault("the overview and the run differ on why it pauses, or on its generation")
        }
        for lane in driver.state.lanes where (lane.live != nil) != (driver.overview.lane(lane.worker)?.isOut ?? false) {
            throw fault("the overview and the run differ on whether worker \(lane.worker) has a job out")
        }
    }

    private mutating func check(_ event: Event) throws {
        switch event.body {
        case .attemptIntended(let ref, _, _, _):
            if let other = out[ref.worker] { throw fault("\(ref) goes out while \(other) is") }
            if cargo[ref] != nil, out.values.contains(ref) { throw fault("\(ref) goes out twice") }
            out[ref.worker] = ref
        case .attemptEnded(let ref, _), .attemptRefused(let ref, _):
            if out[ref.worker] == ref, driver.live(ref.worker) != ref { out[ref.worker] = nil }
        case .flashpointSettled(let settlement):
            if let outcome = outcomes[settlement.index] {
                throw fault("flashpoint \(settlement.index) settles as \(settlement.outcome) after \(outcome)")
            }
            outcomes[settlement.index] = settlement.outcome
        case .workerRetried(let worker, let indices):
            for (index, outcome) in outcomes where driver.state.flashpoints.worker[index] == Int32(worker) {
                if case .ok = outcome { continue }
                if indices?.contains(index) ?? true { outcomes[index] = nil }
            }
        case .runRetried:
            outcomes = outcomes.filter { if case .ok = $0.value { true } else { false } }
        default: break
        }
    }

    private func checkEnd() throws {
        let state = driver.state
        guard state.counts.settled == state.total, outcomes.count == state.total else {
            throw fault("the run ended with \(state.counts) of \(state.total)")
        }
        guard driver.replayed() == state else { throw fault("the journal replays to another state") }
        let refs = driver.events.compactMap { event in
            if case .attemptIntended(let ref, _, _, _) = event.body { ref } else { nil }
        }
        guard Set(refs).count == refs.count else { throw fault("two submissions have the same number") }
        for lane in driver.overview.lanes where lane.settled != lane.share {
            throw fault("the overview has \(lane.settled) of \(lane.share) settled for worker \(lane.worker)")
        }
    }

    /// The events as they come back from their wire form.
    func eventsThroughJSON() throws -> [Event] {
        try driver.events.map { try JSONCoding.decode(Event.self, from: try JSONCoding.encode($0)) }
    }

    /// The same, written and read the short way; throws when that is not what the coder writes.
    func eventsThroughText() throws -> [Event] {
        var reader = EventReader()
        return try driver.events.map { event in
            let text = try event.jsonText()
            guard try JSONCoding.encode(event).elementsEqual(text) else { throw fault("\(event) is written otherwise") }
            return try reader.event(text)
        }
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
