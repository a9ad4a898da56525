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

    @Test("finds a job that is known and given up, whatever for, and flashpoints that are sent again without a reason")
    func submissions() {
        let unanswered = AttemptEnd(.lost, status: AttemptEnd.unansweredStatus)
        #expect(faults(knows: false, unanswered) == [])
        #expect(faults(knows: true, unanswered) != [])
        #expect(faults(knows: true, AttemptEnd(.lost, status: "404")) != [])
        #expect(faults(knows: true, AttemptEnd(.lost, status: "404"), mayLoseJobs: true) == [])
        #expect(faults(knows: true, nil) != [])
        let gone = AttemptEnd(.gone, status: "GONE")
        #expect(faults(knows: true, gone) != [])
        #expect(faults(knows: true, gone, at: ["http://127.0.0.1/v2/local#1", "http://127.0.0.1/v2/local#2"]) == [])
        #expect(faults(knows: true, gone, at: ["http://127.0.0.1/v2/local#1", "http://127.0.0.1/v2/local#1"]) != [])
        let completed = AttemptEnd(.completed, status: "COMPLETED")
        #expect(faults(knows: true, completed) != [])
        #expect(faults(knows: true, completed, failed: [0, 1, 2]) == [])
    }

    /// What is wrong with a run whose first job, for all its flashpoints, is sent a second time after this end.
    private func faults(
        knows: Bool,
        _ end: AttemptEnd?,
        at endpoints: [String] = ["https://e", "https://e"],
        failed: [Int] = [],
        mayLoseJobs: Bool = false
    ) -> [String] {
        let indices = IndexList([0, 1, 2])
        var bodies = [Event.Body.attemptIntended(Self.ref, nonce: "n", indices: indices, endpoint: endpoints[0])]
        if knows { bodies.append(.attemptAccepted(Self.ref, job: "job-1")) }
        bodies += failed.map {
            .flashpointFailed(Self.ref, index: $0, id: "fp-\($0)", Failure(.transient, "so"), seconds: 1)
        }
        if let end { bodies.append(.attemptEnded(Self.ref, end)) }
        bodies.append(.attemptIntended(Self.ref.next, nonce: "m", indices: indices, endpoint: endpoints[1]))
        var law = law
        law.mayLoseJobs = mayLoseJobs
        law.events = bodies.enumerated().map { Event(seq: $0 + 1, at: 0, t: 0, body: $1) } + law.events.dropFirst()
        return law.faults
    }

    @Test("takes the second outcome of a flashpoint that was opened again for the one that counts")
    func reopened() {
        var retried = law
        let cancelled = Settlement(
            attempt: nil,
            worker: 1,
            index: 2,
            id: "fp-2",
            outcome: .cancelled,
            seconds: nil,
            attempts: 0
        )
        let bodies: [Event.Body] = [.flashpointSettled(cancelled), .runEnded(Self.end), .runRetried(generation: 2)]
        retried.events =
            bodies.enumerated().map { Event(seq: $0 + 1, at: 0, t: 0, body: $1) }
            + law.events.map { event in
                var event = event
                event.seq += 10
                return event
            }
        #expect(retried.faults == [])
        #expect(retried.doubled == 0)
        retried.events.removeAll { $0.name == "run.retried" }
        #expect(retried.faults.contains("flashpoint 2 has two outcomes"))
        #expect(retried.faults.contains("the run has 2 ends"))
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
