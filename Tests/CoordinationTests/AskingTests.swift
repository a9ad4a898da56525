import Coordination
import Flashpoints
import Testing

/// When a run stops by itself and asks: failures that are alike, and too many retries.
@Suite struct AskingTests {
    private static func policy(identical: Int? = 3, allowance: Int = 1_000, share: Double = 0) -> RunPolicy {
        var policy = RunPolicy()
        policy.identicalFailures = identical
        policy.retryAllowance = allowance
        policy.retryShare = share
        return policy
    }

    /// A lane of single flashpoints, so that each failure is a job of its own.
    private static func driver(_ count: Int, _ policy: RunPolicy) -> TestDriver {
        TestDriver(count, workers: 1, chunkMax: 1, policy: policy)
    }

    private static func fails(_ ref: AttemptRef, _ indices: IndexList, _ message: String) -> [Report] {
        indices.map { .result(ref, TestDriver.item($0, .failure(Failure(.permanent, stage: "load", message)))) }
            + [TestDriver.ended(ref, .completed)]
    }

    @Test("Failures in a row that differ in nothing but numbers and ids pause the run, once, and nothing more is sent")
    func breaker() throws {
        var driver = Self.driver(9, Self.policy())
        let attempts = driver.exhaust { ref, indices in
            Self.fails(ref, indices, "fp-\(indices.first ?? 0): no table 77\(ref.chunk)")
        }
        #expect(attempts.count == 3)
        #expect(driver.standing == "xxxpppppp")
        let why = try #require(driver.questions.first)
        #expect(driver.questions.count == 1)
        #expect(why.hasPrefix("3 failures in a row are alike (permanent in load: … no table …)"))
        #expect(driver.overview.pauseCause == why)
        #expect(driver.state.pauseCause == why)
        #expect(driver.command(.pause) == .tooLate("the run is paused already: \(why)"))
        #expect(driver.lines.contains { $0.text == "WARNING: Run paused: \(why); then continue or cancel it" })
        #expect(driver.replayed() == driver.state)
    }

    @Test("Who lets it go on, by hand or by resuming, starts the count anew", arguments: [true, false])
    func goesOn(byHand: Bool) {
        var driver = Self.driver(9, Self.policy())
        for round in 1...2 {
            driver.exhaust { ref, indices in Self.fails(ref, indices, "no table") }
            #expect(driver.questions.count == round)
            #expect(driver.state.counts.failed == round * 3)
            if byHand { driver.command(.proceed) } else { driver.resume() }
            #expect(driver.state.pauseCause == nil)
            #expect(driver.overview.pauseCause == nil)
        }
        driver.exhaust { ref, indices in Self.fails(ref, indices, "no table") }
        // The last three leave nothing to send, so there is nothing to ask.
        #expect(driver.questions.count == 2)
        #expect(driver.state.phase == .ended)
    }

    @Test("Without anybody to ask, the same effect tells the driver to leave, once")
    func unattended() {
        var driver = Self.driver(9, Self.policy())
        driver.asksOperator = false
        var asked = 0
        for _ in 0..<5 {
            guard let ref = driver.live(1) else { break }
            _ = driver.takeOutside()
            driver.report([.accepted(ref, job: "j")] + Self.fails(ref, [ref.chunk - 1], "no table"))
            asked += driver.takeOutside().count { if case .ask = $0 { true } else { false } }
        }
        #expect(asked == 1)
    }

    @Test("A success, or a failure of another kind, begins a new row")
    func interrupted() {
        var driver = Self.driver(9, Self.policy())
        driver.exhaust { ref, indices in
            switch ref.chunk {
            case 3: TestDriver.done(ref, indices)
            case 6: Self.fails(ref, indices, "something else")
            default: Self.fails(ref, indices, "no table")
            }
        }
        #expect(driver.state.phase == .ended)
        #expect(driver.questions.isEmpty)
    }

    @Test("A job that ends badly counts once, however many flashpoints it held")
    func wholeJobs() {
        var driver = TestDriver(40, workers: 1, chunkMax: 20, policy: Self.policy())
        driver.report(.accepted(Sample.first(1), job: "j"), TestDriver.running(Sample.first(1)))
        driver.report(TestDriver.ended(Sample.first(1), .lost))
        driver.exhaust { ref, indices in TestDriver.done(ref, indices) }
        #expect(driver.questions.isEmpty)
        #expect(driver.state.counts.ok == 40)
    }

    @Test("Jobs that are lost one after the other are failures in a row too")
    func lostJobs() throws {
        var driver = TestDriver(8, workers: 1, policy: Self.policy())
        driver.exhaust { ref, _ in [TestDriver.running(ref), TestDriver.ended(ref, .lost, message: "worker 7 is gone")]
        }
        #expect(driver.standing == "pppppppp")
        #expect(try #require(driver.questions.first).contains("(infra: the job was lost: worker … is gone)"))
    }

    @Test("Without a limit of identical failures nobody is asked", arguments: [nil, 0] as [Int?])
    func unlimited(limit: Int?) {
        var driver = Self.driver(30, Self.policy(identical: limit))
        driver.exhaust { ref, indices in Self.fails(ref, indices, "no table") }
        #expect(driver.questions.isEmpty)
        #expect(driver.state.phase == .ended)
    }

    @Test("More retries than the allowance and the share of the submissions permit pause the run")
    func retryBudget() throws {
        var driver = Self.driver(20, Self.policy(identical: nil, allowance: 2, share: 0.1))
        let attempts = driver.exhaust { ref, indices in
            ref.attempt == 1
                ? [TestDriver.failed(ref, ref.chunk - 1, .transient), TestDriver.ended(ref, .completed)]
                : TestDriver.done(ref, indices)
        }
        // 3 > 0.1 × 5 + 2: the third retry is one too many.
        #expect(attempts.count == 5)
        let why = try #require(driver.questions.first)
        #expect(why.hasPrefix("3 of the latest 5 submissions had to be made again, more than 10 % and 2;"))
        driver.command(.proceed)
        #expect(driver.live(1) != nil)
    }

    @Test("Submissions that may have arrived and are made again count as retries, so that they are bounded")
    func unanswered() {
        var driver = TestDriver(1, workers: 1, policy: Self.policy(allowance: 2))
        for _ in 1...3 {
            guard let ref = driver.live(1) else { break }
            driver.report(.unknown(ref, why: "reset"))
            driver.giveUp(ref)
            driver.now += 100
            driver.timer(.retry(worker: 1))
        }
        #expect(driver.questions.count == 1)
        #expect(driver.standing == "p")
    }

    @Test("Submissions that the platform answered with trouble are made again without anybody being asked")
    func platformTrouble() {
        var driver = TestDriver(1, workers: 1, policy: Self.policy(allowance: 2))
        for _ in 1...40 {
            guard let ref = driver.live(1) else { break }
            driver.report(.unknown(ref, why: "the platform failed (503: busy)", status: 503))
            driver.giveUp(ref)
            driver.now += 100
            driver.timer(.retry(worker: 1))
        }
        #expect(driver.questions.isEmpty)
        #expect(driver.live(1)?.attempt == 41)
        #expect(driver.replayed() == driver.state)
    }

    @Test("What is sent again without fault, for being too much, or at the operator's wish is no retry")
    func freeRetries() {
        var driver = TestDriver(8, workers: 1, policy: Self.policy(identical: nil, allowance: 0))
        for round in 1...5 {
            driver.endpoint = "http://127.0.0.1:9/v2/local#\(round)"
            driver.resume()
        }
        for _ in 1...5 {
            guard let ref = driver.live(1) else { break }
            driver.report(.unknown(ref, why: "reset"))
            driver.timer(.unknownGrace(ref))
            driver.report(TestDriver.ended(ref, .absent))
        }
        driver.exhaust { ref, indices in
            if indices.count > 4 { return [TestDriver.ended(ref, .oversize)] }
            if indices.count > 1 { return [TestDriver.ended(ref, .timedOut)] }
            return Self.fails(ref, indices, "odd")
        }
        #expect(driver.state.phase == .ended)
        driver.command(.retryWorker(1, indices: nil))
        driver.exhaust { ref, indices in TestDriver.done(ref, indices) }
        #expect(driver.standing == "oooooooo")
        #expect(driver.questions.isEmpty)
    }

    @Test("A run that cancels itself for its failures does not ask as well")
    func maxFailures() {
        var policy = Self.policy()
        policy.maxFailures = 2
        var driver = Self.driver(9, policy)
        driver.exhaust { ref, indices in Self.fails(ref, indices, "no table") }
        #expect(driver.questions.isEmpty)
        #expect(driver.standing == "xxxcccccc")
    }
}
