import Coordination
import Flashpoints
import Testing

@testable import RunPodServerless

@Suite("A job that coordinates a run elsewhere", .timeLimit(.minutes(1)))
struct RemoteJobTests {
    private static let endpoint = "https://api.runpod.ai/v2/e1"
    private static let refs = (1...2).map { AttemptRef(worker: $0, chunk: $0, attempt: 1) }

    /// A run of two lanes with three flashpoints each, as its own driver sees it.
    private struct Run {
        var state: RunState
        var overview = Overview()
        var seq = 0

        init() {
            var catalogue = Catalogue()
            for index in 0..<6 {
                catalogue.append(id: "fp-\(index)", hash: "\(index)", weight: 1, offset: 0, length: 100)
            }
            let plan = Plan(Array(repeating: PlanItem(weight: 1, bytes: 100), count: 6), workers: 2)
            let header = RunHeader(
                run: "20250101-k3f9",
                date: "2025-01-01",
                trigger: "manual",
                cleanup: true,
                workers: 2,
                strategy: .even,
                flashpoints: 6,
                shares: [3, 3]
            )
            state = RunState(plan: RunPlan(header: header, catalogue: catalogue, plan: plan, policy: RunPolicy()))
            take(.runPlanned(header), at: 0)
            for ref in RemoteJobTests.refs {
                let indices = IndexList(ref.worker * 3 - 3..<ref.worker * 3)
                take(.attemptIntended(ref, nonce: "n", indices: indices, endpoint: RemoteJobTests.endpoint), at: 0)
            }
        }

        mutating func take(_ body: Event.Body, at t: Double) {
            seq += 1
            let event = Event(seq: seq, at: Int64(t * 1_000), t: t, body: body)
            _ = state.reduce(event)
            overview.apply(event)
        }

        mutating func take(_ reports: [Report], at t: Double) {
            for report in reports {
                if let body = state.admit(report, now: t) { take(body, at: t) }
            }
        }
    }

    private static func lane(_ index: Int) -> Int? { index / 3 + 1 }

    @Test("The jobs of a lane are billed one by one, and what the coordinator does itself with its own job alone")
    func billed() async {
        var run = Run()
        let job = RemoteJob("j", endpoint: Self.endpoint, isOwn: true)
        for ref in Self.refs {
            job.join(ref, open: ref.worker * 3 - 3..<ref.worker * 3)
            run.take([.accepted(ref, job: "j/\(ref.worker)")], at: 0)
        }
        run.take([.started(Self.refs[0], instance: "co", delayMS: 0)], at: 0)
        func tell(_ body: CoordinatedRecord.Body, at t: Double) {
            run.take(job.take(.coordinated(CoordinatedRecord(worker: 2, body)), laneOf: Self.lane), at: t)
        }
        // The first two on machines of their own, the third on the first one again, and the last in the coordinator.
        for (place, instance) in ["a", "b", "a"].enumerated() {
            let t = Double(place) * 700
            tell(.accepted(job: "c-\(place)"), at: t)
            tell(.started(instance: instance, delayMS: 0), at: t + 100)
            tell(.ended(status: "COMPLETED", executionMS: 600_000, message: nil), at: t + 700)
        }
        #expect(run.overview.bill.seconds(at: 2_100) == 2_100 + 1_800, "one after another")
        tell(.accepted(job: "c-3"), at: 2_100)
        tell(.started(instance: nil, delayMS: 0), at: 2_130)
        #expect(run.overview.bill.seconds(at: 2_500) == 2_500 + 1_800)
        for index in 3..<6 {
            let id = "fp-\(index)"
            let result = FlashpointResult(index: index, id: id, hash: nil, outcome: .success(1), seconds: 600)
            tell(.record(.result(result)), at: 2_600)
        }
        tell(.ended(status: "COMPLETED", executionMS: nil, message: nil), at: 2_600)
        let told = Told()
        async let waiting: Void = job.waitForEnd(of: Self.refs[1])
        await job.endFinishedLanes { report in await told.add(report) }
        await waiting
        let ends = await told.reports
        run.take(ends, at: 2_600)
        #expect(run.state.lanes[1].live == nil)
        run.take([.ended(Self.refs[0], AttemptEnd(.completed, status: "COMPLETED", executionMS: 2_700_000))], at: 2_700)
        #expect(run.overview.bill.executionSeconds == 2_700 + 1_800)
    }

    private actor Told {
        private(set) var reports: [Report] = []

        func add(_ report: Report) { reports.append(report) }
    }
}
