import Coordination
import Flashpoints
import Testing

/// Tables of what happens and what follows.
@Suite struct RunStateTests {
    private static let refusal = Failure(.config, "401")

    @Test("A run sends one job a worker, takes the results and ends")
    func whole() {
        var driver = TestDriver(4, workers: 2)
        #expect(driver.takeOutside() == [.submit(Sample.first(1)), .submit(Sample.first(2))])
        for worker in 1...2 {
            let ref = Sample.first(worker)
            driver.report(.accepted(ref, job: "j\(worker)"), .started(ref, instance: nil, delayMS: nil))
            #expect(driver.takeOutside() == [.watch(ref, job: "j\(worker)", endpoint: TestDriver.remote)])
            driver.now += 1
            driver.report(TestDriver.ok(ref, worker * 2 - 2), TestDriver.ok(ref, worker * 2 - 1))
            driver.report(TestDriver.ended(ref, .completed))
        }
        #expect(driver.state.phase == .ended)
        #expect(driver.standing == "oooo")
        #expect(driver.overview.answer?.succeeded == 4)
        #expect(driver.overview.answer?.speedup == 2)
    }

    @Test("A lane sends its chunks one after the other")
    func chunks() {
        var driver = TestDriver(4, workers: 1, chunkMax: 2)
        let second = AttemptRef(worker: 1, chunk: 2, attempt: 1)
        #expect(driver.takeOutside() == [.submit(Sample.first(1))])
        driver.report(
            .accepted(Sample.first(1), job: "j"),
            TestDriver.ok(Sample.first(1), 0),
            TestDriver.ok(Sample.first(1), 1)
        )
        #expect(driver.live(1) == Sample.first(1))
        driver.report(TestDriver.ended(Sample.first(1), .completed))
        #expect(driver.live(1) == second)
        #expect(driver.standing == "ooff")
    }

    // MARK: - Submissions without an answer

    @Test("A job accepted after its attempt was given up is cancelled, and its results still count")
    func lateAccepted() {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        driver.report(.unknown(first, why: "reset"))
        driver.now = 5
        driver.giveUp(first)
        driver.now = 10
        driver.timer(.retry(worker: 1))
        #expect(driver.live(1) == first.next)
        _ = driver.takeOutside()
        driver.report(.accepted(first, job: "late"))
        #expect(driver.takeOutside() == [.cancelJob(first, job: "late", endpoint: TestDriver.remote)])
        #expect(driver.live(1) == first.next)
        driver.report(.accepted(first.next, job: "second"), TestDriver.ok(first, 0), TestDriver.ok(first.next, 0))
        driver.report(TestDriver.ok(first.next, 1), TestDriver.ended(first.next, .completed))
        #expect(driver.state.phase == .ended)
        #expect(driver.state.counts.duplicates == 1)
    }

    @Test("A job that turns up after its cancelled attempt was given up is cancelled too")
    func lateAcceptedOfCancelled() {
        var driver = TestDriver(1, workers: 1)
        let first = Sample.first(1)
        driver.report(.unknown(first, why: "reset"))
        driver.command(.cancelWorker(1))
        driver.now = 5
        driver.giveUp(first)
        #expect(driver.state.phase == .ended)
        _ = driver.takeOutside()
        driver.report(.accepted(first, job: "late"))
        #expect(driver.takeOutside() == [.cancelJob(first, job: "late", endpoint: TestDriver.remote)])
    }

    @Test("Silence costs no budget: an attempt without an answer is sent again as often as it takes")
    func unknownIsFree() throws {
        var policy = RunPolicy()
        policy.retryAllowance = 20
        var driver = TestDriver(1, workers: 1, policy: policy)
        for _ in 0..<20 {
            let ref = try #require(driver.live(1))
            driver.report(.unknown(ref, why: "timeout"))
            driver.now += 5
            driver.giveUp(ref)
            driver.now += 60
            driver.timer(.retry(worker: 1))
        }
        #expect(driver.standing == "f")
        let pauses = driver.events.compactMap { event -> Double? in
            guard case .retryScheduled(_, let due, _) = event.body else { return nil }
            return due - event.t
        }
        #expect(pauses.first == 1)
        #expect(pauses.last == 60)
    }

    @Test("An attempt whose job is known can no longer become unknown or refused")
    func knownStaysKnown() {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.accepted(ref, job: "j"), .started(ref, instance: nil, delayMS: nil))
        _ = driver.takeOutside()
        driver.report(.unknown(ref, why: "x"), .refused(ref, Failure(.permanent, "x")), .accepted(ref, job: "j"))
        #expect(driver.takeOutside().isEmpty)
        #expect(driver.state.lanes[0].live?.phase == .started)
        driver.report(.accepted(ref, job: "twin"))
        #expect(driver.takeOutside() == [.cancelJob(ref, job: "twin", endpoint: TestDriver.remote)])
    }

    @Test("An unknown attempt whose job turns up is followed, and its grace means nothing any more")
    func unknownThenAccepted() {
        var driver = TestDriver(1, workers: 1)
        let ref = Sample.first(1)
        driver.report(.unknown(ref, why: "reset"))
        driver.report(.accepted(ref, job: "j"))
        #expect(driver.takeOutside().last == .watch(ref, job: "j", endpoint: TestDriver.remote))
        driver.now = 5
        driver.timer(.unknownGrace(ref))
        #expect(driver.live(1) == ref)
    }

    // MARK: - Cancelling

    @Test("A worker cancelled before its job is known has the job cancelled once it is")
    func cancelIntended() {
        var driver = TestDriver(3, workers: 1, chunkMax: 2)
        #expect(driver.command(.cancelWorker(1)) == .accepted)
        #expect(driver.standing == "ffc")
        _ = driver.takeOutside()
        driver.report(.accepted(Sample.first(1), job: "j"))
        #expect(driver.takeOutside().contains(.cancelJob(Sample.first(1), job: "j", endpoint: TestDriver.remote)))
        driver.report(TestDriver.ok(Sample.first(1), 1), TestDriver.ended(Sample.first(1), .cancelled))
        #expect(driver.standing == "coc")
        #expect(driver.state.phase == .ended)
    }

    @Test(
        "However the attempt of a cancelled worker ends, the run ends",
        arguments: [
            .refused(Sample.first(1), Failure(.transient, "503")), .refused(Sample.first(1), refusal),
            TestDriver.ended(Sample.first(1), .lost), TestDriver.ended(Sample.first(1), .completed),
            TestDriver.ended(Sample.first(1), .failed), TestDriver.ended(Sample.first(1), .gone),
        ]
    )
    func cancelledEnds(report: Report) {
        var driver = TestDriver(2, workers: 1)
        driver.report(TestDriver.failed(Sample.first(1), 0, .transient))
        driver.command(.cancelWorker(1))
        driver.report(report)
        if driver.state.halted != nil { driver.resume() }
        #expect(driver.standing == "cc")
        #expect(driver.state.phase == .ended)
    }

    @Test("What a cancelled worker's job fails is failed and not tried again")
    func cancelledFails() {
        var driver = TestDriver(2, workers: 1)
        driver.command(.cancelRun)
        driver.report(TestDriver.failed(Sample.first(1), 0, .transient))
        #expect(driver.standing == "xf")
    }

    @Test("Retrying a worker while its job is being cancelled takes the cancelling back")
    func retryWhileCancelling() {
        var driver = TestDriver(4, workers: 1, chunkMax: 2)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"))
        driver.command(.cancelWorker(1))
        #expect(driver.standing == "ffcc")
        #expect(driver.command(.retryWorker(1, indices: nil)) == .accepted)
        #expect(driver.standing == "ffpp")
        driver.report(TestDriver.ended(first, .cancelled))
        #expect(!driver.standing.contains("c"))
        #expect(driver.live(1)?.chunk != nil)
        #expect(driver.state.violation() == nil)
    }

    @Test("Retrying only some while the job is being cancelled leaves the rest cancelled")
    func retrySomeWhileCancelling() {
        var driver = TestDriver(4, workers: 1, chunkMax: 2)
        driver.report(.accepted(Sample.first(1), job: "j"))
        driver.command(.cancelWorker(1))
        driver.command(.retryWorker(1, indices: [3]))
        driver.report(TestDriver.ended(Sample.first(1), .cancelled))
        #expect(driver.standing == "cccf")
        #expect(driver.overview.counts.cancelled == 3)
    }

    @Test("Retrying one worker after the run was cancelled leaves the others cancelled")
    func retryOneAfterRunCancel() {
        var driver = TestDriver(4, workers: 2)
        for worker in 1...2 { driver.report(.accepted(Sample.first(worker), job: "j\(worker)")) }
        driver.command(.cancelRun)
        driver.report(TestDriver.ended(Sample.first(1), .cancelled))
        driver.command(.retryWorker(1, indices: nil))
        driver.report(TestDriver.ended(Sample.first(2), .lost))
        #expect(driver.standing == "ffcc")
        #expect(driver.state.violation() == nil)
    }

    // MARK: - Retrying

    @Test("What is retried while the job runs goes after it, as an attempt of its own number")
    func retryWhileRunning() throws {
        var driver = TestDriver(3, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.failed(first, 0, .permanent))
        #expect(driver.standing == "xff")
        #expect(driver.command(.retryWorker(1, indices: [0])) == .accepted)
        #expect(driver.standing == "pff")
        #expect(driver.state.violation() == nil)
        #expect(driver.live(1) == first)
        driver.report(TestDriver.failed(first, 0, .transient))
        #expect(driver.state.counts.duplicates == 1)
        driver.report(TestDriver.ended(first, .failed))
        #expect(driver.state.violation() == nil)
        let second = try #require(driver.live(1))
        #expect(second.attempt == 2)
        driver.report(.accepted(second, job: "k"), TestDriver.ok(second, 0), TestDriver.ended(second, .completed))
        driver.now = 10
        driver.timer(.retry(worker: 1))
        let third = try #require(driver.live(1))
        #expect(third.attempt == 3)
        #expect(driver.standing == "off")
    }

    @Test("A late success of a flashpoint that waits to be sent again settles it and it is not sent")
    func lateSuccess() {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.failed(first, 0, .permanent))
        driver.command(.retryWorker(1, indices: nil))
        driver.report(TestDriver.ok(first, 0), TestDriver.ok(first, 1), TestDriver.ended(first, .completed))
        #expect(driver.standing == "oo")
        #expect(driver.state.phase == .ended)
    }

    @Test("A retry after the end reopens the run, which ends again")
    func reopen() throws {
        var driver = TestDriver(2, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.ok(first, 0), TestDriver.failed(first, 1, .permanent))
        driver.report(TestDriver.ended(first, .completed))
        #expect(driver.state.phase == .ended)
        #expect(driver.command(.cancelRun) == .tooLate("the run has ended"))
        #expect(driver.command(.retryWorker(1, indices: [0, 1, 7])) == .accepted)
        #expect(driver.overview.phase == .running)
        let second = try #require(driver.live(1))
        driver.report(.accepted(second, job: "k"), TestDriver.ok(second, 1), TestDriver.ended(second, .completed))
        #expect(driver.state.phase == .ended)
        #expect(driver.overview.answer?.succeeded == 2)
    }

    @Test("Commands that change nothing say why")
    func receipts() {
        var driver = TestDriver(2, workers: 2)
        #expect(driver.command(.cancelWorker(3)) == .unknown("there is no worker 3; the run has workers 1 to 2"))
        #expect(
            driver.command(.retryWorker(1, indices: nil))
                == .tooLate("worker 1 has no failed or cancelled flashpoint to retry")
        )
        #expect(driver.command(.proceed) == .tooLate("the run is not paused"))
        #expect(driver.command(.pause) == .accepted)
        #expect(driver.command(.pause) == .tooLate("the run is paused already"))
        #expect(driver.command(.cancelWorker(1)) == .accepted)
        #expect(driver.command(.cancelWorker(1)) == .tooLate("worker 1 is cancelled already"))
        #expect(driver.command(.cancelRun) == .accepted)
        #expect(driver.command(.cancelRun) == .tooLate("the run is being cancelled already"))
    }

    // MARK: - Pausing

    @Test("A paused run lets its jobs end and sends nothing until it goes on")
    func pause() {
        var driver = TestDriver(3, workers: 1, chunkMax: 2)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"))
        driver.command(.pause)
        driver.report(TestDriver.ok(first, 0), TestDriver.ended(first, .lost))
        driver.now = 30
        driver.timer(.retry(worker: 1))
        #expect(driver.standing == "opp")
        driver.command(.proceed)
        #expect(driver.live(1) == first.next)
        #expect(driver.standing == "ofp")
    }

    @Test("A resumed run is not paused any more")
    func resumePaused() {
        var driver = TestDriver(1, workers: 1)
        driver.command(.pause)
        driver.resume()
        #expect(!driver.state.isPaused)
        #expect(!driver.overview.isPaused)
    }
}
