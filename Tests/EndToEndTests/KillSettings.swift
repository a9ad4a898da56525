import FoundationEssentials

/// How much of the kill loop is run.
enum KillSettings {
    /// Whether every moment is tried, which takes minutes.
    static var wantsAllMoments: Bool { number("ETL_KILL_ALL", default: 0) == 1 }
    /// How many runs die while they are resumed.
    static var pairs: Int { number("ETL_KILL_PAIRS", default: 20) }
    /// How many runs are killed at random times.
    static var randomRuns: Int { number("ETL_KILL_RANDOM", default: 5) }

    private static func number(_ name: String, default usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }
}
