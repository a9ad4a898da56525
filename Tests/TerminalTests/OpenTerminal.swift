import Canvas
import Terminal
import TestSupport

/// Opens a terminal of this process on a pseudo-terminal.
///
/// Signals are left alone unless they are given; so is the test's own output.
func withOpenTerminal<Value: Sendable>(
    width: Int = 40,
    height: Int = 10,
    answers: ScreenModel.Answers = .modern,
    environment: [String: String] = [:],
    signals: Terminal.Options.Signals = [],
    isASCII: Bool = false,
    _ body: (_ terminal: Terminal, _ pseudo: PseudoTerminal) async throws -> Value
) async throws -> Value {
    try await withPseudoTerminal(width: width, height: height, answers: answers) { pseudo in
        var options = pseudo.options(environment: environment)
        (options.signals, options.isASCII) = (signals, isASCII)
        return try await Terminal.with(options) { terminal in
            try await body(terminal, pseudo)
        }
    }
}

extension PseudoTerminal {
    /// How a test opens it.
    func options(environment: [String: String] = [:]) -> Terminal.Options {
        var options = Terminal.Options(environment: ["TERM": "xterm-256color"].merging(environment) { $1 })
        (options.input, options.output) = (slave, slave)
        options.captured = []
        options.signals = []
        options.locale = "C.UTF-8"
        return options
    }

    /// Returns once the terminal has answered what it was asked.
    func waitForSynchronizedFrames() async throws {
        try await waitForScreen { $0.brackets > 0 }
    }
}

extension Canvas {
    /// A canvas with a few lines of text.
    init(_ width: Int, _ height: Int, _ lines: [String], _ style: Style = .plain) {
        self.init(Size(width, height), glyphs: .unicode)
        for (y, line) in lines.enumerated() { write(line, at: Position(0, y), style) }
    }
}
