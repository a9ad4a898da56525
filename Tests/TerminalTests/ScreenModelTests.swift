import TestSupport
import Testing

@Suite("Screen model")
struct ScreenModelTests {
    /// What stands on a screen of 10 by 4 after some bytes.
    private func screen(_ text: String) -> ScreenModel {
        var screen = ScreenModel(width: 10, height: 4)
        _ = screen.feed(Array(text.utf8))
        return screen
    }

    @Test(
        "Places text as xterm does",
        arguments: [
            ("hello\r\nworld", ["hello", "world", "", ""]),
            ("0123456789ab", ["0123456789", "ab", "", ""]),
            ("0123456789\rx", ["x123456789", "", "", ""]),
            ("\u{1B}[2;3Hx\u{1B}[Ay\u{1B}[2Bz", ["   y", "  x", "    z", ""]),
            ("abc\u{1B}[1;2H\u{1B}[K", ["a", "", "", ""]),
            ("abcdef\u{1B}[1;2H\u{1B}[2X", ["a  def", "", "", ""]),
            ("abcdef\u{1B}[1;2H\u{1B}[2P", ["adef", "", "", ""]),
            ("abcdef\u{1B}[1;2H\u{1B}[2@", ["a  bcdef", "", "", ""]),
            ("-\u{1B}[4b", ["-----", "", "", ""]),
            ("a\r\nb\r\nc\r\nd\r\ne", ["b", "c", "d", "e"]),
            ("a\r\nb\r\nc\r\nd\u{1B}[2;3r\u{1B}[3;1H\nx", ["a", "c", "x", "d"]),
            ("a\r\nb\r\nc\r\nd\u{1B}[2;1H\u{1B}[L", ["a", "", "b", "c"]),
            ("a\r\nb\r\nc\r\nd\u{1B}[2;1H\u{1B}[M", ["a", "c", "d", ""]),
            ("a\u{1B}[1;1H\u{1B}Mb", ["b", "a", "", ""]),
            ("\tx\u{8}y", ["        y", "", "", ""]),
            ("\u{1B}[3dx\u{1B}[8Gy", ["", "", "x      y", ""]),
            ("漢字x\u{1B}[1;2Hy", [" y字x", "", "", ""]),
            ("12345678 漢", ["12345678", "漢", "", ""]),
            ("e\u{301}x", ["e\u{301}x", "", "", ""]),
            ("abc\u{1B}[2J", ["", "", "", ""]),
            ("\u{1B}[2;\u{18}ab", ["ab", "", "", ""]),
        ]
    )
    func places(text: String, lines: [String]) {
        #expect(screen(text).lines == lines)
        #expect(screen(text).unknown.isEmpty)
    }

    @Test("Keeps what was on the screen while the alternate one is shown")
    func alternateScreen() {
        var screen = screen("shell\u{1B}[?1049h\u{1B}[?25l\u{1B}[?2004h\u{1B}=")
        #expect(screen.lines[0].isEmpty)
        #expect(!screen.isAtRest)
        _ = screen.feed(Array("\u{1B}[2;2Hprogram\u{1B}[?1049l\u{1B}[?25h\u{1B}[?2004l\u{1B}>$".utf8))
        #expect(screen.lines[0] == "shell$")
        #expect(screen.isAtRest)
    }

    @Test("Knows looks and colours")
    func looks() throws {
        let screen = screen("\u{1B}[1;7;38;5;208mA\u{1B}[0;31;102mB\u{1B}[mC")
        let first = try #require(screen.look(of: "A"))
        #expect(first.isBold && first.isReversed && first.foreground == 208)
        let second = try #require(screen.look(of: "B"))
        #expect(!second.isBold && second.foreground == 1 && second.background == 10)
        #expect(screen.look(of: "C") == ScreenModel.Look())
    }

    @Test("Answers what it is configured to know, and nothing else")
    func answers() {
        var modern = ScreenModel(width: 10, height: 4)
        let question = Array("\u{1B}[?2026$p\u{1B}]11;?\u{7}\u{1B}[c".utf8)
        #expect(
            String(decoding: modern.feed(question), as: UTF8.self)
                == "\u{1B}[?2026;2$y\u{1B}]11;rgb:1c1c/1c1c/1c1c\u{1B}\\\u{1B}[?62;22c"
        )
        var silent = ScreenModel(width: 10, height: 4, answers: .silent)
        #expect(silent.feed(question).isEmpty)
    }

    @Test("Says what it did not understand")
    func unknown() {
        #expect(screen("\u{1B}[5;6;7y").unknown == ["CSI 5;6;7y"])
    }
}

@Suite("Program in a terminal")
struct TerminalProgramTests {
    @Test("Runs, is suspended and continued, and its end is told", .timeLimit(.minutes(5)))
    func course() async throws {
        try await withTemporaryFolder { folder in
            let script = "echo hello; read -r line; echo \"got $line\"; exit 7"
            let command = ["/bin/sh", "-c", script]
            try await withTerminalProgram(command, environment: ["PATH": "/usr/bin:/bin"], in: folder) { program in
                try await program.waitForScreen { $0.contains("hello") }
                program.send("\u{1A}")
                try await program.waitForStop()
                program.continueInForeground()
                program.send("there\n")
                #expect(try await program.waitForEnd() == 7)
                #expect(program.screen.contains("got there"))
                #expect(program.terminal.settings == program.settingsBefore)
            }
        }
    }

    @Test("Tells the end by a signal as a shell does", .timeLimit(.minutes(5)))
    func signal() async throws {
        try await withTemporaryFolder { folder in
            let command = ["/bin/sh", "-c", "echo ready; exec sleep 60"]
            try await withTerminalProgram(command, environment: ["PATH": "/usr/bin:/bin"], in: folder) { program in
                try await program.waitForScreen { $0.contains("ready") }
                program.signal(15)
                #expect(try await program.waitForEnd() == 128 + 15)
            }
        }
    }
}
