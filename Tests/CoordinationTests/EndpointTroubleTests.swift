import Coordination
import Flashpoints
import Testing

/// What is amiss with an endpoint and passes: silence, and answers that are of no use for now.
@Suite("Passing trouble")
struct EndpointTroubleTests {
    private static let first = Sample.first(1)

    private static func driver(silenceLimit: Double? = 30) -> TestDriver {
        var policy = RunPolicy()
        policy.silenceLimit = silenceLimit
        var driver = TestDriver(2, workers: 1, policy: policy)
        _ = driver.takeOutside()
        return driver
    }

    private static func troubles(_ driver: TestDriver) -> [Int?] {
        driver.events.compactMap { event -> Int?? in
            if case .endpointUnreachable(_, _, let status) = event.body { .some(status) } else { nil }
        }
    }

    @Test("An endpoint that answers is not silent, so no limit runs", arguments: [429, 503, 500, 200])
    func answers(status: Int) {
        var driver = Self.driver()
        driver.report(.unreachable(since: 0, cause: "c", status: status))
        #expect(driver.takeOutside().isEmpty)
        driver.now = 500
        driver.timer(.silence)
        #expect(driver.takeOutside().isEmpty)
        #expect(driver.state.halted == nil)
    }

    @Test("The limit runs from when the answers ceased, and ends with an answer")
    func ceased() {
        var driver = Self.driver()
        driver.report(.unreachable(since: 0, cause: "c", status: 503))
        driver.now = 20
        driver.report(.unreachable(since: 0, cause: "no route"))
        #expect(Self.troubles(driver) == [503], "requests on their way together may meet different things")
        driver.now = 40
        driver.report(.unreachable(since: 0, cause: "no route"))
        #expect(driver.takeOutside() == [.setTimer(.silence, t: 70)])
        driver.now = 50
        driver.report(.unreachable(since: 0, cause: "c", status: 429))
        driver.now = 70
        driver.timer(.silence)
        #expect(driver.takeOutside().isEmpty)
        driver.now = 85
        driver.report(.unreachable(since: 0, cause: "no route"))
        driver.now = 115
        driver.timer(.silence)
        #expect(driver.takeOutside().last == .halt(Failure(.config, "the endpoint gave no answer for 30 s")))
    }

    @Test("The same is noted once, and once more when it lasts; its end once")
    func once() {
        var driver = Self.driver(silenceLimit: nil)
        for second in stride(from: 0.0, through: 300, by: 5) {
            driver.now = second
            driver.report(.unreachable(since: 0, cause: "c", status: 503))
        }
        #expect(Self.troubles(driver) == [503, 503])
        driver.report(.reachable, .reachable)
        #expect(driver.events.count { if case .endpointReachable = $0.body { true } else { false } } == 1)
        #expect(driver.overview.trouble == nil)
        #expect(driver.replayed() == driver.state)
    }

    @Test(
        "Log and screen say what it is",
        arguments: [
            (nil, "Endpoint cannot be reached: c", "Endpoint can be reached again", "unreachable"),
            (429, "Endpoint asks us to slow down (429)", "Endpoint answers as it should again", "slowed down"),
            (503, "Endpoint is in trouble (503): c", "Endpoint answers as it should again", "in trouble"),
            (
                200, "Endpoint gives no answer that can be used: c", "Endpoint answers as it should again",
                "unclear answers"
            ),
        ] as [(Int?, String, String, String)]
    )
    func words(status: Int?, begin: String, end: String, title: String) {
        var driver = Self.driver()
        driver.report(.unreachable(since: 0, cause: "c", status: status))
        #expect(driver.lines.last?.text == "WARNING: \(begin); jobs that run go on")
        #expect(driver.overview.trouble?.title == title)
        driver.report(.reachable)
        #expect(driver.lines.last?.text == "INFO: \(end)")
    }

    @Test(
        "That results expire is told after a minute without a look, and not for one refused request",
        arguments: [nil, 429, 503]
    )
    func expiry(status: Int?) {
        var driver = Self.driver()
        driver.report(.accepted(Self.first, job: "j"), TestDriver.running(Self.first))
        func warnings() -> Int { driver.lines.count { $0.message.contains("that may have ended unseen") } }
        driver.now = 10
        driver.report(.health(HealthCounters()))
        driver.now = 12
        driver.report(.unreachable(since: 12_000, cause: "c", status: status))
        #expect(!driver.overview.isUnseen(at: 12_000))
        driver.now = 60
        driver.report(.unreachable(since: 12_000, cause: "c", status: status))
        #expect(warnings() == 0)
        driver.now = 75
        driver.report(.unreachable(since: 12_000, cause: "c", status: status))
        #expect(warnings() == 1)
        #expect(driver.overview.isUnseen(at: 75_000))
    }

    @Test("An endpoint that refuses submissions alone tells of its jobs, so nothing expires")
    func seen() {
        var driver = Self.driver()
        driver.report(.accepted(Self.first, job: "j"), TestDriver.running(Self.first))
        for second in stride(from: 10.0, through: 200, by: 10) {
            driver.now = second
            driver.report(.unreachable(since: 10_000, cause: "c", status: 429), .health(HealthCounters()))
        }
        #expect(!driver.lines.contains { $0.message.contains("that may have ended unseen") })
        #expect(!driver.overview.isUnseen(at: 200_000))
        #expect(driver.overview.resultsExpireAt == 200_000 + Overview.retention)
    }
}
