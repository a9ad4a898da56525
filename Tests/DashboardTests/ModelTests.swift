import Canvas
import Coordination
import Flashpoints
import Testing

@testable import Dashboard

@Suite struct ModelTests {
    private static let enter = Key(.enter)
    private static let escape = Key(.escape)

    private func dialog(_ model: Model) throws -> Dialog {
        guard case .dialog(let dialog) = model.overlay else {
            Issue.record("no question is open")
            throw CancellationError()
        }
        return dialog
    }

    // MARK: - Questions

    @Test("Cancelling a worker names what stays and what is dropped, and is done only by y")
    func cancelWorker() throws {
        var model = Run.model()
        #expect(model.type("jc").isEmpty)
        let dialog = try dialog(model)
        #expect(dialog.title == "Cancel worker 2?")
        #expect(
            dialog.lines == [
                "w2 RUN 1/3", "1 finished flashpoint stays. 2 will not be processed.", "r tries them again later.",
            ]
        )
        #expect(model.strike(Self.enter).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.type("cn").isEmpty)
        #expect(model.overlay == nil)
        _ = model.type("c")
        #expect(model.strike(Self.escape).isEmpty)
        #expect(model.overlay == nil)
        _ = model.type("cx")
        #expect(model.overlay != nil)
        #expect(model.type("Y").isEmpty)
        #expect(model.type("y") == [.send([.cancelWorker(2)])])
        #expect(model.overlay == nil)
    }

    @Test("Marked workers are cancelled together, without those that have nothing left")
    func cancelMarked() throws {
        var bodies = [Event.Body.runPlanned(Run.header([1, 3, 3, 0]))]
        bodies += Run.started(1, 0..<1) + [Run.ok(1, 0), Run.ended(1)] + Run.started(2, 1..<4) + [Run.ok(2, 1)]
        var model = Run.model(Run.events(bodies))
        _ = model.type("*c")
        let dialog = try dialog(model)
        #expect(dialog.title == "Cancel 2 workers?")
        #expect(dialog.lines[0] == "w2 RUN 1/3   w3 QUEUE 0/3")
        #expect(dialog.lines[1] == "1 finished flashpoint stays. 5 will not be processed.")
        #expect(model.type("y") == [.send([.cancelWorker(2), .cancelWorker(3)])])
        #expect(model.marks.isEmpty)
        _ = model.type("gc")
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "worker 1: nothing left to cancel")
    }

    @Test("Money is spoken of only where somebody asks it", arguments: [true, false])
    func billing(isBilled: Bool) throws {
        var setup = Run.setup()
        setup.isBilled = isBilled
        var model = Run.model(setup: setup)
        _ = model.type("C")
        #expect(try dialog(model).lines.contains { $0.contains("billing") } == isBilled)
        #expect(
            try dialog(model).lines.prefix(2) == [
                "2 finished flashpoints stay. 4 will not be processed.", "2 jobs are cancelled.",
            ]
        )
        _ = model.type("nq")
        #expect(try dialog(model).choices[1].meaning.contains("bill") == isBilled)
        #expect(try dialog(model).choices.map(\.key) == ["n", "s", "b"])
    }

    @Test("A key that was typed ahead answers nothing")
    func typeAhead() {
        var model = Run.model(at: 1_000)
        let actions = "cyCy".flatMap { model.update(.input(.key(.character($0))), now: 1_000) }
        #expect(actions.isEmpty)
        #expect(model.overlay != nil)
        #expect(model.update(.input(.key(.character("y"))), now: 1_299).isEmpty)
        #expect(model.update(.input(.key(.character("y"))), now: 1_300) == [.send([.cancelWorker(1)])])
    }

    @Test("Leaving a live run gives the choice; when it ends during the question there is none")
    func leave() {
        for (key, departure) in [("s", Dashboard.Departure.stop), ("b", .background)] {
            var model = Run.model()
            #expect(model.type("q").isEmpty)
            #expect(model.type(key) == [.leave(departure)])
            _ = model.type("q")
            let end = Run.events([Run.answer(ok: 6)], from: 20)
            _ = model.update(.report(.events(end)), now: model.live.now)
            #expect(model.overlay == nil)
            #expect(model.notice?.text == "The run has ended meanwhile")
            #expect(model.type("q") == [.leave(.quit)])
        }
    }

    @Test("An open question follows what happens: its counts change, and it goes when there is nothing left to ask")
    func renewedQuestion() throws {
        var model = Run.model()
        _ = model.type("jc")
        _ = model.update(.report(.events(Run.events([Run.ok(2, 4)], from: 20))), now: 21_000)
        #expect(try dialog(model).lines[1] == "2 finished flashpoints stay. 1 will not be processed.")
        _ = model.update(.report(.events(Run.events([Run.ok(2, 5)], from: 21))), now: 22_000)
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "There is nothing left to cancel")
        _ = model.type("q")
        _ = model.update(.report(.events(Run.events([Run.ok(1, 1)], from: 22))), now: 23_000)
        #expect(try dialog(model).lines[0] == "1 of 6 flashpoints is open, 2 jobs are out.")
    }

    @Test("The footer names what can be done now")
    func usefulHints() {
        let hints = { (model: Model) in Set(KeyTable.hints(for: model).map(\.text)) }
        #expect(hints(Run.model()).isSuperset(of: ["cancel", "retry", "pause", "failures"]))
        #expect(hints(Run.model([])).isDisjoint(with: ["cancel", "retry", "pause", "filter", "failures"]))
        let ended = hints(Run.model(Run.events([.runPlanned(Run.header([1])), Run.ok(1, 0), Run.answer(ok: 1)])))
        #expect(ended.isDisjoint(with: ["cancel", "cancel run", "retry", "pause", "failures"]))
        #expect(ended.isSuperset(of: ["leave", "write", "log"]))
    }

    @Test("q leaves at once where there is nothing to leave: viewers, recordings, before the run and after its end")
    func quit() {
        for role in [Dashboard.Role.attached, .replay(speed: 1)] {
            var model = Run.model(setup: Run.setup(role))
            #expect(model.type("q") == [.leave(.quit)])
        }
        var early = Run.model([])
        _ = early.update(.report(.preparing("Reading")), now: 1)
        #expect(early.isLive)
        #expect(early.type("q") == [.leave(.quit)])
        var ended = Run.model(Run.usual + Run.events([Run.answer(ok: 5, failed: 1)], from: 20))
        #expect(ended.type("q") == [.leave(.quit)])
        var halted = Run.model(
            Run.usual + Run.events([.attemptRefused(Run.first(2), Failure(.config, "401"))], from: 20)
        )
        #expect(halted.standingNotice?.kind == .error)
        #expect(halted.type("q") == [.leave(.quit)])
    }

    @Test("Esc goes back a step at a time and never leaves")
    func escape() {
        var model = Run.model()
        _ = model.strike(Key(.tab))
        _ = model.type(" z")
        for _ in 0..<20 { #expect(model.strike(Self.escape).isEmpty) }
        #expect(model.focus == .workers)
        #expect(model.held == nil)
        #expect(model.screen == .main)
        #expect(model.marks.isEmpty)
    }

    @Test("Ctrl-C hints first; within two seconds it means it, in questions and prompts too")
    func interrupt() {
        var model = Run.model(at: 1_000)
        let key = Message.input(.key(.control("c")))
        #expect(model.update(key, now: 1_000).isEmpty)
        #expect(model.notice?.text.contains("q to leave, C to cancel the run") == true)
        #expect(model.update(key, now: 3_000).isEmpty)
        #expect(model.update(key, now: 4_999) == [.leave(.interrupt)])
        _ = model.type("c")
        #expect(model.update(key, now: 9_000).isEmpty)
        #expect(model.update(key, now: 9_100) == [.leave(.interrupt)])
        #expect(model.update(key, now: 20_000).isEmpty)
        _ = model.update(.input(.key(.character("j"))), now: 20_100)
        #expect(model.update(key, now: 20_200).isEmpty)
    }

    // MARK: - Retry and pause

    @Test("r tries again what failed or was cancelled of the marked or selected workers, and asks nothing")
    func retry() {
        var model = Run.model()
        #expect(model.type("r").isEmpty)
        #expect(model.notice?.text == "worker 1: nothing to retry; worker 2 has something")
        #expect(model.type("jr") == [.send([.retryWorker(2, indices: nil)])])
        #expect(model.type("*r") == [.send([.retryWorker(2, indices: nil)])])
        model.screen = .failures
        #expect(model.type("r") == [.send([.retryWorker(2, indices: nil)])])
        let end = Run.events([Run.answer(ok: 5, failed: 1)], from: 20)
        var ended = Run.model(Run.usual + end)
        #expect(ended.type("r") == [.send([.retryWorker(2, indices: nil)])])
        var clean = Run.model(Array(Run.usual.dropLast()))
        #expect(clean.type("r").isEmpty)
        #expect(clean.notice?.text.contains("nothing to retry") == true)
    }

    @Test("p pauses, and goes on when paused")
    func pause() {
        var model = Run.model()
        #expect(model.type("p") == [.send([.pause])])
        _ = model.update(.report(.events(Run.events([.runPaused()], from: 20))), now: 20_000)
        #expect(model.type("p") == [.send([.proceed])])
        var ended = Run.model(Run.usual + Run.events([Run.answer(ok: 6)], from: 20))
        #expect(ended.type("p").isEmpty)
        #expect(ended.notice?.text == "Too late: the run has ended")
    }

    @Test(
        "A receipt says what became of the command",
        arguments: [
            (.cancelWorker(2), .accepted, "worker 2 is being cancelled"),
            (.retryWorker(2, indices: nil), .accepted, "worker 2 tries again what failed or was cancelled"),
            (.cancelRun, .accepted, "the run is being cancelled"),
            (.pause, .tooLate("the run has ended"), "too late: the run has ended"),
            (.cancelWorker(9), .unknown("there is no worker 9"), "unknown: there is no worker 9"),
        ] as [(Command, Receipt, String)]
    )
    func receipt(command: Command, receipt: Receipt, text: String) {
        var model = Run.model()
        _ = model.update(.receipt(command, receipt), now: 20_000)
        #expect(model.notice?.text == text)
        #expect((model.notice?.kind == .done) == (receipt == .accepted))
    }

    // MARK: - Notices

    @Test("A notice passes, an error stays until Esc")
    func notices() {
        var model = Run.model(at: 20_000)
        _ = model.update(.saved(.success("Wrote a.txt")), now: 20_000)
        _ = model.update(.tick, now: 27_000)
        #expect(model.notice?.text == "Wrote a.txt")
        _ = model.update(.tick, now: 28_001)
        #expect(model.notice == nil)
        _ = model.update(.saved(.failure(SaveProblem("a.txt: no room"))), now: 28_002)
        _ = model.update(.tick, now: 99_000)
        _ = model.type("s")
        #expect(model.notice?.text == "a.txt: no room")
        _ = model.strike(Self.escape)
        #expect(model.notice == nil)
    }

    // MARK: - Freshness and time

    @Test("News age; after 15 s a live run is stale, with the cause when one is known")
    func freshness() {
        #expect(Run.model([]).freshness == .none)
        var model = Run.model(at: 8_000)
        let last = model.live.lastEvent ?? 0
        #expect(last == 8_000)
        #expect(model.freshness == .live(seconds: 0))
        _ = model.update(.tick, now: 23_000)
        #expect(model.freshness == .live(seconds: 15))
        _ = model.update(.tick, now: 23_500)
        #expect(model.freshness == .stale(seconds: 15.5, cause: nil))
        let silence = Event(seq: 10, at: 23_600, t: 23.6, body: .endpointUnreachable(since: 8_000, cause: "no route"))
        _ = model.update(.report(.events([silence])), now: 40_600)
        #expect(model.freshness == .stale(seconds: 17, cause: "no route"))
        _ = model.update(.report(.standing(.interrupted)), now: 40_600)
        #expect(model.freshness == .interrupted)
        #expect(!model.isLive)
        _ = model.update(.report(.events(Run.events([Run.answer(ok: 6)], from: 30))), now: 40_600)
        #expect(model.freshness == .ended)
        #expect(model.elapsed == 10)
    }

    @Test("The time driven goes on between events while somebody drives")
    func elapsed() {
        var model = Run.model(at: 8_000)
        #expect(model.elapsed == 8)
        _ = model.update(.tick, now: 10_500)
        #expect(model.elapsed == 10.5)
        _ = model.update(.report(.standing(.interrupted)), now: 60_000)
        #expect(model.elapsed == 8)
        // A driver that comes later goes on where the last one left.
        _ = model.update(.report(.standing(.driven(pid: 1))), now: 90_000)
        _ = model.update(
            .report(.events([Event(seq: 10, at: 90_000, t: 8, body: .runResumed(endpoint: "e"))])),
            now: 91_000
        )
        #expect(model.elapsed == 9)
    }

    @Test("What is being prepared is shown until there is a run")
    func preparing() {
        var model = Run.model([])
        _ = model.update(.report(.preparing("Reading a.json: 12 flashpoints")), now: 1)
        #expect(model.preparing == "Reading a.json: 12 flashpoints")
        _ = model.update(.report(.events(Run.usual)), now: 2)
        #expect(model.preparing == nil)
        #expect(model.selected == 1)
    }

    @Test("Freezing holds what is shown, while commands go by what is known")
    func freeze() {
        var model = Run.model()
        _ = model.type("z")
        _ = model.update(
            .report(.events(Run.events([Run.ok(1, 1), Run.ok(1, 2), Run.ended(1)], from: 20))),
            now: 30_000
        )
        #expect(model.overview.counts.settled == 2)
        #expect(model.live.overview.counts.settled == 4)
        _ = model.type("c")
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "worker 1: nothing left to cancel")
        _ = model.type("z")
        #expect(model.overview.counts.settled == 4)
    }

    // MARK: - Copying and writing

    @Test("y copies the job, among failures the flashpoints, in the log the line")
    func copy() {
        var model = Run.model()
        #expect(model.type("y") == [.copy("job-1")])
        #expect(model.type("Ey") == [.copy("fp-3")])
        _ = model.update(.report(.lines([LogEntry(at: 0, level: .info, worker: 1, message: "hello")], lost: 0)), now: 0)
        #expect(model.type("Ly") == [.copy("hello")])
        _ = model.update(.copied("x", isSent: false), now: 0)
        #expect(model.notice?.text.contains("W writes to a file") == true)
    }

    @Test("Writing asks what and where, with a name that fits")
    func write() {
        var model = Run.model()
        _ = model.type("Wr")
        #expect(
            model.strike(Self.enter) == [.save(SaveRequest(path: "etl-dash-20250101-k3f9.json", content: .results))]
        )
        _ = model.type("Wl")
        #expect(model.strike(Self.enter) == [.saveLog(path: "etl-dash-20250101-k3f9.log")])
        _ = model.type("Ws")
        _ = model.strike(.control("u"))
        #expect(model.strike(Self.enter).isEmpty)
        guard case .prompt(let prompt) = model.overlay else {
            Issue.record("the prompt is gone")
            return
        }
        #expect(prompt.problem != nil)
        _ = model.type(" a b ")
        #expect(model.strike(Self.enter) == [.saveScreen(path: "a b")])
    }

    @Test("A window that is gone ends it")
    func hangup() {
        var model = Run.model()
        #expect(model.update(.hangup, now: 0) == [.leave(.hangup)])
    }
}
