import Flashpoints
import Testing

@testable import Coordination

@Suite("What a run is billed")
struct BillTests {
    private static let one = Sample.first(1)
    private static let two = Sample.first(2)

    private static func bill(_ history: [(t: Double, body: Event.Body)]) -> Bill {
        var bill = Bill()
        for event in events([3, 3], history) { bill.apply(event) }
        return bill
    }

    /// What happened when; the wall clock goes with the seconds driven.
    private static func events(_ shares: [Int], _ history: [(t: Double, body: Event.Body)]) -> [Event] {
        var header = Sample.header(shares)
        header.pricePerSecond = 0.5
        return ([(0, .runPlanned(header))] + history).enumerated().map { place, entry in
            Event(seq: place + 1, at: Int64(entry.t * 1_000), t: entry.t, body: entry.body)
        }
    }

    /// A job that is taken at 2 s.
    private static func begun(
        _ ref: AttemptRef = one,
        _ indices: Range<Int> = 0..<3,
        on instance: String? = nil,
        delay: Int? = nil,
        at t: Double = 2
    ) -> [(t: Double, body: Event.Body)] {
        [
            (t - 1, Sample.intended(ref, indices)), (t - 1, .attemptAccepted(ref, job: "j-\(ref.worker)")),
            (t, .attemptStarted(ref, instance: instance, delayMS: delay)),
        ]
    }

    private static func end(
        _ kind: AttemptEnd.Kind,
        _ ref: AttemptRef = one,
        executionMS: Int? = nil
    ) -> Event.Body {
        .attemptEnded(ref, AttemptEnd(kind, status: "X", executionMS: executionMS))
    }

    @Test("A job that runs counts up to now, one that has ended as long as the endpoint says")
    func running() {
        let begun = Self.begun()
        #expect(Self.bill(begun).seconds(at: 9.5) == 7.5)
        #expect(Self.bill(begun).running == 1)
        #expect(Self.bill(begun).seconds(at: 0) == 0)
        let results = (0..<3).map { (t: 8.0, body: Sample.ok(Self.one, $0, seconds: 2)) }
        let told = Self.bill(begun + results + [(9, Self.end(.completed, executionMS: 6_200))])
        #expect(told.seconds(at: 99) == 6.2)
        #expect(told.lostSeconds == 0)
        #expect(told.running == 0)
        #expect(Self.bill(begun + [(9, Self.end(.completed))]).seconds(at: 99) == 7, "else from start to end")
    }

    @Test("Ended twice is billed once, and an end without a start costs nothing")
    func twice() {
        let ends = [(t: 9.0, body: Self.end(.completed, executionMS: 1_000))]
        #expect(Self.bill(Self.begun() + ends + ends).seconds(at: 0) == 1)
        let queued = Array(Self.begun().dropLast())
        #expect(Self.bill(queued + [(9, Self.end(.cancelled))]).seconds(at: 99) == 0)
        #expect(Self.bill(queued + [(9, Self.end(.cancelled))]).isBilled)
    }

    @Test(
        "What a job ran and no outcome came of is lost, however it ended",
        arguments: [.failed, .timedOut, .lost, .cancelled, .completed, .oversize] as [AttemptEnd.Kind]
    )
    func lost(kind: AttemptEnd.Kind) {
        let one = (t: 5.0, body: Sample.ok(Self.one, 0, seconds: 2))
        let bill = Self.bill(Self.begun() + [one, (9, Self.end(kind, executionMS: 6_000))])
        #expect(bill.executionSeconds == 6)
        #expect(bill.lostSeconds == 4)
        // Of a flashpoint without a time of its own the job's part counts.
        let unmeasured = (t: 5.0, body: Sample.ok(Self.one, 0, seconds: nil))
        #expect(Self.bill(Self.begun() + [unmeasured, (9, Self.end(kind, executionMS: 6_000))]).lostSeconds == 4)
    }

    @Test("A result that another attempt had brought before is work done twice")
    func duplicates() {
        let again = Self.one.next
        let history =
            Self.begun() + [(5, Sample.ok(Self.one, 0, seconds: 2)), (6, Self.end(.lost))]
            + Self.begun(again, 0..<2, at: 8)
            + [
                (10, .flashpointDuplicate(again, index: 0, id: "fp-0")), (11, Sample.ok(again, 1, seconds: 2)),
                (12, Self.end(.completed, again, executionMS: 4_000)),
            ]
        let bill = Self.bill(history)
        #expect(bill.executionSeconds == 4 + 4)
        #expect(bill.lostSeconds == 2 + 2)
    }

    @Test("A job that was moved to another machine counts on both")
    func moved() {
        let history =
            Self.begun(on: "a", delay: 0) + [
                (5, .attemptStarted(Self.one, instance: "a", delayMS: 0)),
                (6, .attemptStarted(Self.one, instance: "b", delayMS: 0)),
                (9, Self.end(.failed, executionMS: 2_500)),
            ]
        let bill = Self.bill(history)
        #expect(bill.executionSeconds == 4 + 2.5)
        #expect(bill.lostSeconds == 4 + 2.5)
    }

    @Test("An attempt that consists of several jobs costs what each of them ran, and nothing twice")
    func parts() {
        typealias Entry = (t: Double, body: Event.Body)
        func start(_ t: Double, on instance: String?, after formerMS: Int?, isBilled: Bool = true) -> Entry {
            let part = AttemptPart(formerMS: formerMS, isBilled: isBilled)
            return (t, .attemptStarted(Self.one, instance: instance, delayMS: 0, part: part))
        }
        let begun = Array(Self.begun().dropLast())
        let jobs = [
            start(2, on: "a", after: nil), start(700, on: "b", after: 600_000), start(1_400, on: "c", after: 600_000),
        ]
        #expect(Self.bill(begun + jobs).seconds(at: 1_500) == 1_300)
        let results = (0..<3).map { (t: 1_900.0, body: Sample.ok(Self.one, $0, seconds: 600)) }
        let bill = Self.bill(begun + jobs + results + [(2_100, Self.end(.completed, executionMS: 600_000))])
        #expect(bill.executionSeconds == 1_800)
        #expect(bill.lostSeconds == 0)
        // The last is done in the process of another job, which is billed.
        let here = [start(2_100, on: nil, after: 600_000, isBilled: false)]
        #expect(Self.bill(begun + jobs + here).seconds(at: 2_500) == 1_800)
        #expect(Self.bill(begun + jobs + here + [(2_700, Self.end(.completed))]).executionSeconds == 1_800)
        #expect(Self.bill(begun + jobs + here).running == 0)
        // Of a job before that told nothing the time until the next one counts.
        let untold = [start(2, on: "a", after: nil), start(700, on: "b", after: nil)]
        #expect(Self.bill(begun + untold + [(800, Self.end(.lost))]).executionSeconds == 698 + 100)
    }

    @Test("The wait for a machine new to the run is its cold start, less the shortest wait for a known one")
    func coldStarts() {
        #expect(Self.bill(Self.begun(on: "a", delay: 40_000)).coldStartSeconds == 40)
        #expect(Self.bill(Self.begun(on: "a", delay: 9_000_000)).coldStartSeconds == 420, "RunPod gives it up then")
        #expect(Self.bill(Self.begun(on: nil, delay: 40_000)).coldStartSeconds == 0, "nobody knows")
        let next = Self.one.next
        let history =
            Self.begun(on: "a", delay: 40_000) + [(9, Self.end(.failed, executionMS: 1_000))]
            + Self.begun(next, on: "a", delay: 1_500, at: 12)
            + Self.begun(Self.two, 3..<6, on: "b", delay: 31_500, at: 14)
        #expect(Self.bill(history).coldStartSeconds == 40 + 30)
        #expect(Self.bill(history).seconds(at: 14) == 70 + 1 + 2)
    }

    @Test("Work on this machine costs nothing", arguments: ["in-process#1", "http://127.0.0.1:9/v2/local#7"])
    func here(endpoint: String) {
        let history: [(t: Double, body: Event.Body)] =
            [(1, .attemptIntended(Self.one, nonce: "n", indices: IndexList(0..<3), endpoint: endpoint))]
            + Array(Self.begun(on: "a", delay: 5_000).dropFirst())
            + [(9, Self.end(.completed, executionMS: 7_000))]
        let bill = Self.bill(history)
        #expect(!bill.isBilled)
        #expect(bill.seconds(at: 99) == 0)
        var state = TestDriver(3, workers: 1).state
        state = RunState(plan: state.plan)
        for event in Self.events([3], history) { _ = state.reduce(event) }
        #expect(state.answer(at: 0, now: 9).bill == nil)
    }

    @Test("A refusal of the key ends no job that runs, and a gap between drivers is billed")
    func gap() {
        let refused = (t: 4.0, body: Event.Body.attemptRefused(Self.one, Failure(.config, "401")))
        var events = Self.events([3], Self.begun() + [refused])
        var bill = Bill()
        for event in events { bill.apply(event) }
        #expect(bill.running == 1)
        // An hour later somebody resumes; the seconds driven go on where they were.
        events = [
            Event(seq: 8, at: 3_604_000, t: 4, body: .runResumed(endpoint: "https://api.runpod.ai/v2/e1")),
            Event(seq: 9, at: 3_605_000, t: 5, body: Self.end(.failed)),
        ]
        for event in events { bill.apply(event) }
        // 2 s before, 3,600 s between, 1 s after.
        #expect(bill.seconds(at: 5) == 3_603)
    }

    @Test("No gap is longer than a day: beyond it the clock was set", arguments: [31_536_000_000, -31_536_000_000])
    func steppedClock(at: Int64) {
        var bill = Self.bill(Self.begun())
        bill.apply(Event(seq: 8, at: at, t: 4, body: .runResumed(endpoint: "https://api.runpod.ai/v2/e1")))
        #expect(bill.seconds(at: 5) == (at > 0 ? 86_403 : 3))
    }

    @Test(
        "In any history the screen's bill is the run's, and what was lost is part of it",
        arguments: 0..<40 as Range<UInt64>
    )
    func histories(seed: UInt64) throws {
        var world = SimulatedWorld(seed: seed)
        try world.play()
        let driver = world.driver
        #expect(driver.state.bill == driver.overview.bill)
        #expect(driver.replayed().bill == driver.state.bill)
        let bill = driver.state.bill
        #expect(bill.lostSeconds >= 0 && bill.lostSeconds <= bill.executionSeconds)
        #expect(bill.seconds(at: driver.now) >= bill.executionSeconds + bill.coldStartSeconds)
        // Of what goes amiss no more is told than fits, and nothing once the run has ended.
        let findings = Diagnosis.findings(driver.overview.observations, t: driver.now)
        #expect(findings.count <= Diagnosis.most)
        #expect(driver.overview.phase != .ended || findings.isEmpty)
    }

    @Test("The answer says seconds and dollars, the overview the same, and a resumed run too")
    func answer() throws {
        let driver = TestDriver(3, workers: 1)
        var plan = driver.state.plan
        plan.header.pricePerSecond = 0.5
        let results = (0..<2).map { (t: 8.0, body: Sample.ok(Self.one, $0, seconds: 2)) }
        let events = Self.events([3], Self.begun(on: "a", delay: 10_000) + results + [(9, Self.end(.lost))])
        var state = RunState(plan: plan)
        var overview = Overview()
        for event in events {
            _ = state.reduce(event)
            overview.apply(event)
            // Whoever resumes reads the state back from bytes.
            state = try RunStatePackedTests.repacked(state)
        }
        #expect(state.bill == overview.bill)
        let bill = try #require(state.answer(at: 9_000, now: 9).bill)
        #expect(bill == RunBill(billedSeconds: 17, coldStartSeconds: 10, lostSeconds: 3, costEstimate: 8.5))
        #expect(bill.lostCostEstimate == 1.5)
    }
}
