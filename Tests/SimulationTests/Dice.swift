import Synchronization
import TestSupport

/// Draws from one seed: the same ones in the same order whenever they are drawn again.
final class Dice: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// A number in `0..<1`.
    func fraction() -> Double { generator.withLock { Double($0.next() >> 11) * 0x1p-53 } }

    /// A number in `0..<count`.
    func below(_ count: Int) -> Int { Int(fraction() * Double(count)) }

    func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// Seconds, to the millisecond.
    func seconds(_ range: ClosedRange<Double>) -> Double {
        let drawn = range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
        return (drawn * 1_000).rounded() / 1_000
    }

    /// True with the probability.
    func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// One of the values, each as likely as the others.
    func pick<Value>(_ first: Value, _ others: Value...) -> Value {
        let place = below(others.count + 1)
        return place == 0 ? first : others[place - 1]
    }
}
