import Canvas
import Coordination
import Testing

@testable import Dashboard

@Suite struct KeyTableTests {
    @Test("No key means two things in one place", arguments: KeyContext.allCases)
    func noClash(context: KeyContext) {
        let keys = KeyTable.rows.filter { $0.contexts.contains(context) }.flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
    }

    @Test("Every verb has a row, and every row keys, a place, a hint and a sentence", arguments: Verb.allCases)
    func complete(verb: Verb) throws {
        let row = try #require(KeyTable.rows.first { $0.verb == verb })
        #expect(!row.keys.isEmpty)
        #expect(!row.contexts.isEmpty)
        #expect(!row.hint.isEmpty && row.hint.count <= 12)
        #expect(row.help.count > 4)
        #expect(!row.label.isEmpty)
    }

    @Test("The main screen has every key that was asked for")
    func asked() {
        let asked: [Key] =
            "jkhlgGcCrpQ *u/nN!LifwtesSvyWz?q1234".map { .character($0) }
            + "dulzc".map { .control($0) }
            + [Key.Code.up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .tab, .enter, .escape, .function(1)]
            .map { Key($0) } + [Key(.tab, .shift)]
        for key in asked { #expect(KeyTable.row(for: key, in: .main) != nil, "\(key)") }
    }

    @Test("What ends something asks first")
    func asks() {
        for verb in [Verb.cancelWorkers, .cancelRun, .stop] {
            #expect(KeyTable.rows.first { $0.verb == verb }?.asks == true)
        }
        for (key, title) in [
            ("c", "Cancel worker 1?"), ("C", "Cancel the run?"), ("q", "Leave a live run?"), ("Q", "Leave a live run?"),
        ] {
            var model = Run.model()
            #expect(model.type(key).isEmpty)
            guard case .dialog(let dialog) = model.overlay else {
                Issue.record("\(key) asks nothing")
                continue
            }
            #expect(dialog.title == title)
            #expect(dialog.choices.count { $0.isSafe } == 1)
        }
    }

    @Test("Who may not command sees no verb in footer or help, and is told why when pressing one")
    func readOnly() {
        var setup = Run.setup()
        setup.isReadOnly = true
        var attached = Run.setup(.attached)
        attached.isReadOnly = true
        for setup in [setup, attached, Run.setup(.replay(speed: 2))] {
            var model = Run.model(setup: setup)
            let verbs = KeyTable.rows.filter(\.changesRun)
            #expect(verbs.count == 5)
            for screen in Model.Screen.allCases {
                model.screen = screen
                let hints = KeyTable.hints(for: model)
                #expect(!hints.isEmpty)
                #expect(!hints.contains { hint in verbs.contains { $0.label == hint.label } })
            }
            let help = KeyTable.help(for: model, context: .main)
            #expect(!help.contains { row in verbs.contains { row == .key(label: $0.label, text: $0.help) } })
            for verb in verbs {
                model.screen = .main
                model.notice = nil
                #expect(model.strike(verb.keys[0]).isEmpty)
                #expect(model.overlay == nil)
                #expect(model.notice?.text.hasPrefix("read-only: ") == true)
            }
        }
    }

    @Test("Every footer names keys that work where it stands, help and a way back first")
    func hints() {
        var model = Run.model()
        for screen in Model.Screen.allCases {
            model.screen = screen
            let hints = KeyTable.hints(for: model)
            #expect(hints.first?.label == "?")
            #expect(hints[1].text == (screen == .main ? "leave" : "back"))
            #expect(hints.count >= 6)
        }
        model.screen = .main
        _ = model.type("c")
        #expect(KeyTable.hints(for: model).map(\.label) == ["Enter", "y"])
    }

    @Test("The help has every row that may be used, and searching leaves those with the words")
    func help() {
        let model = Run.model()
        let all = KeyTable.help(for: model, context: .main)
        let keys = all.filter { if case .key = $0 { true } else { false } }
        #expect(keys.count == KeyTable.rows.count)
        let found = KeyTable.help(for: model, context: .main, matching: "Cancel ask")
        #expect(found.first == .heading("ACT"))
        #expect(found.count == 3)
        #expect(KeyTable.help(for: model, context: .log).first == .heading("LOG"))
        #expect(KeyTable.help(for: model, context: .main, matching: "xyzzy").isEmpty)
    }
}
