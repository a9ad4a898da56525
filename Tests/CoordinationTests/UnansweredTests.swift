import Coordination
import Flashpoints
import Testing

/// Submissions whose answer was lost, and what a search for their jobs brings.
@Suite struct UnansweredTests {
    private static let first = Sample.first(1)

    /// A driver whose first submission got no answer, at 10 s.
    private static func driver(_ count: Int = 2) -> TestDriver {
        var driver = TestDriver(count, workers: 1)
        driver.now = 10
        driver.report(.unknown(first, why: "reset"))
        return driver
    }

    @Test("After the grace the endpoint is asked for the job, and one that is found is followed")
    func found() {
        var driver = Self.driver()
        #expect(driver.takeOutside().last == .setTimer(.unknownGrace(Self.first), t: 15))
        #expect(driver.overview.lane(1)?.unanswered?.attempt == Self.first)
        #expect(driver.overview.lane(1)?.unanswered?.since == 10_000)
        #expect(driver.overview.unansweredSubmissions == 1)
        driver.now = 15
        driver.timer(.unknownGrace(Self.first))
        #expect(driver.takeOutside() == [.find(Self.first, endpoint: TestDriver.remote)])
        driver.report(.accepted(Self.first, job: "j"))
        #expect(driver.takeOutside() == [.watch(Self.first, job: "j", endpoint: TestDriver.remote)])
        #expect(driver.overview.lane(1)?.unanswered == nil)
        #expect(driver.overview.unansweredSubmissions == 0)
        #expect(
            driver.lines.last?.text
                == "INFO: Worker 1 found the job of its unanswered submission (chunk 1, attempt 1): j"
        )
    }

    @Test("What never arrived is sent again at once and charged to nobody")
    func absent() {
        var driver = Self.driver()
        driver.timer(.unknownGrace(Self.first))
        driver.report(TestDriver.ended(Self.first, .absent))
        #expect(driver.live(1) == Self.first.next)
        #expect(driver.pauses.isEmpty)
        #expect(driver.overview.lane(1)?.unanswered == nil)
        #expect(driver.overview.submissionsGivenUp == 0)
        // Should it exist after all, it is one job too many.
        _ = driver.takeOutside()
        driver.report(.accepted(Self.first, job: "late"))
        #expect(driver.takeOutside() == [.cancelJob(Self.first, job: "late", endpoint: TestDriver.remote)])
    }

    @Test("What nobody can tell about is given up, counted, and sent again after growing pauses")
    func givenUp() throws {
        var driver = Self.driver()
        driver.giveUp(Self.first)
        #expect(driver.overview.submissionsGivenUp == 1)
        #expect(driver.lines.contains { $0.text.hasPrefix("WARNING: Worker 1 gives up its unanswered submission") })
        for count in 2...4 {
            driver.now += 100
            driver.timer(.retry(worker: 1))
            let ref = try #require(driver.live(1))
            driver.report(.unknown(ref, why: "reset"))
            #expect(driver.overview.lane(1)?.unanswered?.count == count)
            #expect(driver.overview.lane(1)?.unanswered?.since == 10_000)
            driver.giveUp(ref)
        }
        #expect(driver.pauses == [1, 2, 4, 8])
        #expect(driver.failures.isEmpty)
    }

    @Test(
        "A search that answers twice, or after the job turned up, changes nothing",
        arguments: [
            .accepted(first, job: "j"), TestDriver.ended(first, .absent), TestDriver.unanswered(first),
        ] as [Report]
    )
    func twice(report: Report) {
        var driver = Self.driver()
        driver.timer(.unknownGrace(Self.first))
        driver.report(.accepted(Self.first, job: "j"))
        let before = driver.state
        _ = driver.takeOutside()
        driver.report(report)
        #expect(driver.state == before)
        #expect(driver.takeOutside().isEmpty)
    }

    @Test("A search that finds another job of the same submission has it cancelled")
    func twin() {
        var driver = Self.driver()
        driver.timer(.unknownGrace(Self.first))
        driver.report(.accepted(Self.first, job: "j"), .accepted(Self.first, job: "twin"))
        #expect(driver.takeOutside().last == .cancelJob(Self.first, job: "twin", endpoint: TestDriver.remote))
        #expect(driver.state.lanes[0].live?.job == "j")
    }

    @Test("After the driver's death the search goes on, and is journalled once")
    func resumed() {
        var driver = Self.driver()
        driver.timer(.unknownGrace(Self.first))
        driver.now = 20
        driver.resume()
        #expect(driver.takeOutside().last == .setTimer(.unknownGrace(Self.first), t: 25))
        driver.resume()
        #expect(driver.events.count { if case .attemptUnknown = $0.body { true } else { false } } == 1)
        driver.timer(.unknownGrace(Self.first))
        #expect(driver.takeOutside().last == .find(Self.first, endpoint: TestDriver.remote))
    }

    @Test("A submission of which the driver died is looked for before it is made again")
    func crash() {
        var driver = TestDriver(2, workers: 1)
        _ = driver.takeOutside()
        driver.resume()
        #expect(driver.takeOutside() == [.setTimer(.unknownGrace(Self.first), t: 5)])
        #expect(driver.overview.lane(1)?.state == .unanswered)
        #expect(driver.standing == "ff")
    }

    @Test("Results of a submission that was given up are taken, and the same from its successor dropped")
    func lateResults() throws {
        var driver = Self.driver()
        driver.giveUp(Self.first)
        driver.report(TestDriver.ok(Self.first, 0))
        #expect(driver.standing == "op")
        driver.now = 100
        driver.timer(.retry(worker: 1))
        let second = try #require(driver.live(1))
        #expect(driver.state.lanes[0].live.map { Array($0.indices) } == [1])
        driver.report([.accepted(second, job: "k"), TestDriver.ok(Self.first, 1), TestDriver.ok(second, 1)])
        driver.report(TestDriver.ended(second, .completed))
        #expect(driver.standing == "oo")
        #expect(driver.state.counts.duplicates == 1)
    }
}
