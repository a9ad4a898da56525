import FoundationEssentials

/// How much of the kill loop is run.
enum KillSettings {
    /// Whether every moment is tried, which takes an hour.
    static var wantsAllMoments: Bool { number("ETL_KILL_ALL", default: 0) == 1 }
    /// How many runs die while they are resumed.
    static var pairs: Int { number("ETL_KILL_PAIRS", default: 20) }
    /// How many runs are killed at random times.
    static var randomRuns: Int { number("ETL_KILL_RANDOM", default: 5) }
    /// What is drawn is drawn from it.
    static var seed: UInt64 { UInt64(number("ETL_KILL_SEED", default: 3)) }

    /// Numbers from 1 to `count`, evenly spread: `most` of them, or all when every moment is to be tried.
    ///
    /// The steps are no whole number, since every other moment is one before a commit.
    static func moments(of count: Int, atMost most: Int) -> [Int] {
        let tries = wantsAllMoments ? count : min(count, most)
        return (0..<tries).map { 1 + $0 * count / tries }
    }

    private static func number(_ name: String, default usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }
}
