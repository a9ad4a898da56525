/// Why there can be no screen here, and what to do instead.
package struct TerminalProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// Input or output is a file or a pipe: nobody expects a screen.
        case notATerminal
        /// The terminal says that it can't: nobody expects a screen.
        case dumb
        /// A screen was to be expected, and something is wrong.
        case unusable
    }

    package let reason: Reason
    /// What is wrong.
    private let fact: String
    /// What may help; `nil` when nothing does.
    private let remedy: String?

    init(_ fact: String, remedy: String? = "TERM=xterm-256color", _ reason: Reason = .unusable) {
        self.reason = reason
        self.fact = fact
        self.remedy = remedy
    }

    package var description: String { text(orElse: "--plain") }

    /// What is wrong and what to try.
    ///
    /// - Parameter flag: What does without a screen.
    package func text(orElse flag: String) -> String {
        remedy.map { "\(fact); try \($0) or \(flag)" } ?? "\(fact); use \(flag)"
    }
}
