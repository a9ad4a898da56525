import Flashpoints
import TestSupport
import Testing

@Suite("Speedup")
struct SpeedupTests {
    @Test("The seed's example: 12 flashpoints of 10 s on 4 workers take 30 s instead of 120, four times faster")
    func seedExample() {
        let items = [PlanItem](repeating: PlanItem(weight: 1, bytes: 100), count: 12)
        let prediction = Prediction(Plan(items, workers: 4), items: items, secondsPerWeight: 10)
        #expect(prediction.shareSeconds == [30, 30, 30, 30])
        #expect(prediction.sequentialSeconds == 120)
        #expect(prediction.parallelSeconds == 30)
        #expect(prediction.speedup == 4)
        #expect(prediction.efficiency == 1)

        var speedup = Speedup(shareWeights: [3, 3, 3, 3])
        for worker in 1...4 {
            for _ in 0..<3 { speedup.settled(worker: worker, weight: 1, seconds: 10) }
        }
        #expect(speedup.sequentialSeconds == 120)
        #expect(speedup.speedup(duration: 30) == 4)
        #expect(speedup.efficiency(duration: 30) == 1)
        #expect(speedup.attainable == 4)
    }

    @Test("Nothing to plan predicts nothing")
    func emptyPrediction() {
        let prediction = Prediction(shareSeconds: [0, 0])
        #expect(prediction.parallelSeconds == 0)
        #expect(prediction.speedup == nil)
        #expect(prediction.efficiency == nil)
    }

    @Test("With nothing settled there is no figure")
    func nothingSettled() {
        var speedup = Speedup(shareWeights: [3, 1])
        #expect(speedup.speedup(duration: 10) == nil)
        #expect(speedup.efficiency(duration: 10) == nil)
        #expect(speedup.attainable == nil)
        #expect(speedup.secondsPerWeight == nil)
        speedup.settled(worker: 1, weight: 1, seconds: nil)
        #expect(speedup.attainable == nil, "a flashpoint that was never measured is no measure")
        #expect(speedup.speedup(duration: 10) == nil)
    }

    @Test("Open flashpoints count with their weight at the rate of the settled")
    func estimates() {
        var speedup = Speedup(shareWeights: [6, 2])
        speedup.settled(worker: 1, weight: 2, seconds: 8)
        // 4 s a unit of weight: worker 1 has 8 s + 4 × 4 s, worker 2 has 2 × 4 s.
        #expect(speedup.secondsPerWeight == 4)
        #expect(speedup.cost(worker: 1) == 24)
        #expect(speedup.cost(worker: 2) == 8)
        #expect(speedup.attainable == 32.0 / 24)
        #expect(speedup.speedup(duration: 4) == 2)
        #expect(speedup.efficiency(duration: 4) == 1)
    }

    @Test("What was never measured drops out of the cost")
    func unmeasured() {
        var speedup = Speedup(shareWeights: [2, 2])
        speedup.settled(worker: 1, weight: 1, seconds: 5)
        speedup.settled(worker: 2, weight: 2, seconds: nil)
        #expect(speedup.cost(worker: 1) == 10)
        #expect(speedup.cost(worker: 2) == 0)
        #expect(speedup.attainable == 1)
    }

    @Test("A flashpoint tried again is open again")
    func reopened() {
        var speedup = Speedup(shareWeights: [2, 2])
        let fresh = speedup
        speedup.settled(worker: 1, weight: 2, seconds: 0.1, isEstimated: true)
        #expect(speedup.isEstimated)
        speedup.reopened(worker: 1, weight: 2, seconds: 0.1, isEstimated: true)
        #expect(speedup == fresh)
        #expect(!speedup.isEstimated)
        speedup.settled(worker: 2, weight: 2, seconds: nil)
        speedup.reopened(worker: 2, weight: 2, seconds: nil)
        #expect(speedup == fresh)
    }

    @Test("Kept event by event it equals the definition", arguments: 0..<50)
    func incremental(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let workers = Int.random(in: 1...5, using: &random)
        let flashpoints = (0..<Int.random(in: 1...30, using: &random)).map { _ in
            (
                worker: Int.random(in: 1...workers, using: &random),
                weight: Double(Int.random(in: 1...9, using: &random))
            )
        }
        var weights = [Double](repeating: 0, count: workers)
        for flashpoint in flashpoints { weights[flashpoint.worker - 1] += flashpoint.weight }
        var speedup = Speedup(shareWeights: weights)
        var seconds: [Int: Double] = [:]
        for _ in 0..<60 {
            let index = Int.random(in: 0..<flashpoints.count, using: &random)
            let (worker, weight) = flashpoints[index]
            if let earlier = seconds.removeValue(forKey: index) {
                speedup.reopened(worker: worker, weight: weight, seconds: earlier)
            } else {
                let measured = Double(Int.random(in: 1...100, using: &random)) / 8
                seconds[index] = measured
                speedup.settled(worker: worker, weight: weight, seconds: measured)
            }
        }
        let sum = seconds.values.reduce(0, +)
        #expect(abs(speedup.sequentialSeconds - sum) < 1e-9)
        guard !seconds.isEmpty else {
            #expect(speedup.attainable == nil)
            return
        }
        let rate = sum / seconds.keys.reduce(0) { $0 + flashpoints[$1].weight }
        var costs = [Double](repeating: 0, count: workers)
        for (index, flashpoint) in flashpoints.enumerated() {
            costs[flashpoint.worker - 1] += seconds[index] ?? flashpoint.weight * rate
        }
        let attainable = try #require(speedup.attainable)
        #expect(abs(attainable - costs.reduce(0, +) / (costs.max() ?? 0)) < 1e-9)
    }
}
