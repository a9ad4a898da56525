package import Canvas

/// Whether to use colours.
package enum ColourChoice: String, Sendable, Hashable, CaseIterable {
    case automatic = "auto"
    case always
    case never

    /// What the choice and the environment come to for some output: `NO_COLOR` and `CLICOLOR_FORCE` count where nothing
    /// was chosen.
    ///
    /// - Parameter isTerminal: Whether the output is a terminal.
    package func wantsColours(environment: [String: String], isTerminal: Bool) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .automatic:
            if environment["NO_COLOR"]?.isEmpty == false {
                false
            } else if let force = environment["CLICOLOR_FORCE"], !force.isEmpty, force != "0" {
                true
            } else {
                isTerminal
            }
        }
    }
}

extension Terminal {
    /// How to open a terminal.
    package struct Options: Sendable {
        /// Signals that the terminal takes for as long as it is open.
        package struct Signals: OptionSet, Sendable {
            package let rawValue: UInt8

            package init(rawValue: UInt8) { self.rawValue = rawValue }

            /// WINCH.
            package static let window = Signals(rawValue: 1)
            /// TSTP and CONT.
            package static let job = Signals(rawValue: 2)
            /// QUIT, ABRT, SEGV, BUS, ILL, TRAP and FPE; and the end by `exit`.
            package static let crash = Signals(rawValue: 4)
            package static let all: Signals = [.window, .job, .crash]
        }

        /// Descriptors of the terminal that is to be used; they are left as they are.
        package var input: Int32 = 0
        package var output: Int32 = 1
        package var environment: [String: String]
        /// No character outside of ASCII, whatever the locale says.
        package var isASCII = false
        package var colours = ColourChoice.automatic
        /// What the text stands on, when the user said so; nobody else is asked then.
        package var background: Profile.Background?
        /// Descriptors to capture where they are terminals, so that nothing else is written on the screen.
        ///
        /// What was captured is shown on the first one of them afterwards.
        package var captured: [Int32] = [2, 1]
        /// A process has one terminal with signals at a time.
        package var signals = Signals.all
        /// Which locale decides on characters; that of the environment when empty.
        package var locale = ""

        package init(environment: [String: String]) {
            self.environment = environment
        }
    }
}
