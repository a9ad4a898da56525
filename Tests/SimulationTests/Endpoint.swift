import Coordination
import Flashpoints
import RunPodAPI

/// A serverless endpoint with its queue and its workers, as a value: it does by itself what time brings.
///
/// Times are seconds of the world's clock, which also goes on while the operator's machine sleeps.
struct Endpoint: Sendable {
    /// What a submission carried.
    struct Cargo: Sendable {
        var ref: AttemptRef
        var nonce: String
        var indices: [Int]
        var hashes: [String]
    }

    /// A piece of what a job streamed.
    enum Piece: Sendable {
        case record(StreamRecord)
        case value(JSONValue)
    }

    /// Why a job has ended.
    enum Ending: Sendable {
        case completed
        case failed
        case timedOut
        case lost
        case cancelled
    }

    struct Job: Sendable {
        var id: String
        var cargo: Cargo
        var life: Double
        var limit: Double
        var acceptedAt: Double
        var readyAt: Double
        var takenAt: Double?
        var endedAt: Double?
        var ending: Ending?
        var runs = 0
        var script: [Step] = []
        var place = 0
        var stream: [Piece] = []
        var drained = 0
        var output: JSONValue?
        /// Whether its output was too large to keep.
        var isBloated = false
        var error: String?
        var isForgotten = false
        /// Until when the endpoint tells at every other question that the job goes on.
        var wavers: Double = 0
        var asked = 0

        var isQueued: Bool { ending == nil && takenAt == nil }
        var isRunning: Bool { ending == nil && takenAt != nil }
        var instance: String? { takenAt.map { _ in "worker-\(cargo.ref.worker)-\(runs)" } }
        var executionMS: Int? {
            guard let takenAt, let endedAt else { return nil }
            return Int(((endedAt - takenAt) * 1_000).rounded())
        }
        var delayMS: Int? { takenAt.map { Int((($0 - acceptedAt) * 1_000).rounded()) } }
    }

    /// What a worker does next.
    struct Step: Sendable {
        enum Doing: Sendable {
            case begin(Int)
            case tell(Piece)
            case die
            case finish(output: JSONValue?, isBloated: Bool)
            case fail(String)
        }

        var at: Double
        var doing: Doing
    }

    /// How a job looks from outside.
    struct Look: Sendable {
        var status: JobStatus
        var job: Job
    }

    private let scenario: Scenario
    private let dice: Dice
    private(set) var jobs: [Job] = []
    private var active: [Int] = []
    private var reached: Double = 0
    private var purges: [Double]
    /// How often a worker began each flashpoint.
    private(set) var executions: [Int]

    static let retention: Double = 1_800

    init(_ scenario: Scenario) {
        self.scenario = scenario
        dice = Dice(seed: scenario.seed &* 53 &+ 11)
        purges = scenario.purges
        executions = Array(repeating: 0, count: scenario.count)
    }

    // MARK: - What clients ask

    /// Takes a job.
    mutating func submit(_ cargo: Cargo, limit: Double, life: Double, at now: Double) -> String {
        advance(to: now)
        let id = "job-\(jobs.count + 1)"
        let ready = now + dice.pick(0, 0.2, dice.seconds(0...6))
        jobs.append(Job(id: id, cargo: cargo, life: now + life, limit: limit, acceptedAt: now, readyAt: ready))
        active.append(jobs.count - 1)
        return id
    }

    /// How a job is; `nil` of one that it does not know.
    mutating func look(at job: String, now: Double) -> Look? {
        advance(to: now)
        guard let place = place(of: job), !jobs[place].isForgotten else { return nil }
        if let ended = jobs[place].endedAt, now > ended + Self.retention { return nil }
        jobs[place].asked += 1
        return Look(status: status(of: jobs[place], now: now), job: jobs[place])
    }

    /// What the job streamed and nobody has asked for yet.
    mutating func drain(_ job: String, now: Double) -> (status: JobStatus, pieces: [Piece])? {
        guard let look = look(at: job, now: now), let place = place(of: job) else { return nil }
        defer { jobs[place].drained = jobs[place].stream.count }
        return (look.status, Array(look.job.stream[look.job.drained...]))
    }

    mutating func cancel(_ job: String, now: Double) -> Look? {
        advance(to: now)
        guard let place = place(of: job), !jobs[place].isForgotten else { return nil }
        if jobs[place].ending == nil { end(place, .cancelled, at: now) }
        return look(at: job, now: now)
    }

    /// The jobs that it still knows.
    mutating func list(now: Double) -> [Look] {
        advance(to: now)
        return jobs.filter { !$0.isForgotten && ($0.endedAt ?? now) + Self.retention >= now }.map { job in
            Look(status: status(of: job, now: now), job: job)
        }
    }

    /// Ends everything at once, as an endpoint on this machine does when its driver goes.
    mutating func collapse() {
        for place in active { jobs[place].ending = .cancelled }
        active = []
        for place in jobs.indices { jobs[place].isForgotten = true }
    }

    /// The jobs that are queued or running.
    var open: [Job] { active.map { jobs[$0] } }

    /// When something happens next; `nil` when nothing does by itself.
    func next() -> Double? { upcoming()?.at }

    private func place(of job: String) -> Int? {
        guard let number = Int(job.dropFirst(4)), jobs.indices.contains(number - 1) else { return nil }
        return number - 1
    }

    private func status(of job: Job, now: Double) -> JobStatus {
        guard let ending = job.ending else {
            if job.takenAt == nil { return .inQueue }
            return job.asked % 7 == 3 ? .unknown("WARMING") : .inProgress
        }
        if now < job.wavers, !job.asked.isMultiple(of: 2) { return .inProgress }
        switch ending {
        case .completed: return .completed
        case .failed, .timedOut: return .failed
        case .lost: return job.takenAt == nil ? .timedOut : .failed
        case .cancelled: return .cancelled
        }
    }

    // MARK: - Time

    private enum Occasion {
        case step(Int)
        case start(Int)
        case overrun(Int)
        case expiry(Int)
        case purge
    }

    private func upcoming() -> (at: Double, what: Occasion)? {
        var best: (at: Double, what: Occasion)?
        func offer(_ time: Double, _ what: Occasion) {
            if best.map({ time < $0.at }) ?? true { best = (time, what) }
        }
        if let purge = purges.first { offer(purge, .purge) }
        let busy = active.count { jobs[$0].takenAt != nil }
        for place in active {
            let job = jobs[place]
            if let taken = job.takenAt {
                if job.place < job.script.count { offer(job.script[job.place].at, .step(place)) }
                offer(taken + job.limit, .overrun(place))
            } else if busy < scenario.slots {
                offer(opening(after: max(job.readyAt, reached)), .start(place))
            }
            offer(job.life, .expiry(place))
        }
        return best
    }

    /// When there is a worker at all, from this time on.
    private func opening(after time: Double) -> Double {
        var time = time
        for span in scenario.starvation.sorted(by: { $0.lowerBound < $1.lowerBound }) where span.contains(time) {
            time = span.upperBound + 0.001
        }
        return time
    }

    mutating func advance(to now: Double) {
        while let (time, what) = upcoming(), time <= now {
            reached = max(reached, time)
            switch what {
            case .purge:
                purges.removeFirst()
                for place in active where jobs[place].takenAt == nil {
                    end(place, .cancelled, at: time)
                    jobs[place].isForgotten = dice.chance(0.5)
                }
            case .start(let place): start(place, at: time)
            case .overrun(let place):
                jobs[place].error = "executionTimeout exceeded"
                end(place, .timedOut, at: time)
            case .expiry(let place):
                end(place, .lost, at: time)
                if scenario.forgetsExpired { jobs[place].isForgotten = true }
            case .step(let place): take(place, at: time)
            }
        }
        reached = max(reached, now)
    }

    private mutating func take(_ place: Int, at time: Double) {
        let step = jobs[place].script[jobs[place].place]
        jobs[place].place += 1
        switch step.doing {
        case .begin(let index): executions[index] += 1
        case .tell(let piece): jobs[place].stream.append(piece)
        case .finish(let output, let isBloated):
            jobs[place].output = output
            jobs[place].isBloated = isBloated
            end(place, .completed, at: time)
        case .fail(let why):
            jobs[place].error = why
            end(place, .failed, at: time)
        case .die:
            if scenario.redelivers, jobs[place].runs == 1 {
                jobs[place].takenAt = nil
                jobs[place].readyAt = time + dice.seconds(1...40)
            } else {
                jobs[place].error = "job timed out after 1 retries"
                end(place, .lost, at: time)
            }
        }
    }

    private mutating func end(_ place: Int, _ ending: Ending, at time: Double) {
        jobs[place].ending = ending
        jobs[place].endedAt = time
        if time < scenario.calmAt, dice.chance(scenario.noise) { jobs[place].wavers = time + dice.seconds(0...30) }
        active.removeAll { $0 == place }
    }

    private mutating func start(_ place: Int, at time: Double) {
        jobs[place].takenAt = time
        jobs[place].runs += 1
        jobs[place].place = 0
        let begun = executions
        var worker = Worker(scenario: scenario, dice: dice, cargo: jobs[place].cargo, begun: begun, now: time)
        jobs[place].script = worker.script()
    }
}
