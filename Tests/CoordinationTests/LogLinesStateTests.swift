import Coordination
import Flashpoints
import Testing

@Suite("The log of a resumed run") struct LogLinesStateTests {
    private static let one = Sample.first(1)
    private static let two = Sample.first(2)

    /// What happened before, and what comes after the run was resumed.
    private static let before: [Event.Body] = [
        .runPlanned(Sample.header([3, 2])),
        Sample.intended(one, 0..<3),
        .attemptAccepted(one, job: "job-1"),
        .attemptStarted(one, instance: "abc", delayMS: 1_500),
        .flashpointStarted(one, index: 0, id: "fp-0"),
        Sample.ok(one, 0),
        Sample.failed(one, 1, Failure(.permanent, "no article")),
        .flashpointStarted(one, index: 2, id: "fp-2"),
        Sample.intended(two, 3..<5),
        .attemptUnknown(two, why: "the connection was reset"),
    ]

    private static let after: [Event.Body] = [
        .runResumed(endpoint: "https://e"),
        .attemptAccepted(two, job: "job-2"),
        .flashpointProgress(one, index: 2, stage: "extract", done: 1, of: 4),
        Sample.ok(one, 2),
        .workerRetried(worker: 1, indices: [1]),
        Sample.ok(one, 1),
        .flashpointStarted(two, index: 3, id: "fp-3"),
        Sample.ok(two, 3),
        Sample.ok(two, 4),
    ]

    @Test("goes on from the run's state as from all of its events", arguments: 1...10)
    func sameLines(count: Int) {
        let events = Sample.events(Array(Self.before.prefix(count)) + Self.after)
        var folded = LogLines(level: .debug)
        var state = RunState(plan: TestDriver.plan(5, workers: 2))
        for event in events.prefix(count) {
            _ = folded.lines(for: event)
            _ = state.reduce(event)
        }
        var resumed = LogLines(level: .debug, of: state)
        for event in events.dropFirst(count) {
            #expect(resumed.lines(for: event) == folded.lines(for: event), "\(event.name)")
        }
    }

    @Test("A run that has not begun has all of its lines before it")
    func unbegun() {
        var lines = LogLines(level: .info, of: RunState(plan: TestDriver.plan(5, workers: 2)))
        let told = Sample.events(Array(Self.before.prefix(3))).flatMap { lines.lines(for: $0) }.map(\.text)
        #expect(told == ["INFO: Worker 1 starting with 3 flashpoints"])
    }

    @Test("Where jobs are that outlive their driver is known, and those of this machine are not among them")
    func places() {
        var driver = TestDriver(TestDriver.plan(4, workers: 2), endpoint: "http://127.0.0.1:9/v2/local#1")
        #expect(driver.state.placesOfJobs.isEmpty)
        driver = TestDriver(4, workers: 2)
        #expect(driver.state.placesOfJobs == [TestDriver.remote, TestDriver.remote])
    }
}
