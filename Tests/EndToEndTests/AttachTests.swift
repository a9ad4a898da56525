import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The pages that the site holds back keep the run where a test wants it.
@Suite("Commanding a run from another process", .serialized, .timeLimit(.minutes(5)))
struct AttachTests {
    private func batch(_ site: NewsSite, in etlDash: Installation) throws -> [String] {
        ["run", try etlDash.write("batch.json", site.batch), "--date", "2025-01-01"]
    }

    private func folder(_ etlDash: Installation) throws -> RunFolder {
        RunStore(home: etlDash.home).folder(of: try #require(etlDash.runs.first))
    }

    private func client(_ etlDash: Installation) throws -> ControlClient<ContinuousClock> {
        ControlClient(try folder(etlDash), clock: ContinuousClock())
    }

    private func names(_ etlDash: Installation) async throws -> [String] { try await etlDash.events().map(\.name) }

    @Test("A run in the background is paused, cancelled and retried from an attached screen")
    func background() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                try await etlDash.onTerminal(try batch(site, in: etlDash)) { run in
                    try await run.waitFor("4/12")
                    try await run.ask("q", "Leave a live run?", answer: "b")
                    #expect(try await run.waitForEnd() == 0)
                }
                try await etlDash.onTerminal(["attach", "last"]) { hands in
                    try await hands.waitFor("attached driven by pid", "w1 RUN", "w4 RUN")
                    hands.send("p")
                    try await hands.waitFor("paused: nothing new is submitted", "PAUSED")
                    #expect(try await names(etlDash).contains("run.paused"), "the receipt means that it is journalled")
                    hands.send("p")
                    try await hands.waitFor("the run goes on")
                    // To the right, as a terminal in application mode sends it.
                    hands.send("\u{1B}OC")
                    try await hands.waitFor("▸ w2")
                    try await hands.ask("c", "Cancel worker 2?", answer: "\r")
                    try await hands.ask("c", "Cancel worker 2?", answer: "y")
                    try await hands.waitFor("w2 CANCEL", "cancelled 2")
                    hands.send("r")
                    try await hands.waitFor("w2 RUN")
                    site.release()
                    try await hands.waitFor("12/12", "DONE")
                    hands.send("q")
                    #expect(try await hands.waitForEnd() == 0)
                    hands.expectGivenBack()
                }
                let end = await becomesTrue { try await names(etlDash).last == "run.ended" }
                #expect(end)
            }
        }
    }

    @Test("An attached screen outlives its driver, says so, and commands the next one")
    func nextDriver() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--plain"]) { first in
                    try await first.waitForLine { $0.isCompletedFlashpoint }
                    try await etlDash.onTerminal(["attach", "last"]) { hands in
                        try await hands.waitFor("driven by pid \(first.pid)")
                        first.send(SIGKILL)
                        try await first.waitForEnd()
                        try await hands.waitFor("INTERRUPTED", "etl-dash resume \(etlDash.runs[0])")
                        hands.send("p")
                        try await hands.waitFor("nobody drives this run: etl-dash resume \(etlDash.runs[0])")
                        try await etlDash.start(["resume", "last", "--plain"]) { second in
                            try await hands.waitFor("driven by pid \(second.pid)")
                            hands.send("p")
                            // Until the screen knows of it, the key asks for the same again.
                            try await hands.waitFor("paused: nothing new is submitted", "PAUSED")
                            hands.send("p")
                            try await hands.waitFor("the run goes on")
                            site.release()
                            #expect(try await second.waitForEnd().ending == .code(0))
                        }
                        try await hands.waitFor("12/12", "DONE")
                        hands.send("q")
                        #expect(try await hands.waitForEnd() == 0)
                    }
                }
            }
        }
    }

    @Test("Of two that are attached one stops the driver, after a question; both see it, and it says how to go on")
    func stop() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--plain"]) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    try await etlDash.onTerminal(["attach", "last"]) { other in
                        try await other.waitFor("driven by pid \(run.pid)")
                        try await etlDash.onTerminal(["attach", "last"]) { hands in
                            try await hands.waitFor("driven by pid \(run.pid)")
                            try await hands.ask("Q", "Stop process \(run.pid)?", answer: "y")
                            let outcome = try await run.waitForEnd()
                            #expect(outcome.ending == .code(1), "\(outcome.errorText)")
                            #expect(outcome.errorText.contains("Stopping, as another process asked"))
                            #expect(outcome.errorLines.last == "Go on with: etl-dash resume \(etlDash.runs[0])")
                            try await hands.waitFor("INTERRUPTED")
                            hands.send("q")
                            #expect(try await hands.waitForEnd() == 0)
                        }
                        try await other.waitFor("INTERRUPTED")
                        other.send("q")
                        #expect(try await other.waitForEnd() == 0)
                    }
                }
            }
        }
    }

    @Test("With --readonly an attached screen commands nothing")
    func readOnly() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--plain"]) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    try await etlDash.onTerminal(["attach", "last", "--readonly"]) { eyes in
                        try await eyes.waitFor("read-only driven by pid \(run.pid)")
                        eyes.send("p")
                        try await eyes.waitFor("read-only: --readonly is set")
                        eyes.send("q")
                        #expect(try await eyes.waitForEnd() == 0)
                    }
                    #expect(try await !names(etlDash).contains("run.paused"))
                }
            }
        }
    }

    @Test(
        "Resume and retry of a run that is driven elsewhere name the process and change nothing",
        arguments: [
            "resume", "retry",
        ]
    )
    func drivenElsewhere(command: String) async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--plain"]) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    let before = try await names(etlDash).filter { $0.hasPrefix("run.") }
                    let outcome = try await etlDash.run([command, "last"])
                    #expect(outcome.ending == .code(2))
                    #expect(outcome.errorLines.count == 1, "\(outcome.errorText)")
                    let words =
                        command == "resume"
                        ? "is being driven by process \(run.pid); watch and command it: etl-dash attach \(etlDash.runs[0])"
                        : "retries nothing: the run has no failed or cancelled flashpoint to retry"
                    #expect(outcome.errorText.contains(words), "\(outcome.errorText)")
                    #expect(try await names(etlDash).filter { $0.hasPrefix("run.") } == before)
                }
            }
        }
    }

    // MARK: - Retry

    @Test("What was cancelled in a live run is tried again by retry, which leaves at once")
    func retryLive() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--json"]) { run in
                    try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                    #expect(try await client(etlDash).send(.cancelWorker(2)) == .accepted)
                    #expect(await becomesTrue { try await names(etlDash).contains("worker.cancelRequested") })
                    let outcome = try await etlDash.run(["retry", "last", "--worker", "2"])
                    #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                    #expect(outcome.output.isEmpty)
                    #expect(outcome.errorText.contains("in process \(run.pid) that drives it"))
                    #expect(outcome.errorText.contains("Watch it: etl-dash attach \(etlDash.runs[0])"))
                    site.release()
                    let end = try await run.waitForEnd()
                    #expect(end.ending == .code(0), "\(end.errorText)")
                    #expect(try end.answer()["succeeded"] == 12)
                }
            }
        }
    }

    @Test("A run that has ended is opened again by retry, as its next generation, and driven here")
    func retryEnded() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                try await etlDash.start(try batch(site, in: etlDash) + ["--json"]) { run in
                    try await run.waitForLines(4) { $0.isCompletedFlashpoint }
                    #expect(try await client(etlDash).send(.cancelWorker(2)) == .accepted)
                    #expect(try await client(etlDash).send(.cancelWorker(3)) == .accepted)
                    site.release()
                    let end = try await run.waitForEnd()
                    #expect(end.ending == .code(1), "\(end.errorText)")
                    #expect(try end.answer()["cancelled"] == 4)
                }
                let requests = site.server.requests.count
                let one = try await etlDash.run(["retry", "last", "--flashpoint", "fp-4", "--json"])
                #expect(one.ending == .code(1), "\(one.errorText)")
                #expect(try one.answer()["succeeded"] == 9)
                #expect(site.server.requests.count == requests + 3, "nothing else is done again")
                let rest = try await etlDash.run(["retry", "last", "--json"])
                #expect(rest.ending == .code(0), "\(rest.errorText)")
                #expect(try rest.answer()["succeeded"] == 12)
                #expect(try await names(etlDash).contains("run.retried"))
                let nothing = try await etlDash.run(["retry", "last"])
                #expect(nothing.ending == .code(2))
                #expect(nothing.errorText.contains("nothing to retry; of 12 flashpoints 12 ok, 0 failed, 0 cancelled"))
                let unknown = try await etlDash.run(["retry", "last", "--flashpoint", "fp-99"])
                #expect(unknown.ending == .code(2))
                #expect(unknown.errorText.contains(#"has no flashpoint "fp-99""#))
                let worker = try await etlDash.run(["retry", "last", "--worker", "5"])
                #expect(worker.ending == .code(2))
                #expect(worker.errorText.contains("has workers 1 to 4"))
            }
        }
    }

    @Test("After a hangup the run goes on in the background, and takes a retry there")
    func retryAfterHangup() async throws {
        try await NewsSite.with(free: [0, 3, 6, 9]) { site in
            try await Installation.with { etlDash in
                let environment = ["ETL_ON_HANGUP": "background"]
                try await etlDash.onTerminal(try batch(site, in: etlDash), environment: environment) { run in
                    try await run.waitFor("4/12")
                    run.signal(SIGHUP)
                    #expect(try await run.waitForEnd() == 128 + SIGHUP)
                }
                let client = try client(etlDash)
                #expect(await becomesTrue { await client.send(.cancelWorker(2)) == .accepted })
                let outcome = try await etlDash.run(["retry", "last"])
                #expect(outcome.ending == .code(0), "\(outcome.errorText)")
                site.release()
                #expect(await becomesTrue { try await names(etlDash).last == "run.ended" })
                let answer = try await etlDash.run(["resume", "last", "--json"])
                #expect(try answer.answer()["succeeded"] == 12)
            }
        }
    }
}
