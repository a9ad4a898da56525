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

    @Test("Heartbeats alone cost few jobs hardly more", arguments: [1, 4, 16, 30, 60])
    func heartbeats(count: Int) {
        var world = PollWorld(PollWorld.batch(Array(repeating: 300, count: count), records: 10, beats: true))
        let outcome = world.play()
        #expect(outcome.requests.max() ?? 0 <= (count < 16 ? 28 : count < 60 ? 20 : 11))
        #expect(outcome.delay(0.95) <= 0.25)
    }

    @Test(
        "Where only the stream is held, it tells the end of a job at once",
        arguments: [4, 60, 280],
        [nil, 10] as [Double?]
    )
    func streamAlone(count: Int, beats: Double?) {
        let long = Array(repeating: 300.0, count: count)
        var world = PollWorld(PollWorld.batch(long, records: beats, beats: true), sync: .isAbsent, hasCounters: true)
        let outcome = world.play()
        #expect(outcome.requests.max() ?? 0 <= (beats == nil ? 11 : 40))
        #expect(outcome.mostHeld <= 280)
        #expect(outcome.mostInTenSeconds <= 1_400)
        let seconds = PollWorld.seconds(count, median: 120)
        var mixed = PollWorld(
            PollWorld.batch(seconds, records: beats, beats: true),
            sync: .isAbsent,
            hasCounters: true
        )
        let ends = mixed.play()
        #expect(ends.delay(0.5) <= 0.06)
        #expect(ends.delay(0.9) <= 1.1)
        #expect(ends.mostInTenSeconds <= 1_400)
    }

    @Test(
        "Where only the stream is held and always has news, the counters tell when to look, or it is read every ten seconds",
        arguments: [4, 60, 280],
        [true, false]
    )
    func chattyStreamAlone(count: Int, hasCounters: Bool) {
        let seconds = PollWorld.seconds(count, median: 300)
        var world = PollWorld(PollWorld.batch(seconds, records: 1), sync: .isAbsent, hasCounters: hasCounters)
        let outcome = world.play()
        let isCounted = hasCounters && count <= 60
        #expect(outcome.delay(0.5) <= (isCounted ? 1.2 : 6))
        #expect(outcome.delay(0.95) <= (isCounted ? 5 : 11))
        // A reading every five or ten seconds, more often when few are left, and as much again for the search.
        let mean = seconds.reduce(0, +) / Double(count)
        #expect(outcome.meanRequests <= mean / (count == 4 ? 2.5 : 8) + (isCounted ? 50 : 10))
        #expect(outcome.mostInTenSeconds <= 1_400)
    }

    @Test("A single job that streams nothing costs nine requests, with its submission", arguments: [1, 4])
    func single(count: Int) {
        var world = PollWorld(PollWorld.batch(Array(repeating: 300, count: count), records: nil))
        #expect(world.play().requests.allSatisfy { $0 <= 9 })
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

    @Test("Beyond the places no job is forgotten, and each is seen in seconds", arguments: [400, 1_000])
    func contested(count: Int) {
        let seconds = PollWorld.seconds(count, median: 240, sigma: 0.4)
        var world = PollWorld(PollWorld.batch(seconds, records: 10))
        let outcome = world.play()
        #expect(outcome.delays.count == count)
        #expect(outcome.mostHeld <= 280)
        #expect(outcome.mostInTenSeconds <= 2_000)
        #expect(outcome.delay(0.95) <= 7)
        #expect(outcome.longestSilence <= 80)
        #expect(outcome.meanRequests <= (count == 400 ? 20 : 40))
    }

    @Test("Thousands of jobs are each asked long before their results expire")
    func retention() {
        let jobs = (0..<1_500).map { place in
            let accepted = Double(place) / 70
            return PollWorld.Job(accepted: accepted, taken: accepted, done: 700, records: nil)
        }
        var world = PollWorld(jobs)
        let outcome = world.play()
        #expect(outcome.longestSilence < 600)
        #expect(outcome.delays.max() ?? .infinity < 600)
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
        "Where nothing is held, the counters tell when to look: half a second of delay for some thirty requests",
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
    }

    @Test("Where nothing is held and nothing counted, jobs are swept within the rate", arguments: [60, 1_000])
    func sweeps(count: Int) {
        let seconds = PollWorld.seconds(count, median: 300)
        var world = PollWorld(PollWorld.batch(seconds, records: nil), sync: .isAbsent, stream: .isAbsent)
        let outcome = world.play()
        #expect(outcome.mostInTenSeconds <= 1_600)
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

@Suite("PollPlanner, step by step")
struct PollPlannerStepTests {
    private static func planner(_ count: Int, _ policy: PollPolicy = .thrifty) -> (PollPlanner, [Int]) {
        var planner = PollPlanner(policy)
        let tickets = (0..<count).map { planner.follow("job-\($0)", flashpoints: 1, now: .zero) }
        for ticket in tickets { planner.wait(ticket) }
        return (planner, tickets)
    }

    @Test("The first look is held for a second, so that it tells whether the endpoint holds and sees short jobs end")
    func first() {
        var (planner, tickets) = Self.planner(1)
        let looks = planner.due(now: .zero) { 0.5 }
        #expect(looks.map(\.ticket) == tickets)
        #expect(looks.map(\.look) == [.end(hold: .seconds(1))])
        #expect(planner.due(now: .seconds(5)) { 0.5 }.isEmpty, "one look at a time")
    }

    @Test("After two early answers and three 404 the job is looked at plainly")
    func verdicts() {
        var (planner, tickets) = Self.planner(1)
        var now = Duration.zero
        var kinds: [Look] = []
        for _ in 0..<12 {
            while true {
                let looks = planner.due(now: now) { 0.5 }
                if let look = looks.first?.look {
                    kinds.append(look)
                    break
                }
                now = planner.reconsidered(tickets[0], now: now) ?? now
                planner.wake(tickets[0])
            }
            now += .milliseconds(50)
            if case .news = kinds[kinds.count - 1] {
                planner.denied(tickets[0], kinds[kinds.count - 1], now: now)
                planner.saw(tickets[0], .state, Sight(.running, took: .zero), now: now, chance: 0.5)
            } else {
                let sight = Sight(.running, took: .milliseconds(50))
                planner.saw(tickets[0], kinds[kinds.count - 1], sight, now: now, chance: 0.5)
            }
            planner.wait(tickets[0])
        }
        #expect(kinds.suffix(3) == [.state, .state, .state])
        #expect(now > .seconds(5), "no storm")
    }

    @Test("A hold that is cut is shorter for a while, once a minute and never under ten seconds")
    func cut() {
        var (planner, tickets) = Self.planner(1)
        func hold(_ now: Duration) -> Duration? {
            guard case .news(let hold)? = planner.due(now: now, chance: { 1 }).first?.look else { return nil }
            planner.saw(tickets[0], .news(hold: hold), Sight(.running, took: .seconds(1)), now: now, chance: 0)
            planner.wait(tickets[0])
            return hold
        }
        _ = planner.due(now: .zero) { 1 }
        planner.saw(
            tickets[0],
            .end(hold: .seconds(1)),
            Sight(.running, took: .seconds(1)),
            now: .seconds(1),
            chance: 0
        )
        planner.wait(tickets[0])
        #expect(hold(.seconds(10)) == .seconds(75))
        for second in 0..<30 { planner.cut(after: .seconds(20), now: .seconds(100 + second)) }
        planner.wake(tickets[0])
        #expect(hold(.seconds(200)) == .milliseconds(37_500))
        for minute in 0..<9 { planner.cut(after: .seconds(20), now: .seconds(300 + 61 * minute)) }
        planner.wake(tickets[0])
        #expect(hold(.seconds(2_000)) == .seconds(10))
    }

    @Test("A look that came back early is followed by another soon, whenever the news are due")
    func early() {
        var (planner, tickets) = Self.planner(60)
        _ = planner.due(now: .zero) { 0.5 }
        let sight = Sight(.running, took: .milliseconds(100))
        planner.saw(tickets[0], .end(hold: .seconds(1)), sight, now: .seconds(1), chance: 0.5)
        planner.wait(tickets[0])
        #expect(planner.due(now: .seconds(1)) { 0.5 }.isEmpty)
        #expect(planner.reconsidered(tickets[0], now: .seconds(1)) == .seconds(2))
        planner.wake(tickets[0])
        #expect(planner.due(now: .seconds(2)) { 0.5 }.count == 1)
    }

    @Test("A job whose stream is refused is followed by its status, and the others by theirs as before")
    func unstreamed() {
        var (planner, tickets) = Self.planner(2)
        var now = Duration.zero
        _ = planner.due(now: now) { 0.5 }
        for ticket in tickets {
            now += .seconds(1)
            planner.saw(ticket, .end(hold: .seconds(1)), Sight(.running, took: .seconds(1)), now: now, chance: 0.5)
        }
        planner.unstreamed(tickets[0])
        now = .seconds(100)
        for ticket in tickets { planner.wait(ticket) }
        let looks = planner.due(now: now) { 0.5 }
        guard case .end? = looks.first?.look, case .news? = looks.last?.look else {
            Issue.record("\(looks)")
            return
        }
    }

    @Test("A job that was cancelled is looked at soon")
    func hurry() {
        var (planner, tickets) = Self.planner(1)
        let look = planner.due(now: .zero) { 0.5 }
        planner.saw(tickets[0], look[0].look, Sight(.queued, took: .seconds(1)), now: .seconds(20), chance: 0.5)
        planner.wait(tickets[0])
        #expect(planner.due(now: .seconds(21)) { 0.5 }.isEmpty)
        planner.hurry("job-0", now: .seconds(21))
        #expect(planner.due(now: .seconds(21)) { 0.5 }.count == 1)
    }

    @Test("A worker's last record is followed by the end at once, other news by a pause")
    func news() {
        var (planner, tickets) = Self.planner(60)
        _ = planner.due(now: .zero) { 0.5 }
        let ticket = tickets[7]
        let first = Look.end(hold: .seconds(1))
        planner.saw(ticket, first, Sight(.running, took: .seconds(1)), now: .seconds(1), chance: 0.5)
        planner.wait(ticket)
        guard case .end(let pause)? = planner.due(now: .seconds(1), chance: { 0.5 }).first?.look else {
            Issue.record("the end is waited for while the news are fresh")
            return
        }
        #expect(pause == .seconds(75))
        planner.saw(ticket, .end(hold: pause), Sight(.running, took: pause), now: .seconds(76), chance: 0.5)
        planner.wait(ticket)
        guard let look = planner.due(now: .seconds(76), chance: { 0.5 }).first?.look, case .news = look else {
            Issue.record("the news are read")
            return
        }
        planner.saw(ticket, look, Sight(.running, news: .last, took: .zero), now: .seconds(77), chance: 0.5)
        planner.wait(ticket)
        guard case .news? = planner.due(now: .seconds(77), chance: { 0.5 }).first?.look else {
            Issue.record("the stream is read on to its end")
            return
        }
    }
}
