/// What a terminal would show of the bytes it was sent: cells, cursor and modes, as much of xterm as full-screen
/// programs use.
///
/// Says in ``unknown`` what it did not understand.
package struct ScreenModel: Sendable {
    /// How a cell looks.
    package struct Look: Sendable, Hashable {
        /// Position in the palette, nil for the terminal's own.
        package var foreground: Int?
        package var background: Int?
        package var isBold = false
        package var isDim = false
        package var isUnderlined = false
        package var isReversed = false

        package init() {}
    }

    package struct Cell: Sendable, Hashable {
        /// Empty in the second half of a wide character.
        package var text = " "
        package var look = Look()
    }

    /// What it answers when a program asks; nil for silence.
    package struct Answers: Sendable {
        /// The state it reports of mode 2026: 0 unknown, 1 set, 2 reset, 3 and 4 for ever so.
        package var synchronizedOutput: Int?
        /// The attributes it reports as a device.
        package var device: String?
        /// Its background as OSC 11 tells it.
        package var background: String?

        package init(synchronizedOutput: Int?, device: String?, background: String?) {
            self.synchronizedOutput = synchronizedOutput
            self.device = device
            self.background = background
        }

        /// A present-day terminal with a dark background.
        package static let modern = Answers(synchronizedOutput: 2, device: "62;22", background: "1c1c/1c1c/1c1c")
        /// A terminal that never says anything.
        package static let silent = Answers(synchronizedOutput: nil, device: nil, background: nil)
    }

    package internal(set) var width: Int
    package internal(set) var height: Int
    package var answers: Answers

    /// The cells that are shown now, row after row.
    package internal(set) var cells: [[Cell]]
    package internal(set) var x = 0
    package internal(set) var y = 0
    /// The private modes that are set, such as 1049 for the alternate screen, 25 for the cursor, 2004, 1004, 2026.
    package internal(set) var modes: Set<Int> = [7, 25]
    package internal(set) var hasApplicationKeypad = false
    package internal(set) var look = Look()
    /// How many times synchronized output was begun and ended.
    package internal(set) var brackets = 0
    package internal(set) var bytesTaken = 0
    package internal(set) var bells = 0
    /// The operating system commands it was given: clipboard, title and the like.
    package internal(set) var commands: [String] = []
    /// What was not understood, in a readable form; the newest hundred.
    package internal(set) var unknown: [String] = []

    var top = 0
    var bottom: Int
    /// The last column was written to, and the next character begins a new line.
    var isWrapPending = false
    var saved = (x: 0, y: 0, look: Look())
    var hidden: [[Cell]]?
    var lastText: String?
    var parser = Parser.ground
    var pendingText: [UInt8] = []

    package init(width: Int, height: Int, answers: Answers = .modern) {
        self.width = width
        self.height = height
        self.answers = answers
        bottom = height - 1
        cells = Self.blank(width, height)
    }

    static func blank(_ width: Int, _ height: Int) -> [[Cell]] {
        Array(repeating: Array(repeating: Cell(), count: width), count: height)
    }
}

// MARK: - What tests look at

extension ScreenModel {
    package var isAlternate: Bool { modes.contains(1049) }
    package var hasCursor: Bool { modes.contains(25) }

    /// The text of each row, trailing blanks cut.
    package var lines: [String] {
        cells.map { row in
            var text = row.map(\.text).joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    package var text: String { lines.joined(separator: "\n") }

    package func contains(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

    /// The look of the first place where a text stands.
    package func look(of text: String) -> Look? {
        for row in cells {
            let wanted = text.map { String($0) }
            guard wanted.count <= row.count else { continue }
            for start in 0...(row.count - wanted.count) where row[start..<start + wanted.count].map(\.text) == wanted {
                return row[start].look
            }
        }
        return nil
    }

    /// The screen without a program's modes: what a shell expects to find.
    package var isAtRest: Bool {
        modes.isDisjoint(with: [1049, 1047, 47, 1000, 1002, 1003, 1004, 1006, 2004, 2026]) && hasCursor
            && !hasApplicationKeypad && !modes.contains(1) && look == Look()
    }
}

// MARK: - Changing size

extension ScreenModel {
    /// Cuts or extends at the right and at the bottom.
    package mutating func resize(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        cells = Self.fitted(cells, width, height)
        hidden = hidden.map { Self.fitted($0, width, height) }
        (top, bottom) = (0, height - 1)
        (x, y) = (min(x, width - 1), min(y, height - 1))
        isWrapPending = false
    }

    private static func fitted(_ cells: [[Cell]], _ width: Int, _ height: Int) -> [[Cell]] {
        var rows = cells.prefix(height).map { row in
            Array(row.prefix(width)) + Array(repeating: Cell(), count: max(0, width - row.count))
        }
        rows += Array(repeating: Array(repeating: Cell(), count: width), count: max(0, height - rows.count))
        return rows
    }
}
