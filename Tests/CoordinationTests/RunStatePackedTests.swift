import Coordination
import Flashpoints
import TestSupport
import Testing

/// Whether a state that was put away as bytes is the one that comes back.
@Suite("A packed state", .heavy)
struct RunStatePackedTests {
    /// The state as it comes back from its bytes, in pieces as a table has them.
    static func repacked(_ state: RunState) throws -> RunState {
        let store = Pieces()
        var writer = PackedWriter { store.list.append($0) }
        try state.pack(into: &writer)
        try writer.finish()
        var next = 0
        var reader = PackedReader {
            defer { next += 1 }
            return next < store.list.count ? store.list[next] : nil
        }
        return try RunState(plan: state.plan, packed: &reader)
    }

    final class Pieces {
        var list: [[UInt8]] = []
    }

    @Test(
        "After a snapshot and the later events a run is the same as after all events",
        arguments: 0..<40 as Range<UInt64>
    )
    func histories(seed: UInt64) throws {
        for seed in seed * 5..<seed * 5 + 5 {
            var world = SimulatedWorld(seed: seed)
            try world.play()
            let (events, plan) = (world.driver.events, world.driver.state.plan)
            var state = RunState(plan: plan)
            var resumed = state
            for (place, event) in events.enumerated() {
                let effects = state.reduce(event)
                #expect(resumed.reduce(event) == effects)
                // The snapshot stands in for the fold from here on; the next is taken of what grew from this one.
                if place % 3 == 0 { resumed = try Self.repacked(resumed) }
                #expect(resumed == state, "history \(seed), event \(place + 1)")
            }
        }
    }

    @Test("Every property goes along")
    func complete() throws {
        // Who adds one sees to it that it comes back from `RunState+Packed`, and then names it here.
        let state = TestDriver(1, workers: 1).state
        #expect(
            labels(state) == [
                "plan", "phase", "isPaused", "pauseCause", "isCancelled", "generation", "flashpoints", "lanes",
                "counts", "speedup", "hasBeenAccepted", "trouble", "plannedAt", "t", "at", "finalAnswer", "halted",
                "lastProgress", "breaker", "bill",
            ]
        )
        #expect(
            labels(state.flashpoints) == [
                "standing", "worker", "chunk", "attempts", "tries", "losses", "omissions", "deaths", "seconds",
                "isEstimated", "isToRetry",
            ]
        )
        let work = try #require(TestDriver(2, workers: 1, chunkMax: 1).state.lanes[0].queue.first)
        #expect(labels(work) == ["chunk", "attempt", "indices", "setbacks"])
    }

    private func labels(_ value: Any) -> Set<String> {
        Set(Mirror(reflecting: value).children.compactMap(\.label))
    }

    @Test("Bytes of another batch, cut short or with more behind them are no state")
    func faults() throws {
        let state = TestDriver(5, workers: 2).state
        let store = Pieces()
        var writer = PackedWriter { store.list.append($0) }
        try state.pack(into: &writer)
        try writer.finish()
        let bytes = store.list.flatMap { $0 }
        func read(_ bytes: [UInt8], _ plan: RunPlan) throws -> RunState {
            var rest: [[UInt8]] = [bytes]
            var reader = PackedReader { rest.popLast() }
            return try RunState(plan: plan, packed: &reader)
        }
        #expect(try read(bytes, state.plan) == state)
        #expect(throws: PackedFault.self) { try read(bytes, TestDriver(6, workers: 2).state.plan) }
        #expect(throws: PackedFault.self) { try read(bytes + [0], state.plan) }
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) { try read(Array(bytes.prefix(count)), state.plan) }
        }
    }

    @Test("A plan comes back as it was, whatever the split", arguments: [1, 3, 7], [Strategy.even, .balanced])
    func plan(workers: Int, strategy: Strategy) throws {
        var catalogue = Catalogue()
        var items: [PlanItem] = []
        for index in 0..<50 {
            let weight = Double((index * 37) % 11 + 1)
            catalogue.append(
                id: "é-\(index)",
                hash: TestDriver.hash(index),
                weight: weight,
                offset: Int64(index) << 33,
                length: index
            )
            items.append(PlanItem(weight: weight, bytes: 100))
        }
        let split = Plan(items, workers: workers, strategy: strategy, limits: ChunkLimits(flashpoints: 4))
        let plan = RunPlan(
            header: Sample.header(split.shares.map(\.count)),
            catalogue: catalogue,
            plan: split,
            policy: RunPolicy()
        )
        let store = Pieces()
        var writer = PackedWriter { store.list.append($0) }
        try plan.pack(into: &writer)
        try writer.finish()
        var rest = Array(store.list.reversed())
        var reader = PackedReader { rest.popLast() }
        let read = try RunPlan(header: plan.header, policy: plan.policy, packed: &reader)
        #expect(read.plan == plan.plan)
        #expect(read.header == plan.header)
        for index in 0..<50 {
            #expect(read.catalogue.id(index) == catalogue.id(index))
            #expect(read.catalogue.hash(index) == catalogue.hash(index))
            #expect(read.catalogue.weight(index) == catalogue.weight(index))
            #expect(read.catalogue.offset(index) == catalogue.offset(index))
            #expect(read.catalogue.length(index) == catalogue.length(index))
        }
    }
}
