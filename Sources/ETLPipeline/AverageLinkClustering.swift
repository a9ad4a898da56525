/// Agglomerative clustering by average link: a cluster stands for the mean similarity of its members to those of
/// another.
///
/// Follows chains of nearest neighbours (Murtagh, *A survey of recent advances in hierarchical clustering algorithms*,
/// The Computer Journal 26, 1983), so it takes O(n²) time and 4·n² bytes, and gives what merging the closest pair again
/// and again would give.
package struct AverageLinkClustering: Sendable {
    /// Mean cosine below which two clusters stay apart.
    package var threshold: Double

    package init(threshold: Double) { self.threshold = threshold }

    /// The clusters as ascending places in `vectors`, ordered by their first; the same vectors in the same order give
    /// the same clusters on every run.
    ///
    /// - Parameter vectors: Of length 1 or 0.
    /// - Throws: `CancellationError` when cancelled, checked at each vector.
    package func clusters(of vectors: [SparseVector]) throws -> [[Int]] {
        let count = vectors.count
        var similarity = try Self.similarities(vectors)
        var members = (0..<count).map { [$0] }
        var active = Array(0..<count)
        var done: [[Int]] = []
        var chain: [Int] = []
        while !active.isEmpty {
            try Task.checkCancellation()
            if chain.isEmpty { chain.append(active[0]) }
            let top = chain[chain.count - 1]
            let previous = chain.count > 1 ? chain[chain.count - 2] : nil
            // Equal similarity goes to the previous one, or the chain would not end, else to the lowest place.
            var nearest = previous
            var best = previous.map { similarity[top * count + $0] } ?? -1
            for other in active where other != top && similarity[top * count + other] > best {
                best = similarity[top * count + other]
                nearest = other
            }
            guard let nearest, best >= Float(threshold) else {
                // A mean of values below the threshold is below it as well: nothing will ever join this cluster.
                done.append(members[top])
                active.removeAll { $0 == top }
                chain.removeLast()
                continue
            }
            guard nearest == previous else {
                chain.append(nearest)
                continue
            }
            chain.removeLast(2)
            let kept = min(top, nearest)
            let gone = max(top, nearest)
            active.removeAll { $0 == gone }
            let keptSize = Float(members[kept].count)
            let goneSize = Float(members[gone].count)
            for other in active where other != kept {
                let mean =
                    (similarity[kept * count + other] * keptSize + similarity[gone * count + other] * goneSize)
                    / (keptSize + goneSize)
                similarity[kept * count + other] = mean
                similarity[other * count + kept] = mean
            }
            members[kept] += members[gone]
        }
        return done.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    }

    /// The cosines of all pairs as a square, through an inverted index: pairs without a common term cost nothing.
    private static func similarities(_ vectors: [SparseVector]) throws -> [Float] {
        let count = vectors.count
        var square = [Float](repeating: 0, count: count * count)
        var postings: [Int32: [(place: Int, weight: Double)]] = [:]
        var sums = [Double](repeating: 0, count: count)
        for (place, vector) in vectors.enumerated() {
            try Task.checkCancellation()
            for (term, weight) in zip(vector.terms, vector.weights) {
                guard let earlier = postings[term] else { continue }
                for posting in earlier { sums[posting.place] += posting.weight * weight }
            }
            for other in 0..<place {
                square[place * count + other] = Float(sums[other])
                square[other * count + place] = Float(sums[other])
                sums[other] = 0
            }
            for (term, weight) in zip(vector.terms, vector.weights) {
                postings[term, default: []].append((place, weight))
            }
        }
        return square
    }
}
