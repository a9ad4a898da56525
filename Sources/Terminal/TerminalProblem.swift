/// Why there can be no screen here, and what to do instead.
package struct TerminalProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
