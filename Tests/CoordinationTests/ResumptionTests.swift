import Coordination
import Flashpoints
import Testing

/// What a new driver takes up, in which order, and what it says about it.
@Suite struct ResumptionTests {
    private static func lines(_ driver: TestDriver) -> [String] {
        let start = driver.lines.lastIndex { $0.message.hasPrefix("Run resumed on") }
        return start.map { driver.lines[($0 + 1)...].map(\.text) } ?? []
    }

    @Test("Jobs are followed again before anything else, the oldest accepted first, and submissions come last")
    func order() {
        var driver = TestDriver(5, workers: 5)
        for (moment, worker) in [(1.0, 3), (2.0, 1), (3.0, 4)] {
            driver.now = moment
            driver.report(.accepted(Sample.first(worker), job: "j\(worker)"))
        }
        driver.report(TestDriver.ended(Sample.first(4), .lost))
        _ = driver.takeOutside()
        // Worker 2 is without an answer, worker 4 waits to try again, worker 5 is known last of all.
        driver.now = 3.5
        driver.report(.accepted(Sample.first(5), job: "j5"))
        _ = driver.takeOutside()
        driver.now = 9
        driver.resume()
        let remote = TestDriver.remote
        #expect(
            driver.takeOutside() == [
                .watch(Sample.first(3), job: "j3", endpoint: remote),
                .watch(Sample.first(1), job: "j1", endpoint: remote),
                .watch(Sample.first(5), job: "j5", endpoint: remote),
                .setTimer(.unknownGrace(Sample.first(2)), t: 14),
                .setTimer(.retry(worker: 4), t: 4),
                .submit(Sample.first(4).next),
            ]
        )
        #expect(
            Self.lines(driver).first
                == "INFO: Run follows 3 jobs again, looks for 1 submission without an answer, "
                + "has 1 flashpoint to send; 0 of 5 flashpoints had settled"
        )
        #expect(!driver.lines.contains { $0.message.contains("not driven") })
    }

    @Test("Jobs that went with the endpoint of this machine are told apart, and nothing of theirs can expire")
    func gone() {
        var driver = TestDriver(TestDriver.plan(4, workers: 2), endpoint: "http://127.0.0.1:9/v2/local#1")
        for worker in 1...2 { driver.report(.accepted(Sample.first(worker), job: "j\(worker)")) }
        driver.endpoint = "http://127.0.0.1:9/v2/local#2"
        driver.wallOffset = 3 * 3_600_000
        driver.resume()
        #expect(
            Self.lines(driver).first
                == "INFO: Run submits 2 jobs again that went with the endpoint; 0 of 4 flashpoints had settled"
        )
        #expect(!driver.lines.contains { $0.message.contains("not driven") })
        #expect(driver.standing == "ffff")
    }

    @Test(
        "After more than half an hour a warning tells that results are gone, unless nothing was out",
        arguments: [(29, true, false), (31, true, true), (300, false, false)]
    )
    func gap(minutes: Int, hasJob: Bool, warns: Bool) {
        var driver = TestDriver(2, workers: 1)
        if hasJob { driver.report(.accepted(Sample.first(1), job: "j")) }
        driver.wallOffset = Int64(minutes) * 60_000
        driver.resume()
        let warnings = driver.lines.filter { $0.level == .warning && $0.message.contains("not driven for") }
        #expect(warnings.count == (warns ? 1 : 0))
        #expect(warnings.allSatisfy { $0.message.contains("\(minutes) minutes") })
    }

    @Test("A run that has ended says nothing of the kind")
    func ended() {
        var driver = TestDriver(1, workers: 1)
        driver.exhaust { ref, indices in TestDriver.done(ref, indices) }
        driver.resume()
        #expect(Self.lines(driver).isEmpty)
    }

    @Test("A job that is taken up again is journalled as started once, unless the platform moved it")
    func startedOnce() {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"), TestDriver.running(ref, on: "i-1"))
        driver.resume()
        driver.report(TestDriver.running(ref, on: "i-1"), TestDriver.running(ref, on: nil))
        #expect(driver.events.count { if case .attemptStarted = $0.body { true } else { false } } == 1)
        driver.report(TestDriver.running(ref, on: "i-2"))
        #expect(driver.events.count { if case .attemptStarted = $0.body { true } else { false } } == 2)
        #expect(driver.overview.lane(1)?.instance == "i-2")
    }

    // MARK: - What a former driver left

    private static let forgotten = AttemptEnd(.lost, status: AttemptEnd.forgottenStatus, message: "it is not known")

    @Test("Jobs that were forgotten while nobody drove the run are submitted again without asking; later ones count")
    func forgotten() {
        var driver = TestDriver(16, workers: 16)
        for worker in 1...16 { driver.report(.accepted(Sample.first(worker), job: "j\(worker)")) }
        driver.wallOffset = 3 * 3_600_000
        driver.resume()
        for worker in 1...16 { driver.report(.ended(Sample.first(worker), Self.forgotten)) }
        #expect(driver.questions.isEmpty)
        driver.now = 100
        for worker in 1...16 { driver.timer(.retry(worker: worker)) }
        #expect((1...16).allSatisfy { driver.live($0) == Sample.first($0).next })
        #expect(driver.replayed() == driver.state)
        for worker in 1...16 {
            let ref = Sample.first(worker).next
            driver.report(.accepted(ref, job: "k\(worker)"), .ended(ref, Self.forgotten))
        }
        #expect(driver.questions.count == 1)
    }

    @Test("Submissions of which a driver died are looked for and made again without asking, however many they are")
    func unanswered() {
        var driver = TestDriver(16, workers: 16)
        driver.resume()
        for worker in 1...16 { driver.giveUp(Sample.first(worker)) }
        #expect(driver.questions.isEmpty)
        driver.now = 100
        for worker in 1...16 { driver.timer(.retry(worker: worker)) }
        #expect((1...16).allSatisfy { driver.live($0) == Sample.first($0).next })
    }

    // MARK: - Clocks

    @Test("A wall clock that is set changes nothing but what is displayed", arguments: 0..<60 as Range<UInt64>)
    func steppedClock(seed: UInt64) throws {
        var steady = SimulatedWorld(seed: seed)
        var stepped = SimulatedWorld(seed: seed, stepsClock: true)
        try steady.play()
        try stepped.play()
        let (left, right) = (steady.driver.events.map(\.body.timeless), stepped.driver.events.map(\.body.timeless))
        #expect(left == right)
        #expect(steady.driver.events.map(\.t) == stepped.driver.events.map(\.t))
    }

    @Test("A clock set back a year makes no run shorter than it was driven")
    func wallSeconds() {
        var driver = TestDriver(1, workers: 1)
        driver.now = 12
        driver.wallOffset = -365 * 86_400_000
        driver.exhaust { ref, indices in TestDriver.done(ref, indices) }
        #expect(driver.overview.answer?.wallSeconds == 12)
    }
}

extension Event.Body {
    /// Without the wall times that an event itself carries.
    fileprivate var timeless: Event.Body {
        switch self {
        case .runEnded(var answer):
            answer.wallSeconds = 0
            // Jobs that nobody watched are billed by the clock on the wall.
            answer.bill = nil
            return .runEnded(answer)
        case .endpointUnreachable(_, let cause, let status):
            return .endpointUnreachable(since: 0, cause: cause, status: status)
        default: return self
        }
    }
}
