import Flashpoints
import TestSupport
import Testing

@Suite("The split")
struct SplitTests {
    private func plan(
        _ weights: [Double],
        workers: Int,
        strategy: Strategy = .even,
        bytes: Int = 100,
        limits: ChunkLimits = ChunkLimits()
    ) -> Plan {
        Plan(
            weights.map { PlanItem(weight: $0, bytes: bytes) },
            workers: workers,
            strategy: strategy,
            limits: limits
        )
    }

    @Test(
        "Even shares are contiguous, of sizes q and q+1",
        arguments: [
            (12, 4, [3, 3, 3, 3]), (10, 4, [3, 3, 2, 2]), (7, 4, [2, 2, 2, 1]), (3, 4, [1, 1, 1, 0]),
            (1, 1, [1]), (5, 1, [5]), (4, 4, [1, 1, 1, 1]), (5, 4, [2, 1, 1, 1]), (0, 2, [0, 0]),
        ]
    )
    func even(count: Int, workers: Int, sizes: [Int]) {
        let plan = plan([Double](repeating: 1, count: count), workers: workers)
        #expect(plan.shares.map(\.count) == sizes)
        #expect(plan.shares.map(\.worker) == Array(1...workers))
        #expect(plan.shares.flatMap(\.indices) == Array(0..<count))
        #expect(plan.count == count)
    }

    @Test("A worker with nothing to do has no chunk, and no chunk is empty")
    func idle() {
        let plan = plan([1, 1, 1], workers: 4)
        #expect(plan.shares.map(\.chunks.count) == [1, 1, 1, 0])
        #expect(
            Array(plan.chunks) == [
                Chunk(id: 1, worker: 1, indices: [0]),
                Chunk(id: 2, worker: 2, indices: [1]),
                Chunk(id: 3, worker: 3, indices: [2]),
            ]
        )
    }

    @Test(
        "Balanced puts the heaviest first onto the least loaded, ties in input order",
        arguments: [
            ([1, 1, 1, 1], 2, [[0, 2], [1, 3]]),
            ([1, 2, 3, 4], 2, [[0, 3], [1, 2]]),
            ([9, 1, 1, 1, 1, 1], 2, [[0], [1, 2, 3, 4, 5]]),
            ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, [[0, 6, 8], [1, 7], [2, 4], [3, 5]]),
            ([5, 3], 4, [[0], [1], [], []]),
            ([2, 8, 4], 1, [[0, 1, 2]]),
        ] as [([Double], Int, [[Int]])]
    )
    func balanced(weights: [Double], workers: Int, shares: [[Int]]) {
        let plan = plan(weights, workers: workers, strategy: .balanced)
        #expect(plan.shares.map(\.indices) == shares)
    }

    @Test("Every split keeps its promises", arguments: 0..<200)
    func properties(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let items = (0..<Int.random(in: 0...300, using: &random)).map { _ in
            PlanItem(
                weight: Double(Int.random(in: 1...50, using: &random)),
                bytes: Int.random(in: 1...1_500, using: &random)
            )
        }
        let workers = Int.random(in: 1...40, using: &random)
        let strategy = try #require(Strategy.allCases.randomElement(using: &random))
        let limits = ChunkLimits(
            flashpoints: Int.random(in: 1...20, using: &random),
            bytes: Int.random(in: 500...5_000, using: &random),
            envelopeBytes: 100,
            entryBytes: 10
        )
        let plan = Plan(items, workers: workers, strategy: strategy, limits: limits)
        let chunks = Array(plan.chunks)

        #expect(plan.shares.map(\.worker) == Array(1...workers))
        #expect(plan.shares.flatMap(\.indices).sorted() == Array(items.indices), "every index exactly once")
        #expect(chunks.map(\.id) == Array(chunks.indices.map { $0 + 1 }), "chunks are numbered from 1")
        for share in plan.shares {
            #expect(share.indices == share.indices.sorted(), "a share is in input order")
            #expect(share.chunks.allSatisfy { $0.worker == share.worker })
        }
        for chunk in chunks {
            let bytes = chunk.indices.reduce(100) { $0 + Int(items[$1].bytes) + 10 }
            #expect(!chunk.indices.isEmpty && chunk.indices.count <= limits.flashpoints)
            #expect(chunk.isOversize == (bytes > limits.bytes))
            #expect(!chunk.isOversize || chunk.indices.count == 1, "only a flashpoint alone may be over")
        }
        let sizes = plan.shares.map(\.count)
        switch strategy {
        case .even:
            #expect(plan.shares.flatMap(\.indices) == Array(items.indices), "even shares are contiguous")
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        case .balanced:
            let loads = plan.shares.map { $0.indices.reduce(0) { $0 + items[$1].weight } }
            let heaviest = items.map(\.weight).max() ?? 0
            #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= heaviest)
            #expect(plan == Plan(items, workers: workers, strategy: strategy, limits: limits), "deterministic")
        }
    }

    @Test("Chunks are as long as the limits allow")
    func chunks() {
        let byCount = plan([Double](repeating: 1, count: 450), workers: 1)
        #expect(byCount.shares[0].chunks.map(\.indices.count) == [200, 200, 50])
        let limits = ChunkLimits(flashpoints: 200, bytes: 1_000, envelopeBytes: 100, entryBytes: 0)
        let bySize = plan([1, 1, 1, 1, 1, 1, 1], workers: 2, bytes: 300, limits: limits)
        #expect(bySize.shares.map { $0.chunks.map { Array($0.indices) } } == [[[0, 1, 2], [3]], [[4, 5, 6]]])
    }

    @Test("A flashpoint over the limit goes alone and says so")
    func oversize() {
        let items = [10, 5_000, 10, 10].map { PlanItem(weight: 1, bytes: $0) }
        let limits = ChunkLimits(flashpoints: 200, bytes: 1_000, envelopeBytes: 100, entryBytes: 0)
        let plan = Plan(items, workers: 1, limits: limits)
        #expect(plan.chunks.map { Array($0.indices) } == [[0], [1], [2, 3]])
        #expect(plan.chunks.map(\.isOversize) == [false, true, false])
    }

    @Test("A million flashpoints split, in compact form")
    func million() {
        let items = [PlanItem](repeating: PlanItem(weight: 1, bytes: 500), count: 1_000_000)
        let plan = Plan(items, workers: 7)
        #expect(plan.shares.map(\.count) == [142_858, 142_857, 142_857, 142_857, 142_857, 142_857, 142_857])
        #expect(plan.shares.map(\.chunks.count) == [Int](repeating: 715, count: 7))
    }

    @Test("A plan survives JSON", arguments: Strategy.allCases)
    func codable(strategy: Strategy) throws {
        let plan = plan([1, 5, 2, 2, 9, 1], workers: 3, strategy: strategy)
        #expect(try JSONCoding.decode(Plan.self, from: JSONCoding.encode(plan)) == plan)
    }
}

@Suite("A list of indices")
struct IndexListTests {
    @Test("It holds what it was given", arguments: [[], [4], [3, 4, 5], [0, 2, 3, 9]] as [[Int]])
    func holds(indices: [Int]) throws {
        let list = IndexList(indices)
        #expect(Array(list) == indices)
        #expect(list.count == indices.count)
        let encoded = try JSONCoding.encode(list)
        #expect(try JSONCoding.decode([Int].self, from: encoded) == indices)
        #expect(try JSONCoding.decode(IndexList.self, from: encoded) == list)
    }

    @Test("Neighbours are equal to their range")
    func ranges() {
        #expect(IndexList([3, 4, 5]) == IndexList(3..<6))
        #expect(IndexList([3, 5]) != IndexList(3..<5))
    }
}
