import CNCurses
package import Canvas

extension Terminal {
    /// What a terminal can do, as far as it can be known without asking it.
    package struct Abilities: Sendable, Hashable {
        /// What `TERM` says.
        package var type: String
        package var size: Size
        package var profile: Profile
    }

    /// Says whether there can be a screen here, and writes nothing, neither to the terminal nor elsewhere.
    ///
    /// - Throws: ``TerminalProblem`` about the first thing that is missing, in a sentence for the user.
    @discardableResult
    package static func check(
        input: Int32 = 0,
        output: Int32 = 1,
        environment: [String: String]
    ) throws(TerminalProblem) -> Abilities {
        var options = Options(environment: environment)
        (options.input, options.output) = (input, output)
        return try examine(options).abilities
    }

    static func examine(
        _ options: Options
    ) throws(TerminalProblem) -> (abilities: Abilities, capabilities: Capabilities) {
        guard isatty(options.input) == 1 else {
            throw TerminalProblem("standard input is not a terminal, so no keys can come", remedy: nil, .notATerminal)
        }
        guard isatty(options.output) == 1 else {
            throw TerminalProblem("standard output is not a terminal", remedy: nil, .notATerminal)
        }
        guard let type = options.environment["TERM"], !type.isEmpty else {
            throw TerminalProblem("TERM is not set", .dumb)
        }
        if type == "dumb" {
            throw TerminalProblem(
                "TERM=dumb is a terminal that can't move its cursor",
                .dumb
            )
        }
        if type == "unknown" {
            throw TerminalProblem("TERM=unknown says nothing of the terminal")
        }
        let capabilities = try Capabilities.of(type, options.output)
        let standard =
            capabilities.columns > 0 && capabilities.lines > 0
            ? Size(capabilities.columns, capabilities.lines) : Size(80, 24)
        let profile = Profile(
            glyphs: !options.isASCII && Locale.isUTF8(options) ? .unicode : .ascii,
            depth: depth(capabilities.colours, options),
            background: options.background ?? background(options.environment["COLORFGBG"])
        )
        let size = TTY.size(of: options.output) ?? standard
        return (Abilities(type: type, size: size, profile: profile), capabilities)
    }

    private static func depth(_ colours: Int, _ options: Options) -> Profile.Depth {
        guard options.colours.wantsColours(environment: options.environment, isTerminal: true) else { return .mono }
        return switch colours {
        // A terminal with direct colours takes numbers from 8 on for red, green and blue.
        case 257...: .eight
        case 256: .palette
        case 16...: .sixteen
        case 8...: .eight
        default: .mono
        }
    }

    /// What some terminals say at their start: the numbers of the text's colour and of what is behind it.
    static func background(_ variable: String?) -> Profile.Background {
        guard let last = variable?.split(separator: ";").last, let index = Int(last) else { return .unknown }
        switch index {
        case 0...6, 8: return .dark
        case 7, 9...15: return .light
        default: return .unknown
        }
    }
}

/// How the C library takes characters.
enum Locale {
    /// Sets it, for the kinds of characters alone: numbers are written and read as everywhere in the world.
    static func isUTF8(_ options: Terminal.Options) -> Bool {
        let isUTF8 = try? Curses.locked { () -> Bool in
            if unsafe setlocale(LC_CTYPE, options.locale) == nil {
                // A locale that is not installed, such as one that SSH brought along, still says what is meant.
                let names = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { options.environment[$0] }
                let name = names.first { !$0.isEmpty }?.lowercased() ?? ""
                if name.contains("utf-8") || name.contains("utf8") { _ = unsafe setlocale(LC_CTYPE, "C.UTF-8") }
            }
            guard let codes = unsafe nl_langinfo(nl_item(CODESET)) else { return false }
            return unsafe ["utf-8", "utf8"].contains(String(cString: codes).lowercased())
        }
        return isUTF8 ?? false
    }
}
