import Canvas
import Coordination
import Testing

@testable import Dashboard

@Suite("Drawing at any size")
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
}
