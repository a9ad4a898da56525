import Canvas
import Terminal
import TestSupport
import Testing

extension TerminalTests {
    @Suite("Giving a terminal back")
    struct RestoreTests {
        private struct Failure: Error {}

        @Test("Leaves settings, modes and the shell's screen as they were", .timeLimit(.minutes(5)))
        func normalEnd() async throws {
            try await withPseudoTerminal { pseudo in
                let settings = pseudo.settings
                try await Terminal.with(pseudo.options()) { terminal in
                    await terminal.paint(Canvas(120, 36, ["up"]))
                    try await pseudo.waitForScreen { $0.contains("up") }
                    #expect(pseudo.settings != settings)
                }
                let screen = try await pseudo.waitForScreen { $0.isAtRest }
                #expect(screen.text.allSatisfy { $0 == "\n" })
                #expect(pseudo.settings == settings)
            }
        }

        @Test("Does so when the body throws, and passes the error on", .timeLimit(.minutes(5)))
        func thrownError() async throws {
            try await withPseudoTerminal { pseudo in
                let settings = pseudo.settings
                await #expect(throws: Failure.self) {
                    try await Terminal.with(pseudo.options()) { _ in throw Failure() }
                }
                try await pseudo.waitForScreen { $0.isAtRest && $0.commands.isEmpty }
                #expect(pseudo.settings == settings)
            }
        }

        @Test("Does so when the task is cancelled", .timeLimit(.minutes(5)))
        func cancellation() async throws {
            try await withPseudoTerminal { pseudo in
                let settings = pseudo.settings
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try? await Terminal.with(pseudo.options()) { terminal in
                            while await terminal.inputs() != nil {}
                        }
                    }
                    _ = try? await pseudo.waitForScreen { $0.isAlternate }
                    group.cancelAll()
                }
                try await pseudo.waitForScreen { $0.isAtRest }
                #expect(pseudo.settings == settings)
            }
        }

        @Test("Takes the terminal's answers with it", .timeLimit(.minutes(5)))
        func answers() async throws {
            try await withPseudoTerminal { pseudo in
                try await Terminal.with(pseudo.options()) { _ in }
                let screen = try await pseudo.waitForScreen { $0.isAtRest }
                // They would be echoed here.
                #expect(screen.text.allSatisfy { $0 == "\n" })
            }
        }

        @Test("Does not wait for a terminal that takes nothing", .timeLimit(.minutes(5)))
        func stuckTerminal() async throws {
            try await withPseudoTerminal { pseudo in
                let settings = pseudo.settings
                try await Terminal.with(pseudo.options()) { terminal in
                    await terminal.paint(Canvas(120, 36, ["up"]))
                    try await pseudo.waitForScreen { $0.contains("up") }
                    pseudo.setReading(false)
                    for round in 1...100 {
                        let line = String(repeating: "round \(round) ", count: 12)
                        await terminal.paint(Canvas(120, 36, Array(repeating: line, count: 36)))
                    }
                }
                #expect(pseudo.settings == settings)
            }
        }

        @Test("Shows what was written to a captured descriptor afterwards, in order", .timeLimit(.minutes(5)))
        func capture() async throws {
            try await withPseudoTerminal { pseudo in
                let (errors, output) = (dup(pseudo.slave), dup(pseudo.slave))
                defer {
                    close(errors)
                    close(output)
                }
                var options = pseudo.options()
                options.captured = [errors, output]
                try await Terminal.with(options) { terminal in
                    write("one\n", to: errors)
                    write("two\n", to: output)
                    await terminal.paint(Canvas(120, 36, ["up"]))
                    let screen = try await pseudo.waitForScreen { $0.contains("up") }
                    #expect(!screen.contains("one"))
                    write("three\n", to: errors)
                }
                let screen = try await pseudo.waitForScreen { $0.contains("three") }
                #expect(Array(screen.lines.prefix(4)) == ["one", "two", "three", ""])
                #expect(!screen.isAlternate)
                write("four\n", to: output)
                try await pseudo.waitForScreen { $0.contains("four") }
            }
        }

        @Test("Shows the end of much that was captured and says how much is left out", .timeLimit(.minutes(5)))
        func muchCaptured() async throws {
            try await withPseudoTerminal { pseudo in
                let errors = dup(pseudo.slave)
                defer { close(errors) }
                var options = pseudo.options()
                options.captured = [errors]
                try await Terminal.with(options) { terminal in
                    for number in 100_000..<120_000 { write("line \(number)\n", to: errors) }
                    for text in ["up", "and up"] { await terminal.paint(Canvas(120, 36, [text])) }
                    pseudo.forget()
                }
                let screen = try await pseudo.waitForScreen { $0.contains("line 119999") }
                #expect(!screen.isAlternate)
                let text = String(decoding: pseudo.recording, as: UTF8.self)
                // 12 bytes a line: the last 5,461 whole ones.
                #expect(text.contains("(174468 bytes of earlier output are left out)\r\nline 114539\r\n"))
            }
        }

        private func write(_ text: String, to descriptor: Int32) {
            let bytes = Array(text.utf8)
            _ = systemWrite(descriptor, bytes, bytes.count)
        }
    }
}
