import RunEngine
import Testing

@Suite("PollPlanner", .timeLimit(.minutes(5)))
struct PollPlannerTests {
    /// Our own worker's heartbeats and progress, and a handler that streams nothing.
    static let handlers: [Double?] = [nil, 10, 1]

    @Test("A job of five minutes costs eleven requests at most", arguments: [60, 280], handlers)
    func fiveMinutes(count: Int, records: Double?) {
        var world = PollWorld(PollWorld.batch(Array(repeating: 300, count: count), records: records))
        let outcome = world.play()
        #expect(outcome.requests.max() ?? 0 <= 11)
        #expect(outcome.mostHeld <= 280)
    }

    @Test("A single job that streams nothing costs eight requests, with its submission", arguments: [1, 4])
    func single(count: Int) {
        var world = PollWorld(PollWorld.batch(Array(repeating: 300, count: count), records: nil))
        #expect(world.play().requests.allSatisfy { $0 <= 8 })
    }

    @Test("The end of a job that may be held is seen within a round trip or two", arguments: [4, 60, 280], handlers)
    func delay(count: Int, records: Double?) {
        let seconds = PollWorld.seconds(count, median: 120)
        var world = PollWorld(PollWorld.batch(seconds, records: records))
        let outcome = world.play()
        #expect(outcome.delay(0.5) <= 0.06)
        #expect(outcome.delay(0.95) <= 0.25)
        #expect(outcome.mostHeld <= 280)
    }

    @Test("Beyond the places no job is forgotten and the limits are kept", arguments: [400, 1_000], handlers)
    func contested(count: Int, records: Double?) {
        let seconds = PollWorld.seconds(count, median: 300)
        var world = PollWorld(PollWorld.batch(seconds, records: records))
        let outcome = world.play()
        #expect(outcome.delays.count == count)
        #expect(outcome.mostHeld <= 280)
        #expect(outcome.mostInTenSeconds <= 2_000)
        #expect(outcome.delay(0.95) <= 7)
        #expect(outcome.longestSilence <= 80)
        print("jobs \(count), records \(records ?? 0): \(outcome.meanRequests), \(outcome.delay(0.5)), \(outcome.delay(0.95))")
    }

    @Test("Thousands of jobs are each asked long before their results expire")
    func retention() {
        let jobs = (0..<4_000).map { place in
            let accepted = Double(place) / 200
            return PollWorld.Job(accepted: accepted, taken: accepted, done: 700, records: nil)
        }
        var world = PollWorld(jobs)
        let outcome = world.play()
        #expect(outcome.longestSilence < 600)
        #expect(outcome.delays.max() ?? .infinity < 600)
        #expect(outcome.mostInTenSeconds <= 2_000)
    }

    @Test("A job in the queue holds no place, and is asked less and less often")
    func queued() {
        let job = PollWorld.Job(accepted: 0, taken: 100, done: 110, records: nil)
        var world = PollWorld([job])
        let outcome = world.play()
        #expect(outcome.heldQueued == 0)
        #expect(outcome.requests[0] <= 14)
        #expect(outcome.startDelays[0] <= 32)
    }

    @Test("An endpoint on this machine shows starts and news at once")
    func live() {
        var world = PollWorld(PollWorld.batch([20, 20, 20, 20], records: 1, queue: 5), policy: .live, roundTrip: 0.001)
        let outcome = world.play()
        #expect(outcome.startDelays.allSatisfy { $0 < 0.1 })
        #expect(outcome.delays.allSatisfy { $0 < 0.15 })
    }

    @Test(
        "Where nothing is held, the counters tell when to look: half a second of delay for thirty requests",
        arguments: [PollWorld.Holding.answersAtOnce, .isAbsent]
    )
    func gate(holding: PollWorld.Holding) {
        let seconds = PollWorld.seconds(60, median: 300)
        var world = PollWorld(
            PollWorld.batch(seconds, records: nil),
            sync: holding,
            stream: .isAbsent,
            hasCounters: true
        )
        let outcome = world.play()
        #expect(outcome.meanRequests <= 40)
        #expect(outcome.delay(0.5) <= 1.2)
        print("gate: \(outcome.meanRequests) \(outcome.delay(0.5)) \(outcome.delay(0.95))")
    }

    @Test("Where nothing is held and nothing counted, jobs are swept within the rate", arguments: [60, 1_000])
    func sweeps(count: Int) {
        let seconds = PollWorld.seconds(count, median: 300)
        var world = PollWorld(PollWorld.batch(seconds, records: nil), sync: .isAbsent, stream: .isAbsent)
        let outcome = world.play()
        #expect(outcome.mostInTenSeconds <= 1_400)
        #expect(outcome.delay(0.5) <= 7)
        #expect(outcome.delays.count == count)
    }

    @Test("A stream that is not held does not turn into a storm", arguments: handlers)
    func instantStream(records: Double?) {
        var world = PollWorld(
            PollWorld.batch(Array(repeating: 300, count: 60), records: records),
            stream: .answersAtOnce
        )
        let outcome = world.play()
        #expect(outcome.meanRequests <= 20)
        #expect(outcome.delay(0.95) <= 0.25)
    }
}
