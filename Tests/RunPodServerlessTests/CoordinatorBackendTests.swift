import Coordination
import Flashpoints
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Synchronization
import Testing

@Suite("What a coordinator does itself", .timeLimit(.minutes(5)))
struct CoordinatorBackendTests {
    private typealias Composed = CoordinatorBackend<SimulatedBackend, SimulatedBackend, VirtualTime>

    /// A played run: its events and how it was left.
    private struct Played: Sendable {
        var events: [Event]
        var state: RunState
        var remoteOrders: [JobOrder]
        var ownOrders: [JobOrder]

        var takenOver: [Event] {
            events.filter { event in
                guard case .log(_, _, let message) = event.body else { return false }
                return message.contains("the coordinator does it itself")
            }
        }
    }

    private func plan(_ count: Int, workers: Int) -> RunPlan {
        var catalogue = Catalogue()
        for index in 0..<count {
            catalogue.append(id: "fp-\(index)", hash: "\(index)", weight: 1, offset: 0, length: 100)
        }
        let plan = Plan(Array(repeating: PlanItem(weight: 1, bytes: 100), count: count), workers: workers)
        let header = RunHeader(
            run: "job-of-the-run",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: workers,
            strategy: .even,
            flashpoints: count,
            shares: plan.shares.map(\.count)
        )
        return RunPlan(header: header, catalogue: catalogue, plan: plan, policy: RunPolicy())
    }

    /// Plays a run of 12 flashpoints of 10 s each over 4 workers, the first of which is the coordinator.
    ///
    /// - Parameters:
    ///   - startDelay: Seconds that the job of a worker waits in the queue.
    ///   - command: Given at this many seconds.
    private func play(
        command: (seconds: Int, command: Command)? = nil,
        startDelay: @escaping @Sendable (_ worker: Int) -> Double
    ) throws -> Played {
        let plan = plan(12, workers: 4)
        return try VirtualTime.run { clock in
            let own = SimulatedBackend(clock: clock, catalogue: plan.catalogue) { _ in SimulatedCourse { _ in 10 } }
            let remote = SimulatedBackend(clock: clock, catalogue: plan.catalogue) { order in
                var course = SimulatedCourse { _ in 10 }
                course.startDelay = startDelay(order.ref.worker)
                return course
            }
            let journal = MemoryJournal()
            let feed = EventFeed(journal: journal)
            let seen = Mutex<[Event]>([])
            let done = Latch()
            let backend = Composed(
                local: own,
                remote: remote,
                clock: clock,
                ownShareIsDone: done,
                isQueued: { job in
                    guard let worker = Int(job.dropFirst("job-".count)).map({ $0 + 1 }) else { return false }
                    return clock.now.sinceStart < .seconds(startDelay(worker))
                }
            )
            let control = RunControl()
            let driver = RunDriver(
                state: RunState(plan: plan),
                seq: 0,
                clock: clock,
                backend: backend,
                journal: journal,
                sources: RunDriver.Sources(wallTime: { clock.wallTime }, chance: { 0 }, nonce: { "nonce" }),
                control: control,
                feed: feed
            )
            let batches = feed.batches()
            async let watched: Void = {
                var open = 3
                for await batch in batches {
                    seen.withLock { $0 += batch }
                    for event in batch {
                        if case .flashpointSettled(let settlement) = event.body, settlement.worker == 1 { open -= 1 }
                    }
                    if open == 0 { done.release() }
                }
            }()
            async let commanded: Void = {
                guard let command, (try? await clock.sleep(for: .seconds(command.seconds))) != nil else { return }
                _ = await control.send(command.command)
            }()
            let (outcome, state) = try await driver.run()
            #expect(outcome == .ended)
            await watched
            await commanded
            return Played(
                events: seen.withLock { $0 },
                state: state,
                remoteOrders: remote.orders,
                ownOrders: own.orders
            )
        }
    }

    @Test("The first share is done in this process, the others at the endpoint")
    func shares() throws {
        let played = try play { _ in 0 }
        #expect(played.ownOrders.map(\.ref.worker) == [1])
        #expect(played.remoteOrders.map(\.ref.worker) == [2, 3, 4])
        #expect(played.state.counts.ok == 12)
        #expect(played.takenOver.isEmpty)
        #expect(played.state.t == 30)
    }

    @Test("With no other machine it does all shares itself, one after another, each once")
    func alone() throws {
        let played = try play { _ in 1_000_000 }
        #expect(played.state.counts.ok == 12)
        #expect(played.state.counts.duplicates == 0)
        #expect(played.takenOver.count == 3)
        #expect(Set(played.ownOrders.map(\.ref.worker)) == [1, 2, 3, 4])
        // Four shares of 30 s; the queue's 30 s pass while it works.
        #expect(played.state.t == 120)
        #expect(played.state.violation() == nil)
    }

    @Test("It waits until its own share is done, and leaves what a machine took by then")
    func laterMachines() throws {
        let played = try play { worker in worker == 4 ? 1_000_000 : 29 }
        #expect(played.takenOver.count == 1)
        #expect(played.ownOrders.map(\.ref.worker) == [1, 4])
        #expect(played.state.counts.ok == 12)
        #expect(played.takenOver.first?.t == 30)
    }

    @Test("A run that is cancelled while it does another's share ends at once")
    func cancelled() throws {
        let played = try play(command: (45, .cancelRun)) { _ in 1_000_000 }
        #expect(played.state.counts.ok == 4, "three of its own and one of the share taken over")
        #expect(played.state.counts.cancelled == 8)
        #expect(played.state.t == 45)
    }
}
