import Canvas
import Coordination
import Flashpoints
import Testing

@testable import Dashboard

@Suite("A second pair of hands")
struct AttachedTests {
    private func attached(_ standing: Standing? = .driven(pid: 7), _ events: [Event] = Run.usual) -> Model {
        var model = Run.model(events, setup: Run.setup(.attached))
        if let standing { _ = model.update(.report(.standing(standing)), now: 20_000) }
        return model
    }

    private func dialog(_ model: Model) throws -> Dialog {
        guard case .dialog(let dialog) = try #require(model.overlay) else { throw Missing() }
        return dialog
    }

    private struct Missing: Error {}

    @Test("Keys command as at the driver, with the same questions")
    func commands() throws {
        var model = attached()
        #expect(model.type("p") == [.send([.pause])])
        #expect(model.type("r") == [])
        #expect(model.type("jr") == [.send([.retryWorker(2, indices: nil)])])
        #expect(model.type("c") == [])
        #expect(try dialog(model).title == "Cancel worker 2?")
        #expect(model.type("y") == [.send([.cancelWorker(2)])])
        #expect(model.type("Cy") == [.send([.cancelRun])])
    }

    @Test("Q asks before it stops the driver, and Enter keeps it going")
    func stop() throws {
        var model = attached()
        #expect(model.type("Q") == [])
        #expect(try dialog(model).title == "Stop process 7?")
        #expect(model.strike(Key(.enter)) == [])
        #expect(model.type("Qy") == [.stop])
        _ = model.update(.stopped(.accepted), now: 21_000)
        #expect(model.notice?.text == "the driver stops; etl-dash resume 20250101-k3f9 goes on with the run")
        _ = model.update(.stopped(.tooLate("nobody drives this run")), now: 22_000)
        #expect(model.notice?.text == "too late: nobody drives this run")
    }

    @Test(
        "While nobody drives the run, each verb says what to do, and the footer names none",
        arguments: [false, true]
    )
    func nobody(hasEnded: Bool) {
        let end = hasEnded ? Run.events([Run.answer(ok: 5, failed: 1)], from: 20) : []
        var model = attached(.interrupted, Run.usual + end)
        let verbs = KeyTable.rows.filter(\.changesRun)
        #expect(!KeyTable.hints(for: model).contains { hint in verbs.contains { $0.label == hint.label } })
        for verb in verbs {
            model.notice = nil
            #expect(model.strike(verb.keys[0]).isEmpty)
            #expect(model.overlay == nil)
            let way = hasEnded ? "etl-dash retry 20250101-k3f9" : "etl-dash resume 20250101-k3f9"
            #expect(model.notice?.text.contains(way) == true, "\(verb.label): \(model.notice?.text ?? "")")
        }
        _ = model.update(.report(.standing(.driven(pid: 8))), now: 23_000)
        if !hasEnded { #expect(model.type("p") == [.send([.pause])]) }
    }

    @Test("Ctrl-C says that it leaves, not that it stops the run")
    func interrupt() {
        var model = attached()
        _ = model.strike(.control("c"))
        #expect(model.notice?.text == "q to leave, C to cancel the run; Ctrl-C once more leaves at once")
    }
}

@Suite("A run that asks")
struct AskingTests {
    private static let why = "3 failures in a row are alike (permanent: gone)"

    private func asked(_ role: Dashboard.Role = .driver) -> Model {
        var model = Run.model(setup: Run.setup(role))
        let pause = Run.events([.runPaused(why: Self.why)], from: 20)
        _ = model.update(.report(.events(pause)), now: 21_000)
        return model
    }

    @Test(
        "It opens a question by itself: p goes on, C asks once more, Enter looks around",
        arguments: [
            Dashboard.Role.driver, .attached,
        ]
    )
    func question(role: Dashboard.Role) throws {
        var model = asked(role)
        guard case .dialog(let dialog) = model.overlay else {
            Issue.record("nothing is asked")
            return
        }
        #expect(dialog.lines.first == Self.why + ".")
        #expect(model.type("p") == [.send([.proceed])])
        model = asked(role)
        #expect(model.type("C") == [])
        #expect(model.type("y") == [.send([.cancelRun])])
        model = asked(role)
        #expect(model.strike(Key(.enter)) == [])
        #expect(model.overlay == nil)
        #expect(model.standingNotice?.text == "Paused. p goes on, C cancels the run: \(Self.why)")
        #expect(model.type("p") == [.send([.proceed])])
    }

    @Test("The question goes when somebody else lets the run go on, and a pause by hand asks nothing")
    func answeredElsewhere() {
        var model = asked()
        _ = model.update(.report(.events(Run.events([.runContinued], from: 21))), now: 22_000)
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "The run goes on")
        _ = model.update(.report(.events(Run.events([.runPaused()], from: 22))), now: 23_000)
        #expect(model.overlay == nil)
    }

    @Test("It does not take the keys from a question that is open, nor asks who can't answer")
    func politeness() {
        var model = Run.model()
        _ = model.type("C")
        let pause = Run.events([.runPaused(why: Self.why)], from: 20)
        _ = model.update(.report(.events(pause)), now: 21_000)
        #expect(model.type("y") == [.send([.cancelRun])])
        #expect(asked(.replay(speed: 1)).overlay == nil)
    }
}
