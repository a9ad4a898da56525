import Coordination
import Flashpoints
import Testing

/// Budgets, blame, and what the endpoint's failures lead to.
@Suite struct RunStateFailureTests {
    @Test(
        "Each class has its budget, and after it the flashpoint is failed",
        arguments: [
            ([TestDriver.ended(Sample.first(1), .lost)], 6, FailureClass.infra),
            ([TestDriver.ended(Sample.first(1), .completed)], 2, .contract),
            ([TestDriver.ended(Sample.first(1), .timedOut)], 4, .timeout),
            ([TestDriver.ended(Sample.first(1), .failed)], 4, .transient),
            (
                [TestDriver.failed(Sample.first(1), 0, .transient), TestDriver.ended(Sample.first(1), .completed)], 4,
                .transient
            ),
            ([TestDriver.failed(Sample.first(1), 0, .timeout), TestDriver.ended(Sample.first(1), .lost)], 4, .timeout),
            (
                [TestDriver.failed(Sample.first(1), 0, .permanent), TestDriver.ended(Sample.first(1), .completed)], 1,
                .permanent
            ),
            ([TestDriver.started(Sample.first(1), 0), TestDriver.ended(Sample.first(1), .lost)], 2, .poison),
            ([TestDriver.running(Sample.first(1)), TestDriver.ended(Sample.first(1), .lost)], 2, .poison),
            // A result that has expired, and a job that no worker took, say nothing about the flashpoint.
            (
                [TestDriver.running(Sample.first(1)), TestDriver.ended(Sample.first(1), .lost, status: "404")], 6,
                .infra
            ),
            (
                [
                    TestDriver.running(Sample.first(1), on: nil),
                    TestDriver.ended(Sample.first(1), .lost, status: "TIMED_OUT"),
                ], 6, .infra
            ),
            (
                [TestDriver.running(Sample.first(1)), TestDriver.ended(Sample.first(1), .lost, status: "TIMED_OUT")],
                2, .poison
            ),
            ([TestDriver.ended(Sample.first(1), .oversize)], 1, .permanent),
        ] as [([Report], Int, FailureClass)]
    )
    func budgets(reports: [Report], attempts: Int, kind: FailureClass) {
        var driver = TestDriver(1, workers: 1)
        let made = driver.exhaust { ref, _ in reports.map { $0.about(ref) } }
        #expect(made.count == attempts)
        #expect(driver.failures.map(\.kind) == [kind])
        #expect(driver.state.phase == .ended)
        #expect(Int(driver.state.flashpoints.attempts[0]) == attempts)
    }

    @Test("A flashpoint that kills its worker twice is poison, and the others of its chunk are not harmed")
    func poison() {
        var driver = TestDriver(4, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            // Number 2 kills every worker that begins it.
            var reports: [Report] = []
            for index in indices {
                reports.append(TestDriver.started(ref, index))
                if index == 2 { return reports + [TestDriver.ended(ref, .lost)] }
                reports.append(TestDriver.ok(ref, index))
            }
            return reports + [TestDriver.ended(ref, .completed)]
        }
        #expect(attempts == [[0, 1, 2, 3], [3], [2]])
        #expect(driver.standing == "ooxo")
        #expect(driver.failures.map(\.kind) == [.poison])
    }

    @Test("A job over its executionTimeout keeps its results and blames the flashpoint it was at")
    func executionTimeout() throws {
        var driver = TestDriver(3, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.ok(first, 0), TestDriver.started(first, 1))
        driver.report(TestDriver.ended(first, .timedOut))
        driver.now = 5
        driver.timer(.retry(worker: 1))
        #expect(driver.state.lanes[0].live.map { Array($0.indices) } == [2])
        let second = try #require(driver.live(1))
        driver.report(.accepted(second, job: "k"), TestDriver.ok(second, 2), TestDriver.ended(second, .completed))
        #expect(driver.state.lanes[0].live.map { Array($0.indices) } == [1])
        #expect(driver.state.violation() == nil)
    }

    @Test("A refusal of the key halts the run, which goes on where it was when resumed")
    func config() {
        var driver = TestDriver(2, workers: 2)
        _ = driver.takeOutside()
        let failure = Failure(.config, "401")
        driver.report(.refused(Sample.first(1), failure))
        #expect(driver.takeOutside() == [.halt(failure)])
        #expect(driver.standing == "pf")
        #expect(driver.overview.halted == failure)
        driver.resume()
        #expect(driver.live(1)?.attempt == 2)
        #expect(driver.standing == "ff")
        #expect(driver.state.halted == nil)
    }

    @Test("A key withdrawn while a job runs halts the run, and whoever resumes it follows the job on")
    func withdrawnKey() {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"))
        _ = driver.takeOutside()
        let failure = Failure(.config, "401")
        driver.report(.refused(ref, failure))
        #expect(driver.takeOutside() == [.halt(failure)])
        #expect(driver.live(1) == ref)
        #expect(driver.overview.lane(1)?.job == "j")
        driver.resume()
        #expect(driver.takeOutside() == [.watch(ref, job: "j", endpoint: TestDriver.remote)])
        #expect(driver.state.halted == nil)
    }

    @Test("A job's output that repeats its stream is no duplicate; another attempt's result is")
    func repetition() {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.ok(first, 0), TestDriver.ok(first, 0))
        driver.report(TestDriver.failed(first, 1, .transient), TestDriver.failed(first, 1, .transient))
        #expect(driver.state.counts.duplicates == 0)
        driver.report(TestDriver.ended(first, .completed))
        driver.now = 5
        driver.timer(.retry(worker: 1))
        driver.report(TestDriver.ok(first, 1), TestDriver.ok(first, 0))
        #expect(driver.state.counts.duplicates == 1)
        // The second attempt did the work once more, and its output repeats that.
        driver.report(TestDriver.ok(first.next, 1), TestDriver.ok(first.next, 1))
        #expect(driver.state.counts.duplicates == 2)
        #expect(driver.standing == "oo")
    }

    @Test("An attempt on an endpoint that ended with its driver is sent again at once and charged to nobody")
    func gone() {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        for round in 1...12 {
            driver.endpoint = "http://127.0.0.1:9/v2/local#\(round)"
            driver.resume()
            if let ref = driver.live(1) { driver.report(.accepted(ref, job: "j\(round)")) }
        }
        #expect(driver.live(1)?.chunk == first.chunk)
        #expect(driver.standing == "ff")
        #expect(!driver.events.contains { if case .retryScheduled = $0.body { true } else { false } })
    }

    @Test("A resumed run follows the jobs it knows, cancels what was to be cancelled, and waits for pauses again")
    func resume() {
        var driver = TestDriver(3, workers: 3)
        driver.report(.accepted(Sample.first(1), job: "a"), .accepted(Sample.first(2), job: "b"))
        driver.report(.accepted(Sample.first(3), job: "c"), TestDriver.ended(Sample.first(3), .lost))
        driver.command(.cancelWorker(2))
        _ = driver.takeOutside()
        driver.resume()
        let remote = TestDriver.remote
        #expect(
            driver.takeOutside() == [
                .watch(Sample.first(1), job: "a", endpoint: remote),
                .watch(Sample.first(2), job: "b", endpoint: remote),
                .cancelJob(Sample.first(2), job: "b", endpoint: remote),
                .setTimer(.retry(worker: 3), t: 1),
            ]
        )
    }

    @Test("A timer that fires a little early is set again")
    func earlyTimer() {
        var driver = TestDriver(1, workers: 1)
        driver.report(.accepted(Sample.first(1), job: "a"), TestDriver.ended(Sample.first(1), .lost))
        _ = driver.takeOutside()
        driver.now = 0.999
        driver.timer(.retry(worker: 1))
        #expect(driver.takeOutside() == [.setTimer(.retry(worker: 1), t: 1)])
        driver.now = 1
        driver.timer(.retry(worker: 1))
        #expect(driver.live(1) == Sample.first(1).next)
    }

    @Test(
        "Pauses and moments between two milliseconds leave no lane waiting",
        arguments: [0.00001, 0.0004, 0.0006, 0.00099]
    )
    func submilliseconds(fraction: Double) {
        var driver = TestDriver(1, workers: 1)
        driver.pause = { _ in 0.7 + fraction }
        driver.report(.accepted(Sample.first(1), job: "a"), TestDriver.ended(Sample.first(1), .lost))
        var fires = 0
        while driver.live(1) == nil, fires < 5 {
            let times = driver.takeOutside().compactMap { effect -> Double? in
                if case .setTimer(_, let t) = effect { t } else { nil }
            }
            guard let time = times.last else { break }
            fires += 1
            driver.now = max(driver.now, time - 0.00045)
            driver.timer(.retry(worker: 1))
        }
        #expect(driver.live(1) != nil)
    }

    @Test("More failures than allowed cancel the rest, once")
    func maxFailures() {
        var policy = RunPolicy()
        policy.maxFailures = 1
        var driver = TestDriver(6, workers: 2, policy: policy)
        for worker in 1...2 { driver.report(.accepted(Sample.first(worker), job: "j\(worker)")) }
        let first = Sample.first(1)
        driver.report((0..<3).map { TestDriver.failed(first, $0, .permanent) })
        driver.report(TestDriver.ended(first, .completed), TestDriver.ended(Sample.first(2), .cancelled))
        #expect(driver.standing == "xxxccc")
        #expect(driver.events.filter { if case .runCancelRequested = $0.body { true } else { false } }.count == 1)
        #expect(driver.state.phase == .ended)
    }

    @Test("The last failures of a run cancel nothing, there being nothing left")
    func maxFailuresAtTheEnd() {
        var policy = RunPolicy()
        policy.maxFailures = 0
        var driver = TestDriver(1, workers: 1, policy: policy)
        driver.report(.accepted(Sample.first(1), job: "j"), TestDriver.failed(Sample.first(1), 0, .permanent))
        #expect(!driver.events.contains { if case .runCancelRequested = $0.body { true } else { false } })
    }

    @Test("An endpoint silent since before the first job for as long as allowed halts the run; later silence does not")
    func silence() {
        var policy = RunPolicy()
        policy.silenceLimit = 30
        var driver = TestDriver(1, workers: 1, policy: policy)
        driver.now = 29
        _ = driver.takeOutside()
        driver.report(.unreachable(since: 27_000, cause: "refused"))
        #expect(driver.takeOutside() == [.setTimer(.silence, t: 59)])
        driver.now = 30
        driver.timer(.silence)
        #expect(driver.takeOutside().isEmpty)
        driver.now = 59
        driver.timer(.silence)
        #expect(driver.takeOutside() == [.halt(Failure(.config, "the endpoint gave no answer for 30 s"))])
        driver.report(.accepted(Sample.first(1), job: "j"))
        driver.timer(.silence)
        #expect(!driver.takeOutside().contains { if case .halt = $0 { true } else { false } })
    }

    // MARK: - Reports that don't fit

    @Test("A result is taken by index, id and content, from this worker's share alone")
    func foreignResults() {
        var driver = TestDriver(4, workers: 2)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"))
        var wrongHash = TestDriver.item(0, .success(1))
        wrongHash.hash = TestDriver.hash(9)
        var wrongID = TestDriver.item(0, .success(1))
        wrongID.id = "fp-1"
        driver.report(
            .result(ref, wrongHash),
            .result(ref, wrongID),
            TestDriver.ok(ref, 2),
            .result(ref, TestDriver.item(77, .success(1))),
            .result(ref, TestDriver.item(-1, .success(1)))
        )
        driver.report(
            TestDriver.started(ref, 2),
            TestDriver.started(ref, -5),
            TestDriver.ok(AttemptRef(worker: 9, chunk: 9, attempt: 9), 0)
        )
        #expect(driver.standing == "ffff")
        #expect(driver.lines.filter { $0.level == .error }.count == 6)
        #expect(driver.overview.lane(1)?.current == nil)
    }

    @Test("Progress is admitted once a second for a worker")
    func progress() {
        var driver = TestDriver(2, workers: 1)
        let ref = Sample.first(1)
        for step in 0..<40 {
            driver.now = Double(step) * 0.25
            driver.report(.record(ref, .progress(index: 0, stage: "extract", done: step, of: 40)))
        }
        #expect(driver.events.filter { if case .flashpointProgress = $0.body { true } else { false } }.count == 10)
    }

    @Test(
        "A failed flashpoint's seconds count, absurd ones don't",
        arguments: [(3.5, 3.5), (-1, 0), (.infinity, 0), (.nan, 0)]
    )
    func seconds(told: Double, counted: Double) {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.now = 7
        driver.report(.accepted(ref, job: "j"), TestDriver.failed(ref, 0, .permanent, seconds: told))
        driver.report(TestDriver.ended(ref, .completed))
        #expect(driver.overview.answer?.sequentialSeconds == counted)
        #expect(driver.overview.lane(1)?.seconds == counted)
    }

    @Test("Events about what the run does not have change nothing")
    func foreignEvents() {
        var driver = TestDriver(2, workers: 1)
        let before = driver.state
        let nowhere = AttemptRef(worker: 9, chunk: 9, attempt: 9)
        let live = Sample.first(1)
        for body: Event.Body in [
            Sample.ok(nowhere, 99), .flashpointFailed(live, index: 99, id: "x", Failure(.transient, "x"), seconds: 1),
            .attemptIntended(nowhere, nonce: "", indices: [0], endpoint: ""), .workerRetried(worker: 9, indices: nil),
            .attemptIntended(live.next, nonce: "", indices: [0, 99], endpoint: ""), .workerCancelRequested(worker: 0),
            .retryScheduled(live, t: 1, why: ""), .flashpointStarted(nowhere, index: 99, id: ""),
            .attemptEnded(nowhere, AttemptEnd(.lost, status: "")),
        ] { driver.record(body) }
        #expect(driver.state == before)
    }
}

extension Report {
    /// The same report about another attempt.
    fileprivate func about(_ ref: AttemptRef) -> Report {
        switch self {
        case .ended(_, let end): .ended(ref, end)
        case .result(_, let result): .result(ref, result)
        case .record(_, let record): .record(ref, record)
        case .started(_, let instance, let delayMS, _): .started(ref, instance: instance, delayMS: delayMS)
        default: self
        }
    }
}
