import Coordination
import Flashpoints
import RunEngine
import Testing

@Suite("A run played in virtual time", .timeLimit(.minutes(5)))
struct SimulationTests {
    @Test("12 flashpoints of 10 s over 4 workers take 30 s: the speedup is 4")
    func workedExample() throws {
        let (events, answer) = try Simulation.play(Batch.plan(12, workers: 4)) { _ in 10 }
        #expect(answer.ok)
        #expect(answer.succeeded == 12)
        #expect(answer.durationSeconds == 30)
        #expect(answer.wallSeconds == 30)
        #expect(answer.sequentialSeconds == 120)
        #expect(answer.speedup == 4)
        #expect(answer.efficiency == 1)
        #expect(answer.attainable == 4)
        #expect(events.last?.body == .runEnded(answer))
    }

    @Test("the events are those of a real run, in order")
    func events() throws {
        let (events, _) = try Simulation.play(Batch.plan(3, workers: 2), startDelay: 2) { Double($0 + 1) * 5 }
        let told = events.map { "\($0.t) \($0.name) \(Self.subject($0.body))" }
        #expect(
            told == [
                "0.0 run.planned ", "0.0 attempt.intended 1", "0.0 attempt.intended 2",
                "0.0 attempt.accepted 1", "0.0 attempt.accepted 2",
                "2.0 attempt.started 1", "2.0 flashpoint.started 0",
                "2.0 attempt.started 2", "2.0 flashpoint.started 2",
                "7.0 flashpoint.settled 0", "7.0 flashpoint.started 1",
                // Worker 2 has slept the longer.
                "17.0 flashpoint.settled 2", "17.0 attempt.ended 2",
                "17.0 flashpoint.settled 1", "17.0 attempt.ended 1", "17.0 run.ended ",
            ]
        )
        #expect(events.map(\.seq) == Array(1...events.count))
    }

    @Test("the same plan plays the same way, event for event")
    func repeatable() throws {
        let plan = Batch.plan(200, workers: 7, chunkMax: 9)
        let seconds: @Sendable (Int) -> Double = { Double($0 * 7919 % 97) / 10 + 0.1 }
        let first = try Simulation.play(plan, secondsPerFlashpoint: seconds)
        let second = try Simulation.play(plan, secondsPerFlashpoint: seconds)
        #expect(first.answer.succeeded == 200)
        #expect(first.events == second.events)
        #expect(first.answer == second.answer)
    }

    @Test("more workers than flashpoints, and no flashpoint at all", arguments: [(3, 4), (0, 2)])
    func fewFlashpoints(count: Int, workers: Int) throws {
        let (_, answer) = try Simulation.play(Batch.plan(count, workers: workers)) { _ in 10 }
        #expect(answer.succeeded == count)
        #expect(answer.durationSeconds == (count > 0 ? 10 : 0))
    }

    @Test("three times as many workers as the mailbox has room for messages all get through at once")
    func manyWorkers() throws {
        let (_, answer) = try Simulation.play(Batch.plan(3_000, workers: 3_000)) { _ in 10 }
        #expect(answer.succeeded == 3_000)
        #expect(answer.durationSeconds == 10)
    }

    /// The worker of an attempt, or the index of a flashpoint.
    private static func subject(_ body: Event.Body) -> String {
        switch body {
        case .attemptIntended(let ref, _, _, _), .attemptAccepted(let ref, _), .attemptStarted(let ref, _, _, _),
            .attemptEnded(let ref, _):
            "\(ref.worker)"
        case .flashpointStarted(_, let index, _): "\(index)"
        case .flashpointSettled(let settlement): "\(settlement.index)"
        default: ""
        }
    }
}
