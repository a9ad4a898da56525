import CNCurses
import Synchronization

/// What all uses of ncurses share.
///
/// The library keeps its state in globals and has no locks: all calls are made inside of ``locked(_:)``, most of them on
/// ``TerminalThread``.
enum Curses {
    /// Whether there is a screen.
    private static let state = Mutex(false)

    static func locked<Value>(
        _ body: () throws(TerminalProblem) -> sending Value
    ) throws(TerminalProblem) -> sending Value {
        try state.withLock { _ throws(TerminalProblem) in try body() }
    }

    /// Notes that there is a screen now.
    ///
    /// One at a time: the library as it is usually built keeps the windows of all screens in one list, and when one
    /// screen gets another size it changes those of all.
    static func takeScreen() throws(TerminalProblem) {
        let isFree = state.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        guard isFree else { throw TerminalProblem("this process has a screen already", remedy: nil) }
    }

    static func giveScreenBack() { state.withLock { $0 = false } }
}

/// What terminfo says of a terminal.
struct Capabilities: Sendable {
    var colours = 0
    var lines = 0
    var columns = 0
    /// The strings that were asked for and are there, paddings taken out.
    var strings: [String: [UInt8]] = [:]

    /// Reads a terminal's description.
    ///
    /// - Throws: ``TerminalProblem`` with a sentence about what is wrong with it.
    static func of(_ type: String, _ descriptor: Int32) throws(TerminalProblem) -> Capabilities {
        try Curses.locked { () throws(TerminalProblem) in
            let before = unsafe set_curterm(nil)
            defer {
                let made = unsafe set_curterm(before)
                if unsafe made != nil { _ = unsafe del_curterm(made) }
            }
            var outcome: Int32 = 0
            let result = unsafe setupterm(type, descriptor, &outcome)
            guard result == OK else { throw problem(type, outcome) }
            var found = Capabilities()
            found.colours = Int(unsafe tigetnum("colors"))
            found.lines = Int(unsafe tigetnum("lines"))
            found.columns = Int(unsafe tigetnum("cols"))
            for name in names { found.strings[name] = string(name) }
            guard found.strings["cup"] != nil else {
                throw TerminalProblem(
                    "TERM=\(type) is a terminal that can't move its cursor"
                )
            }
            return found
        }
    }

    private static func problem(_ type: String, _ outcome: Int32) -> TerminalProblem {
        switch outcome {
        case 1: TerminalProblem("TERM=\(type) is a terminal that prints on paper")
        case 0:
            TerminalProblem(
                "TERM=\(type) is not known on this machine, or says too little"
            )
        default:
            TerminalProblem(
                "no descriptions of terminals (terminfo) are found for TERM=\(type)",
                remedy: "to install ncurses-base, to set TERMINFO,"
            )
        }
    }

    private static func string(_ name: String) -> [UInt8]? {
        // nil for what is missing, -1 for what is no string at all.
        guard let text = unsafe tigetstr(name), Int(bitPattern: text) != -1 else { return nil }
        return withoutPadding(unsafe String(cString: text))
    }

    /// A capability without its delays, such as `$<5/>`, which no terminal of today needs.
    static func withoutPadding(_ text: String) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var kept: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "<"),
                let end = rest.firstIndex(of: UInt8(ascii: ">"))
            {
                rest = rest[(end + 1)...]
            } else {
                kept.append(byte)
            }
        }
        return kept
    }

    private static let names =
        ["cup", "smcup", "rmcup", "smkx", "rmkx", "civis", "cnorm", "sgr0", "clear"] + TerminfoKeys.all.keys
}
