import Coordination
import Flashpoints
import Testing

@testable import etl_dash

@Suite("Last lines")
struct SummaryTests {
    private let events = EventScript()

    @Test("A run without failures says results, speedup and where its journal is")
    func success() {
        let (overview, answer) = events.ended(shares: [1, 1], seconds: [[10], [8]], duration: 10)
        let summary = RunSummary(answer: answer, overview: overview, journal: "/j/journal.sqlite")
        #expect(
            summary.text == """
                Run 20250101-abcd: 2 of 2 flashpoints ok in 10.0 s
                Speedup 1.8 of 1.8 attainable with 2 workers, efficiency 0.9; one after another: 18.0 s
                Journal: /j/journal.sqlite

                """
        )
    }

    @Test("Below 0.6 the summary names the cause")
    func cause() {
        let (overview, answer) = events.ended(shares: [1, 1], seconds: [[10], [1]], duration: 10)
        let text = RunSummary(answer: answer, overview: overview, journal: "/j").text
        #expect(text.contains("efficiency 0.55"))
        #expect(text.contains("\nBelow 0.6 because the largest share, worker 1's, took 10.0 s"))
    }

    @Test("Failures are told by cause, with the flashpoints")
    func failures() {
        let failure = Failure(.timeout, stage: "render", "over its time")
        let (overview, answer) = events.ended(shares: [2], seconds: [[10, 10]], duration: 20, failing: [1: failure])
        let text = RunSummary(answer: answer, overview: overview, journal: "/j").text
        #expect(text.hasPrefix("Run 20250101-abcd: 1 of 2 flashpoints ok, 1 failed in 20.0 s\n"))
        #expect(text.contains("\nFailed 1: timeout in render: over its time (fp-1)\n"))
        #expect(text.contains("\nEach of them: etl-dash results 20250101-abcd --failed\n"))
        #expect(text.contains("\nWhat has no result, again: etl-dash retry 20250101-abcd\n"))
    }

    @Test("Of many causes the commonest are told")
    func manyCauses() {
        let failing = (0..<8).map { ($0, Failure(.permanent, String(repeating: "a", count: $0 + 1))) }
        let seconds = [[Double]](repeating: [1, 1, 1, 1, 1, 1, 1, 1], count: 1)
        let (overview, answer) = events.ended(
            shares: [8],
            seconds: seconds,
            duration: 8,
            failing: Dictionary(uniqueKeysWithValues: failing)
        )
        let text = RunSummary(answer: answer, overview: overview, journal: "/j").text
        #expect(text.split(separator: "\n").count { $0.hasPrefix("Failed 1: ") } == 5)
        #expect(text.contains("\n… and 3 more causes\n"))
    }

    @Test(
        "What is billed is told as an estimate, with what was for nothing",
        arguments: [
            (
                RunBill(billedSeconds: 2_210, coldStartSeconds: 41.02, lostSeconds: 221, costEstimate: 0.4199),
                "Cost ~$0.42, an estimate: 2210.0 s of workers billed, 41.0 s of them cold starts; "
                    + "lost or done twice: 221.0 s, ~$0.0420"
            ),
            (
                RunBill(billedSeconds: 20, coldStartSeconds: 0, lostSeconds: 0, costEstimate: 0.0038),
                "Cost ~$0.0038, an estimate: 20.0 s of workers billed"
            ),
            (
                RunBill(billedSeconds: 20, coldStartSeconds: 0, lostSeconds: 3, costEstimate: nil),
                "Estimate: 20.0 s of workers billed; lost or done twice: 3.0 s; RUNPOD_PRICE_PER_S is not set"
            ),
        ]
    )
    func cost(bill: RunBill, line: String) {
        var (overview, answer) = events.ended(shares: [1], seconds: [[1]], duration: 1)
        #expect(!RunSummary(answer: answer, overview: overview, journal: "/j").text.contains("stimate"))
        answer.bill = bill
        overview.apply(Event(seq: 99, at: 0, t: 1, body: .runEnded(answer)))
        let text = RunSummary(answer: answer, overview: overview, journal: "/j").text
        #expect(text.split(separator: "\n").contains { $0 == line }, "\(text)")
    }

    @Test("Jobs that could not be cancelled are named, since they may bill")
    func uncancelled() {
        let (overview, answer) = events.ended(shares: [1], seconds: [[1]], duration: 1)
        var after = overview
        let ref = AttemptRef(worker: 1, chunk: 1, attempt: 1)
        after.apply(Event(seq: 99, at: 0, t: 1, body: .attemptUncancelled(ref, job: "job-7", why: "HTTP 500")))
        let text = RunSummary(answer: answer, overview: after, journal: "/j").text
        #expect(text.contains("\nCould not be cancelled, may still run and bill: job-7 of worker 1\n"))
    }

    @Test(
        "Times are told as clocks show them",
        arguments: [
            (0, "0:00"), (13.4, "0:13"), (59.6, "1:00"), (600, "10:00"), (7_389, "2:03:09"),
        ] as [(Double, String)]
    )
    func spans(_ seconds: Double, _ text: String) {
        #expect(RunSummary.span(seconds) == text)
    }

    @Test("A stop on RunPod says what still bills, until when results last, and how to go on")
    func stoppedOnRunPod() {
        let overview = events.running(shares: [2, 1], started: 2)
        let stop = StopSummary(
            overview: overview,
            run: "20250101-abcd",
            endpoint: "https://api.runpod.ai/v2/abc",
            now: 1_735_689_600_000
        )
        #expect(stop.hasJobsOut)
        #expect(
            stop.text == """
                Run 20250101-abcd stopped: 0 of 3 flashpoints settled
                2 jobs still run and bill on https://api.runpod.ai/v2/abc; results last for 30 minutes after a job's end, \
                so until 2025-01-01 00:30 UTC at the least
                Go on with: etl-dash resume 20250101-abcd

                """
        )
    }

    @Test("What could not be cancelled, and how to try again what failed, stand before the way on")
    func stoppedWithTrouble() {
        let bodies: [(t: Double, body: Event.Body)] = [
            (1, .attemptUncancelled(AttemptRef(worker: 2, chunk: 2, attempt: 1), job: "job-2", why: "no answer")),
            (
                2,
                .flashpointSettled(
                    Settlement(
                        attempt: AttemptRef(worker: 1, chunk: 1, attempt: 1),
                        worker: 1,
                        index: 0,
                        id: "fp-0",
                        outcome: .failed(Failure(.permanent, "gone")),
                        seconds: 1,
                        attempts: 1
                    )
                )
            ),
        ]
        let overview = events.running(shares: [2, 1], started: 2, then: bodies)
        let lines = StopSummary(overview: overview, run: "r", endpoint: nil, now: 0).text.split(separator: "\n")
        #expect(
            lines.suffix(3) == [
                "Could not be cancelled, may still run and bill: job-2 of worker 2",
                "Try what failed again: etl-dash retry r --worker 1", "Go on with: etl-dash resume r",
            ]
        )
    }

    @Test("A stop while the endpoint can't be reached counts from when it was heard last")
    func stoppedUnreachable() {
        let silence = Event.Body.endpointUnreachable(since: 600_000, cause: "connection refused")
        let overview = events.running(shares: [1], started: 1, then: [(1, silence)])
        let stop = StopSummary(overview: overview, run: "r", endpoint: "https://api.runpod.ai/v2/abc", now: 1_200_000)
        #expect(stop.text.contains("until 1970-01-01 00:30 UTC at the least"), "\(stop.text)")
    }

    @Test("A stop on this machine bills nobody")
    func stoppedHere() {
        let stop = StopSummary(overview: events.running(shares: [1], started: 1), run: "r", endpoint: nil, now: 0)
        #expect(!stop.text.contains("bill"))
        #expect(!stop.hasJobsOut)
        #expect(stop.text.hasSuffix("Go on with: etl-dash resume r\n"))
    }
}

/// Makes the events of small runs.
struct EventScript {
    private func header(_ shares: [Int]) -> RunHeader {
        RunHeader(
            run: "20250101-abcd",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: shares.count,
            strategy: .even,
            flashpoints: shares.reduce(0, +),
            shares: shares,
            chunks: shares.map { _ in 1 }
        )
    }

    private func fold(_ bodies: [(t: Double, body: Event.Body)]) -> Overview {
        var overview = Overview()
        for (number, entry) in bodies.enumerated() {
            overview.apply(Event(seq: number + 1, at: 0, t: entry.t, body: entry.body))
        }
        return overview
    }

    private func begin(_ shares: [Int], started: Int) -> [(t: Double, body: Event.Body)] {
        var first = 0
        var bodies: [(t: Double, body: Event.Body)] = [(0, .runPlanned(header(shares)))]
        for worker in 1...started {
            let ref = AttemptRef(worker: worker, chunk: worker, attempt: 1)
            let indices = IndexList(first..<first + shares[worker - 1])
            first += shares[worker - 1]
            bodies += [
                (0, .attemptIntended(ref, nonce: "n", indices: indices, endpoint: "e")),
                (0, .attemptAccepted(ref, job: "job-\(worker)")),
                (0, .attemptStarted(ref, instance: nil, delayMS: nil)),
            ]
        }
        return bodies
    }

    /// A run of which the first workers have a job.
    func running(shares: [Int], started: Int, then more: [(t: Double, body: Event.Body)] = []) -> Overview {
        fold(begin(shares, started: started) + more)
    }

    /// A run that has ended, with the seconds of each flashpoint by worker.
    func ended(
        shares: [Int],
        seconds: [[Double]],
        duration: Double,
        failing: [Int: Failure] = [:]
    ) -> (Overview, RunAnswer) {
        var bodies = begin(shares, started: shares.count)
        var speedup = Speedup(shareWeights: shares.map(Double.init))
        var index = 0
        for (place, times) in seconds.enumerated() {
            for time in times {
                speedup.settled(worker: place + 1, weight: 1, seconds: time)
                let settlement = Settlement(
                    attempt: AttemptRef(worker: place + 1, chunk: place + 1, attempt: 1),
                    worker: place + 1,
                    index: index,
                    id: "fp-\(index)",
                    outcome: failing[index].map { .failed($0) } ?? .ok(result: .bool(true)),
                    seconds: time,
                    attempts: 1
                )
                bodies.append((duration, .flashpointSettled(settlement)))
                index += 1
            }
        }
        let answer = RunAnswer(
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: shares.count,
            durationSeconds: duration,
            run: "20250101-abcd",
            flashpoints: index,
            succeeded: index - failing.count,
            failed: failing.count,
            cancelled: 0,
            wallSeconds: duration,
            speedup: speedup
        )
        bodies.append((duration, .runEnded(answer)))
        return (fold(bodies), answer)
    }
}
