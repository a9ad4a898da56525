import ArgumentParser
import Canvas
import Settings
import Testing

@testable import etl_dash

@Suite("A frame as text")
struct SnapshotTests {
    private static var canvas: Canvas {
        var canvas = Canvas(Size(8, 2), glyphs: .unicode)
        canvas.write("ok", at: Position(0, 0), .plain)
        canvas.write("bad", at: Position(3, 0), Style(.red, on: Colour(236), .bold))
        canvas.write("日本", at: Position(0, 1), Style(Colour(12)))
        return canvas
    }

    @Test("Without colours it is the rows, no blanks at their ends, and no escape code")
    func plain() {
        #expect(ScreenText.text(of: Self.canvas, hasColours: false) == "ok bad\n日本\n")
    }

    @Test("With colours each style is written once, and each row ends plain")
    func colours() {
        let text = ScreenText.text(of: Self.canvas, hasColours: true)
        #expect(text == "ok \u{1B}[0;1;31;48;5;236mbad\u{1B}[0m\n\u{1B}[0;94m日本\u{1B}[0m\n")
    }

    @Test("A size is two numbers", arguments: ["100", "x", "0x10", "10x", "10x10x10", "-1x5", "99999x2", "100X30"])
    func badSize(text: String) throws {
        let flags = try SnapshotFlags.parse(["--once", "--size", text])
        #expect(throws: UsageProblem.self) { try flags.frame() }
    }

    @Test("A size is the frame's; without one it is 120x36 where there is no terminal")
    func size() throws {
        #expect(try SnapshotFlags.parse(["--once", "--size", "100x30"]).frame() == Size(100, 30))
        #expect(try SnapshotFlags.parse([]).frame() == nil)
        #expect(throws: UsageProblem.self) { try SnapshotFlags.parse(["--size", "100x30"]).frame() }
    }
}
