import Canvas
import Terminal
import TestSupport
import Testing

extension TerminalTests {
    @Suite("Input of a terminal")
    struct InputTests {
        /// The next inputs but profiles.
        private func inputs(_ terminal: Terminal, count: Int) async -> [Input] {
            var inputs: [Input] = []
            while inputs.count < count, let more = await terminal.inputs() {
                inputs += more.filter { if case .profile = $0 { false } else { true } }
            }
            return inputs
        }

        @Test("Tells keys, pastes and focus", .timeLimit(.minutes(5)))
        func keys() async throws {
            try await withOpenTerminal { terminal, pseudo in
                let screen = try await pseudo.waitForScreen { $0.modes.isSuperset(of: [1049, 2004, 1004]) }
                #expect(screen.hasApplicationKeypad)
                pseudo.send("q\u{1B}OA\u{3}\r\u{7F}\u{1B}[200~two\nlines\u{1B}[201~\u{1B}[O")
                let expected: [Input] = [
                    .key(.character("q")), .key(Key(.up)), .key(.control("c")), .key(Key(.enter)),
                    .key(Key(.backspace)),
                    .paste("two\nlines"), .focus(false),
                ]
                #expect(await inputs(terminal, count: expected.count) == expected)
            }
        }

        @Test("Tells Esc after a moment", .timeLimit(.minutes(5)))
        func escape() async throws {
            try await withOpenTerminal(answers: .silent) { terminal, pseudo in
                try await pseudo.waitForScreen { $0.isAlternate }
                let start = ContinuousClock.now
                pseudo.send("\u{1B}")
                #expect(await inputs(terminal, count: 1) == [.key(Key(.escape))])
                // 25 ms, and what a busy machine takes.
                #expect(start.duration(to: .now) < .milliseconds(900))
            }
        }

        @Test("Ends when the terminal hangs up, and paints no more", .timeLimit(.minutes(5)))
        func hangUp() async throws {
            try await withOpenTerminal { terminal, pseudo in
                await terminal.paint(Canvas(40, 10, ["there"]))
                try await pseudo.waitForScreen { $0.contains("there") }
                pseudo.hangUp()
                while let inputs = await terminal.inputs() { #expect(!inputs.isEmpty) }
                let before = terminal.statistics
                await terminal.paint(Canvas(40, 10, ["gone"]))
                #expect(terminal.statistics == before)
                #expect(await terminal.copy("text") == false)
                #expect(await terminal.inputs() == nil)
            }
        }

        @Test("Gives nothing to a reader whose task is cancelled", .timeLimit(.minutes(5)))
        func cancellation() async throws {
            try await withOpenTerminal(answers: .silent) { terminal, _ in
                let inputs = await withTaskGroup(of: [Input]?.self) { group in
                    group.addTask { await terminal.inputs() }
                    group.cancelAll()
                    return await group.next() ?? [.resumed]
                }
                #expect(inputs == nil)
            }
        }

        @Test("Follows the size of the window", .timeLimit(.minutes(5)))
        func resize() async throws {
            try await withOpenTerminal(answers: .silent, signals: .window) { terminal, pseudo in
                #expect(terminal.size == Size(40, 10))
                await terminal.paint(Canvas(40, 10, ["before"]))
                try await pseudo.waitForScreen { $0.contains("before") }
                pseudo.resize(width: 60, height: 15)
                pseudo.signalWindowChange()
                #expect(await inputs(terminal, count: 1) == [.resized(Size(60, 15))])
                #expect(terminal.size == Size(60, 15))
                let canvas = Canvas(60, 15, Array(repeating: "right to the end".padded(to: 60), count: 15))
                await terminal.paint(canvas)
                let screen = try await pseudo.waitForScreen { $0.lines.last == "right to the end" }
                #expect(screen.lines == canvas.rows)
            }
        }

        @Test("Puts text on the clipboard of the terminal", .timeLimit(.minutes(5)))
        func clipboard() async throws {
            try await withOpenTerminal { terminal, pseudo in
                #expect(await terminal.copy("job-1 é"))
                try await pseudo.waitForScreen { $0.commands.contains("52;c;am9iLTEgw6k=") }
                #expect(await terminal.copy(String(repeating: "x", count: 60_000)) == false)
            }
        }
    }
}
