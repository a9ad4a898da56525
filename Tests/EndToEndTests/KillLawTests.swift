import Coordination
import Flashpoints
import Testing

/// The law itself, against answers and journals that break it.
@Suite("The law that killed runs are held to")
struct KillLawTests {
    /// A run over three flashpoints in which nothing died.
    private let law = KillLaw(
        count: 3,
        urls: ["a", "b", "c"],
        answer: Self.answer([0, 1, 2]),
        events: Self.events([0, 1, 2]),
        fetches: [1, 1, 1]
    )

    @Test("finds nothing wrong with a run that is whole")
    func whole() {
        #expect(law.faults == [])
        #expect((law.lost, law.doubled, law.extraExecutions) == (0, 0, 0))
    }

    @Test("finds a result that is missing, shifted, or another's")
    func results() {
        for order in [[0, 1], [1, 2, 0], [0, 0, 2]] {
            var broken = law
            broken.answer = Self.answer(order)
            #expect(broken.faults != [], "\(order)")
            #expect(broken.lost > 0)
        }
    }

    @Test("finds outcomes that are missing or doubled, and work that is done again")
    func outcomes() {
        var broken = law
        broken.events = Self.events([0, 1])
        #expect(broken.faults.contains("flashpoint 2 has no outcome"))
        broken.events = Self.events([0, 1, 1, 2])
        #expect(broken.faults.contains("flashpoint 1 has two outcomes"))
        #expect(broken.doubled == 1)
        broken.events.insert(Self.intent(seq: 5), at: 4)
        #expect(broken.faults.contains { $0.contains("again, which are settled") })
    }

    @Test("finds pages that were fetched more often than their flashpoint was sent")
    func executions() {
        var broken = law
        broken.fetches = [1, 2, 1]
        #expect(broken.faults == ["flashpoint 1 was sent 1 times and begun 2 times"])
        #expect(broken.extraExecutions == 1)
        broken.handedOutAgain = 1
        #expect(broken.faults == [])
        broken.fetches = [1, 0, 1]
        #expect(broken.faults != [])
    }

    private static func result(_ index: Int) -> JSONValue {
        let cluster: [String: JSONValue] = [
            "flashpoint_id": .string("fp-\(index)"),
            "urls": [.string(["a", "b", "c"][index])],
            "summary": .string("The \(KillSite.mark(index)) is closed."),
        ]
        return ["clusters": [.object(cluster)]]
    }

    private static func answer(_ order: [Int]) -> JSONValue {
        [
            "ok": true, "flashpoints": 3, "succeeded": 3, "failed": 0, "cancelled": 0,
            "results": .array(order.map(result)),
        ]
    }

    private static let ref = AttemptRef(worker: 1, chunk: 1, attempt: 1)

    private static func intent(seq: Int) -> Event {
        let body = Event.Body.attemptIntended(ref, nonce: "n", indices: IndexList([0, 1, 2]), endpoint: "e")
        return Event(seq: seq, at: 0, t: 0, body: body)
    }

    private static func events(_ settled: [Int]) -> [Event] {
        var bodies = settled.map { index in
            Event.Body.flashpointSettled(
                Settlement(
                    attempt: ref,
                    worker: 1,
                    index: index,
                    id: "fp-\(index)",
                    outcome: .ok(result: result(index)),
                    seconds: 1,
                    attempts: 1
                )
            )
        }
        bodies.append(.runEnded(end))
        return [intent(seq: 1)] + bodies.enumerated().map { Event(seq: $0 + 10, at: 0, t: 0, body: $1) }
    }

    private static let end = RunAnswer(
        date: "2025-01-01",
        trigger: "manual",
        cleanup: true,
        workers: 1,
        durationSeconds: 1,
        run: "20250101-aaaa",
        flashpoints: 3,
        succeeded: 3,
        failed: 0,
        cancelled: 0,
        wallSeconds: 1,
        speedup: Speedup(shareWeights: [3])
    )
}
