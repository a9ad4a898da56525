/// What the split must know of a flashpoint.
package struct PlanItem: Sendable, Hashable {
    /// The planning weight, above 0.
    package var weight: Double
    /// Bytes of the encoded flashpoint.
    package var bytes: Int32

    package init(weight: Double, bytes: Int) {
        self.weight = weight
        self.bytes = Int32(clamping: bytes)
    }
}

extension PlanItem {
    /// What the split must know of a spooled flashpoint.
    package init(_ row: FlashpointRow) { self.init(weight: row.weight, bytes: row.length) }
}

extension Plan {
    /// Splits a batch over `workers` workers and cuts their shares into chunks.
    ///
    /// Equal arguments give equal plans. Costs n for ``Strategy/even``, n log n for ``Strategy/balanced``.
    package init(
        _ items: some RandomAccessCollection<PlanItem>,
        workers: Int,
        strategy: Strategy = .even,
        limits: ChunkLimits = ChunkLimits()
    ) {
        let items = Array(items)
        var chunks = ChunkCutter(items: items, limits: limits)
        switch strategy {
        case .even:
            shares = Split.even(items.count, over: workers).enumerated().map { place, range in
                Share(worker: place + 1, chunks: chunks.cut(range, worker: place + 1))
            }
        case .balanced:
            shares = Split.balanced(items.map(\.weight), over: workers).enumerated().map { place, indices in
                Share(worker: place + 1, chunks: chunks.cut(indices.map { Int($0) }, worker: place + 1))
            }
        }
    }
}

/// The two ways to deal a batch to workers.
package enum Split {
    /// Contiguous shares whose sizes differ by one at most, the longer ones first; empty ones where there are more
    /// workers than flashpoints.
    package static func even(_ count: Int, over workers: Int) -> [Range<Int>] {
        precondition(workers > 0, "a run has at least one worker")
        let (size, longer) = count.quotientAndRemainder(dividingBy: workers)
        return (0..<workers).map { place in
            let start = place * size + min(place, longer)
            return start..<start + size + (place < longer ? 1 : 0)
        }
    }

    /// The heaviest flashpoint first, each onto the worker with the least weight so far; shares in input order.
    ///
    /// Among equal weights the earlier flashpoint goes first, among equal loads the lower worker takes it. The largest
    /// load is at most 4/3 − 1/(3 workers) of the best possible one (Graham 1969).
    package static func balanced(_ weights: [Double], over workers: Int) -> [[Int32]] {
        precondition(workers > 0, "a run has at least one worker")
        let heaviestFirst = weights.indices.sorted { left, right in
            weights[left] == weights[right] ? left < right : weights[left] > weights[right]
        }
        var lanes = LeastLoaded(workers: workers)
        var shares = [[Int32]](repeating: [], count: workers)
        for index in heaviestFirst {
            shares[lanes.add(weights[index])].append(Int32(index))
        }
        for place in shares.indices { shares[place].sort() }
        return shares
    }

    /// A binary heap of workers, the least loaded on top.
    private struct LeastLoaded {
        private var heap: [(load: Double, worker: Int)]

        init(workers: Int) {
            heap = (0..<workers).map { (0, $0) }
        }

        /// Gives `weight` to the least loaded worker and tells which it was.
        mutating func add(_ weight: Double) -> Int {
            let worker = heap[0].worker
            heap[0].load += weight
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                    least = child
                }
                if least == parent { return worker }
                heap.swapAt(parent, least)
                parent = least
            }
        }
    }
}

/// Cuts shares into consecutive chunks that keep to the limits, and numbers them over the run.
private struct ChunkCutter {
    let items: [PlanItem]
    let limits: ChunkLimits
    private var chunkCount = 0

    init(items: [PlanItem], limits: ChunkLimits) {
        self.items = items
        self.limits = limits
    }

    mutating func cut<Share: RandomAccessCollection<Int>>(_ share: Share, worker: Int) -> [Chunk] {
        var chunks: [Chunk] = []
        var start = share.startIndex
        while start < share.endIndex {
            var end = start
            var count = 0
            var bytes = limits.envelopeBytes
            while end < share.endIndex, count < limits.flashpoints {
                let more = Int(items[share[end]].bytes) + limits.entryBytes
                // The first goes in whatever its size: a flashpoint can't be cut.
                if count > 0, bytes + more > limits.bytes { break }
                bytes += more
                count += 1
                end = share.index(after: end)
            }
            chunkCount += 1
            chunks.append(
                Chunk(
                    id: chunkCount,
                    worker: worker,
                    indices: IndexList(share[start..<end]),
                    isOversize: bytes > limits.bytes
                )
            )
            start = end
        }
        return chunks
    }
}
