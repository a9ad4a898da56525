import Canvas

/// What a terminal is sent beside canvases: modes on, modes off, questions.
struct TerminalModes: Sendable {
    /// Alternate screen, keypad, no cursor, pastes in brackets, focus told.
    private(set) var enter: [UInt8] = []
    /// All of it undone, whatever was going on.
    private(set) var reset: [UInt8] = []
    /// What it can do: synchronized output, its background, and at last what every terminal answers.
    private(set) var questions: [UInt8] = []

    static let begin = Array("\u{1B}[?2026h".utf8)
    static let end = Array("\u{1B}[?2026l".utf8)

    init() {}

    init(_ capabilities: Capabilities, type: String, asksBackground: Bool) {
        let strings = capabilities.strings
        let capability = { (name: String) in strings[name] ?? [] }
        enter =
            capability("smcup") + capability("smkx") + capability("civis") + Array("\u{1B}[?2004h\u{1B}[?1004h".utf8)
        // CAN first: it ends a sequence that was torn.
        reset = [0x18] + Self.end + Array("\u{1B}[?1004l\u{1B}[?2004l".utf8)
        reset += capability("sgr0") + capability("cnorm") + capability("rmkx")
        // Cleared first: after a change of size tmux takes rows of the alternate screen over into the normal one.
        reset += capability("clear") + capability("rmcup")
        // The console of Linux prints what it doesn't understand of such questions.
        guard !type.hasPrefix("linux") else { return }
        questions = Array("\u{1B}[?2026$p".utf8)
        if asksBackground { questions += Array("\u{1B}]11;?\u{1B}\\".utf8) }
        questions += Array("\u{1B}[c".utf8)
    }
}
