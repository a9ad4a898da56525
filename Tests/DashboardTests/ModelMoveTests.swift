import Canvas
import Coordination
import Testing

@testable import Dashboard

/// Moving, filtering, sorting, typing and the log's view.
@Suite struct ModelMoveTests {
    private static func model(workers: Int, size: Size = Size(80, 24)) -> Model {
        Run.model(Run.events([.runPlanned(Run.header(Array(repeating: 2, count: workers)))]), size: size)
    }

    private static func logged(_ count: Int, size: Size = Size(80, 24)) -> Model {
        var model = model(workers: 3, size: size)
        let lines = (0..<count).map { number in
            LogEntry(
                at: Int64(number),
                level: number % 10 == 7 ? .error : .info,
                worker: number % 3 + 1,
                message: "line \(number)"
            )
        }
        _ = model.update(.report(.lines(lines, lost: 0)), now: 1)
        return model
    }

    private static func bottom(_ model: Model) -> String? { model.logLines(limit: 1).last?.entry.message }

    // MARK: - Workers

    @Test("Down, up, first, last and pages move the selection, which stays on the screen")
    func rows() {
        var model = Self.model(workers: 64)
        let page = model.layout.capacity
        let visible = { (model: Model) in
            let range = model.layout.visible(top: model.top, selected: model.selectedRow ?? -1, of: model.rows.count)
            return range.contains(model.selectedRow ?? -1) && range.lowerBound == model.top
        }
        let steps: [(String, Int)] = [("j", 2), ("jj", 4), ("k", 3), ("G", 64), ("j", 64), ("g", 1), ("k", 1)]
        for (keys, selected) in steps {
            _ = model.type(keys)
            #expect(model.selected == selected)
            #expect(visible(model))
        }
        _ = model.strike(Key(.pageDown))
        #expect(model.selected == 1 + page)
        #expect(visible(model))
        _ = model.strike(Key(.pageUp))
        #expect(model.selected == 1)
        _ = model.update(.input(.resized(Size(60, 15))), now: 2)
        _ = model.type("G")
        _ = model.update(.input(.resized(Size(30, 5))), now: 2)
        #expect(model.selected == 64)
        _ = model.type("g")
        #expect(model.selected == 1)
    }

    @Test("In panes all four directions go to the neighbour, and stop at the edge")
    func panes() throws {
        var model = Self.model(workers: 4, size: Size(120, 36))
        let columns = model.layout.stride
        try #require(columns == 2)
        for (key, selected) in [("l", 2), ("l", 3), ("j", 3), ("k", 1), ("j", 3), ("l", 4), ("l", 4), ("h", 3)] {
            _ = model.type(key)
            #expect(model.selected == selected, "\(key)")
        }
    }

    @Test("On a worker's page h and l go to its neighbours, and the log to theirs")
    func page() {
        var model = Self.logged(9)
        _ = model.strike(Key(.enter))
        #expect(model.screen == .worker)
        #expect(model.logView.worker == 1)
        _ = model.type("l")
        #expect(model.selected == 2)
        #expect(model.log.shownCount == 3)
        #expect(Self.bottom(model) == "line 7")
        _ = model.type("q")
        #expect(model.screen == .main)
        #expect(model.log.shownCount == 9)
    }

    @Test("Marks are set, for all that are shown too, and taken away")
    func marks() {
        var model = Self.model(workers: 3, size: Size(60, 15))
        _ = model.type("  ")
        #expect(model.marks == [1, 2])
        #expect(model.selected == 3)
        _ = model.type("k ")
        #expect(model.marks == [1])
        _ = model.type("u*")
        #expect(model.marks == [1, 2, 3])
        _ = model.type("u")
        #expect(model.marks.isEmpty)
    }

    @Test(
        "A filter shows the workers with all its words",
        arguments: [
            ("w2", [2]), ("state:run", [1, 2]), ("RUN", [1, 2]), ("failed>0", [2]), ("ok>=1", [1]), ("left=3", [3]),
            ("job-1", [1]), ("i-2", [2]), ("state:run failed=0", [1]), ("done<1", [3]), ("nobody", []),
            ("worker", [1, 2, 3]), ("cancelled<=0", [1, 2, 3]), ("nonsense>x", []),
        ] as [(String, [Int])]
    )
    func filter(text: String, shown: [Int]) throws {
        let bodies =
            [.runPlanned(Run.header([3, 3, 3]))] + Run.started(1, 0..<3) + Run.started(2, 3..<6) + [
                Run.ok(1, 0), Run.failed(2, 3),
            ]
        var model = Run.model(Run.events(bodies))
        _ = model.type("/" + text)
        #expect(model.rows == shown)
        #expect(model.selected == (shown.first ?? 0))
        _ = model.strike(Key(.enter))
        #expect(model.filter?.text == text)
        _ = model.type("!")
        #expect(model.rows == [1, 2, 3].filter { !shown.contains($0) })
        _ = model.strike(Key(.escape), Key(.escape))
        #expect(model.rows == [1, 2, 3])
        #expect(model.filter == nil)
    }

    @Test("Esc while typing brings back what was shown before")
    func discard() {
        var model = Self.model(workers: 3)
        _ = model.type("/w1")
        _ = model.strike(Key(.enter))
        _ = model.type("/")
        _ = model.strike(.control("u"))
        #expect(model.rows == [1, 2, 3])
        _ = model.type("w3")
        #expect(model.rows == [3])
        _ = model.strike(Key(.escape))
        #expect(model.rows == [1])
        #expect(model.overlay == nil)
    }

    @Test("Sorting goes through number, state, progress, time left and failures, either way round")
    func sort() {
        let bodies =
            [.runPlanned(Run.header([2, 2, 2]))] + Run.started(1, 0..<2) + Run.started(2, 2..<4) + [
                Run.ok(1, 0), Run.failed(2, 2), Run.failed(2, 3), Run.ended(2),
            ]
        var model = Run.model(Run.events(bodies))
        #expect(model.rows == [1, 2, 3])
        _ = model.type("S")
        #expect(model.rows == [3, 2, 1])
        _ = model.type("s")
        #expect(model.order == WorkerOrder(.state))
        #expect(model.rows == [2, 3, 1])
        _ = model.type("s")
        #expect(model.rows == [3, 1, 2])
        _ = model.type("s")
        #expect(model.rows == [3, 1, 2])
        _ = model.type("s")
        #expect(model.rows == [2, 1, 3])
        #expect(model.selected == 1)
        _ = model.type("s")
        #expect(model.order == WorkerOrder())
    }

    @Test("e goes to the next worker with an error, n and N to the next and the one before")
    func next() {
        var model = Run.model()
        _ = model.type("e")
        #expect(model.selected == 2)
        _ = model.type("e")
        #expect(model.selected == 2)
        _ = model.type("n")
        #expect(model.selected == 1)
        _ = model.type("N")
        #expect(model.selected == 2)
        var clean = Self.model(workers: 2)
        _ = clean.type("e")
        #expect(clean.notice?.text == "No worker has an error")
    }

    // MARK: - Typing

    @Test("A line is edited as in a shell, with any characters, and takes what is pasted as one line")
    func typing() {
        var model = Self.model(workers: 2)
        _ = model.type("/ab cd")
        _ = model.strike(.control("w"), Key(.left), Key(.left), Key(.home), Key(.delete))
        _ = model.update(.input(.paste("é\n日\u{1B}[2J")), now: 1)
        _ = model.strike(Key(.end), Key(.backspace))
        guard case .prompt(let prompt) = model.overlay else {
            Issue.record("nothing is typed")
            return
        }
        #expect(prompt.text == "é 日[2Jb")
        #expect(prompt.cursor == prompt.text.count)
        _ = model.update(.input(.paste(String(repeating: "x", count: 70_000))), now: 1)
        #expect(model.overlay == .prompt(prompt))
    }

    @Test("Pasting anywhere else does nothing")
    func paste() {
        var model = Run.model()
        #expect(model.update(.input(.paste("Cyq")), now: 1).isEmpty)
        #expect(model.overlay == nil)
    }

    // MARK: - Log

    @Test("Going up leaves the end, counts what is new, and going to the end follows again")
    func follow() {
        var model = Self.logged(100)
        _ = model.type("L")
        #expect(Self.bottom(model) == "line 99")
        _ = model.type("kk")
        #expect(!model.logView.isFollowing)
        #expect(Self.bottom(model) == "line 97")
        let line = LogEntry(at: 0, level: .info, worker: 1, message: "line 100")
        _ = model.update(.report(.lines([line, line], lost: 0)), now: 2)
        #expect(Self.bottom(model) == "line 97")
        #expect(model.newLogLines == 2)
        _ = model.type("g")
        #expect(model.logLines(limit: model.layout.logRows).first?.entry.message == "line 0")
        #expect(model.logLines(limit: model.layout.logRows).count == model.layout.logRows)
        _ = model.strike(Key(.end))
        #expect(model.logView.isFollowing)
        #expect(model.newLogLines == 0)
        _ = model.type("f")
        _ = model.update(.report(.lines([line], lost: 0)), now: 2)
        #expect(model.newLogLines == 1)
        _ = model.type("f")
        #expect(model.logView.isFollowing)
    }

    @Test("The log is searched as one types; a malformed expression is told and changes nothing")
    func search() {
        var model = Self.logged(100)
        _ = model.type("L/line 9")
        #expect(model.log.shownCount == 11 + 8)
        _ = model.strike(Key(.enter))
        _ = model.type("!")
        #expect(model.log.shownCount == 81)
        _ = model.type("!/")
        _ = model.strike(.control("u"))
        _ = model.type("/[/")
        _ = model.strike(Key(.enter))
        #expect(model.notice?.text.contains("not a regular expression") == true)
        #expect(model.logView.search?.text == "line 9")
    }

    @Test("e goes back from error to error, n and N from line to line, and keep them on the screen")
    func errors() throws {
        var model = Self.logged(100)
        _ = model.type("L")
        for expected in [97, 87, 77, 67] {
            _ = model.type("e")
            let current = try #require(model.logView.current)
            #expect(model.log[current]?.message == "line \(expected)")
            #expect(model.logLines(limit: model.layout.logRows).contains { $0.number == current })
        }
        _ = model.type("n")
        #expect(model.logView.current == 68)
        _ = model.type("NN")
        #expect(model.logView.current == 66)
    }

    @Test("Levels and workers choose the lines")
    func levels() {
        var model = Self.logged(90)
        _ = model.type("4")
        #expect(model.log.shownCount == 9)
        _ = model.type("1i")
        #expect(model.log.shownCount == 30)
        _ = model.type("i")
        #expect(model.log.shownCount == 90)
        _ = model.type("wt")
        #expect(model.logView.wraps)
        #expect(!model.logView.showsTime)
    }

    @Test("Help opens, is searched, scrolls within its lines and closes")
    func help() {
        var model = Run.model()
        _ = model.type("?")
        for _ in 0..<300 { _ = model.type("j") }
        guard case .help(let help) = model.overlay else {
            Issue.record("no help")
            return
        }
        #expect(help.top == KeyTable.help(for: model, context: .main).count - 1)
        _ = model.type("/cancel")
        guard case .help(let searched) = model.overlay else {
            Issue.record("no help")
            return
        }
        #expect(searched.query == "cancel")
        #expect(searched.top == 0)
        _ = model.strike(Key(.enter))
        #expect(model.type("q").isEmpty)
        #expect(model.overlay == nil)
    }
}
