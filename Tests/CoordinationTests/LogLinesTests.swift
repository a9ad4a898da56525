import Coordination
import Flashpoints
import Testing

@Suite struct LogLinesTests {
    private static let one = Sample.first(1)

    private static func text(_ bodies: [Event.Body], level: LogLevel = .info) -> [String] {
        var lines = LogLines(level: level)
        return Sample.events(bodies).flatMap { lines.lines(for: $0) }.map(\.text)
    }

    private static let begin: [Event.Body] = [
        .runPlanned(Sample.header([3])),
        Sample.intended(one, 0..<3),
        .attemptAccepted(one, job: "job-1"),
        .attemptStarted(one, instance: "abc", delayMS: 1_500),
    ]

    @Test("A clean run prints the seed's lines and nothing else")
    func seed() {
        let bodies =
            Self.begin
            + (0..<3).flatMap { index -> [Event.Body] in
                let id = "test_flashpoint_\(index)"
                return [
                    .flashpointStarted(Self.one, index: index, id: id),
                    .flashpointProgress(Self.one, index: index, stage: "extract", done: 1, of: 4),
                    Sample.ok(Self.one, index, id: id),
                ]
            } + [
                .workerVitals(worker: 1, residentMB: 212, cpuSeconds: 3.2),
                .attemptEnded(Self.one, AttemptEnd(.completed, status: "COMPLETED", executionMS: 30_000)),
            ]
        #expect(
            Self.text(bodies) == [
                "INFO: Worker 1 starting with 3 flashpoints",
                "INFO: Worker 1 completed flashpoint test_flashpoint_0",
                "INFO: Worker 1 completed flashpoint test_flashpoint_1",
                "INFO: Worker 1 completed flashpoint test_flashpoint_2",
                "INFO: Worker 1 completed all 3 flashpoints",
            ]
        )
    }

    @Test("A failure is an error line with its cause, and the count says how many failed")
    func failure() {
        let failure = Failure(.timeout, stage: "render", "took longer than 60 s")
        let bodies =
            Self.begin + [
                Sample.ok(Self.one, 0),
                Sample.failed(AttemptRef(worker: 1, chunk: 1, attempt: 4), 1, failure),
                Sample.ok(Self.one, 2),
            ]
        #expect(
            Self.text(bodies).suffix(4) == [
                "INFO: Worker 1 completed flashpoint fp-0",
                "ERROR: Worker 1 failed flashpoint fp-1: timeout in render: took longer than 60 s (4 attempts)",
                "INFO: Worker 1 completed flashpoint fp-2",
                "WARNING: Worker 1 completed 2 of 3 flashpoints, 1 failed",
            ]
        )
    }

    @Test("After a retry the count is told again")
    func retry() {
        let bodies =
            Self.begin + [
                Sample.failed(Self.one, 0, Failure(.permanent, "no")),
                Sample.ok(Self.one, 1),
                Sample.cancelled(worker: 1, 2),
                .workerRetried(worker: 1, indices: [0]),
                Sample.ok(AttemptRef(worker: 1, chunk: 1, attempt: 2), 0),
                .workerRetried(worker: 1, indices: nil),
                Sample.ok(AttemptRef(worker: 1, chunk: 1, attempt: 3), 2),
            ]
        #expect(
            Self.text(bodies).suffix(7) == [
                "WARNING: Worker 1 completed 1 of 3 flashpoints, 1 failed, 1 cancelled",
                "INFO: Worker 1 is asked to try again: 1 failed, 0 cancelled",
                "INFO: Worker 1 completed flashpoint fp-0",
                "WARNING: Worker 1 completed 2 of 3 flashpoints, 1 cancelled",
                "INFO: Worker 1 is asked to try again: 0 failed, 1 cancelled",
                "INFO: Worker 1 completed flashpoint fp-2",
                "INFO: Worker 1 completed all 3 flashpoints",
            ]
        )
    }

    @Test("A flashpoint that failed once and was cancelled later is told as cancelled")
    func failedThenCancelled() {
        let bodies =
            Self.begin + [
                Sample.failed(Self.one, 0, Failure(.permanent, "no")),
                Sample.ok(Self.one, 1),
                Sample.ok(Self.one, 2),
                .workerRetried(worker: 1, indices: nil),
                Sample.cancelled(worker: 1, 0),
                .workerRetried(worker: 1, indices: [0]),
                Sample.ok(AttemptRef(worker: 1, chunk: 1, attempt: 3), 0),
            ]
        #expect(
            Self.text(bodies).suffix(3) == [
                "INFO: Worker 1 is asked to try again: 0 failed, 1 cancelled",
                "INFO: Worker 1 completed flashpoint fp-0",
                "INFO: Worker 1 completed all 3 flashpoints",
            ]
        )
    }

    @Test(
        "What goes wrong or is asked for has a line",
        arguments: [
            (
                .attemptUnknown(one, why: "reset"),
                "WARNING: Worker 1 got no answer to its submission (chunk 1, attempt 1): reset"
            ),
            (
                .attemptRefused(one, Failure(.config, "401")),
                "ERROR: Worker 1 is refused by the endpoint: 401; the run stops here and can be resumed"
            ),
            (
                .attemptRefused(one, Failure(.permanent, "413")),
                "WARNING: Worker 1 had its submission refused (chunk 1, attempt 1): 413"
            ),
            (
                .attemptEnded(one, AttemptEnd(.lost, status: "FAILED", message: "no worker")),
                "WARNING: Worker 1 lost its job (chunk 1, attempt 1): no worker"
            ),
            (
                .attemptEnded(one, AttemptEnd(.timedOut, status: "TIMED_OUT", executionMS: 60_000)),
                "WARNING: Worker 1 had its job time out after 60.0 s (chunk 1, attempt 1)"
            ),
            (
                .retryScheduled(one.next, t: 2.25, why: "lost"),
                "WARNING: Worker 1 tries again in 1.3 s (chunk 1, attempt 2): lost"
            ),
            (
                .flashpointFailed(one, index: 0, id: "fp-0", Failure(.transient, "503"), seconds: 1),
                "WARNING: Worker 1 flashpoint fp-0 failed and is tried again: transient: 503"
            ),
            (.workerCancelRequested(worker: 1), "WARNING: Worker 1 cancelled: the rest of its share is dropped"),
            (.runCancelRequested(why: "asked by the operator"), "WARNING: Run cancelled: asked by the operator"),
            (
                .runPaused(why: "10 failures in a row are alike"),
                "WARNING: Run paused: 10 failures in a row are alike; then continue or cancel it"
            ),
            (
                .runRetried(generation: 2),
                "INFO: Run is asked to try again, as generation 2: 0 failed, 0 cancelled"
            ),
            (
                .diskFull(why: "only 12 MB are free"),
                "ERROR: Nothing new is submitted: only 12 MB are free; make room, and the run goes on by itself"
            ),
            (.diskFree, "INFO: The run's journal can grow again"),
            (
                .attemptEnded(one, AttemptEnd(.lost, status: "UNKNOWN", message: "it may have run")),
                "WARNING: Worker 1 gives up its unanswered submission (chunk 1, attempt 1): it may have run"
            ),
            (
                .attemptEnded(one, AttemptEnd(.absent, status: "ABSENT")),
                "INFO: Worker 1 submits again what never arrived (chunk 1, attempt 1)"
            ),
            (
                .attemptEnded(one, AttemptEnd(.oversize, status: "400", message: "exceeded max body size of 10MiB")),
                "WARNING: Worker 1 has more than the platform takes (chunk 1, attempt 1): exceeded max body size of 10MiB"
            ),
            (.runPaused(), "INFO: Run paused: nothing new is submitted"),
            (.runContinued, "INFO: Run continued"),
            (
                .runResumed(endpoint: "http://127.0.0.1:9/v2/local#7"),
                "INFO: Run resumed on http://127.0.0.1:9/v2/local"
            ),
            (
                .endpointUnreachable(since: 0, cause: "refused"),
                "WARNING: Endpoint cannot be reached: refused; jobs that run go on"
            ),
            (.endpointReachable, "INFO: Endpoint can be reached again"),
            (.log(level: .warning, worker: 1, message: "no database"), "WARNING: Worker 1: no database"),
            (.log(level: .error, worker: nil, message: "disk full"), "ERROR: disk full"),
        ] as [(Event.Body, String)]
    )
    func oneLine(body: Event.Body, line: String) {
        #expect(Self.text([.runPlanned(Sample.header([3])), body]) == [line])
    }

    @Test("Debugging shows every stage, attempt, job and the worker's vitals")
    func debug() {
        let bodies =
            Self.begin + [
                .flashpointStarted(Self.one, index: 1, id: "fp-1"),
                .flashpointProgress(Self.one, index: 1, stage: "extract", done: 12, of: 37),
                .workerVitals(worker: 1, residentMB: 212, cpuSeconds: 31.2),
            ]
        #expect(
            Self.text(bodies, level: .debug) == [
                "DEBUG: Run 20250101-k3f9 planned: 3 flashpoints over 1 worker, even shares of 3",
                "DEBUG: Worker 1 submits 3 flashpoints as chunk 1, attempt 1",
                "INFO: Worker 1 starting with 3 flashpoints",
                "DEBUG: Worker 1 has job job-1 for chunk 1, attempt 1",
                "DEBUG: Worker 1 runs chunk 1, attempt 1 on instance abc after 1.5 s in the queue",
                "DEBUG: Worker 1 starts flashpoint fp-1",
                "DEBUG: Worker 1 flashpoint fp-1: extract 12 of 37",
                "DEBUG: Worker 1 uses 212 MB and has used 31.2 s of processor",
            ]
        )
    }

    @Test("Only lines of the level asked for come", arguments: LogLevel.allCases)
    func levels(level: LogLevel) {
        let bodies = LogLevel.allCases.map { Event.Body.log(level: $0, worker: nil, message: "x") }
        #expect(Self.text(bodies, level: level) == LogLevel.allCases.filter { $0 >= level }.map { "\($0.rawValue): x" })
    }

    @Test(
        "Control characters are spelt out",
        arguments: [
            ("a\nb", "a\\nb"), ("\u{1B}[2J", "\\u{1b}[2J"), ("\r\n", "\\r\\n"), ("\u{9B}31m", "\\u{9b}31m"),
            ("\u{202E}abc", "\\u{202e}abc"), ("Ünïcode 新聞", "Ünïcode 新聞"),
        ]
    )
    func controls(message: String, shown: String) {
        #expect(LogLine(.info, message).message == shown)
    }

    @Test("A worker without a plan is passed over")
    func foreign() {
        #expect(
            Self.text([Sample.ok(Sample.first(9), 0), .workerVitals(worker: 0, residentMB: 1, cpuSeconds: 1)]).isEmpty
        )
    }
}
