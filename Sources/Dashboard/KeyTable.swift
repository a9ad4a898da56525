package import Canvas

/// Every key, where it works and what it does; footer, help and what a viewer may do come from it.
package enum KeyTable {
    /// Keys that do the same.
    package struct Row: Sendable, Hashable {
        package var verb: Verb
        package var keys: [Key]
        package var contexts: [KeyContext]
        /// The keys as they are written, such as `j k`.
        package var label: String
        /// One or two words for the footer.
        package var hint: String
        /// A sentence for the help.
        package var help: String
        package var group: Group
        /// Whether it changes the run, so that a viewer has it not.
        package var changesRun = false
        /// Whether it is carried out only after a question.
        package var asks = false
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
    }

    /// A key and a word for the footer.
    package struct Hint: Sendable, Hashable {
        package var label: String
        package var text: String
    }

    /// A line of the help.
    package enum HelpRow: Sendable, Hashable {
        case heading(String)
        case key(label: String, text: String)
    }
}
