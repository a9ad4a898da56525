import Coordination
import Flashpoints
import RunEngine

/// Everything of a history that is fixed before it begins, drawn from its seed.
struct Scenario: Sendable {
    /// What a flashpoint does to whoever works on it.
    enum Fate: Sendable, Hashable {
        case fine
        case slow
        /// Fails so often, and is fine then.
        case fails(FailureClass, times: Int)
        /// Takes its worker down so often, and is fine then.
        case kills(times: Int)
        /// Never comes to an end, so often.
        case hangs(times: Int)
        /// Its result is too large, so often, for the platform to keep the job's output.
        case bloats(times: Int)
    }

    /// How the handler answers.
    enum Handler: Sendable, Hashable, CaseIterable {
        /// As a worker of ours: a record at a time.
        case ours
        /// Streams elements with an id.
        case streamsByID
        /// Returns a list in the order of the chunk.
        case list
        /// Returns a list of elements with an id, in any order.
        case listByID
        /// Returns an object by id.
        case byID
        /// Returns one object for all of the chunk.
        case whole
        /// Returns `{}`, which the platform drops.
        case nothing
        /// Returns a list of another length without labels.
        case misfit
    }

    /// A command at a time; `nil` stops the driver.
    struct Order: Sendable {
        var at: Double
        var command: Command?
    }

    /// When a driver is killed.
    enum Kill: Sendable {
        /// So many seconds after it began.
        case after(Double)
        /// At its moment of this number, and so much later.
        case moment(Int, later: Double)
    }

    /// A step of the wall clock.
    struct Step: Sendable {
        var at: Double
        var milliseconds: Int64
        /// Whether the machine slept, so that the world went on without it.
        var isSuspend: Bool
    }

    let seed: UInt64
    var count: Int
    var workers: Int
    var chunkMax: Int
    var policy: RunPolicy
    /// Whether the driver talks to the endpoint by HTTP, through the backend of real runs.
    var isHTTP: Bool
    /// Whether the endpoint lives and dies with the driver.
    var isLocal: Bool
    var handler: Handler
    var fates: [Fate]
    /// Workers that the endpoint has.
    var slots: Int
    /// Whether a job whose worker died is queued once more.
    var redelivers: Bool
    /// Whether the endpoint lists its jobs.
    var listsJobs: Bool
    /// Whether an expired job is gone rather than timed out.
    var forgetsExpired: Bool
    /// The part of all that happens that goes wrong by itself.
    var noise: Double
    /// When all trouble is over but that of the flashpoints themselves.
    var calmAt: Double
    var weather: [Weather.Window]
    var starvation: [ClosedRange<Double>]
    var purges: [Double]
    var steps: [Step]
    var orders: [Order]
    var kills: [Kill?]
    var disk: [Disk.Trouble]
    var asksOperator: Bool
    /// How often a run that has ended is opened again, when there is anything to retry.
    var reopenings: Int

    init(seed: UInt64) {
        self.seed = seed
        let dice = Dice(seed: seed &* 0x2545_F491_4F6C_DD1D &+ 1)
        count = dice.chance(0.02) ? 0 : dice.within(1...12)
        workers = dice.within(1...4)
        chunkMax = dice.within(1...5)
        isHTTP = seed % 10 == 0
        isLocal = dice.chance(0.25)
        handler =
            dice.chance(0.7)
            ? .ours
            : dice.pick(.streamsByID, .list, .listByID, .byID, .whole, .nothing, .misfit)
        slots = dice.within(1...5)
        redelivers = dice.chance(0.6)
        listsJobs = dice.chance(0.5)
        forgetsExpired = dice.chance(0.5)
        noise = dice.pick(0, 0.01, 0.04, 0.12)
        calmAt = dice.seconds(100...400)
        policy = Self.policy(dice)
        let trouble = dice.pick(0, 0.1, 0.1, 0.3)
        fates = (0..<count).map { _ in dice.chance(trouble) ? Self.fate(dice) : .fine }
        let end = calmAt
        func span(_ longest: Double) -> ClosedRange<Double> {
            let start = dice.seconds(0...end)
            return start...min(end, start + dice.seconds(0...longest))
        }
        weather = (0..<dice.below(3)).map { _ in
            let kinds: [Weather.Fault] = [
                .refused, .silent(processed: false), .serverTrouble(503), .rateLimited("1"), .denied(401),
            ]
            return Weather.Window(span: span(dice.pick(5, 60, 400)), fault: kinds[dice.below(kinds.count)])
        }
        starvation = (0..<dice.below(2)).map { _ in span(400) }
        purges = dice.chance(0.1) ? [dice.seconds(0...end)] : []
        steps = dice.chance(0.3) ? (0..<dice.within(1...2)).map { _ in Self.step(dice, before: end) } : []
        orders = dice.chance(0.5) ? [] : Self.orders(dice, before: end, workers: workers, count: count)
        kills = (0..<6).map { _ in
            guard dice.chance(0.4) else { return nil }
            if dice.chance(0.3) { return .after(dice.seconds(0...100)) }
            return .moment(dice.within(1...40), later: dice.pick(0, 0, 0.01, 0.2))
        }
        disk =
            dice.chance(0.25)
            ? (0..<dice.within(1...2)).map { _ in
                Disk.Trouble(span: span(dice.pick(1, 30, 200)), kind: dice.pick(.full, .full, .broken, .low))
            } : []
        asksOperator = dice.chance(0.5)
        reopenings = dice.pick(0, 0, 1, 2)
    }

    private static func policy(_ dice: Dice) -> RunPolicy {
        var policy = RunPolicy()
        policy.retries = dice.within(0...3)
        policy.infraRetries = dice.pick(1, 5)
        policy.contractRetries = dice.within(0...1)
        policy.backOffCap = dice.pick(2, 60)
        policy.maxFailures = dice.chance(0.15) ? dice.within(0...3) : nil
        policy.silenceLimit = dice.chance(0.3) ? 30 : nil
        policy.identicalFailures = dice.pick(nil, 2, 4, 10)
        policy.retryAllowance = dice.pick(1, 4, 10, 10)
        return policy
    }

    private static func fate(_ dice: Dice) -> Fate {
        let times = dice.pick(1, 1, 2, 1_000)
        switch dice.below(8) {
        case 0: return .slow
        case 1: return .fails(.transient, times: times)
        case 2: return .fails(dice.pick(.timeout, .infra, .contract), times: times)
        case 3: return .fails(dice.pick(.permanent, .poison), times: times)
        case 4, 5: return .kills(times: times)
        case 6: return .hangs(times: min(times, 3))
        default: return .bloats(times: times)
        }
    }

    private static func step(_ dice: Dice, before end: Double) -> Step {
        let hour: Int64 = 3_600_000
        let isSuspend = dice.chance(0.5)
        let length = isSuspend ? dice.pick(hour / 60, hour * 2 / 3, 10 * hour) : dice.pick(hour, -hour, 8_760 * hour)
        return Step(
            at: dice.seconds(0...end),
            milliseconds: !isSuspend && dice.chance(0.2) ? -8_760 * hour : length,
            isSuspend: isSuspend
        )
    }

    private static func orders(_ dice: Dice, before end: Double, workers: Int, count: Int) -> [Order] {
        let number = dice.pick(1, 2, 4, 12)
        let isStorm = dice.chance(0.2)
        let storm = dice.seconds(0...end)
        return (0..<number).map { _ in
            Order(
                at: isStorm ? storm + dice.seconds(0...0.5) : dice.seconds(0...min(end, 120)),
                command: dice.chance(0.15) ? nil : command(dice, workers: workers, count: count)
            )
        }.sorted { $0.at < $1.at }
    }

    static func command(_ dice: Dice, workers: Int, count: Int) -> Command {
        let worker = dice.within(1...workers + 1)
        switch dice.below(9) {
        case 0: return .cancelRun
        case 1, 2: return .cancelWorker(worker)
        case 3: return .pause
        case 4: return .proceed
        case 5: return .retryRun
        case 6: return .retryWorker(worker, indices: nil)
        default:
            return .retryWorker(worker, indices: [0, dice.within(-1...count + 1), dice.within(0...count)])
        }
    }

    /// The plan of the run.
    var plan: RunPlan {
        var catalogue = Catalogue()
        for index in 0..<count {
            catalogue.append(id: "fp-\(index)", hash: Self.hash(index), weight: 1, offset: 0, length: 100)
        }
        let items = Array(repeating: PlanItem(weight: 1, bytes: 100), count: count)
        let plan = Plan(items, workers: workers, limits: ChunkLimits(flashpoints: chunkMax))
        let header = RunHeader(
            run: "20250101-k3f9",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: workers,
            strategy: .even,
            flashpoints: count,
            shares: plan.shares.map(\.count)
        )
        return RunPlan(header: header, catalogue: catalogue, plan: plan, policy: policy)
    }

    /// A content hash that no other flashpoint has.
    static func hash(_ index: Int) -> String {
        let digits = String(index + 1, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
