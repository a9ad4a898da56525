import Testing

@testable import etl_bench

@Suite("Goals of measurements")
struct GoalTests {
    @Test("A goal is met at its limit, missed beyond it, and not measured without a figure")
    func verdicts() {
        #expect(Goal("a", .atMost(11), "", 11).verdict == .met)
        #expect(Goal("a", .atMost(11), "", 11.1).verdict == .missed)
        #expect(Goal("a", .atLeast(100), "%", 100).verdict == .met)
        #expect(Goal("a", .atLeast(100), "%", 99.9).verdict == .missed)
        #expect(Goal("a", .atMost(11), "", nil).verdict == .unmeasured)
        #expect(Goal("a", .atMost(11), "", .nan).verdict == .unmeasured)
    }

    @Test("Goal, figure and verdict stand side by side")
    func rows() {
        #expect(Goal("p50", .atMost(60), "ms", 12.345).row == "| p50 | ≤ 60 ms | 12.35 ms | met |")
        #expect(Goal("kept", .atLeast(100), "%", 0).row == "| kept | ≥ 100 % | 0 % | missed |")
        #expect(Goal("p50", .atMost(60), "ms", nil, excuse: "so").row == "| p50 | ≤ 60 ms | - | not measured: so |")
    }

    private func figures(
        _ client: EndpointBenchFigures.Client,
        _ jobs: Int,
        kept: Int? = nil,
        requests: Double = 8,
        delays: [Double] = [0.01, 0.02, 0.03],
        cpu: Double = 1
    ) -> EndpointBenchFigures {
        EndpointBenchFigures(
            client: client,
            jobs: jobs,
            kept: kept ?? jobs,
            requestsPerJob: requests,
            delays: delays,
            cpu: cpu
        )
    }

    private func verdicts(_ all: [EndpointBenchFigures], median: Double = 300) -> [Goal.Verdict] {
        EndpointBenchFigures.goals(of: all, median: median).map(\.verdict)
    }

    @Test("Watching is judged by what is kept, asked, seen late and computed, each where its goal is for")
    func watching() {
        let sdk = figures(.sdk, 60, cpu: 20)
        #expect(verdicts([figures(.ours, 60), sdk]) == [.met, .met, .met, .met, .met])
        #expect(verdicts([figures(.ours, 60, kept: 59), sdk])[0] == .missed)
        #expect(verdicts([figures(.ours, 60, requests: 12), sdk])[1] == .missed)
        #expect(verdicts([figures(.ours, 60), sdk], median: 40)[1] == .unmeasured)
        #expect(verdicts([figures(.ours, 60, delays: [0.07, 0.08, 0.3]), sdk])[2...3] == [.missed, .missed])
        #expect(verdicts([figures(.ours, 60, cpu: 3), sdk])[4] == .missed)
        #expect(verdicts([figures(.ours, 400), figures(.sdk, 400, cpu: 20)]) == [.met, .met])
    }

    @Test("A client that died kept nothing, and is nothing to be compared with")
    func died() {
        var dead = figures(.ours, 1_000)
        dead.kept = nil
        #expect(verdicts([dead]) == [.missed, .unmeasured])
        #expect(verdicts([figures(.ours, 400), figures(.sdk, 400, kept: 0)]) == [.met, .unmeasured])
    }

    @Test("Resuming and driving are judged where their goals are for")
    func journal() {
        let measured = Measurement(wallSeconds: 1.5, cpuSeconds: 0.3, peakMB: 180)
        #expect(JournalBench.goals(of: measured, flashpoints: 1_000_000).map(\.verdict) == [.met, .missed])
        #expect(JournalBench.goals(of: measured, flashpoints: 20_000).map(\.verdict) == [.unmeasured, .unmeasured])
        #expect(EngineBench.goal(measured, flashpoints: 20_000, perChunk: 10).verdict == .met)
        #expect(EngineBench.goal(measured, flashpoints: 10_000, perChunk: 10).verdict == .missed)
        #expect(EngineBench.goal(measured, flashpoints: 20_000, perChunk: 1).verdict == .unmeasured)
    }
}
