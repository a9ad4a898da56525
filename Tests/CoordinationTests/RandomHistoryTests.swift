import Coordination
import Flashpoints
import TestSupport
import Testing

/// Whatever happens in whatever order, no flashpoint is lost, doubled or left behind.
@Suite(.heavy) struct RandomHistoryTests {
    /// Histories of one argument; a fault names the seed, and `SimulatedWorld(seed:)` plays it again.
    private static let histories: UInt64 = 100

    @Test("The conservation law holds after every batch, and every run ends", arguments: 0..<20 as Range<UInt64>)
    func law(block: UInt64) throws {
        for seed in block * Self.histories..<(block + 1) * Self.histories {
            var world = SimulatedWorld(seed: seed)
            try world.play()
        }
    }

    @Test("Equal seeds give equal histories")
    func repeatable() throws {
        var first = SimulatedWorld(seed: 42)
        var second = SimulatedWorld(seed: 42)
        try first.play()
        try second.play()
        #expect(first.driver.events == second.driver.events)
    }

    @Test("A history comes back from its JSON as it was", arguments: 0..<40 as Range<UInt64>)
    func json(seed: UInt64) throws {
        var world = SimulatedWorld(seed: seed)
        try world.play()
        #expect(try world.eventsThroughJSON() == world.driver.events)
        #expect(try world.eventsThroughText() == world.driver.events)
    }
}
