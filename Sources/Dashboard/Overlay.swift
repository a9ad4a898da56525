/// What lies over the screen and takes the keys until it is closed.
package enum Overlay: Sendable, Hashable {
    /// A question with its consequences.
    case dialog(Dialog)
    case help(Help)
    /// A line to type, in place of the notice.
    case prompt(Prompt)
}

/// A question; Enter, Esc and `n` give the safe answer.
package struct Dialog: Sendable, Hashable {
    /// An answer and the key that gives it.
    package struct Choice: Sendable, Hashable {
        package var key: Character
        /// The answer in a few words, such as `Keep running`.
        package var label: String
        /// What it means; empty when the dialog's lines say all.
        package var meaning = ""
        /// Whether Enter and Esc give it as well.
        package var isSafe = false
    }

    enum Purpose: Sendable, Hashable {
        case cancelWorkers([Int])
        case cancelRun
        case leave
        case stop
        /// The run paused itself.
        case paused
        case write
    }

    var purpose: Purpose
    package var title: String
    /// What would happen, a sentence or a fact a line.
    package var lines: [String]
    package var choices: [Choice]
    /// When it was opened, by the model's uptime; keys typed before one could read it are not for it.
    var openedAt: Int64

    /// Milliseconds in which nobody can have read it.
    static var readingTime: Int64 { 300 }
}

/// The page of keys.
package struct Help: Sendable, Hashable {
    /// First row shown.
    package internal(set) var top = 0
    /// Only rows with these words are shown.
    package internal(set) var query = ""
    /// Whether the words are being typed.
    package internal(set) var isSearching = false
    /// Where it was opened: the keys of this context come first.
    package internal(set) var context: KeyContext
}

/// A line that is being typed.
package struct Prompt: Sendable, Hashable {
    package enum Purpose: Sendable, Hashable {
        /// Which workers are shown.
        case filter
        /// Which lines of the log are shown.
        case search
        /// Where to write something.
        case path(Written)
    }

    /// What can be written to a file.
    package enum Written: Sendable, Hashable, CaseIterable {
        case screen
        case log
        case results
    }

    package let purpose: Purpose
    package internal(set) var text: String
    /// Position in `text` at which characters are put in, counted in characters.
    package internal(set) var cursor: Int
    /// Why the text will not do.
    package internal(set) var problem: String?
    /// What was in effect before, for Esc.
    let original: String

    /// What is asked for, such as `Filter workers`.
    package var title: String {
        switch purpose {
        case .filter: "Filter workers"
        case .search: "Filter log"
        case .path(.screen): "Write the screen to"
        case .path(.log): "Write the log's shown lines to"
        case .path(.results): "Write the results to"
        }
    }
}

/// A line for the operator below the screen.
package struct Notice: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Something was done as asked.
        case done
        case hint
        case warning
        /// Stays until Esc.
        case error
    }

    package var kind: Kind
    package var text: String
    /// When it came up, in milliseconds as people feel them.
    package var at: Int64
}
