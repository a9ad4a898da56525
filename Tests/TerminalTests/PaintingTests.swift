import Canvas
import Terminal
import TestSupport
import Testing

extension TerminalTests {
    @Suite("Painting")
    struct PaintingTests {
        @Test("Shows what is drawn, with its looks", .timeLimit(.minutes(5)))
        func paints() async throws {
            try await withOpenTerminal { terminal, pseudo in
                var canvas = Canvas(40, 10, ["hello", "│ lines ─ █"])
                canvas.write("warm", at: Position(0, 3), Style(Colour(208), on: .blue, [.bold, .underline]))
                canvas.write("back", at: Position(10, 3), Style(.standard, on: .standard, .reverse))
                canvas.cursor = Position(3, 3)
                await terminal.paint(canvas)
                let screen = try await pseudo.waitForScreen { $0.contains("warm") }
                #expect(screen.lines == ["hello", "│ lines ─ █", "", "warm      back", "", "", "", "", "", ""])
                let warm = try #require(screen.look(of: "warm"))
                #expect(warm.foreground == 208 && warm.background == 4 && warm.isBold && warm.isUnderlined)
                #expect(screen.look(of: "back")?.isReversed == true)
                #expect(screen.look(of: "hello") == ScreenModel.Look())
                #expect((screen.x, screen.y) == (3, 3))
                #expect(!screen.hasCursor)
                #expect(screen.isAlternate)
                #expect(screen.unknown.isEmpty)
            }
        }

        @Test("Shows the same as the canvas, whatever was shown before", .timeLimit(.minutes(5)))
        func random() async throws {
            var random = SeededGenerator(seed: 7)
            try await withOpenTerminal(width: 30, height: 8) { terminal, pseudo in
                var canvas = Canvas(Size(30, 8), glyphs: .unicode)
                for round in 1...120 {
                    let words = ["x", "state", "漢字", "日本", "é", "─│█", "Ωmega", "    ", "e\u{301}", "한국어"]
                    for _ in 0..<Int.random(in: 1...12, using: &random) {
                        let word = words.randomElement(using: &random) ?? ""
                        let place = Position(.random(in: 0..<30, using: &random), .random(in: 0..<7, using: &random))
                        let colours: [Colour] = [.standard, .red, Colour(12), Colour(240)]
                        let colour = colours.randomElement(using: &random) ?? .standard
                        canvas.write(word, at: place, Style(colour, on: .standard, round % 3 == 0 ? .bold : []))
                    }
                    canvas.write("round \(round).", at: Position(0, 7), .plain)
                    if round % 50 == 0 { await terminal.invalidate() }
                    await terminal.paint(canvas)
                    let rows = canvas.rows
                    let screen = try await pseudo.waitForScreen { $0.contains("round \(round).") }
                    #expect(screen.lines == rows)
                    #expect(screen.unknown.isEmpty)
                }
            }
        }

        @Test("Goes out in one write a frame, bracketed once the terminal said that it can", .timeLimit(.minutes(5)))
        func oneWrite() async throws {
            try await withOpenTerminal(width: 120, height: 36) { terminal, pseudo in
                await terminal.paint(Canvas(120, 36, ["first"]))
                try await pseudo.waitForScreen { $0.contains("first") }
                try await terminal.waitForProfile { $0.background == .dark }
                let before = terminal.statistics
                pseudo.forget()
                for round in 1...20 {
                    let line = String(repeating: "round \(round) ", count: 12)
                    await terminal.paint(Canvas(120, 36, Array(repeating: line, count: 36)))
                    try await pseudo.waitForScreen { $0.contains("round \(round) ") }
                }
                #expect(terminal.statistics.frames - before.frames == 20)
                #expect(terminal.statistics.writes - before.writes == 20)
                #expect(pseudo.traffic.frames.count == 20)
                #expect(pseudo.traffic.frames.reduce(0, +) == pseudo.traffic.bytes)
            }
        }

        @Test("Is bracketed only where the terminal said that it can", arguments: [0, 3, 4])
        func noBrackets(state: Int) async throws {
            let answers = ScreenModel.Answers(synchronizedOutput: state, device: "1;2", background: "ffff/ffff/ffff")
            try await withOpenTerminal(answers: answers) { terminal, pseudo in
                try await terminal.waitForProfile { $0.background == .light }
                await terminal.paint(Canvas(40, 10, ["plain"]))
                let screen = try await pseudo.waitForScreen { $0.contains("plain") }
                #expect(screen.brackets == 0)
            }
        }

        @Test("Sends nothing for a canvas that is shown already", .timeLimit(.minutes(5)))
        func nothingNew() async throws {
            try await withOpenTerminal { terminal, pseudo in
                await terminal.paint(Canvas(40, 10, ["same"]))
                try await pseudo.waitForScreen { $0.contains("same") }
                let before = terminal.statistics
                await terminal.paint(Canvas(40, 10, ["same"]))
                #expect(terminal.statistics == before)
                await terminal.invalidate()
                await terminal.paint(Canvas(40, 10, ["same"]))
                #expect(terminal.statistics.frames == before.frames + 1)
            }
        }

        @Test("Takes at most 16 kB for a full screen of 120x36", .timeLimit(.minutes(5)))
        func fullRepaint() async throws {
            try await withOpenTerminal(width: 120, height: 36) { terminal, pseudo in
                // Panes as a dashboard has them: borders, a bar, a line in several colours, a line of text.
                var canvas = Canvas(Size(120, 36), glyphs: .unicode)
                for y in 0..<35 {
                    for x in stride(from: 0, to: 120, by: 40) {
                        canvas.write("│", at: Position(x, y), Style(Colour(240)))
                        switch y % 4 {
                        case 0:
                            canvas.write(String(repeating: "─", count: 38), at: Position(x + 1, y), Style(Colour(240)))
                        case 1: canvas.write("██████████████████▌     ", at: Position(x + 1, y), Style(.green))
                        case 2:
                            canvas.write("worker \(x + y)", at: Position(x + 1, y), Style(.green, on: .standard, .bold))
                            canvas.write("failed \(y)", at: Position(x + 20, y), Style(.red, on: .standard, .reverse))
                        default: canvas.write("what it does, stage \(y) of \(x)", at: Position(x + 1, y), .plain)
                        }
                    }
                }
                canvas.write("the last row", at: Position(0, 35), .plain)
                let before = terminal.statistics
                await terminal.paint(canvas)
                try await pseudo.waitForScreen { $0.contains("the last row") }
                let bytes = terminal.statistics.bytes - before.bytes
                #expect(bytes > 4_000)
                #expect(bytes <= 16_000)
            }
        }

        @Test("Uses the colours that there are", .timeLimit(.minutes(5)))
        func depths() async throws {
            let style = Style(Colour(12), on: Colour(240))
            try await withOpenTerminal(environment: ["TERM": "xterm"]) { terminal, pseudo in
                #expect(terminal.profile.depth == .eight)
                await terminal.paint(Canvas(40, 10, ["colour"], style))
                let look = try await pseudo.waitForScreen { $0.contains("colour") }.look(of: "colour")
                #expect(look?.foreground == 4 && look?.isBold == true)
                #expect(look?.background == 0 || look?.background == 7)
            }
            try await withOpenTerminal(environment: ["NO_COLOR": "1"]) { terminal, pseudo in
                #expect(terminal.profile.depth == .mono)
                await terminal.paint(Canvas(40, 10, ["colour"], style.with(.bold)))
                let look = try await pseudo.waitForScreen { $0.contains("colour") }.look(of: "colour")
                #expect(look?.foreground == nil && look?.background == nil && look?.isBold == true)
            }
            try await withOpenTerminal(environment: ["TERM": "vt100"]) { terminal, pseudo in
                #expect(terminal.profile.depth == .mono)
                await terminal.paint(Canvas(40, 10, ["colour"], style.with(.reverse)))
                let look = try await pseudo.waitForScreen { $0.contains("colour") }.look(of: "colour")
                #expect(look?.foreground == nil && look?.isReversed == true)
            }
        }

        @Test("Keeps to ASCII when told to, and in a locale without UTF-8", .timeLimit(.minutes(5)))
        func glyphs() async throws {
            try await withOpenTerminal(isASCII: true) { terminal, _ in
                #expect(terminal.profile.glyphs == .ascii)
            }
            try await withOpenTerminal { terminal, _ in
                #expect(terminal.profile.glyphs == .unicode)
            }
        }

        @Test("Paints only the newest canvas for a terminal that is slow", .timeLimit(.minutes(5)))
        func slowReader() async throws {
            try await withOpenTerminal(width: 120, height: 36) { terminal, pseudo in
                await terminal.paint(Canvas(120, 36, ["first"]))
                try await pseudo.waitForScreen { $0.contains("first") }
                pseudo.setReading(false)
                let before = terminal.statistics
                for round in 1...200 {
                    let line = String(repeating: "round \(round) ", count: 12)
                    await terminal.paint(Canvas(120, 36, Array(repeating: line, count: 36)))
                }
                // What it took until its buffers were full, and no more.
                #expect(terminal.statistics.frames - before.frames < 150)
                pseudo.setReading(true)
                let screen = try await pseudo.waitForScreen { $0.contains("round 200 ") }
                #expect(screen.lines.allSatisfy { $0.hasPrefix("round 200 round 200") })
                #expect(terminal.statistics.frames - before.frames < 150)
            }
        }

        @Test("Shows a question mark where the C library has another width for a character", .timeLimit(.minutes(5)))
        func unknownWidth() async throws {
            try await withOpenTerminal { terminal, pseudo in
                await terminal.paint(Canvas(40, 10, ["a\u{1FAE8}b|", "next"]))
                let screen = try await pseudo.waitForScreen { $0.contains("next") }
                #expect(screen.lines[0].hasSuffix("b|"))
                #expect(screen.cells[0][4].text == "|")
            }
        }
    }
}

extension Terminal {
    /// Returns once the profile is as wanted; what else came is dropped.
    func waitForProfile(_ isWanted: (Profile) -> Bool) async throws {
        while !isWanted(profile) {
            guard await inputs() != nil else { throw CancellationError() }
        }
    }
}
