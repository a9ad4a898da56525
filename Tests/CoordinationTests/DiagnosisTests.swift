import Flashpoints
import Testing

@testable import Coordination

/// Whether each trouble is found, told in a sentence with what to do, and over when it is over.
@Suite("A diagnosis")
struct DiagnosisTests {
    /// Something that may be amiss, and what is said of it at a time.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var script: Script
        var t: Double
        var kinds: [Diagnosis.Kind]
        /// Words that the first finding has.
        var words: [String] = []

        var testDescription: String { name }
    }

    private static func findings(_ script: Script, at t: Double) -> [Diagnosis] {
        var observations = Observations()
        for event in script.events where event.t <= t { observations.apply(event) }
        return Diagnosis.findings(observations, t: t)
    }

    private static let waiting = Script().waiting()
    private static let tooMany = waiting.started(1, at: 1).started(2, at: 1)
        .health(0...100, running: 2, inQueue: 0, inProgress: 2)
        .adding([(20, .endpointUnreachable(since: Script.start, cause: "too many requests", status: 429))])
    private static let failed = AttemptEnd(.lost, status: "FAILED", message: "job timed out after 1 retries")
    private static let overtime = AttemptEnd(
        .timedOut,
        status: "FAILED",
        executionMS: 603_118,
        message: "executionTimeout exceeded"
    )
    private static let empty = AttemptEnd(.completed, status: "COMPLETED", message: "it has no output")
    private static let forgotten = AttemptEnd(.lost, status: "404")
    private static let refusal = Failure(
        .config,
        "https://api.runpod.ai/v2/e1 refuses us (401): the key is not accepted"
    )

    static let cases: [Case] = [
        Case(
            name: "a refusal comes alone, in its own words",
            script: waiting.health(0...60).adding([(60, .attemptRefused(Sample.first(1), refusal))]),
            t: 61,
            kinds: [.refused],
            words: ["refuses us (401)"]
        ),
        Case(
            name: "workers that crash at their start",
            script: waiting.health(0...20, unhealthy: 2),
            t: 20,
            kinds: [.crashLoop],
            words: [
                "2 jobs wait for 0:20", "2 workers fail at their start", "logs in the RunPod console",
                "waiting does not help",
            ]
        ),
        Case(
            name: "a crash loop whose worker is starting again in between",
            script: waiting.health(0...20, unhealthy: 1).health(30...30, initializing: 1).health(40...40, unhealthy: 1)
                .health(50...50, initializing: 1),
            t: 55,
            kinds: [.crashLoop],
            words: ["again and again"]
        ),
        Case(
            name: "no worker at all",
            script: waiting.health(0...30),
            t: 30,
            kinds: [.noWorkers],
            words: ["no worker that runs or starts", "max workers", "after 3 days", "to 0 after 7"]
        ),
        Case(
            name: "no machines to be had",
            script: waiting.health(0...30, throttled: 3),
            t: 30,
            kinds: [.throttled],
            words: ["3 workers are throttled", "more GPU types"]
        ),
        Case(
            name: "throttled beside workers that run",
            script: waiting.started(1, at: 1).health(0...40, running: 1, throttled: 2, inQueue: 1, inProgress: 1),
            t: 40,
            kinds: [.throttled],
            words: ["1 job waits for 0:40"]
        ),
        Case(
            name: "a cold start",
            script: waiting.health(0...40, initializing: 2),
            t: 40,
            kinds: [.coldStart],
            words: ["2 workers start: a cold start", "nothing to do"]
        ),
        Case(
            name: "a cold start beyond what RunPod allows",
            script: waiting.health(0...430, initializing: 1),
            t: 430,
            kinds: [.coldStart],
            words: ["for 7:10", "longer than the 7 minutes", "RUNPOD_INIT_TIMEOUT"]
        ),
        Case(
            name: "an image that takes no job",
            script: waiting.health(0...60, idle: 1),
            t: 60,
            kinds: [.brokenImage],
            words: ["1 worker is up and 2 jobs wait for 1:00", "publish a new image"]
        ),
        Case(
            name: "workers that run and take no job",
            script: waiting.health(0...60, running: 2),
            t: 60,
            kinds: [.brokenImage],
            words: ["2 workers are up"]
        ),
        Case(
            name: "fewer workers than jobs",
            script: waiting.started(1, at: 1).health(0...90, running: 1, inQueue: 1, inProgress: 1),
            t: 90,
            kinds: [.tooFewWorkers],
            words: ["1 job waits for 1:30 while 1 worker runs", "max workers"]
        ),
        Case(
            name: "workers that bill without a job",
            script: waiting.started(1, at: 1).started(2, at: 1).ended(1, failed, at: 2).ended(2, failed, at: 2)
                .adding([(700, .log(level: .info, worker: nil, message: "x"))])
                .health(700...770, running: 2, inQueue: 0),
            t: 770,
            kinds: [.idleBilling],
            words: ["2 workers run without a job for 1:10", "idle timeout"]
        ),
        Case(
            name: "results that expire while nobody is heard",
            script: waiting.health(0...20, running: 2, inQueue: 0, inProgress: 2).adding([
                (60, .endpointUnreachable(since: Script.start + 60_000, cause: "no route"))
            ]),
            t: 120,
            kinds: [.expiringResults],
            words: ["results of 2 jobs", "last until 00:30Z", "bring network and endpoint back"]
        ),
        Case(
            name: "an executionTimeout that is too small",
            script: Script().jobs(2, worker: 2, on: { "i-\($0)" }, delay: 1).waiting(1...1, at: 3).started(1, at: 4)
                .ended(1, overtime, at: 607),
            t: 700,
            kinds: [.executionTimeout],
            words: ["1 job ran over", "after 10:03", "came through took 0:01", "raise REQUEST_TIMEOUT"]
        ),
        Case(
            name: "a worker that died with its job",
            script: waiting.started(1, at: 1).ended(1, failed, at: 50),
            t: 60,
            kinds: [.workerLost],
            words: ["1 job was lost with the worker (job timed out after 1 retries)", "out of memory"]
        ),
        Case(
            name: "a job that the endpoint forgot",
            script: waiting.started(1, at: 1).ended(1, forgotten, at: 50),
            t: 60,
            kinds: [.resultsGone],
            words: ["1 job no more (404)", "30 minutes"]
        ),
        Case(
            name: "a job that completed without output",
            script: waiting.started(1, at: 1).ended(1, empty, at: 50),
            t: 60,
            kinds: [.noOutput],
            words: ["without all results (it has no output)", "ETL_CHUNK_MAX", "10 MB"]
        ),
        Case(
            name: "a result that came twice",
            script: waiting.started(1, at: 1).adding([
                (9, .flashpointDuplicate(Sample.first(1), index: 0, id: "fp-0"))
            ]),
            t: 10,
            kinds: [.workTwice],
            words: ["more than once", "nothing is doubled"]
        ),
        Case(
            name: "jobs that the platform ran again",
            script: waiting.started(1, at: 1).started(2, at: 1).health(
                0...0,
                running: 2,
                inQueue: 0,
                inProgress: 2,
                retried: 4
            )
            .health(10...10, running: 2, inQueue: 0, inProgress: 2, retried: 5),
            t: 11,
            kinds: [.workTwice]
        ),
        Case(
            name: "nearly all jobs on one machine",
            script: Script().jobs(10, on: { $0 == 3 ? "b" : "a" }, delay: 1).health(
                0...10,
                running: 3,
                inQueue: 0,
                inProgress: 1
            ),
            t: 11,
            kinds: [.oneInstance],
            words: ["9 of the last 10 jobs went to one machine (a) while 3 workers are up", "runpod 1.10.1"]
        ),
        Case(
            name: "starts that take minutes",
            script: Script().jobs(8, on: { "i-\($0)" }, delay: 80),
            t: 9,
            kinds: [.slowStarts],
            words: ["half of the last 8 jobs waited 1:20 and more", "active worker"]
        ),
        Case(
            name: "no more than three at once, the most pressing first",
            script: Script().jobs(10, on: { _ in "a" }, delay: 80).waiting(2...2, at: 11).started(2, at: 12)
                .ended(2, overtime, at: 13).waiting(1...1, at: 14).health(20...80, unhealthy: 1, inQueue: 1),
            t: 80,
            kinds: [.crashLoop, .executionTimeout, .slowStarts]
        ),
    ]

    @Test("Each trouble is found and told with what to do", arguments: cases)
    func found(_ trouble: Case) {
        let findings = Self.findings(trouble.script, at: trouble.t)
        #expect(findings.map(\.kind) == trouble.kinds)
        for words in trouble.words { #expect(findings.first?.text.contains(words) == true, "\(findings)") }
        for finding in findings {
            #expect(!finding.title.isEmpty && finding.title.count <= 20)
            #expect(!finding.text.hasSuffix("."))
            #expect(!finding.text.contains("\n"))
            #expect(finding.title.count + finding.hint.count + 2 <= 75, "a narrow screen has room for it")
        }
    }

    @Test("Every kind of trouble is among them")
    func complete() {
        #expect(Set(Self.cases.flatMap(\.kinds)) == Set(Diagnosis.Kind.allCases))
    }

    static let wells: [Case] = [
        Case(name: "before the plan", script: Script(steps: []), t: 5, kinds: []),
        Case(
            name: "all jobs run",
            script: waiting.started(1, at: 1, on: "a").started(2, at: 1, on: "b")
                .health(0...600, running: 2, inQueue: 0, inProgress: 2),
            t: 600,
            kinds: []
        ),
        Case(name: "jobs that just went out", script: waiting.health(0...20), t: 20, kinds: []),
        Case(name: "workers that just came up", script: waiting.health(0...50, idle: 2), t: 50, kinds: []),
        Case(
            name: "workers that are free where jobs are taken",
            script: waiting.started(1, at: 1).health(0...300, idle: 2, running: 1, inQueue: 5, inProgress: 1),
            t: 300,
            kinds: []
        ),
        Case(
            name: "an image that took a job a moment ago",
            script: waiting.health(0...50, idle: 2).health(55...55, idle: 1, running: 1, inQueue: 1, inProgress: 1)
                .health(60...100, idle: 2),
            t: 100,
            kinds: []
        ),
        Case(
            name: "jobs that come and go, none of which waits long",
            script: waiting.health(0...90, idle: 2, inQueue: 1).started(1, at: 80).started(2, at: 80)
                .ended(1, AttemptEnd(.completed, status: "COMPLETED"), at: 81).waiting(1...1, at: 85),
            t: 90,
            kinds: []
        ),
        Case(name: "one request too many", script: tooMany, t: 100, kinds: []),
        Case(name: "counters of one moment", script: waiting.health(60...60), t: 60, kinds: []),
        Case(
            name: "jobs that wait, of which the endpoint knows that they run",
            script: waiting.health(0...300, running: 2, inQueue: 0, inProgress: 2),
            t: 300,
            kinds: []
        ),
        Case(
            name: "somebody else's jobs that wait",
            script: waiting.started(1, at: 1, on: "a").started(2, at: 1, on: "b")
                .health(0...300, running: 2, inQueue: 9, inProgress: 2),
            t: 300,
            kinds: []
        ),
        Case(name: "counters that are too old", script: waiting.health(0...60), t: 190, kinds: []),
        Case(
            name: "a run that has ended",
            script: waiting.health(0...60).adding([
                (61, .runEnded(TestDriver(3, workers: 1).state.answer(at: 0, now: 61)))
            ]),
            t: 62,
            kinds: []
        ),
        Case(
            name: "jobs on this machine",
            script: Script().adding([
                (
                    0,
                    .attemptIntended(
                        Sample.first(1),
                        nonce: "n",
                        indices: IndexList(0..<3),
                        endpoint: "http://127.0.0.1:9/v2/l#1"
                    )
                ),
                (0, .attemptAccepted(Sample.first(1), job: "j")),
            ]).health(0...90, unhealthy: 2),
            t: 90,
            kinds: []
        ),
        Case(
            name: "a mishap of long ago",
            script: waiting.started(1, at: 1).ended(1, failed, at: 50),
            t: 651,
            kinds: []
        ),
        Case(
            name: "the jobs of a single worker",
            script: Script(steps: [(0, .runPlanned(Sample.header([3])))]).jobs(10, on: { _ in "a" }, delay: 1)
                .health(0...10, running: 3, inQueue: 0, inProgress: 1),
            t: 11,
            kinds: []
        ),
    ]

    @Test("Where all is well nothing is found", arguments: wells)
    func well(_ well: Case) {
        #expect(Self.findings(well.script, at: well.t) == [])
    }

    @Test("A finding vanishes once its reason has been gone for a while, and at once when nothing waits any more")
    func over() {
        let script = Self.waiting.health(0...60).health(70...200, idle: 0, running: 2, inQueue: 1, inProgress: 2)
        #expect(Self.findings(script, at: 69).map(\.kind) == [.noWorkers])
        #expect(Self.findings(script, at: 80).map(\.kind) == [.noWorkers], "one look that says otherwise is not enough")
        #expect(Self.findings(script, at: 90) == [])
        let begun = Self.waiting.health(0...60).started(1, at: 65).started(2, at: 65)
        #expect(Self.findings(begun, at: 65) == [])
    }

    @Test("What flickers is told steadily")
    func flicker() {
        var script = Self.waiting
        for round in 0..<20 {
            let t = Double(round) * 20
            script = script.health(t...t).health(t + 10...t + 10, idle: 1)
        }
        for t in stride(from: 40.0, through: 390, by: 5) {
            #expect(Self.findings(script, at: t).first?.kind == .noWorkers, "at \(t) s")
        }
    }

    @Test("Whoever resumes looks anew")
    func resumed() {
        let script = Self.waiting.health(0...60).adding([(61, .runResumed(endpoint: "https://api.runpod.ai/v2/e1"))])
        #expect(Self.findings(script, at: 62) == [])
        #expect(Self.findings(script.health(70...90), at: 90) == [])
        #expect(Self.findings(script.health(70...100), at: 100).map(\.kind) == [.noWorkers])
    }

    @Test(
        "What to do about a job without results depends on what it returned instead",
        arguments: [
            (.missing, "lower ETL_CHUNK_MAX"), (nil, "lower ETL_CHUNK_MAX"), (.null, "return what it made"),
            (.empty, "return what it made"), (.list, "in their order, or with its id"), (.text, "return JSON"),
            (.value, "return JSON"),
        ] as [(AttemptEnd.Output?, String)]
    )
    func noOutput(output: AttemptEnd.Output?, advice: String) throws {
        let end = AttemptEnd(.completed, status: "COMPLETED", message: "words", output: output)
        let finding = try #require(Self.findings(Self.waiting.started(1, at: 1).ended(1, end, at: 50), at: 60).first)
        #expect(finding.kind == .noOutput)
        #expect(finding.advice.contains(advice))
        let isTooLarge = output == nil || output == .missing
        #expect(finding.advice.contains("ETL_CHUNK_MAX") == isTooLarge)
        #expect(finding.hint.contains("ETL_CHUNK_MAX") == isTooLarge)
    }

    /// What the doctor is told by one look, and the kind it stands for.
    static let looks: [(health: HealthCounters, kind: Diagnosis.Kind?)] = [
        (counters { $0.inQueue = 3 }, .noWorkers), (counters { ($0.inQueue, $0.unhealthy) = (3, 1) }, .crashLoop),
        (counters { ($0.inQueue, $0.throttled) = (3, 1) }, .throttled),
        (counters { ($0.inQueue, $0.initializing) = (3, 1) }, .coldStart),
        (counters { ($0.inQueue, $0.ready) = (3, 1) }, .brokenImage),
        (counters { ($0.inQueue, $0.running, $0.inProgress) = (3, 1, 1) }, .tooFewWorkers),
        (counters { $0.running = 2 }, .idleBilling), (counters { _ in }, nil), (counters { $0.idle = 2 }, nil),
        (counters { ($0.running, $0.inProgress) = (2, 2) }, nil),
    ]

    private static func counters(_ fill: (inout HealthCounters) -> Void) -> HealthCounters {
        var counters = HealthCounters()
        fill(&counters)
        return counters
    }

    @Test("One look at an endpoint tells what it can", arguments: looks)
    func look(_ health: HealthCounters, _ kind: Diagnosis.Kind?) {
        let findings = Diagnosis.findings(at: health)
        #expect(findings.map(\.kind) == [kind].compactMap(\.self))
        #expect(findings.allSatisfy { !$0.what.contains(" for 0:") }, "nobody knows for how long")
    }

    @Test("The overview finds the same as the fold of its events")
    func overview() {
        for trouble in Self.cases {
            var overview = Overview()
            for event in trouble.script.events { overview.apply(event) }
            let findings = Diagnosis.findings(overview.observations, t: trouble.t)
            #expect(findings.map(\.kind) == trouble.kinds, "\(trouble.name)")
        }
    }

    // MARK: - The log

    private static func lines(_ script: Script) -> [(t: Double, text: String)] {
        var lines = LogLines()
        return script.events.flatMap { event in lines.lines(for: event).map { (event.t, $0.text) } }
            .filter { $0.1.contains("Endpoint: ") }
    }

    @Test("The log says it once when it arises and once when it is over")
    func logged() {
        let script = Self.waiting.health(0...100).health(110...300, running: 1, inQueue: 0, inProgress: 2)
        let lines = Self.lines(script)
        #expect(lines.map(\.t) == [30, 110])
        #expect(
            lines.first?.text.hasPrefix("WARNING: Endpoint: 2 jobs wait for 0:30 and the endpoint has no worker")
                == true
        )
        #expect(lines.last?.text == "INFO: Endpoint: no longer so: no workers")
    }

    @Test("The log says it once more when it changes")
    func loggedChange() {
        let lines = Self.lines(Self.waiting.health(0...600, initializing: 1))
        #expect(lines.map(\.t) == [30, 430])
        #expect(lines.last?.text.contains("longer than the 7 minutes") == true)
    }

    @Test("What comes and goes is told no more often than every ten minutes")
    func loggedRarely() {
        var script = Self.waiting
        for round in 0..<20 {
            let t = Double(round) * 100
            script = script.health(t...t + 40).health(t + 50...t + 90, running: 2, inQueue: 0, inProgress: 2)
        }
        let lines = Self.lines(script)
        #expect(lines.count { $0.text.hasPrefix("WARNING") } == 4, "\(lines)")
        #expect(lines.count { $0.text.hasPrefix("INFO") } == 4, "\(lines)")
    }
}
