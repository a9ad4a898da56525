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
    package let description: String

    package init(_ description: String, _ reason: Reason = .unusable) {
        self.reason = reason
        self.description = description
    }
}
