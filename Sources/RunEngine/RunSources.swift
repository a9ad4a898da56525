/// What a driver can't make itself.
package struct RunSources: Sendable {
    /// Wall time in milliseconds since 1970.
    package var wallTime: @Sendable () -> Int64
    /// A fresh number in `0..<1` at each call.
    package var chance: @Sendable () -> Double
    /// A fresh nonce at each call.
    package var nonce: @Sendable () -> String

    package init(
        wallTime: @escaping @Sendable () -> Int64,
        chance: @escaping @Sendable () -> Double,
        nonce: @escaping @Sendable () -> String
    ) {
        self.wallTime = wallTime
        self.chance = chance
        self.nonce = nonce
    }
}
