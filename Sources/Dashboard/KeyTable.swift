package import Canvas

/// Every key, where it works and what it does; footer, help and what a viewer may do come from it.
package enum KeyTable {
    /// Keys that do the same.
    package struct Row: Sendable, Hashable {
        package let verb: Verb
        package let keys: [Key]
        package let contexts: Set<KeyContext>
        package let group: Group
        /// The keys as they are written, such as `j ↓`.
        package let label: String
        /// One or two words for the footer.
        package let hint: String
        /// What it does, for the help.
        package let help: String
        /// Whether it changes the run, so that a viewer does not have it.
        package let changesRun: Bool
        /// Whether it is carried out only after a question.
        package let asks: Bool

        fileprivate init(
            _ verb: Verb,
            _ keys: [Key],
            in contexts: Set<KeyContext>,
            _ group: Group,
            _ label: String,
            _ hint: String,
            _ help: String,
            changesRun: Bool = false,
            asks: Bool = false
        ) {
            self.verb = verb
            self.keys = keys
            self.contexts = contexts
            self.group = group
            self.label = label
            self.hint = hint
            self.help = help
            self.changesRun = changesRun
            self.asks = asks
        }
    }

    /// Headings of the help.
    package enum Group: String, Sendable, Hashable, CaseIterable {
        case act = "ACT"
        case find = "FIND"
        case view = "VIEW"
        case log = "LOG"
        case move = "MOVE"
        case leave = "LEAVE"
        case type = "TYPE"
        case answer = "ANSWER"
    }

    /// The row of a key; `nil` where it does nothing.
    package static func row(for key: Key, in context: KeyContext) -> Row? { index[context]?[key] }

    private static let index: [KeyContext: [Key: Row]] = {
        var index: [KeyContext: [Key: Row]] = [:]
        for row in rows {
            for context in row.contexts {
                for key in row.keys { index[context, default: [:]][key] = row }
            }
        }
        return index
    }()

    // MARK: - The table

    package static let rows: [Row] = acting + finding + viewing + logging + moving + leaving + typing + answering

    private static let pages: Set<KeyContext> = [.main, .log, .worker, .failures]
    private static let everywhere = Set(KeyContext.allCases)
    private static let logs: Set<KeyContext> = [.main, .log, .worker]

    private static func character(_ character: Character) -> Key { .character(character) }

    private static let acting: [Row] = [
        Row(
            .cancelWorkers,
            [character("c")],
            in: [.main, .worker],
            .act,
            "c",
            "cancel",
            "cancel the marked workers, else the selected one; asks",
            changesRun: true,
            asks: true
        ),
        Row(
            .cancelRun,
            [character("C")],
            in: pages,
            .act,
            "C",
            "cancel run",
            "cancel all that has no outcome yet; asks",
            changesRun: true,
            asks: true
        ),
        Row(
            .retry,
            [character("r")],
            in: [.main, .worker, .failures],
            .act,
            "r",
            "retry",
            "try failed and cancelled flashpoints of the marked or selected workers again; of all among the failures",
            changesRun: true
        ),
        Row(
            .pause,
            [character("p")],
            in: pages,
            .act,
            "p",
            "pause",
            "submit nothing new, or go on; jobs that run go on either way",
            changesRun: true
        ),
        Row(
            .stop,
            [character("Q")],
            in: pages,
            .leave,
            "Q",
            "stop driver",
            "stop the process that drives the run, so that it can be resumed; asks",
            changesRun: true,
            asks: true
        ),
        Row(
            .mark,
            [character(" ")],
            in: [.main],
            .act,
            "Space",
            "mark",
            "mark the selected worker, or take the mark away"
        ),
        Row(.markAll, [character("*")], in: [.main], .act, "*", "mark all", "mark all workers that are shown"),
        Row(.unmarkAll, [character("u")], in: [.main], .act, "u", "unmark", "take all marks away"),
        Row(
            .copy,
            [character("y")],
            in: pages,
            .act,
            "y",
            "copy id",
            "copy the id of the job, else of the flashpoint or run"
        ),
        Row(
            .write,
            [character("W")],
            in: pages,
            .act,
            "W",
            "write",
            "write the screen, the log or the results to a file"
        ),
    ]

    private static let finding: [Row] = [
        Row(
            .filter,
            [character("/")],
            in: [.main, .log, .worker, .help],
            .find,
            "/",
            "filter",
            "show only workers or lines with these words: w3  state:run  failed>0  level>=warn  /regex/"
        ),
        Row(.next, [character("n")], in: logs, .find, "n", "next", "go to the next worker or line that is shown"),
        Row(.previous, [character("N")], in: logs, .find, "N", "previous", "go to the one before"),
        Row(.invert, [character("!")], in: logs, .find, "!", "invert", "show those that do not match instead"),
        Row(
            .nextError,
            [character("e")],
            in: pages,
            .find,
            "e",
            "error",
            "go to the next worker, line or cause with an error"
        ),
        Row(
            .failures,
            [character("E")],
            in: [.main, .log, .worker],
            .find,
            "E",
            "failures",
            "show the failures by cause"
        ),
    ]

    private static let viewing: [Row] = [
        Row(
            .open,
            [Key(.enter)],
            in: [.main],
            .view,
            "Enter",
            "open",
            "show all about the selected worker, or the whole log"
        ),
        Row(.log, [character("L")], in: pages, .view, "L", "log", "show the log on the whole screen"),
        Row(
            .workerLog,
            [character("i")],
            in: logs,
            .view,
            "i",
            "its log",
            "show only the selected worker's lines of the log"
        ),
        Row(
            .sort,
            [character("s")],
            in: [.main],
            .view,
            "s",
            "sort",
            "sort by number, state, progress, time left, failures"
        ),
        Row(.reverse, [character("S")], in: [.main], .view, "S", "reverse", "reverse the order"),
        Row(.arrangement, [character("v")], in: [.main], .view, "v", "view", "show workers as panes or as a table"),
        Row(
            .freeze,
            [character("z")],
            in: pages,
            .view,
            "z",
            "freeze",
            "hold the screen still while data go on being collected"
        ),
        Row(
            .help,
            [character("?"), Key(.function(1))],
            in: pages.union([.help]),
            .view,
            "? F1",
            "help",
            "show the keys; again closes"
        ),
        Row(.repaint, [.control("l")], in: everywhere, .view, "^L", "repaint", "draw the whole screen again"),
    ]

    private static let logging: [Row] = [
        Row(.follow, [character("f")], in: logs, .log, "f", "follow", "stay at the latest line, or stop"),
        Row(.wrap, [character("w")], in: logs, .log, "w", "wrap", "continue long lines in the next row, or cut them"),
        Row(.timestamps, [character("t")], in: logs, .log, "t", "times", "show times, or hide them"),
        Row(
            .levelDebug,
            [character("1")],
            in: logs,
            .log,
            "1",
            "debug",
            "show lines of all levels; debug lines need LOG_LEVEL=DEBUG"
        ),
        Row(.levelInfo, [character("2")], in: logs, .log, "2", "info", "show INFO and above"),
        Row(.levelWarning, [character("3")], in: logs, .log, "3", "warning", "show WARNING and above"),
        Row(.levelError, [character("4"), character("5")], in: logs, .log, "4 5", "error", "show ERROR alone"),
    ]

    private static let moving: [Row] = [
        Row(.up, [character("k"), Key(.up)], in: pages.union([.help]), .move, "k Up", "up", "go up"),
        Row(.down, [character("j"), Key(.down)], in: pages.union([.help]), .move, "j Down", "down", "go down"),
        Row(
            .left,
            [character("h"), Key(.left)],
            in: [.main, .worker],
            .move,
            "h Left",
            "left",
            "go left, or to the worker before"
        ),
        Row(
            .right,
            [character("l"), Key(.right)],
            in: [.main, .worker],
            .move,
            "l Right",
            "right",
            "go right, or to the next worker"
        ),
        Row(
            .first,
            [character("g"), Key(.home)],
            in: pages.union([.help]),
            .move,
            "g Home",
            "first",
            "go to the first"
        ),
        Row(
            .last,
            [character("G"), Key(.end)],
            in: pages.union([.help]),
            .move,
            "G End",
            "last",
            "go to the last; the log follows again"
        ),
        Row(.halfUp, [.control("u")], in: pages.union([.help]), .move, "^u", "half up", "go half a page up"),
        Row(.halfDown, [.control("d")], in: pages.union([.help]), .move, "^d", "half down", "go half a page down"),
        Row(.pageUp, [Key(.pageUp)], in: pages.union([.help]), .move, "PgUp", "page up", "go a page up"),
        Row(.pageDown, [Key(.pageDown)], in: pages.union([.help]), .move, "PgDn", "page down", "go a page down"),
        Row(
            .nextPane,
            [Key(.tab)],
            in: [.main, .worker],
            .move,
            "Tab",
            "log/workers",
            "move in the log, or in the workers again"
        ),
        Row(
            .previousPane,
            [Key(.tab, .shift)],
            in: [.main, .worker],
            .move,
            "S-Tab",
            "back",
            "the same, the other way round"
        ),
    ]

    private static let leaving: [Row] = [
        Row(
            .back,
            [Key(.escape)],
            in: pages.union([.help]),
            .leave,
            "Esc",
            "back",
            "go one step back, and acknowledge an error; never leaves"
        ),
        Row(
            .quit,
            [character("q")],
            in: pages.union([.help]),
            .leave,
            "q",
            "leave",
            "go back; on the main screen leave, after a question while the run is live"
        ),
        Row(
            .suspend,
            [.control("z")],
            in: everywhere,
            .leave,
            "^Z",
            "suspend",
            "give the terminal back to the shell; fg returns"
        ),
        Row(
            .interrupt,
            [.control("c")],
            in: everywhere,
            .leave,
            "^C",
            "stop",
            "twice within 2 s: stop here, so that the run can be resumed"
        ),
    ]

    private static let typing: [Row] = [
        Row(.accept, [Key(.enter)], in: [.prompt], .type, "Enter", "accept", "take what was typed"),
        Row(.discard, [Key(.escape)], in: [.prompt], .type, "Esc", "discard", "leave things as they were"),
        Row(
            .erase,
            [Key(.backspace), .control("h")],
            in: [.prompt],
            .type,
            "Backspace",
            "erase",
            "erase the character before"
        ),
        Row(
            .deleteForward,
            [Key(.delete)],
            in: [.prompt],
            .type,
            "Del",
            "delete",
            "erase the character under the cursor"
        ),
        Row(.eraseWord, [.control("w")], in: [.prompt], .type, "^W", "erase word", "erase the word before"),
        Row(.eraseLine, [.control("u")], in: [.prompt], .type, "^U", "erase all", "erase all before the cursor"),
        Row(
            .cursorLeft,
            [Key(.left), .control("b")],
            in: [.prompt],
            .type,
            "Left",
            "left",
            "go a character to the left"
        ),
        Row(
            .cursorRight,
            [Key(.right), .control("f")],
            in: [.prompt],
            .type,
            "Right",
            "right",
            "go a character to the right"
        ),
        Row(.cursorHome, [Key(.home), .control("a")], in: [.prompt], .type, "Home", "start", "go to the start"),
        Row(.cursorEnd, [Key(.end), .control("e")], in: [.prompt], .type, "End", "end", "go to the end"),
    ]

    /// A question's other answers have the keys that stand in it.
    private static let answering: [Row] = [
        Row(
            .decline,
            [Key(.enter), Key(.escape), character("n")],
            in: [.dialog],
            .answer,
            "Enter Esc n",
            "keep",
            "give the safe answer"
        )
    ]
}
