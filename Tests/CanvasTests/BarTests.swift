import Canvas
import TestSupport
import Testing

@Suite("Bar")
struct BarTests {
    private func text(_ bar: Bar, _ width: Int, _ glyphs: Profile.Glyphs = .unicode) -> String {
        String(bar.cells(width: width, glyphs: glyphs).compactMap(\.text))
    }

    @Test(
        "the done part is drawn in eighths of a cell, or in whole ones",
        arguments: [
            (0.0, "░░░░", "----"), (0.001, "▏░░░", "#---"), (1, "▎░░░", "#---"), (4, "█░░░", "#---"),
            (5, "█▎░░", "#---"), (7, "█▊░░", "##--"),
            (15, "███▊", "###-"), (15.9, "███▉", "###-"), (16, "████", "####"), (20, "████", "####"),
        ] as [(Double, String, String)]
    )
    func solid(done: Double, unicode: String, ascii: String) {
        let bar = Bar([.init(done, .solid)], of: 16)
        #expect(text(bar, 4) == unicode)
        #expect(text(bar, 4, .ascii) == ascii)
    }

    @Test("every kind of part can be told apart without colour")
    func parts() {
        let bar = Bar([.init(4, .solid), .init(2, .failed), .init(1, .active), .init(1, .cancelled)], of: 10)
        #expect(text(bar, 10) == "████╳╳▒╌░░")
        #expect(text(bar, 10, .ascii) == "####XX=.--")
    }

    @Test("a small part is seen beside large ones")
    func smallParts() {
        #expect(text(Bar([.init(990, .solid), .init(1, .failed)], of: 1_000), 10) == "████████╳░")
        #expect(text(Bar([.init(999, .solid), .init(1, .failed)], of: 1_000), 10, .ascii) == "#########X")
        #expect(
            text(Bar([.init(1, .failed), .init(998, .solid), .init(1, .cancelled)], of: 1_000), 10) == "╳████████╌"
        )
    }

    @Test("a track with a background of its own is blank, and shows through the last cell")
    func track() {
        let track = Style(.standard, on: Colour(236))
        let cells = Bar([.init(3, .solid, Style(.green))], of: 8, track: track).cells(width: 4, glyphs: .unicode)
        #expect(cells.map { $0.text } == ["█", "▌", " ", " "])
        #expect(cells[1].style == Style(.green, on: Colour(236)))
        #expect(cells[2].style == track)
    }

    @Test("amounts that are no amounts draw an empty bar", arguments: [Double.nan, .infinity, -1, 0])
    func nonsense(value: Double) {
        #expect(text(Bar([.init(value, .solid)], of: value), 3) == "░░░")
        #expect(Bar([.init(1, .solid)], of: 2).cells(width: -1, glyphs: .unicode).isEmpty)
    }

    @Test(
        "any bar is as wide as asked, full only at its total, and shows each part that it has room for",
        arguments: 0..<50
    )
    func properties(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let parts = Bar.Fill.allCases.shuffled(using: &random).prefix(.random(in: 1...4, using: &random)).map {
                fill in
                Bar.Part(Double(Int.random(in: 0...60, using: &random) - 10), fill)
            }
            let sum = parts.reduce(0) { $0 + $1.amount }
            let total = max(sum, Double(Int.random(in: 0...300, using: &random)))
            let width = Int.random(in: 1...40, using: &random)
            let bar = Bar(Array(parts), of: total)
            for glyphs in Profile.Glyphs.allCases {
                let text = text(bar, width, glyphs)
                #expect(text.count == width)
                let hasRest =
                    text.contains(glyphs == .unicode ? "░" : "-") || text.last.map { "▏▎▍▌▋▊▉".contains($0) } == true
                if sum > 0 { #expect(hasRest == (sum < total), "\(text) for \(parts) of \(total)") }
                let present = parts.filter { $0.amount > 0 }
                guard width > present.count else { continue }
                let kinds = Set(text.map { "▏▎▍▌▋▊▉".contains($0) ? "█" : $0 }).subtracting(["░", "-"])
                #expect(kinds.count == present.count, "\(text) for \(parts) of \(total)")
            }
        }
    }

    @Test("a longer done part never looks shorter", arguments: [1, 3, 10, 37])
    func monotone(width: Int) {
        var last = -1
        for done in 0...1_000 {
            let cells = Bar([.init(Double(done), .solid)], of: 1_000).cells(width: width, glyphs: .unicode)
            let length = cells.reduce(0) { $0 + (Array("▏▎▍▌▋▊▉█").firstIndex(of: $1.text ?? " ").map { $0 + 1 } ?? 0) }
            #expect(length >= last)
            last = length
        }
        #expect(last == width * 8)
    }

    @Test("a sparkline shows the newest values at their height")
    func sparkline() {
        var canvas = Canvas(Size(8, 2), glyphs: .unicode)
        canvas.sparkline([9, 9, 0, 1, 2, 4, 8], at: Position(0, 0), width: 5)
        #expect(canvas.rows[0] == " ▁▂▄█")
        canvas.sparkline([1, 2], at: Position(0, 1), width: 5, top: 16)
        #expect(canvas.rows[1] == "▁▁")
        var ascii = Canvas(Size(8, 1), glyphs: .ascii)
        ascii.sparkline([.nan, 1, 8, -2, 4], at: Position(0, 0), width: 8)
        #expect(ascii.rows == [" _# :"])
    }
}
