extension Settings {
    /// How much is logged.
    public enum LogLevel: String, Sendable, Hashable, CaseIterable {
        /// Every stage of every flashpoint.
        case debug = "DEBUG"
        /// What workers begin and complete.
        case info = "INFO"
        /// What went wrong in part.
        case warning = "WARNING"
        /// What failed.
        case error = "ERROR"
    }

    /// What a job carries for each flashpoint.
    public enum Payload: String, Sendable, Hashable, CaseIterable {
        /// The flashpoint itself.
        case full
        /// Its id alone, for handlers that load flashpoints themselves.
        case ids
    }

    /// How flashpoints are shared out.
    public enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// Contiguous shares whose sizes differ by one at most.
        case even
        /// Heaviest first, each onto the lane with the least weight.
        case balanced
    }

    /// Whether a screen has colours.
    public enum ColorUse: String, Sendable, Hashable, CaseIterable {
        /// As far as the terminal has them, and none when `NO_COLOR` is set.
        case auto
        /// Also where nobody says that there are any.
        case always
        /// None: bold, underline and reverse only.
        case never
    }

    /// What a screen's text stands on.
    public enum Theme: String, Sendable, Hashable, CaseIterable {
        /// What the terminal says; colours that can be read on both when it says nothing.
        case auto
        /// Light text on dark.
        case dark
        /// Dark text on light.
        case light
    }

    /// What a run does when its terminal goes away.
    public enum HangupResponse: String, Sendable, Hashable, CaseIterable {
        /// Stops driving; `resume` goes on with it.
        case stop
        /// Goes on without a terminal.
        case background
    }

    /// How many flashpoints may fail before the rest isn't worth its price.
    public enum FailureLimit: Sendable, Hashable {
        /// So many flashpoints.
        case count(Int)
        /// So many out of a hundred.
        case percent(Int)

        /// The largest number of failures that a batch of `total` may have, rounded down.
        public func allowance(of total: Int) -> Int {
            switch self {
            case .count(let count): count
            case .percent(let percent): total / 100 * percent + total % 100 * percent / 100
            }
        }
    }
}
