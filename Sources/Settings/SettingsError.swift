/// Everything that is wrong with the settings, collected so that one look mends it all.
///
/// No problem shows the value of a secret.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The flag, the variable or `file:line` where it stands.
        public var place: String
        /// The setting, when the problem is the value of one.
        public var key: Settings.Key?
        /// What is wrong and what would be right.
        public var message: String

        init(place: String, key: Settings.Key? = nil, message: String) {
            self.place = place
            self.key = key
            self.message = message
        }

        /// The place, the setting where the place doesn't name it, and the message.
        public var description: String {
            guard let key, !place.contains(key.rawValue) else { return "\(place): \(message)" }
            return "\(place): \(key.rawValue): \(message)"
        }
    }

    /// What is wrong: the lines of the file first, then the settings in the order of the table; never empty.
    public var problems: [Problem]

    /// The problems, one a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension Settings {
    /// Something in a `.env` file that is probably a slip, and changes nothing.
    public struct Warning: Sendable, Hashable, CustomStringConvertible {
        /// `file:line`.
        public var place: String
        /// What was noticed.
        public var message: String

        /// The place and the message.
        public var description: String { "\(place): \(message)" }
    }
}
