import Coordination
import Flashpoints
import TestSupport
import Testing

@Suite struct OverviewTests {
    private static let one = Sample.first(1)

    private static func overview(_ bodies: [Event.Body]) -> Overview {
        var overview = Overview()
        for event in Sample.events(bodies) { overview.apply(event) }
        return overview
    }

    @Test("A lane's state follows its attempt")
    func states() {
        let second = AttemptRef(worker: 1, chunk: 2, attempt: 1)
        let one = Self.one
        let steps: [(Event.Body, LaneView.State)] = [
            (.runPlanned(Sample.header([3, 0], chunks: [2, 0])), .waiting),
            (Sample.intended(one, 0..<2), .submitting),
            (.attemptUnknown(one, why: "reset"), .unanswered),
            (.attemptAccepted(one, job: "j"), .queued),
            (.attemptStarted(one, instance: "i", delayMS: 2_000), .running),
            (Sample.ok(one, 0), .running),
            (.attemptEnded(one, AttemptEnd(.lost, status: "FAILED")), .waiting),
            (.retryScheduled(one.next, t: 9, why: "lost"), .retrying),
            (Sample.intended(one.next, 1..<2), .submitting),
            (.attemptAccepted(one.next, job: "k"), .queued),
            (Sample.ok(one.next, 1), .queued),
            (.attemptEnded(one.next, AttemptEnd(.completed, status: "COMPLETED")), .waiting),
            (Sample.intended(second, 2..<3), .submitting),
            (.attemptAccepted(second, job: "l"), .queued),
            (.workerCancelRequested(worker: 1), .cancelling),
            (.attemptEnded(second, AttemptEnd(.cancelled, status: "CANCELLED")), .waiting),
            (Sample.cancelled(worker: 1, 2), .cancelled),
            (.workerRetried(worker: 1, indices: nil), .waiting),
        ]
        var overview = Overview()
        for (step, event) in Sample.events(steps.map(\.0)).enumerated() {
            overview.apply(event)
            #expect(overview.lane(1)?.state == steps[step].1, "after \(event.name)")
        }
        #expect(overview.lane(2)?.state == .idle)
        #expect(overview.lane(1)?.chunkNumber == 2)
        #expect(overview.lane(1)?.chunks == 2)
        #expect(overview.lane(1)?.submissions == 3)
        #expect(overview.lane(1)?.queueSeconds == 2)
        #expect(overview.counts.settled == 2)
    }

    @Test("A lane shows its chunk, its flashpoint with its stage, its job, instance, vitals and latest event")
    func lane() throws {
        let overview = Self.overview([
            .runPlanned(Sample.header([3])), Sample.intended(Self.one, 0..<3), .attemptAccepted(Self.one, job: "j"),
            .attemptStarted(Self.one, instance: "i", delayMS: nil), Sample.ok(Self.one, 0),
            .flashpointStarted(Self.one, index: 1, id: "fp-1"),
            .flashpointProgress(Self.one, index: 1, stage: "extract", done: 12, of: 37),
            .workerVitals(worker: 1, residentMB: 212, cpuSeconds: 3.5),
        ])
        let lane = try #require(overview.lane(1))
        let chunk = try #require(lane.chunk)
        #expect([chunk.id, chunk.done, chunk.total] == [1, 1, 3])
        let current = try #require(lane.current)
        #expect([current.index, current.done, current.of] == [1, 12, 37])
        #expect([current.id, current.stage] == ["fp-1", "extract"])
        #expect(lane.job == "j")
        #expect(lane.instance == "i")
        #expect(lane.attempt == Self.one)
        #expect(lane.vitals?.residentMB == 212)
        #expect(lane.vitals?.cpuSeconds == 3.5)
        #expect(lane.lastEvent == 7)
    }

    @Test("Speedup and efficiency are those of the settled seconds, and the answer's once there is one")
    func speedup() {
        var bodies: [Event.Body] = [.runPlanned(Sample.header([2, 2]))]
        #expect(Self.overview(bodies).speedup() == nil)
        #expect(Self.overview(bodies).attainable == nil)
        bodies += [Sample.ok(Sample.first(1), 0, seconds: 6), Sample.ok(Sample.first(2), 2, seconds: 2)]
        let overview = Self.overview(bodies)
        #expect(overview.t == 2)
        #expect(overview.speedup() == 4)
        #expect(overview.speedup(duration: 4) == 2)
        #expect(overview.efficiency(duration: 4) == 1)
        #expect(overview.attainable == 16.0 / 10)
    }

    @Test("The end brings the answer, a retry takes it away, and its own outcome comes in its place")
    func reopened() throws {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        driver.report(
            .accepted(first, job: "j"),
            TestDriver.ok(first, 0),
            TestDriver.failed(first, 1, .permanent, seconds: 4)
        )
        driver.report(TestDriver.ended(first, .completed))
        #expect(driver.overview.phase == .ended)
        #expect(driver.overview.answer?.failed == 1)
        #expect(driver.overview.sequentialSeconds == 5)
        driver.command(.retryWorker(1, indices: nil))
        #expect(driver.overview.phase == .running)
        #expect(driver.overview.answer == nil)
        #expect(driver.overview.sequentialSeconds == 1)
        #expect(driver.overview.failureGroups.isEmpty)
    }

    @Test("Failures that differ in numbers, addresses and ids fall together, the commonest first")
    func groups() throws {
        let messages = [
            "fp-0: GET https://a.example/1 took 61.2 s", "fp-1: GET https://b.example/2 took 99 s", "answered 503",
            "answered 404", "fp-4: GET http://c/3 took 7 s",
        ]
        var bodies: [Event.Body] = [.runPlanned(Sample.header([5]))]
        for (index, message) in messages.enumerated() {
            bodies.append(Sample.failed(Self.one, index, Failure(.transient, stage: "fetch", message)))
        }
        let groups = Self.overview(bodies).failureGroups
        #expect(groups.map(\.count) == [3, 1, 1])
        #expect(groups.map(\.message) == ["… GET … took … s", "answered 404", "answered 503"])
        #expect(groups.first?.examples.map(\.id) == ["fp-0", "fp-1", "fp-4"])
        #expect(groups.first?.stage == "fetch")
        bodies.append(.workerRetried(worker: 1, indices: [0, 2]))
        let left = Self.overview(bodies).failureGroups
        #expect(left.map(\.count) == [2, 1])
        #expect(left.first?.examples.map(\.id) == ["fp-1", "fp-4"])
    }

    @Test("However many causes there are, the groups stay few and name a few flashpoints each")
    func bounded() {
        var bodies: [Event.Body] = [.runPlanned(Sample.header([3_000]))]
        for index in 0..<3_000 {
            let word = String(repeating: "x", count: index % 300)
            bodies.append(Sample.failed(Self.one, index, Failure(.permanent, "odd \(word)")))
        }
        let groups = Self.overview(bodies).failureGroups
        #expect(groups.count == 65)
        #expect(groups.reduce(0) { $0 + $1.count } == 3_000)
        #expect(groups.allSatisfy { $0.examples.count <= 5 })
        #expect(groups.first?.message == "other causes")
    }

    @Test("The endpoint's counters and silence, pauses, cancelling and a refusal are seen and pass")
    func endpoint() {
        var health = HealthCounters()
        health.running = 3
        let refusal = Failure(.config, "401")
        var bodies: [Event.Body] = [
            .runPlanned(Sample.header([1])), .endpointHealth(health), .endpointUnreachable(since: 5, cause: "no route"),
            .runPaused(), .runCancelRequested(why: "asked"), .attemptRefused(Self.one, refusal),
            .flashpointDuplicate(Self.one, index: 0, id: "fp-0"),
        ]
        let troubled = Self.overview(bodies)
        #expect(troubled.health == health)
        #expect(troubled.trouble?.since == 5)
        #expect(troubled.trouble?.cause == "no route")
        #expect(troubled.isPaused)
        #expect(troubled.cancelCause == "asked")
        #expect(troubled.halted == refusal)
        #expect(troubled.duplicates == 1)
        bodies += [.endpointReachable, .runResumed(endpoint: "e"), .workerRetried(worker: 1, indices: nil)]
        let well = Self.overview(bodies)
        #expect(well.trouble == nil)
        #expect(!well.isPaused)
        #expect(well.cancelCause == nil)
        #expect(well.halted == nil)
    }

    @Test("While the endpoint is silent, results expire half an hour after each job was last heard of")
    func expiry() {
        var driver = TestDriver(4, workers: 2)
        #expect(driver.overview.resultsExpireAt == nil)
        let (one, two) = (Sample.first(1), Sample.first(2))
        let half = Overview.retention
        driver.now = 10
        driver.report(.accepted(one, job: "a"), .accepted(two, job: "b"))
        #expect(driver.overview.resultsExpireAt == 10_000 + half)
        #expect(driver.overview.lane(1)?.acceptedAt == 10_000)
        // Had a job ended by now, the endpoint that answers would have told.
        driver.now = 100
        driver.report(.health(HealthCounters()))
        #expect(driver.overview.resultsExpireAt == 100_000 + half)
        driver.now = 130
        driver.report(.unreachable(since: 120_000, cause: "no route"))
        #expect(driver.overview.resultsExpireAt == 100_000 + half)
        // Worker 1 is heard all the same; worker 2 stays the one to worry about.
        driver.now = 200
        driver.report(TestDriver.ok(one, 0))
        #expect(driver.overview.lane(1)?.heardAt == 200_000)
        #expect(driver.overview.resultsExpireAt == 100_000 + half)
        driver.report(TestDriver.ok(two, 2), TestDriver.ok(two, 3), TestDriver.ended(two, .completed))
        #expect(driver.overview.resultsExpireAt == 200_000 + half)
        driver.now = 300
        driver.report(.reachable)
        #expect(driver.overview.resultsExpireAt == 300_000 + half)
        driver.report(TestDriver.ok(one, 1), TestDriver.ended(one, .completed))
        #expect(driver.overview.resultsExpireAt == nil)
    }

    @Test("Jobs on an endpoint that ends with its driver have no result to expire")
    func expiryOnThisMachine() {
        let overview = Self.overview([
            .runPlanned(Sample.header([3])),
            .attemptIntended(Self.one, nonce: "n", indices: [0, 1, 2], endpoint: "http://127.0.0.1:9/v2/local#1"),
            .attemptAccepted(Self.one, job: "j"),
        ])
        #expect(overview.lane(1)?.job == "j")
        #expect(overview.resultsExpireAt == nil)
    }

    @Test("A job that could not be cancelled is listed once, until its end is seen")
    func uncancelled() {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"))
        driver.command(.cancelRun)
        let report = Report.uncancelled(ref, job: "j", why: "500")
        driver.report(report, report)
        #expect(driver.overview.uncancelled.map(\.job) == ["j"])
        #expect(
            driver.lines.last?.text
                == "ERROR: Worker 1 could not cancel job j (chunk 1, attempt 1), which may go on to its limit: 500"
        )
        driver.report(TestDriver.ended(ref, .completed))
        #expect(driver.overview.uncancelled.isEmpty)
    }

    @Test(
        "A job that could not be cancelled stays listed when the run gives it up, and its end was not seen",
        arguments: [
            (AttemptEnd(.lost, status: "IN_PROGRESS"), 1), (AttemptEnd(.lost, status: "422"), 1),
            (AttemptEnd(.gone, status: "OUT_OF_REACH"), 1), (AttemptEnd(.lost, status: "404"), 0),
            (AttemptEnd(.lost, status: "FAILED"), 0), (AttemptEnd(.gone, status: "GONE"), 0),
        ]
    )
    func givenUp(end: AttemptEnd, listed: Int) {
        let overview = Self.overview([
            .runPlanned(Sample.header([3])),
            .attemptIntended(Self.one, nonce: "n", indices: [0, 1, 2], endpoint: "https://api.runpod.ai/v2/e"),
            .attemptAccepted(Self.one, job: "j"), .attemptUncancelled(Self.one, job: "j", why: "500"),
            .attemptEnded(Self.one, end),
        ])
        #expect(overview.uncancelled.count == listed)
    }

    @Test("An example of a failure tells its worker, attempts and machine")
    func examples() throws {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"), TestDriver.running(ref, on: "i-9"))
        driver.report(TestDriver.failed(ref, 0, .permanent), TestDriver.ended(ref, .completed))
        let example = try #require(driver.overview.failureGroups.first?.examples.first)
        #expect([example.index, example.worker, example.attempts] == [0, 1, 1])
        #expect(example.instance == "i-9")
    }

    @Test("Events in any order do no harm", arguments: 0..<20 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var world = SimulatedWorld(seed: seed)
        try world.play()
        var random = SeededGenerator(seed: seed)
        var overview = Overview()
        var lines = LogLines(level: .debug)
        for event in world.driver.events.shuffled(using: &random) {
            overview.apply(event)
            _ = lines.lines(for: event)
        }
        #expect(overview.counts.ok >= 0)
        #expect(overview.lanes.allSatisfy { $0.failed >= 0 && $0.cancelled >= 0 && $0.seconds >= 0 })
        #expect(overview.seq == world.driver.events.last?.seq)
    }

    // MARK: - The cause of a low efficiency

    private static func cause(_ bodies: [Event.Body], shares: [Int], t: Double) -> EfficiencyCause? {
        var overview = Overview()
        overview.apply(Event(seq: 1, at: 0, t: 0, body: .runPlanned(Sample.header(shares))))
        for (place, body) in bodies.enumerated() {
            overview.apply(Event(seq: place + 2, at: 0, t: t * Double(place + 1) / Double(bodies.count), body: body))
        }
        return overview.efficiencyCause
    }

    @Test("A run that used its workers well has no cause to name")
    func efficient() {
        let bodies = [Sample.ok(Sample.first(1), 0, seconds: 9), Sample.ok(Sample.first(2), 1, seconds: 10)]
        #expect(Self.cause(bodies, shares: [1, 1], t: 10) == nil)
        #expect(Self.cause([], shares: [1, 1], t: 10) == nil)
    }

    @Test("The largest share, idle workers, queues, retries and stops are told apart")
    func causes() throws {
        let one = Sample.first(1)
        let two = Sample.first(2)
        let uneven = [Sample.ok(one, 0, seconds: 10), Sample.ok(two, 1, seconds: 1)]
        #expect(Self.cause(uneven, shares: [1, 1], t: 10) == .largestShare(worker: 1, seconds: 10))
        #expect(Self.cause([Sample.ok(one, 0, seconds: 10)], shares: [1, 0, 0], t: 10) == .idleWorkers(2))
        let late: [Event.Body] = [
            Sample.intended(one, 0..<1), .attemptAccepted(one, job: "j"),
            .attemptStarted(one, instance: nil, delayMS: 30_000),
            Sample.ok(one, 0, seconds: 10),
        ]
        #expect(Self.cause(late, shares: [1], t: 40) == .queueDelay(seconds: 30))
        for (end, cause) in [(AttemptEnd.Kind.lost, EfficiencyCause.retries(seconds: 10)), (.gone, .stop(seconds: 10))]
        {
            let again: [Event.Body] = [
                Sample.intended(one, 0..<1), .attemptAccepted(one, job: "j"),
                .attemptStarted(one, instance: nil, delayMS: nil),
                .attemptEnded(one, AttemptEnd(end, status: "FAILED")), Sample.ok(one.next, 0, seconds: 10),
            ]
            #expect(Self.cause(again, shares: [1], t: 50) == cause)
        }
    }

    @Test(
        "A cause is one clause of a sentence",
        arguments: [
            (
                .largestShare(worker: 2, seconds: 31.24),
                "the largest share, worker 2's, took 31.2 s while others had finished"
            ),
            (.idleWorkers(1), "1 worker had no flashpoint"), (.idleWorkers(3), "3 workers had no flashpoint"),
            (.queueDelay(seconds: 12), "jobs waited 12.0 s in all for a machine (queue and cold start)"),
            (.retries(seconds: 4.5), "4.5 s in all went into retries"),
            (.stop(seconds: 4.5), "4.5 s of work in all went with the stop and were done again"),
        ] as [(EfficiencyCause, String)]
    )
    func text(cause: EfficiencyCause, text: String) {
        #expect(cause.text == text)
    }
}
