import Coordination
import Testing

@testable import Dashboard

@Suite struct PaceTests {
    private static func played(_ bodies: [Event.Body], every seconds: Double) -> (Overview, Pace) {
        var (overview, pace) = (Overview(), Pace())
        for event in Run.events(bodies, every: seconds) {
            overview.apply(event)
            pace.apply(event)
        }
        return (overview, pace)
    }

    @Test("A worker that settles one flashpoint every 5 s has that rate, and as many times 5 s to go as it has left")
    func steady() throws {
        // Events come every 5 s, the job runs from 15 s on.
        let bodies =
            [.runPlanned(Run.header([10]))] + Run.started(1, 0..<10) + (0..<6).map { Run.ok(1, $0, seconds: 5) }
        let (overview, pace) = Self.played(bodies, every: 5)
        let t = overview.t
        #expect(t == 45)
        #expect(abs(try #require(pace.rate(of: 1, at: t)) - 0.2) < 1e-9)
        #expect(abs(try #require(pace.rate(at: t)) - 0.2) < 1e-9)
        let estimate = try #require(pace.estimate(overview, at: t))
        #expect(abs(estimate.low - 20) < 1e-9)
        #expect(abs(estimate.high - 20) < 1e-9)
        #expect(abs(try #require(pace.estimate(overview, at: t + 3)).middle - 17) < 1e-9)
    }

    @Test("While nothing comes the rate falls, and the estimate does not sink below what the next one takes")
    func stalled() throws {
        let bodies =
            [.runPlanned(Run.header([10]))] + Run.started(1, 0..<10) + (0..<6).map { Run.ok(1, $0, seconds: 5) }
        let (overview, pace) = Self.played(bodies, every: 5)
        let rates = [0.0, 5, 20, 60, 600].compactMap { pace.rate(of: 1, at: overview.t + $0) }
        #expect(rates == rates.sorted(by: >))
        #expect(rates[4] < 0.02)
        #expect(try #require(pace.estimate(overview, at: overview.t + 600)).middle > 100)
    }

    @Test("There is no estimate before three flashpoints have settled, nor while the run is paused or over")
    func unknown() {
        let start = [.runPlanned(Run.header([3, 3]))] + Run.started(1, 0..<3) + Run.started(2, 3..<6)
        let (early, pace) = Self.played(start + [Run.ok(1, 0), Run.ok(2, 3)], every: 1)
        #expect(pace.estimate(early, at: 9) == nil)
        let bodies = start + [Run.ok(1, 0), Run.ok(2, 3), Run.ok(1, 1)]
        let (third, thirdPace) = Self.played(bodies, every: 1)
        #expect(thirdPace.estimate(third, at: 10) != nil)
        let (paused, pausedPace) = Self.played(bodies + [.runPaused()], every: 1)
        #expect(pausedPace.estimate(paused, at: 11) == nil)
        let (ended, endedPace) = Self.played(bodies + [Run.answer(ok: 6)], every: 1)
        #expect(endedPace.estimate(ended, at: 11) == nil)
    }

    @Test("The slowest worker decides, and one that has not begun goes by the average")
    func slowest() throws {
        let bodies =
            [.runPlanned(Run.header([4, 20]))] + Run.started(1, 0..<4)
            + [Run.ok(1, 0, seconds: 2), Run.ok(1, 1, seconds: 2), Run.ok(1, 2, seconds: 2)]
        let (overview, pace) = Self.played(bodies, every: 2)
        let estimate = try #require(pace.estimate(overview, at: overview.t))
        #expect(abs(estimate.middle - 40) < 1e-9)
    }

    @Test("The more the flashpoints differ, the wider the band")
    func band() throws {
        func width(_ seconds: [Double]) throws -> Double {
            let bodies =
                [.runPlanned(Run.header([20]))] + Run.started(1, 0..<20)
                + seconds.enumerated().map { Run.ok(1, $0.offset, seconds: $0.element) }
            let (overview, pace) = Self.played(bodies, every: 5)
            let estimate = try #require(pace.estimate(overview, at: overview.t))
            return estimate.high - estimate.low
        }
        let widths = [try width([5, 5, 5, 5]), try width([4, 6, 4, 6]), try width([1, 9, 1, 9])]
        #expect(widths[0] == 0)
        #expect(widths[1] > 1)
        #expect(widths[2] > widths[1] * 3)
    }

    @Test("What is long ago counts less: half of it after 30 s")
    func halfLife() throws {
        let slow = (0..<20).map { Run.ok(1, $0, seconds: nil) }
        let (overview, steady) = Self.played(
            [.runPlanned(Run.header([900]))] + Run.started(1, 0..<900) + slow,
            every: 10
        )
        var pace = steady
        var t = overview.t
        for index in 20..<320 {
            t += 1
            pace.apply(Event(seq: 1_000 + index, at: 0, t: t, body: Run.ok(1, index, seconds: nil)))
            if index == 50 {
                let rate = try #require(pace.rate(of: 1, at: t))
                #expect(rate > 0.2 && rate < 0.9)
            }
        }
        #expect(try #require(pace.rate(of: 1, at: t)) > 0.98)
    }

    @Test("Cost is the seconds that attempts ran by the price, the running ones among them")
    func cost() throws {
        var setup = Run.setup()
        setup.pricePerSecond = 0.5
        var bodies = [Event.Body.runPlanned(Run.header([1, 1]))] + Run.started(1, 0..<1) + Run.started(2, 1..<2)
        bodies.append(.attemptEnded(Run.first(1), AttemptEnd(.completed, status: "COMPLETED", executionMS: 7_000)))
        // Worker 2's job runs since 6 s.
        let model = Run.model(Run.events(bodies), setup: setup, at: 10_000)
        #expect(model.elapsed == 10)
        let cost = try #require(model.cost)
        #expect(cost.dollars == (7 + 4) * 0.5)
        #expect(cost.dollarsPerHour == 1_800)
        #expect(cost.lostDollars == 3.5, "it ended without the result of its flashpoint")
        // The price that the run was planned with counts, whoever looks on.
        var header = Run.header([1, 1])
        header.pricePerSecond = 2
        bodies[0] = .runPlanned(header)
        #expect(Run.model(Run.events(bodies), setup: setup, at: 10_000).cost?.dollars == 22.0)
        #expect(Run.model(Run.events(bodies), at: 10_000).cost?.dollars == 22.0)
        #expect(Run.model().cost == nil)
        // Nobody bills work on this machine.
        let here = bodies.map { body in
            guard case .attemptIntended(let ref, let nonce, let indices, _) = body else { return body }
            return Event.Body.attemptIntended(ref, nonce: nonce, indices: indices, endpoint: "http://127.0.0.1:1/v2/e#7")
        }
        #expect(Run.model(Run.events(here), setup: setup, at: 10_000).cost == nil)
    }
}
