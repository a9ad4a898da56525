/// What a terminal answers when it is asked.
package enum TerminalReply: Sendable, Hashable {
    /// What it says of one of its private modes (DECRQM), such as 2026, synchronized output.
    case mode(Int, ModeState)
    /// What it is (DA1): the answer that every terminal gives, so what was asked before it and not answered never will be.
    case deviceAttributes([Int])
    /// What its text stands on (OSC 11).
    case background(Profile.Background)

    package enum ModeState: Int, Sendable, Hashable, CaseIterable {
        case unknown = 0
        case set = 1
        case reset = 2
        case alwaysSet = 3
        case alwaysReset = 4

        /// Whether the mode can be switched on.
        package var isUsable: Bool { self == .set || self == .reset }
    }
}

/// What a terminal sent, decoded.
package enum Decoded: Sendable, Hashable {
    case input(Input)
    case reply(TerminalReply)
}
