import Canvas
import Coordination
import TestSupport
import Testing

@testable import Dashboard

@Suite("Drawing at any size", .heavy)
struct DrawTests {
    @Test(
        "Every scene can be drawn at every size, and says something wherever there is a cell",
        arguments: SceneName.allCases
    )
    func everySize(name: SceneName) throws {
        var drawn = 0
        var model = try name.model(Size(80, 24), Profile())
        for height in [0, 1, 2, 3, 7, 8, 9, 10, 15, 18, 24, 30, 80] {
            for width in [0, 1, 2, 5, 11, 20, 29, 30, 39, 40, 60, 100, 116, 200] {
                _ = model.update(.input(.resized(Size(width, height))), now: Scenes.start + 600_000)
                let canvas = model.draw()
                #expect(canvas.size == Size(width, height))
                #expect(canvas.cells.count == width * height)
                let isBlank = canvas.cells.allSatisfy(\.content.isBlank)
                #expect(isBlank == (width * height == 0), "\(width)x\(height)")
                drawn += 1
            }
        }
        #expect(drawn == 13 * 14)
    }

    @Test(
        "A count of failures and the state are seen at every size with room for them",
        arguments: [
            Size(200, 60), Size(120, 36), Size(80, 24), Size(60, 15), Size(40, 8), Size(20, 2), Size(12, 1), Size(7, 1),
        ]
    )
    func failures(size: Size) {
        let rows = Scenes.model(Scenes.busy, at: 192, size: size).draw().rows
        #expect(rows.contains { $0.contains("f3") || $0.contains("failed 3") })
        #expect(rows.contains { $0.contains("54%") } == (size.width >= 7))
    }

    @Test("The cursor waits on the selected worker", arguments: [Size(120, 36), Size(80, 24), Size(60, 15)])
    func cursor(size: Size) throws {
        var model = Scenes.model(Scenes.busy, at: 192, size: size)
        _ = model.update(.input(.key(.character("G"))), now: Scenes.start + 192_000)
        let canvas = model.draw()
        let cursor = try #require(canvas.cursor)
        #expect(canvas.rows[cursor.y].contains("w8"))
        #expect(model.selected == 8)
    }

    @Test("A selected worker is told by a mark, not by its look alone", arguments: Profile.Glyphs.allCases)
    func selection(glyphs: Profile.Glyphs) {
        for size in [Size(120, 36), Size(80, 24)] {
            let rows = Scenes.model(Scenes.busy, at: 192, size: size, profile: Profile(glyphs: glyphs, depth: .mono))
                .draw().rows
            #expect(rows.count { $0.contains("\(glyphs.selection) w1 ") } == 1)
        }
    }

    @Test("With ASCII alone every cell is ASCII", arguments: SceneName.allCases)
    func ascii(name: SceneName) throws {
        let canvas = try name.model(Size(120, 36), Profile(glyphs: .ascii, depth: .eight)).draw()
        let text = canvas.rows.joined()
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("Words alone tell the state of each worker when there are no colours")
    func words() {
        let rows = Scenes.model(Scenes.busy, at: 192, profile: Profile(depth: .mono)).draw().rows.joined(
            separator: "\n"
        )
        for word in ["w1 RUN", "w3 DONE", "w4 RETRY", "w5 FAIL", "w6 BOOT", "w7 CANCEL", "w8 QUEUE"] {
            #expect(rows.contains(word))
        }
    }

    @Test("A filter that hides everybody says so, and how to go on")
    func nobody() {
        var model = Scenes.model(Scenes.busy, at: 192)
        for key in "/zzz".map({ Key.character($0) }) + [Key(.enter)] {
            _ = model.update(.input(.key(key)), now: Scenes.start + 192_000)
        }
        #expect(model.draw().rows.contains { $0.contains("No worker matches zzz") && $0.contains("Esc") })
    }

    @Test("What a search found is underlined, where it stands", arguments: [Size(120, 36), Size(80, 24)])
    func match(size: Size) throws {
        let canvas = try SceneName.search.model(size, Profile(depth: .mono)).draw()
        let rows = canvas.rows
        let y = try #require(rows.firstIndex { $0.contains("Worker 5 completed flashpoint fp-48") })
        let marked = canvas.row(y).filter { $0.style.attributes.contains(.underline) }.map {
            String($0.content.character)
        }
        #expect(marked.joined() == "Worker5")
    }

    @Test("Long lines go on in the next row when asked to, and the last one is seen whole")
    func wrapped() throws {
        var model = try SceneName.logZoom.model(Size(60, 15), Profile())
        let cut = model.draw().rows
        #expect(cut.contains { $0.contains("(chunk 4, attempt 2)") } == false)
        _ = model.update(.input(.key(.character("w"))), now: Scenes.start + 193_000)
        let rows = model.draw().rows
        let text = rows.map { $0.trimming }.joined(separator: " ")
        #expect(text.contains("tries again in 8.9 s (chunk 4, attempt 2): worker exited (137)"))
    }

    @Test("The end says what came out, why not more, and what to press", arguments: [Size(120, 36), Size(80, 24)])
    func summary(size: Size) throws {
        let rows = try SceneName.ended.model(size, Profile()).draw().rows
        for words in [
            "14 of 16 done in 2:27", "2 failed", "speedup 2.2x", "q leave", "r retry", "L log", "W write results",
        ] {
            #expect(rows.contains { $0.contains(words) }, "\(words)")
        }
        #expect(rows.contains { $0.contains("Why not more") })
    }

    @Test("Paused, frozen, stale, interrupted, refused and looked at only: each has its mark")
    func marks() throws {
        var paused = Scenes.model(Scenes.busy + [(191.0, .runPaused())], at: 192)
        #expect(paused.draw().rows[0].contains(" PAUSED "))
        #expect(paused.draw().rows.contains { $0.contains("nothing new is submitted") && $0.contains("p continues") })
        _ = paused.update(.input(.key(.character("z"))), now: Scenes.start + 192_000)
        #expect(paused.draw().rows[0].contains(" FROZEN "))
        for (name, words) in [
            (
                SceneName.stale,
                [" STALE 40s ", "Endpoint unreachable since 12:03:49Z", "may be lost from", "api.runpod.ai"]
            ),
            (.interrupted, [" INTERRUPTED ", "etl-dash resume 20251002-a7c3", "attached"]),
            (.attached, ["attached driven by pid 4711"]), (.refused, [" REFUSED ", "the key …k9f2 is not valid"]),
        ] {
            let text = try name.model(Size(120, 36), Profile()).draw().rows.joined(separator: "\n")
            for word in words { #expect(text.contains(word), "\(name): \(word)") }
        }
    }

    @Test(
        "What must be known is whole at 80x24 and at 40x12",
        arguments: [
            (SceneName.stale, ["unreachable", "may be lost"], ["No answer since 12:03Z; loss in "]),
            (.interrupted, ["INTERRUPTED", "etl-dash resume 20251002-a7c3 before"], ["etl-dash resume 20251002-a7c3"]),
            (.diskFull, ["DISK FULL", "nothing new is submitted, nothing is dropped"], ["DISK FULL", "Disk full"]),
            (.asked, ["Go on", "Cancel the run", "10 failures in a row"], ["p  Go on", "C  Cancel the run"]),
            (.again, ["1 unanswered", "1 not cancelled", "Looking for 1 submission"], ["Looking for 1 submission"]),
            (.attached, ["attached driven by pid 4711"], ["RUNNING", "52/96 f3"]),
        ] as [(SceneName, [String], [String])]
    )
    func troubles(name: SceneName, usual: [String], small: [String]) throws {
        for (size, words) in [(Size(80, 24), usual), (Size(40, 12), small)] {
            let text = try name.model(size, Profile()).draw().rows.joined(separator: "\n")
            for word in words { #expect(text.contains(word), "\(name) at \(size): \(word)\n\(text)") }
        }
    }

    @Test("A question can be answered on the smallest screen", arguments: [Size(29, 7), Size(20, 5), Size(20, 2)])
    func smallQuestion(size: Size) throws {
        let rows = try SceneName.confirm.model(size, Profile()).draw().rows
        #expect(rows[0].hasPrefix("Cancel"))
        #expect(rows.contains { $0.hasPrefix("n Keep running") })
    }
}

extension String {
    /// Without the blanks around it.
    fileprivate var trimming: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
