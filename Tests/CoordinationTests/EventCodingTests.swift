import Coordination
import Flashpoints
import FoundationEssentials
import Testing

/// What an event looks like in the journal and with `--events`.
@Suite struct EventCodingTests {
    private static let ref = AttemptRef(worker: 2, chunk: 3, attempt: 4)
    private static let failure = Failure(.timeout, stage: "render", "took \"60\" s\nand more")
    private static let prefix = #""at":"2025-10-02T12:04:31.120Z""#
    private static let answer = RunAnswer(
        date: "2025-01-01",
        trigger: "manual",
        cleanup: true,
        workers: 2,
        durationSeconds: 45.25,
        run: "20250101-k3f9",
        flashpoints: 3,
        succeeded: 2,
        failed: 1,
        cancelled: 0,
        wallSeconds: 46,
        speedup: Speedup(shareWeights: [1, 2])
    )

    private static let priced: RunHeader = {
        var header = Sample.header([1])
        header.pricePerSecond = 0.00019
        return header
    }()
    private static let billed: RunAnswer = {
        var answer = EventCodingTests.answer
        answer.bill = RunBill(billedSeconds: 17.5, coldStartSeconds: 10, lostSeconds: 3, costEstimate: 0.003325)
        return answer
    }()
    private static let restless: HealthCounters = {
        var counters = HealthCounters()
        (counters.ready, counters.retried) = (2, 7)
        return counters
    }()

    /// Each case, and its own fields as they are written, keys sorted.
    private static let table: [(Event.Body, String, String)] = [
        (
            .runPlanned(Sample.header([2, 1])), "run.planned",
            #""chunks":[1,1],"cleanup":true,"date":"2025-01-01","flashpoints":3,"run":"20250101-k3f9","shares":[2,1],"strategy":"even","trigger":"manual","workers":2"#
        ),
        (
            .runPlanned(priced), "run.planned",
            #""chunks":[1],"cleanup":true,"date":"2025-01-01","flashpoints":1,"price_per_sec":0.00019,"run":"20250101-k3f9","shares":[1],"strategy":"even","trigger":"manual","workers":1"#
        ),
        (.runResumed(endpoint: "http://h/v2/e#1"), "run.resumed", #""endpoint":"http://h/v2/e#1""#),
        (.runPaused(), "run.paused", ""),
        (.runContinued, "run.continued", ""),
        (.runCancelRequested(why: "asked"), "run.cancelRequested", #""why":"asked""#),
        (
            .runEnded(answer), "run.ended",
            #""attainable":null,"cancelled":0,"cleanup":true,"date":"2025-01-01","duration_sec":45.25,"efficiency":null,"failed":1,"flashpoints":3,"ok":false,"run":"20250101-k3f9","sequential_sec":0,"speedup":null,"succeeded":2,"trigger":"manual","wall_sec":46,"workers":2"#
        ),
        (
            .runEnded(billed), "run.ended",
            #""attainable":null,"billed_sec":17.5,"cancelled":0,"cleanup":true,"cold_start_sec":10,"cost_estimate":0.003325,"date":"2025-01-01","duration_sec":45.25,"efficiency":null,"failed":1,"flashpoints":3,"lost_sec":3,"ok":false,"run":"20250101-k3f9","sequential_sec":0,"speedup":null,"succeeded":2,"trigger":"manual","wall_sec":46,"workers":2"#
        ),
        (
            .attemptIntended(ref, nonce: "n1", indices: [3, 4, 7], endpoint: "e"), "attempt.intended",
            #""attempt":4,"chunk":3,"endpoint":"e","indices":[3,4,7],"nonce":"n1","worker":2"#
        ),
        (.attemptAccepted(ref, job: "j"), "attempt.accepted", #""attempt":4,"chunk":3,"job":"j","worker":2"#),
        (.attemptUnknown(ref, why: "reset"), "attempt.unknown", #""attempt":4,"chunk":3,"why":"reset","worker":2"#),
        (
            .attemptUnknown(ref, why: "trouble", status: 503), "attempt.unknown",
            #""attempt":4,"chunk":3,"http_status":503,"why":"trouble","worker":2"#
        ),
        (
            .attemptStarted(ref, instance: "i", delayMS: 9, part: AttemptPart(formerMS: 600_000, isBilled: true)),
            "attempt.started",
            #""attempt":4,"chunk":3,"delay_ms":9,"former_ms":600000,"instance":"i","unbilled":false,"worker":2"#
        ),
        (
            .attemptStarted(ref, instance: nil, delayMS: nil, part: AttemptPart(formerMS: nil, isBilled: false)),
            "attempt.started", #""attempt":4,"chunk":3,"unbilled":true,"worker":2"#
        ),
        (
            .attemptEnded(ref, AttemptEnd(.completed, status: "COMPLETED", message: "m", output: .null)),
            "attempt.ended",
            #""attempt":4,"chunk":3,"kind":"completed","message":"m","output":"null","status":"COMPLETED","worker":2"#
        ),
        (
            .endpointUnreachable(since: 1_759_406_671_120, cause: "too many", status: 429), "endpoint.unreachable",
            #""cause":"too many","http_status":429,"since":1759406671120"#
        ),
        (
            .attemptRefused(ref, failure), "attempt.refused",
            #""attempt":4,"chunk":3,"class":"timeout","message":"took \"60\" s\nand more","stage":"render","worker":2"#
        ),
        (
            .attemptStarted(ref, instance: "i", delayMS: 1_200), "attempt.started",
            #""attempt":4,"chunk":3,"delay_ms":1200,"instance":"i","worker":2"#
        ),
        (.attemptStarted(ref, instance: nil, delayMS: nil), "attempt.started", #""attempt":4,"chunk":3,"worker":2"#),
        (
            .attemptEnded(ref, AttemptEnd(.timedOut, status: "TIMED_OUT", executionMS: 5, message: "m")),
            "attempt.ended",
            #""attempt":4,"chunk":3,"execution_ms":5,"kind":"timedOut","message":"m","status":"TIMED_OUT","worker":2"#
        ),
        (
            .attemptEnded(ref, AttemptEnd(.gone, status: "GONE")), "attempt.ended",
            #""attempt":4,"chunk":3,"kind":"gone","status":"GONE","worker":2"#
        ),
        (
            .flashpointStarted(ref, index: 7, id: "fp"), "flashpoint.started",
            #""attempt":4,"chunk":3,"id":"fp","index":7,"worker":2"#
        ),
        (
            .flashpointProgress(ref, index: 7, stage: "extract", done: 1, of: 9), "flashpoint.progress",
            #""attempt":4,"chunk":3,"done":1,"index":7,"of":9,"stage":"extract","worker":2"#
        ),
        (
            .flashpointFailed(ref, index: 7, id: "fp", Failure(.transient, "m"), seconds: 0.1), "flashpoint.failed",
            #""attempt":4,"chunk":3,"class":"transient","id":"fp","index":7,"message":"m","seconds":0.1,"worker":2"#
        ),
        (
            Sample.settled(ref, 7, .ok(result: ["a": [1, nil, 2.5]]), seconds: 41.2), "flashpoint.settled",
            #""attempt":4,"attempts":4,"chunk":3,"id":"fp-7","index":7,"outcome":"ok","result":{"a":[1,null,2.5]},"seconds":41.2,"worker":2"#
        ),
        (
            Sample.settled(ref, 7, .ok(result: nil)), "flashpoint.settled",
            #""attempt":4,"attempts":4,"chunk":3,"id":"fp-7","index":7,"outcome":"ok","result":null,"worker":2"#
        ),
        (
            Sample.settled(ref, 7, .failed(failure)), "flashpoint.settled",
            #""attempt":4,"attempts":4,"chunk":3,"class":"timeout","id":"fp-7","index":7,"message":"took \"60\" s\nand more","outcome":"failed","stage":"render","worker":2"#
        ),
        (
            Sample.cancelled(worker: 2, 7), "flashpoint.settled",
            #""attempts":0,"id":"fp-7","index":7,"outcome":"cancelled","worker":2"#
        ),
        (
            .flashpointSettled(
                Settlement(
                    attempt: ref,
                    worker: 2,
                    index: 0,
                    id: "ü",
                    outcome: .ok(result: 1),
                    seconds: 1.0 / 3,
                    isEstimated: true,
                    attempts: 1
                )
            ), "flashpoint.settled",
            #""attempt":4,"attempts":1,"chunk":3,"estimated":true,"id":"ü","index":0,"outcome":"ok","result":1,"seconds":0.3333333333333333,"worker":2"#
        ),
        (
            .flashpointDuplicate(ref, index: 7, id: "fp"), "flashpoint.duplicate",
            #""attempt":4,"chunk":3,"id":"fp","index":7,"worker":2"#
        ),
        (.workerCancelRequested(worker: 2), "worker.cancelRequested", #""worker":2"#),
        (.workerRetried(worker: 2, indices: nil), "worker.retried", #""worker":2"#),
        (.workerRetried(worker: 2, indices: [1, 9]), "worker.retried", #""indices":[1,9],"worker":2"#),
        (
            .retryScheduled(ref, t: 12.0625, why: "lost"), "retry.scheduled",
            #""attempt":4,"chunk":3,"due":12.0625,"why":"lost","worker":2"#
        ),
        (
            .endpointHealth(HealthCounters()), "endpoint.health",
            #""idle":0,"inProgress":0,"inQueue":0,"initializing":0,"running":0,"throttled":0,"unhealthy":0"#
        ),
        (
            .endpointHealth(restless), "endpoint.health",
            #""idle":0,"inProgress":0,"inQueue":0,"initializing":0,"ready":2,"retried":7,"running":0,"throttled":0,"unhealthy":0"#
        ),
        (
            .endpointUnreachable(since: 1_759_406_671_120, cause: "refused"), "endpoint.unreachable",
            #""cause":"refused","since":1759406671120"#
        ),
        (.endpointReachable, "endpoint.reachable", ""),
        (
            .workerVitals(worker: 2, residentMB: 212, cpuSeconds: 31.5), "worker.vitals",
            #""cpu_sec":31.5,"rss_mb":212,"worker":2"#
        ),
        (.log(level: .warning, worker: 2, message: "m"), "log", #""level":"WARNING","message":"m","worker":2"#),
        (.log(level: .debug, worker: nil, message: "m"), "log", #""level":"DEBUG","message":"m""#),
    ]

    @Test("Every event has the fields of the design and comes back as it was", arguments: table)
    func roundTrip(body: Event.Body, name: String, fields: String) throws {
        let event = Event(seq: 9, at: 1_759_406_671_120, t: 31.0625, body: body)
        let json = String(decoding: try JSONCoding.encode(event), as: UTF8.self)
        let envelope = [Self.prefix, #""event":"\#(name)""#, #""seq":9"#, #""t":31.063"#, #""v":1"#]
        // Members of one object in the order of their keys, as the encoder sorts them.
        let members = Self.members(fields) + envelope
        #expect(Self.members(String(json.dropFirst().dropLast())).sorted() == members.sorted())
        #expect(try JSONCoding.decode(Event.self, from: Data(json.utf8)) == event)
        #expect(String(decoding: try event.jsonText(), as: UTF8.self) == json)
        var reader = EventReader()
        #expect(try reader.event(Array(json.utf8)) == event)
    }

    @Test("An event can be written without its result", arguments: table)
    func withoutResult(body: Event.Body, name: String, fields: String) throws {
        let event = Event(seq: 9, at: 1_759_406_671_120, t: 31.0625, body: body)
        var expected = event
        if case .flashpointSettled(var settlement) = body, case .ok = settlement.outcome {
            settlement.outcome = .ok(result: .null)
            expected.body = .flashpointSettled(settlement)
        }
        var text = JSONTextWriter()
        try event.write(to: &text, result: false)
        #expect(text.bytes == Array(try JSONCoding.encode(expected)))
    }

    /// Cuts the inside of an object at its own commas.
    private static func members(_ text: String) -> [String] {
        var members = [""]
        var depth = 0
        var isText = false
        var isEscaped = false
        for character in text {
            if !isText, depth == 0, character == "," {
                members.append("")
                continue
            }
            if character == "\"", !isEscaped { isText.toggle() }
            isEscaped = character == "\\" && !isEscaped
            if !isText, "[{".contains(character) { depth += 1 }
            if !isText, "]}".contains(character) { depth -= 1 }
            members[members.count - 1].append(character)
        }
        return members.filter { !$0.isEmpty }
    }

    @Test(
        "No millisecond of wall time is lost",
        arguments: [-86_400_001, 0, 1, 999, 1_759_406_671_001, 1_759_406_671_119, 1_759_406_671_999, 4_102_444_800_007]
            as [Int64]
    )
    func wallTime(at: Int64) throws {
        for offset in 0..<50 as Range<Int64> {
            let event = Event(seq: 1, at: at + offset * 37, t: 0, body: .runPaused())
            #expect(try JSONCoding.decode(Event.self, from: try JSONCoding.encode(event)) == event)
            #expect(try event.jsonText() == Array(try JSONCoding.encode(event)))
            var reader = EventReader()
            #expect(try reader.event(try event.jsonText()) == event)
        }
    }

    @Test(
        "Days are those of the calendar",
        arguments: [0, 58, 59, 60, 11_016, 11_017, 20_362, 47_540, 47_541] as [Int64]
    )
    func days(_ day: Int64) throws {
        for day in day..<day + 400 {
            let text = Date(timeIntervalSince1970: Double(day) * 86_400).formatted(.iso8601).prefix(10)
            #expect(WallTime.text(day * 86_400_000).prefix(10) == text)
        }
    }

    @Test(
        "What is not an event of this version says so",
        arguments: [
            (
                #"{"v":2,"seq":1,"at":"2025-10-02T12:04:31.120Z","t":0,"event":"run.paused"}"#,
                "events of version 2 are not known"
            ),
            (
                #"{"v":1,"seq":1,"at":"2025-10-02T12:04:31.120Z","t":0,"event":"run.flown"}"#,
                "no event is called run.flown"
            ),
            (#"{"v":1,"seq":1,"at":"yesterday","t":0,"event":"run.paused"}"#, "yesterday is not a time"),
            (
                #"{"v":1,"seq":1,"at":"2025-10-02T12:04:31.120Z","t":0,"event":"flashpoint.settled","worker":1,"index":0,"id":"a","outcome":"odd"}"#,
                "odd is not an outcome"
            ),
        ]
    )
    func malformed(json: String, message: String) {
        #expect {
            _ = try JSONCoding.decode(Event.self, from: Data(json.utf8))
        } throws: { error in
            String(describing: error).contains(message)
        }
        #expect {
            var reader = EventReader()
            _ = try reader.event(Array(json.utf8))
        } throws: { error in
            String(describing: error).contains(message)
        }
    }
}
