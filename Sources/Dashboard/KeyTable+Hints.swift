extension KeyTable {
    /// What the footer names, the most needed first; it shows as many as fit.
    package static func hints(for model: Model) -> [Hint] { [] }
}

extension KeyTable {
    /// The lines of the help, by headings, for whoever may use them; with words, only the lines that have them.
    package static func help(for model: Model, matching query: String = "") -> [HelpRow] { [] }
}
