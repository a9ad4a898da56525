import Canvas
import Testing

@Suite("Canvas")
struct CanvasTests {
    private func canvas(_ width: Int, _ height: Int = 1, _ glyphs: Profile.Glyphs = .unicode) -> Canvas {
        Canvas(Size(width, height), glyphs: glyphs)
    }

    @Test("text stands where it was written and in its style")
    func writes() {
        var canvas = canvas(10, 2)
        let used = canvas.write("run", at: Position(3, 1), Style(.red, on: .standard, .bold))
        #expect(used == 3)
        #expect(canvas.rows == ["", "   run"])
        #expect(canvas[4, 1] == Cell("u", Style(.red, on: .standard, .bold)))
        #expect(canvas[6, 1] == Cell(" ", .plain))
    }

    @Test(
        "text that needs more than its width ends in an ellipsis",
        arguments: [
            ("abcdef", 6, "abcdef", "abcdef", 6), ("abcdef", 5, "abcd…", "abcd~", 5), ("abcdef", 1, "…", "~", 1),
            ("abcdef", 0, "", "", 0), ("abcdef", -3, "", "", 0), ("", 0, "", "", 0),
            ("新华社新闻", 10, "新华社新闻", "??????????", 10), ("新华社新闻", 9, "新华社新…", "????????~", 9),
            ("新华社新闻", 8, "新华社…", "??????~", 7), ("新", 1, "…", "~", 1), ("né", 2, "né", "ne", 2),
            ("ne\u{301}e\u{301}", 2, "n…", "n~", 2),
        ] as [(String, Int, String, String, Int)]
    )
    func cuts(text: String, width: Int, shown: String, ascii: String, used: Int) {
        for (glyphs, expected) in [(Profile.Glyphs.unicode, shown), (.ascii, ascii)] {
            var canvas = canvas(12, 1, glyphs)
            #expect(canvas.write(text, at: Position(1, 0), width: width) == used)
            #expect(canvas.rows == [expected.isEmpty ? "" : " " + expected])
            #expect(text.truncated(to: width, glyphs: glyphs) == expected)
            #expect(TextWidth.of(expected) == used)
        }
    }

    @Test("text may begin left of the canvas and end right of it")
    func clipsAtEdges() {
        var canvas = canvas(4, 1)
        #expect(canvas.write("abcdefgh", at: Position(-2, 0)) == 8)
        #expect(canvas.rows == ["cdef"])
        #expect(canvas.write("zzz", at: Position(0, 1)) == 3)
        #expect(canvas.write("zzz", at: Position(0, -1)) == 3)
        #expect(canvas.rows == ["cdef"])
    }

    @Test("text can be told where to end")
    func endsAt() {
        var canvas = canvas(8, 1)
        #expect(canvas.write("新x", endingAt: Position(8, 0)) == 3)
        #expect(canvas.rows == ["     新x"])
        #expect(canvas.write("abcdef", endingAt: Position(4, 0), width: 3) == 3)
        #expect(canvas.rows == [" ab… 新x"])
    }

    @Test("a wide character at an edge shows a blank, never half of itself")
    func wideAtEdges() {
        var canvas = canvas(5, 1)
        canvas.fill(Rect(0, 0, 5, 1), ".")
        canvas.write("新闻", at: Position(-1, 0))
        #expect(canvas.rows == [" 闻.."])
        canvas.write("新", at: Position(4, 0))
        #expect(canvas.rows == [" 闻."])
        #expect(canvas[4, 0].text == " ")
    }

    @Test("overwriting one half of a wide character blanks the other", arguments: [(2, " .闻"), (1, ". 闻"), (3, "新. ")])
    func halves(column: Int, expected: String) {
        var canvas = canvas(6, 1)
        canvas.write("新闻", at: Position(1, 0), Style(.green))
        canvas.write(".", at: Position(column, 0))
        #expect(canvas.rows == [" " + expected.trimmingEnd()])
        let other = column == 2 ? 1 : column + 1
        #expect(canvas[other, 0] == Cell(" ", Style(.green)))
    }

    @Test("a wide character over the halves of two others leaves two blanks")
    func wideOverWide() {
        var canvas = canvas(6, 1)
        canvas.write("新闻", at: Position(0, 0))
        canvas.write("社", at: Position(1, 0))
        #expect(canvas.rows == [" 社"])
        #expect(canvas[2, 0].text == nil)
        #expect(canvas[3, 0].text == " ")
    }

    @Test("a clip keeps drawing inside, and clips inside of clips only get smaller")
    func clip() {
        var canvas = canvas(6, 3)
        canvas.clipped(to: Rect(1, 1, 4, 5)) { canvas in
            canvas.fill(Rect(-5, -5, 50, 50), "#")
            canvas.clipped(to: Rect(0, 0, 3, 2)) { canvas in
                canvas.write("abcdef", at: Position(0, 1))
                #expect(canvas.clip == Rect(1, 1, 2, 1))
            }
            canvas.restyle(Rect(0, 0, 9, 2)) { $0 = $0.with(.bold) }
        }
        #expect(canvas.rows == ["", " bc##", " ####"])
        #expect(canvas[1, 1].style == Style.plain.with(.bold))
        #expect(canvas[1, 2].style == .plain)
        #expect(canvas.clip == canvas.bounds)
    }

    @Test("wide characters fill a block two cells at a time")
    func wideFill() {
        var canvas = canvas(5, 2)
        canvas.fill(Rect(0, 0, 5, 2), "新")
        #expect(canvas.rows == ["新新", "新新"])
    }

    @Test(
        "boxes are drawn in the lines that there are",
        arguments: [
            (Profile.Glyphs.unicode, Profile.Glyphs.Line.light, ["┌──┐", "│  │", "└──┘"]),
            (.unicode, .rounded, ["╭──╮", "│  │", "╰──╯"]), (.unicode, .heavy, ["┏━━┓", "┃  ┃", "┗━━┛"]),
            (.unicode, .double, ["╔══╗", "║  ║", "╚══╝"]), (.ascii, .light, ["+--+", "|  |", "+--+"]),
            (.ascii, .rounded, ["+--+", "|  |", "+--+"]), (.ascii, .double, ["+==+", "|  |", "+==+"]),
            (.ascii, .heavy, ["+==+", "|  |", "+==+"]),
        ]
    )
    func boxes(glyphs: Profile.Glyphs, line: Profile.Glyphs.Line, expected: [String]) {
        var canvas = canvas(4, 3, glyphs)
        canvas.box(canvas.bounds, .plain, line)
        #expect(canvas.rows == expected)
    }

    @Test("boxes without room for an edge draw what there is room for", arguments: 0..<4, 0..<4)
    func tinyBoxes(width: Int, height: Int) {
        var canvas = canvas(4, 4)
        canvas.box(Rect(1, 1, width, height))
        for y in 0..<4 {
            for x in 0..<4 {
                let isInside = Rect(1, 1, width, height).contains(Position(x, y))
                let isHole = width == 3 && height == 3 && x == 2 && y == 2
                #expect((canvas[x, y].text != " ") == (isInside && !isHole))
            }
        }
    }

    @Test("an ASCII canvas holds nothing else, whatever is drawn")
    func asciiOnly() {
        var canvas = canvas(30, 4, .ascii)
        canvas.write("Ærø – “São Paulo” → 3×…", at: Position(0, 0))
        canvas.write("新华社 🇩🇪 👨‍👩‍👧 שלום", at: Position(0, 1))
        canvas.put(Cell("é", .plain), at: Position(0, 2))
        canvas.fill(Rect(0, 3, 3, 1), "新")
        #expect(canvas.rows == ["Aro - \"Sao Paulo\" > 3x~", "?????? DE ?? ????", "e", "???"])
    }

    @Test("a canvas of no size takes everything and shows nothing", arguments: [Size(0, 0), Size(0, 5), Size(-3, 2)])
    func empty(size: Size) {
        var canvas = Canvas(size, glyphs: .unicode)
        canvas.write("新 text", at: Position(0, 0), width: 3)
        canvas.fill(Rect(-1, -1, 9, 9), "#")
        canvas.box(Rect(0, 0, 3, 3))
        canvas.restyle(Rect(0, 0, 9, 9)) { $0 = .plain }
        canvas.draw(Bar([.init(1, .solid)], of: 2), at: Position(0, 0), width: 5)
        #expect(canvas.cells.isEmpty)
        #expect(canvas.rows.allSatisfy { $0.isEmpty })
    }

    @Test("padding counts cells")
    func padding() {
        #expect("新".padded(to: 4) == "新  ")
        #expect("新".padded(before: 4) == "  新")
        #expect("abc".padded(to: 2) == "abc")
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
