import Canvas
import Coordination
import Flashpoints
import Testing

@testable import Dashboard

@Suite("What is amiss, on the screen")
struct FindingTests {
    private static func health(_ fill: (inout HealthCounters) -> Void) -> Event.Body {
        var counters = HealthCounters()
        fill(&counters)
        return .endpointHealth(counters)
    }

    /// A job that waits from 2 s on at an endpoint without a worker, told every 10 s until 60 s.
    private static let waiting: [(t: Double, body: Event.Body)] =
        [(0, Scenes.header([3])), (1, intended), (2, .attemptAccepted(Run.first(1), job: "j"))]
        + stride(from: 10.0, through: 60, by: 10).map { ($0, health { $0.inQueue = 1 }) }

    private static var intended: Event.Body {
        .attemptIntended(Run.first(1), nonce: "n", indices: [0, 1, 2], endpoint: "https://api.runpod.ai/v2/e1")
    }

    private static func model(_ more: [(t: Double, body: Event.Body)] = [], at t: Double, width: Int = 120) -> Model {
        Scenes.model(waiting + more, at: t, size: Size(width, 36))
    }

    @Test(
        "It stands below as long as it lasts, with what to do however narrow the screen",
        arguments: [
            (400, "look at its max workers in the RunPod console (0 takes none;"),
            (
                120,
                "1 job waits for 1:00 and the endpoint has no worker that runs or starts: look at its max workers and GPU types"
            ),
            (80, "No workers: look at its max workers and GPU types"),
            (30, "No workers"),
        ]
    )
    func notice(width: Int, words: String) throws {
        let notice = try #require(Self.model(at: 62, width: width).standingNotice)
        #expect(notice.text.contains(words), "\(notice.text)")
        #expect(notice.kind == .warning)
    }

    @Test("The header has its name")
    func header() {
        #expect(Self.model(at: 62).draw().rows[0].contains("no workers"))
        let early = Scenes.model(Self.waiting.filter { $0.t <= 20 }, at: 20)
        #expect(!early.draw().rows[0].contains("no workers"), "not before it lasted")
    }

    @Test("It vanishes when the job runs, and when the run ends")
    func over() {
        let begun: [(t: Double, body: Event.Body)] = [(63, .attemptStarted(Run.first(1), instance: "i", delayMS: 9))]
        #expect(Self.model(begun, at: 64).standingNotice == nil)
        #expect(Self.model(begun, at: 64).findings == [])
        #expect(Self.model([(63, Run.answer(ok: 3))], at: 64).findings == [])
    }

    @Test("What is more pressing keeps its place")
    func precedence() {
        let silent: (t: Double, body: Event.Body) = (63, .endpointUnreachable(since: Scenes.start, cause: "no route"))
        #expect(Self.model([silent], at: 64).standingNotice?.text.contains("unreachable") == true)
        let full: (t: Double, body: Event.Body) = (63, .diskFull(why: "1 MB"))
        #expect(Self.model([full], at: 64).standingNotice?.text.contains("No room for the journal") == true)
        let asked: (t: Double, body: Event.Body) = (63, .runPaused(why: "10 alike"))
        #expect(Self.model([asked], at: 64).standingNotice?.text.hasPrefix("Paused. p goes on") == true)
    }
}
