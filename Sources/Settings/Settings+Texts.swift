extension Settings.Key {
    private var row: any SettingRow {
        guard let row = SettingsTable.rows.first(where: { $0.key == self }) else {
            preconditionFailure("The table of settings has no row for \(rawValue).")
        }
        return row
    }

    /// The flag of `run` that beats the variable, with its dashes; nil for a setting that has none.
    public var flag: String? { row.flag }
    /// What the setting is for, in one sentence.
    public var help: String { row.help }
    /// Whether its value must never be shown.
    public var isSecret: Bool { row.isSecret }
    /// Its default, as a value or in words.
    public var defaultText: String { row.fallbackText }

    /// The flag as it was typed when it stands for `text`.
    func flag(for text: String) -> String {
        guard let flag = row.flag else { return rawValue }
        return self == .cleanup && text == "false" ? "--no-cleanup" : flag
    }
}

extension Settings {
    /// The text of `.env.example`: every setting with what it is for and what its default is.
    public static func exampleFile() -> String {
        var lines = [
            "# Settings of etl-dash. Copy this file to .env and change what you need; without it the defaults hold.",
            "# A flag beats the environment, and the environment beats this file.",
        ]
        for section in SettingSection.allCases {
            lines += ["", "# ---- \(section.rawValue)"]
            for row in SettingsTable.rows where row.section == section {
                lines += ["", "# \(row.help)", "# Give \(row.expected). Default: \(row.fallbackText)."]
                let value = row.placeholder ?? row.fallbackLiteral ?? ""
                lines.append("\(row.isCommentedOut ? "# " : "")\(row.key.rawValue)=\(value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The settings for a help page: name, flag, purpose, what may be given and the default.
    public static func helpText() -> String {
        var lines: [String] = []
        for section in SettingSection.allCases {
            lines += (lines.isEmpty ? [] : [""]) + ["\(section.rawValue):"]
            for row in SettingsTable.rows where row.section == section {
                lines.append("  \(row.key.rawValue)\(row.flag.map { " (\($0))" } ?? "")")
                lines.append("      \(row.help)")
                lines.append("      Give \(row.expected). Default: \(row.fallbackText).")
            }
        }
        return lines.joined(separator: "\n")
    }
}
