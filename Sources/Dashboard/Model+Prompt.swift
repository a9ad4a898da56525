import Canvas
import Coordination

extension Model {
    mutating func beginPrompt(_ purpose: Prompt.Purpose, text: String) {
        overlay = .prompt(Prompt(purpose: purpose, text: text, cursor: text.count, original: text))
    }

    /// Puts a typed character in.
    mutating func type(_ key: Key) {
        guard case .character(let character) = key.code, key.modifiers.isEmpty else { return }
        insert(String(character))
    }

    /// Puts text in where one types; elsewhere it has no effect.
    mutating func insert(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").filter { !$0.isControl }
        guard !line.isEmpty, context == .prompt else { return }
        changeText { text, cursor in
            guard text.count + line.count <= Prompt.longest else { return }
            text.insert(contentsOf: line, at: text.index(text.startIndex, offsetBy: cursor))
            cursor += line.count
        }
    }

    mutating func edit(_ verb: Verb) {
        changeText { text, cursor in
            func index(_ position: Int) -> String.Index { text.index(text.startIndex, offsetBy: position) }
            var start = cursor
            switch verb {
            case .cursorLeft: cursor = max(0, cursor - 1)
            case .cursorRight: cursor = min(text.count, cursor + 1)
            case .cursorHome: cursor = 0
            case .cursorEnd: cursor = text.count
            case .deleteForward:
                if cursor < text.count { text.remove(at: index(cursor)) }
            case .erase: start = max(0, cursor - 1)
            case .eraseLine: start = 0
            case .eraseWord:
                while start > 0, text[index(start - 1)] == " " { start -= 1 }
                while start > 0, text[index(start - 1)] != " " { start -= 1 }
            default: break
            }
            guard start < cursor, [.erase, .eraseLine, .eraseWord].contains(verb) else { return }
            text.removeSubrange(index(start)..<index(cursor))
            cursor = start
        }
    }

    private mutating func changeText(_ change: (inout String, inout Int) -> Void) {
        switch overlay {
        case .prompt(var prompt):
            let before = prompt.text
            change(&prompt.text, &prompt.cursor)
            // An accent that joins its letter makes one character of two.
            prompt.cursor = min(prompt.cursor, prompt.text.count)
            overlay = .prompt(prompt)
            if prompt.text != before { textChanged() }
        case .help(var help) where help.isSearching:
            var cursor = help.query.count
            change(&help.query, &cursor)
            help.top = 0
            overlay = .help(help)
        default: break
        }
    }

    /// Shows at once what the text does.
    private mutating func textChanged() {
        guard case .prompt(var prompt) = overlay else { return }
        prompt.problem = nil
        switch prompt.purpose {
        case .filter: apply(filter: prompt.text)
        case .search: prompt.problem = apply(search: prompt.text)
        case .path: break
        }
        overlay = .prompt(prompt)
    }

    /// Takes what was typed.
    mutating func accept() -> [Action] {
        if case .help(var help) = overlay {
            help.isSearching = false
            overlay = .help(help)
            return []
        }
        guard case .prompt(var prompt) = overlay else { return [] }
        overlay = nil
        switch prompt.purpose {
        case .filter:
            if filter != nil, rows.isEmpty { tell(.hint, "No worker matches; Esc shows all again") }
        case .search:
            guard let problem = prompt.problem else { break }
            _ = apply(search: prompt.original)
            tell(.warning, problem)
        case .path(let written):
            let path = prompt.text.trimmed
            guard path.isEmpty else { return write(written, to: path) }
            prompt.problem = "Type the name of a file, or Esc"
            overlay = .prompt(prompt)
        }
        return []
    }

    /// Leaves things as they were before one began to type.
    mutating func discard() {
        if case .help(var help) = overlay {
            help.isSearching = false
            help.query = ""
            help.top = 0
            overlay = .help(help)
            return
        }
        guard case .prompt(let prompt) = overlay else { return }
        overlay = nil
        switch prompt.purpose {
        case .filter: apply(filter: prompt.original)
        case .search: _ = apply(search: prompt.original)
        case .path: break
        }
    }

    // MARK: - Writing files

    mutating func askForPath(_ written: Prompt.Written) {
        let run = overview.header?.run ?? "run"
        let name =
            switch written {
            case .screen: "etl-dash-\(run).txt"
            case .log: "etl-dash-\(run).log"
            case .results: "etl-dash-\(run).json"
            }
        beginPrompt(.path(written), text: name)
    }

    private mutating func write(_ written: Prompt.Written, to path: String) -> [Action] {
        switch written {
        case .screen: [.saveScreen(path: path)]
        case .log: [.saveLog(path: path)]
        case .results: [.save(SaveRequest(path: path, content: .results))]
        }
    }
}

extension Prompt {
    /// Characters that one may type.
    static let longest = 1_000
}

extension String {
    /// It without blanks at its ends.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
