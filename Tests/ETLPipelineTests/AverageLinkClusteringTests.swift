import ETLPipeline
import TestSupport
import Testing

@Suite struct AverageLinkClusteringTests {
    private func randomVectors(_ count: Int, seed: UInt64) -> [SparseVector] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var entries: [Int32: Double] = [:]
            for _ in 0..<6 {
                entries[Int32.random(in: 0..<20, using: &random)] = Double.random(in: 0.1..<1, using: &random)
            }
            return SparseVector(entries).normalised
        }
    }

    /// The definition, word for word: merge the two closest clusters until none are close enough.
    private func reference(_ vectors: [SparseVector], threshold: Double) -> [[Int]] {
        var clusters = vectors.indices.map { [$0] }
        while true {
            var best: (value: Double, first: Int, second: Int)?
            for first in clusters.indices {
                for second in clusters.indices where second > first {
                    let sum = clusters[first].reduce(0.0) { total, one in
                        total + clusters[second].reduce(0.0) { $0 + vectors[one].dot(vectors[$1]) }
                    }
                    let mean = sum / Double(clusters[first].count * clusters[second].count)
                    if mean > best?.value ?? -1 { best = (mean, first, second) }
                }
            }
            guard let best, best.value >= threshold else { break }
            clusters[best.first] += clusters[best.second]
            clusters.remove(at: best.second)
        }
        return clusters.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    }

    @Test(
        "chains of nearest neighbours give what merging the closest pair gives",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func matchesReference(seed: UInt64) throws {
        let vectors = randomVectors(40, seed: seed)
        let threshold = 0.2 + Double(seed % 5) * 0.1
        let clusters = try AverageLinkClustering(threshold: threshold).clusters(of: vectors)
        #expect(clusters == reference(vectors, threshold: threshold))
    }

    @Test("nothing, one and equal vectors")
    func edges() throws {
        let clustering = AverageLinkClustering(threshold: 0.5)
        #expect(try clustering.clusters(of: []) == [])
        #expect(try clustering.clusters(of: [SparseVector()]) == [[0]])
        let one = SparseVector([1: 1])
        let other = SparseVector([2: 1])
        #expect(try clustering.clusters(of: [one, other, one, other, one]) == [[0, 2, 4], [1, 3]])
        #expect(try clustering.clusters(of: [SparseVector(), SparseVector()]) == [[0], [1]])
    }

    @Test("2,000 vectors are clustered while a test waits", .heavy, .timeLimit(.minutes(10)))
    func large() throws {
        let vectors = (0..<2000).map { place in
            var entries: [Int32: Double] = [Int32(place % 50): 3]
            for extra in 0..<40 { entries[Int32(100 + (place * 31 + extra * 17) % 5000)] = 0.2 }
            return SparseVector(entries).normalised
        }
        let clusters = try AverageLinkClustering(threshold: 0.5).clusters(of: vectors)
        #expect(clusters.count == 50)
        #expect(clusters.allSatisfy { $0.count == 40 })
    }

    @Test("cancellation ends it", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        let vectors = randomVectors(60, seed: 7)
        let isCancelled = await withTaskGroup(of: Bool.self) { group in
            group.cancelAll()
            group.addTask {
                do {
                    _ = try AverageLinkClustering(threshold: 0.1).clusters(of: vectors)
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            return await group.next() ?? false
        }
        #expect(isCancelled)
    }
}
