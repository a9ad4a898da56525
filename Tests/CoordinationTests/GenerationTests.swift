import Coordination
import Flashpoints
import Testing

/// Trying the whole run again.
@Suite struct GenerationTests {
    /// Four flashpoints on two lanes: one ok, one failed, two cancelled; the run has ended.
    private static func ended() -> TestDriver {
        var driver = TestDriver(4, workers: 2)
        let (one, two) = (Sample.first(1), Sample.first(2))
        driver.report(.accepted(one, job: "a"), .accepted(two, job: "b"))
        driver.report(TestDriver.ok(one, 0), TestDriver.failed(one, 1, .permanent), TestDriver.ended(one, .completed))
        driver.command(.cancelWorker(2))
        driver.report(TestDriver.ended(two, .cancelled))
        return driver
    }

    @Test("A retry of the run reopens all that failed or was cancelled as the next generation, and the run ends again")
    func afterTheEnd() {
        var driver = Self.ended()
        #expect(driver.standing == "oxcc")
        #expect(driver.state.phase == .ended)
        #expect(driver.command(.retryRun) == .accepted)
        #expect(driver.standing == "offf")
        #expect(driver.state.generation == 2)
        #expect(driver.overview.generation == 2)
        #expect(driver.overview.phase == .running)
        #expect(driver.overview.answer == nil)
        #expect(driver.overview.failureGroups.isEmpty)
        #expect(driver.overview.counts.settled == 1)
        #expect(driver.overview.lanes.allSatisfy { !($0.failed > 0 || $0.cancelled > 0) })
        #expect(
            driver.lines.contains {
                $0.text == "INFO: Run is asked to try again, as generation 2: 1 failed, 2 cancelled"
            }
        )
        for worker in 1...2 { driver.exhaust(worker) { ref, indices in TestDriver.done(ref, indices) } }
        #expect(driver.standing == "oooo")
        #expect(driver.overview.answer?.succeeded == 4)
        #expect(driver.lines.contains { $0.text == "INFO: Worker 2 completed all 2 flashpoints" })
        #expect(driver.command(.retryRun) == .tooLate("the run has no failed or cancelled flashpoint to retry"))
        #expect(driver.replayed() == driver.state)
    }

    @Test("Generations count up, and each has all budgets new")
    func budgets() {
        var driver = TestDriver(1, workers: 1)
        for generation in 1...3 {
            #expect(driver.state.generation == generation)
            let attempts = driver.exhaust { ref, _ in [TestDriver.ended(ref, .failed)] }
            #expect(attempts.count == 4)
            #expect(driver.command(.retryRun) == .accepted)
        }
        #expect(driver.questions.isEmpty)
    }

    @Test("A cancelled run that still waits for its jobs takes the cancelling back")
    func whileCancelling() {
        var driver = TestDriver(4, workers: 2, chunkMax: 1)
        for worker in 1...2 {
            driver.report(.accepted(AttemptRef(worker: worker, chunk: worker * 2 - 1, attempt: 1), job: "j\(worker)"))
        }
        driver.command(.cancelRun)
        #expect(driver.standing == "fcfc")
        #expect(driver.command(.retryRun) == .accepted)
        #expect(driver.standing == "fpfp")
        #expect(!driver.state.isCancelled)
        #expect(driver.overview.cancelCause == nil)
        #expect(driver.overview.lanes.allSatisfy { $0.state != .cancelling })
        for worker in 1...2 {
            if let ref = driver.live(worker) { driver.report(TestDriver.ended(ref, .cancelled)) }
            driver.exhaust(worker) { ref, indices in TestDriver.done(ref, indices) }
        }
        #expect(driver.standing == "oooo")
    }

    @Test("A cancelled run with everything in flight can be taken back too")
    func allInFlight() {
        var driver = TestDriver(1, workers: 1)
        driver.report(.accepted(Sample.first(1), job: "j"))
        driver.command(.cancelRun)
        #expect(driver.standing == "f")
        #expect(driver.command(.retryRun) == .accepted)
        driver.report(TestDriver.ended(Sample.first(1), .cancelled))
        #expect(driver.live(1) == Sample.first(1).next)
    }

    @Test("A run that is under way tries again what has failed so far, after what is out")
    func underWay() {
        var driver = TestDriver(3, workers: 1)
        let first = Sample.first(1)
        driver.report(.accepted(first, job: "j"), TestDriver.failed(first, 1, .permanent))
        #expect(driver.command(.retryRun) == .accepted)
        #expect(driver.standing == "fpf")
        driver.report(TestDriver.ok(first, 0), TestDriver.ok(first, 2), TestDriver.ended(first, .completed))
        #expect(driver.state.lanes[0].live.map { Array($0.indices) } == [1])
        #expect(driver.state.violation() == nil)
    }
}
