/// How long to wait before a process that has died is started again.
///
/// The wait is drawn between nothing and a ceiling that doubles with each short life in a row, from 0.2 s to 10 s, so
/// that processes that die together don't come back together.
struct RestartPolicy: Sendable {
    static let firstCeiling = Duration.milliseconds(200)
    static let lastCeiling = Duration.seconds(10)
    /// A process that lived that long has not failed to start.
    static let longLife = Duration.seconds(10)
    /// That many short lives in a row are a crash loop.
    static let crashLoop = 3

    /// How many lives in a row were short.
    private(set) var shortLives = 0

    var isCrashLooping: Bool { shortLives >= Self.crashLoop }

    /// Notes an end and returns the wait; `random` is from 0 to 1.
    mutating func ended(after life: Duration, random: Double) -> Duration {
        shortLives = life >= Self.longLife ? 0 : shortLives + 1
        // The doubling stops long before it could overflow.
        let ceiling = min(Self.firstCeiling * (1 << min(max(shortLives - 1, 0), 10)), Self.lastCeiling)
        return ceiling * random
    }
}
