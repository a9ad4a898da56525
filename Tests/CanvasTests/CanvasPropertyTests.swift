import Canvas
import TestSupport
import Testing

@Suite("Canvas under random drawing", .heavy)
struct CanvasPropertyTests {
    private static let texts = [
        "plain text of some length", "新华社新闻", "ラーメン屋さん", "한국 뉴스", "a新b闻c", "👩🏽‍🚒👍🏿x",
        "e\u{301}\u{302}\u{303}\u{304}\u{305}",
        "\u{202E}evil\u{202C}", "tab\there\u{7}", "", "🇩🇪🇫🇷", "1️⃣2️⃣", "שלום", "क्षेत्र", "น้ำ",
    ]

    @Test(
        "drawing changes nothing outside of the clip but halves of wide characters that lost the other",
        arguments: 0..<40
    )
    func staysInside(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var canvas = Canvas(
            Size(.random(in: 12...30, using: &random), .random(in: 3...6, using: &random)),
            glyphs: Bool.random(using: &random) ? .unicode : .ascii
        )
        var changed = 0
        for _ in 0..<200 {
            let before = canvas
            let clip = randomRect(&random)
            canvas.clipped(to: clip) { canvas in draw(on: &canvas, &random) }
            let inside = clip.intersection(canvas.bounds)
            for y in 0..<canvas.size.height {
                for x in 0..<canvas.size.width where canvas[x, y] != before[x, y] {
                    changed += 1
                    if inside.contains(Position(x, y)) { continue }
                    let wasHalf = before[x, y].width != 1
                    let other = Position(before[x, y].width == 2 ? x + 1 : x - 1, y)
                    #expect(wasHalf && inside.contains(other), "cell \(x),\(y) outside of \(inside) changed")
                    #expect(canvas[x, y] == Cell(" ", before[x, y].style))
                }
            }
            expectWhole(canvas)
        }
        #expect(changed > 100)
    }

    private func randomRect(_ random: inout SeededGenerator) -> Rect {
        Rect(
            .random(in: -4...10, using: &random),
            .random(in: -2...2, using: &random),
            .random(in: 0...30, using: &random),
            .random(in: 0...7, using: &random)
        )
    }

    private func draw(on canvas: inout Canvas, _ random: inout SeededGenerator) {
        let position = Position(.random(in: -8...20, using: &random), .random(in: -1...3, using: &random))
        let style = Style(Colour(.random(in: 0...255, using: &random)))
        let text = Self.texts.randomElement(using: &random) ?? ""
        switch Int.random(in: 0...5, using: &random) {
        case 0: canvas.fill(randomRect(&random), ["#", "新", "é"].randomElement(using: &random) ?? " ", style)
        case 1: canvas.box(randomRect(&random), style, .double)
        case 2:
            let bar = Bar([.init(3, .solid, style), .init(1, .failed, style)], of: 7)
            canvas.draw(bar, at: position, width: .random(in: -1...20, using: &random))
        case 3:
            let width = Int.random(in: -1...12, using: &random)
            #expect(canvas.write(text, at: position, style, width: width) <= max(0, width))
        case 4: canvas.write(text, endingAt: position, style)
        default:
            let used = canvas.write(text, at: position, style)
            #expect(used == TextWidth.of(text))
        }
    }

    /// Every wide character has its second half, and every second half its character.
    private func expectWhole(_ canvas: Canvas) {
        for y in 0..<canvas.size.height {
            for x in 0..<canvas.size.width {
                switch canvas[x, y].width {
                case 2: #expect(x + 1 < canvas.size.width && canvas[x + 1, y].text == nil)
                case 0: #expect(x > 0 && canvas[x - 1, y].width == 2)
                default: break
                }
            }
        }
    }
}
