import Flashpoints
import SampleNews
import Testing

@Suite("How long the sample takes")
struct SampleLatencyTests {
    /// Connections that a worker has to the site, which is a single host for it.
    private static let connections = 4
    private static let workers = 4

    /// Seconds that a worker needs for the pages of each flashpoint: the next page begins when a connection is free.
    private let costs: [Double] = SampleNews.stories.map { story in
        var freeAt = [Double](repeating: 0, count: connections)
        for article in story.articles {
            let next = freeAt.indices.min { freeAt[$0] < freeAt[$1] } ?? 0
            freeAt[next] += SampleLatency.seconds(path: article.pagePath)
        }
        return freeAt.max() ?? 0
    }

    private var total: Double { costs.reduce(0, +) }

    @Test("A page takes as long in every run")
    func isDeterministic() {
        // Written down, so that a change of the draw shows.
        let path = "/harbour-post.example/2025/10/04/halden-grace"
        #expect(abs(SampleLatency.seconds(path: path) - 3.345) < 0.001)
        #expect(SampleLatency.seconds(path: path) != SampleLatency.seconds(path: path + "s"))
    }

    @Test("Draws over many paths follow the quantiles")
    func followsQuantiles() {
        let draws = (0..<10_000).map { SampleLatency.seconds(path: "/page/\($0)") }.sorted()
        for (fraction, seconds) in SampleLatency.quantiles where fraction > 0 && fraction < 1 {
            let drawn = draws[Int(fraction * 10_000)]
            #expect(abs(drawn - seconds) < 0.06 * seconds, "\(fraction): \(drawn) s instead of \(seconds) s")
        }
        #expect(draws[0] >= 0.5)
        #expect(draws[9_999] <= 5)
        #expect(abs(draws.reduce(0, +) / 10_000 - 2.0) < 0.05)
    }

    @Test("The pages of the sample differ as real ones do: from half a second to five, 2 s on average")
    func pagesDiffer() {
        let draws = SampleNews.stories.flatMap(\.articles).map { SampleLatency.seconds(path: $0.pagePath) }
        #expect(abs(draws.reduce(0, +) / Double(draws.count) - 2.0) < 0.15)
        #expect((draws.min() ?? 0) < 0.7)
        #expect((draws.max() ?? 0) > 4)
    }

    @Test("One after the other, the flashpoints take 70 to 80 s")
    func sequentialTime() {
        #expect((70...80).contains(total), "\(total)")
    }

    @Test("Four workers with even shares take 20 to 28 s, for a speedup of at most 3.1 to 3.4")
    func evenTime() {
        let shares = Split.even(costs.count, over: Self.workers).map { costs[$0].reduce(0, +) }
        let longest = shares.max() ?? 0
        #expect((20...28).contains(longest), "\(shares)")
        #expect((3.1...3.4).contains(total / longest), "\(total / longest)")
        #expect(shares.first == longest)
    }

    @Test("Balanced by their number of feeds, the shares take at least a tenth less, for a speedup up to 3.7 or more")
    func balancedTime() {
        let weights = SampleNews.stories.map { Double($0.articles.count) }
        let balanced = Split.balanced(weights, over: Self.workers)
            .map { share in share.map { costs[Int($0)] }.reduce(0, +) }
        let even = Split.even(costs.count, over: Self.workers).map { costs[$0].reduce(0, +) }
        let longest = balanced.max() ?? 0
        #expect(longest < 0.9 * (even.max() ?? 0), "\(balanced)")
        #expect(total / longest > 3.7, "\(balanced)")
    }
}
