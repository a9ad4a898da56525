import Coordination
import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunEngine
import RunJournal
import RunPodAPI
import Synchronization
import TestSupport
import Testing

/// The driver and its backend over an endpoint in virtual time.
@Suite("Watching", .serialized, .timeLimit(.minutes(5)))
struct WatchingTests {
    private typealias Driver = RunDriver<VirtualTime, RunPodBackend<VirtualTime>, MemoryJournal>

    private struct Ending: Sendable {
        var outcome: Driver.Outcome
        var state: RunState
        /// Seconds from the end of a job until the driver knew, sorted.
        var delays: [Double]
        var events: [Event]
    }

    /// Drives a run of one flashpoint for each worker.
    private static func drive(
        _ count: Int,
        _ clock: VirtualTime,
        _ endpoint: VirtualEndpoint,
        url: String = "https://api.runpod.ai/v2/ep1",
        abandons: Bool = false,
        journal: MemoryJournal = MemoryJournal(),
        stopAfter: Double? = nil
    ) async throws -> Ending {
        let plan = Batch.plan(count, workers: count)
        return try await withTemporaryFolder { folder in
            try Data().write(to: folder.appending(path: InputSpool.fileName))
            let bodies = JobBodies(
                plan: plan,
                spool: try SpoolReader(folder: folder.path),
                limits: JobBodies.Limits(requestTimeout: .seconds(7_200), jobTimeout: .seconds(86_400)),
                payload: .ids,
                logLevel: "INFO"
            )
            let dice = Dice(seed: 3)
            let backend = RunPodBackend(
                client: RunPodClient(
                    address: try EndpointAddress(url),
                    credential: try #require(Credential("a-key-for-tests")),
                    control: endpoint,
                    polls: endpoint,
                    pacing: RateLimiter(clock: clock)
                ),
                instance: nil,
                abandons: abandons,
                bodies: bodies,
                clock: clock,
                sources: RunPodBackend.Sources(chance: { dice.chance() }, wallTime: { clock.wallTime })
            )
            let before = try await journal.events(after: 0, limit: 1_000_000)
            var state = RunState(plan: plan)
            for event in before { _ = state.reduce(event) }
            let control = RunControl()
            let driver = Driver(
                state: state,
                seq: before.last?.seq ?? 0,
                clock: clock,
                backend: backend,
                journal: journal,
                sources: Driver.Sources(
                    wallTime: { clock.wallTime },
                    chance: { dice.chance() },
                    nonce: { dice.nonce() }
                ),
                control: control,
                feed: EventFeed(journal: journal)
            )
            let left = try await withThrowingTaskGroup(of: Void.self) { group in
                if let stopAfter {
                    group.addTask {
                        try? await clock.sleep(for: .seconds(stopAfter))
                        await control.stop()
                    }
                }
                defer { group.cancelAll() }
                return try await driver.run()
            }
            let events = try await journal.events(after: 0, limit: 1_000_000)
            let ends = endpoint.ends
            let delays = events.compactMap { event -> Double? in
                guard case .attemptEnded(let ref, _) = event.body, let end = ends[ref.worker] else { return nil }
                return Double(event.at) / 1_000 - end
            }
            return Ending(outcome: left.outcome, state: left.state, delays: delays.sorted(), events: events)
        }
    }

    private static func seconds(_ count: Int) -> @Sendable (Int) -> Double {
        let seconds = PollWorld.seconds(count, median: 120)
        return { seconds[($0 - 1) % count] }
    }

    @Test(
        "Every job's result is kept within the published limits, without one request too many",
        arguments: [60, 400, 1_000],
        [true, false]
    )
    func limits(count: Int, streams: Bool) throws {
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock, streams: streams, seconds: Self.seconds(count))
            return (try await Self.drive(count, clock, endpoint), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == count)
        #expect(endpoint.rejected == 0)
        #expect(endpoint.requests.count == count, "each job was submitted once")
        let most = endpoint.most("status")
        #expect(most.atOnce <= 340 && most.inTenSeconds <= 1_600)
        if count <= 280 {
            #expect(ending.delays[count / 2] <= 0.06)
            #expect(ending.delays[count * 95 / 100] <= 0.25)
        }
    }

    @Test("A job of five minutes costs eleven requests at most, whatever it streams", arguments: [true, false])
    func fiveMinutes(streams: Bool) throws {
        let endpoint = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock, streams: streams) { _ in 300 }
            _ = try await Self.drive(60, clock, endpoint)
            return endpoint
        }
        #expect(endpoint.requests.count == 60)
        #expect(endpoint.requests.max() ?? 0 <= 11)
    }

    @Test("What a worker's heartbeats cost does not grow where jobs are few", arguments: [4, 16, 30])
    func heartbeats(count: Int) throws {
        let endpoint = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock) { _ in 300 }
            _ = try await Self.drive(count, clock, endpoint)
            return endpoint
        }
        #expect(endpoint.requests.max() ?? 0 <= (count < 16 ? 28 : 20))
    }

    @Test("Where only the stream is held, the end of each job is known at once", arguments: [16, 60])
    func streamAlone(count: Int) throws {
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock, absent: ["status-sync"], seconds: Self.seconds(count))
            return (try await Self.drive(count, clock, endpoint), endpoint)
        }
        #expect(ending.state.counts.ok == count)
        #expect(endpoint.rejected == 0)
        #expect(ending.delays[count / 2] <= 0.06)
        #expect(ending.delays[count * 9 / 10] <= 1.1)
    }

    @Test(
        "A job that is shown as running for ever is given up, cancelled and run again",
        arguments: [nil, 403, 500] as [Int?]
    )
    func running(forEver refusal: Int?) throws {
        let jobs = Shared(0)
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(
                clock,
                answers: { operation, _ in operation == "cancel" ? refusal : nil },
                seconds: { _ in
                    jobs.change { $0 += 1 }
                    return jobs.value == 1 ? 1e9 : 60
                }
            )
            return (try await Self.drive(1, clock, endpoint), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 1)
        let ends = ending.events.compactMap { event -> AttemptEnd? in
            if case .attemptEnded(_, let end) = event.body { end } else { nil }
        }
        #expect(ends.map(\.kind) == [.lost, .completed])
        #expect(ends.first?.status == "IN_PROGRESS")
        #expect(endpoint.arrivals.contains { $0.hasSuffix("/cancel/job-1") })
        // What could not be cancelled is still named when all is over.
        var overview = Overview()
        for event in ending.events { overview.apply(event) }
        #expect(overview.uncancelled.map(\.job) == (refusal == nil ? [] : ["job-1"]))
    }

    @Test("Jobs that have expired say nothing of the operations that were asked about them")
    func expired() throws {
        let isGone = Shared(false)
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(
                clock,
                answers: { operation, job in
                    let isAsked = operation.hasPrefix("st") && ["job-1", "job-2", "job-3"].contains(job)
                    return isAsked && isGone.value ? 404 : nil
                },
                seconds: { _ in 600 }
            )
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await clock.sleep(for: .seconds(20))
                    isGone.set(true)
                }
                let ending = try await Self.drive(4, clock, endpoint)
                try await group.waitForAll()
                return (ending, endpoint)
            }
        }
        #expect(ending.state.counts.ok == 4)
        let held = endpoint.arrivals.filter { $0.hasSuffix("/status-sync/job-4") }
        #expect(held.count >= 10, "the end of the job that goes on is waited for as before")
    }

    @Test("A job of which the endpoint refuses to tell anything is run again, and the others finish")
    func refusedStatus() throws {
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(
                clock,
                answers: { operation, job in job == "job-2" && operation.hasPrefix("st") ? 422 : nil },
                seconds: Self.seconds(4)
            )
            return (try await Self.drive(4, clock, endpoint), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 4)
        let lost = ending.events.compactMap { event -> AttemptEnd? in
            if case .attemptEnded(_, let end) = event.body, end.kind == .lost { end } else { nil }
        }
        #expect(lost.map(\.status) == ["422"])
        #expect(lost.first?.message?.contains("422") == true)
        #expect(endpoint.arrivals.contains { $0.hasSuffix("/cancel/job-2") })
    }

    @Test("A job whose stream is refused is followed by its status, and the streams of the others are read")
    func refusedStream() throws {
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(
                clock,
                answers: { operation, job in job == "job-2" && operation == "stream" ? 400 : nil },
                seconds: { _ in 120 }
            )
            return (try await Self.drive(4, clock, endpoint), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 4)
        #expect(endpoint.requests.count == 4, "nothing was run again")
        #expect(endpoint.arrivals.count { $0.hasSuffix("/stream/job-2") } == 3)
        #expect(endpoint.arrivals.count { $0.hasSuffix("/stream/job-3") } > 3)
        #expect(ending.delays.last ?? .infinity <= 0.25)
    }

    @Test(
        "An endpoint without long polls is swept within the limits, and every result is kept",
        arguments: [Set(["status-sync"]), ["stream"], ["status-sync", "stream"]]
    )
    func swept(absent: Set<String>) throws {
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock, absent: absent, seconds: Self.seconds(200))
            return (try await Self.drive(200, clock, endpoint), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 200)
        #expect(endpoint.rejected == 0)
    }

    @Test("A thousand jobs are cancelled within the limit of cancelling")
    func cancelled() throws {
        let endpoint = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock) { _ in 3_600 }
            let client = RunPodClient(
                address: try EndpointAddress("https://api.runpod.ai/v2/ep1"),
                credential: try #require(Credential("a-key-for-tests")),
                control: endpoint,
                polls: endpoint,
                pacing: RateLimiter(clock: clock)
            )
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<1_000 { group.addTask { _ = try await client.cancel("job-\(number)") } }
            }
            return endpoint
        }
        #expect(endpoint.rejected == 0)
        #expect(endpoint.most("cancel").inTenSeconds <= 80)
        #expect(endpoint.most("cancel").atOnce <= 14)
    }

    @Test("A job is followed at the endpoint that it was submitted to, whatever the settings name on resume")
    func formerEndpoint() throws {
        let journal = MemoryJournal()
        let (ending, endpoint) = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock) { _ in 300 }
            let first = try await Self.drive(3, clock, endpoint, journal: journal, stopAfter: 60)
            #expect(first.outcome == .stopped)
            let second = "https://api.runpod.ai/v2/ep2"
            return (try await Self.drive(3, clock, endpoint, url: second, journal: journal), endpoint)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 3)
        #expect(endpoint.requests.count == 3, "nothing was submitted again")
        let looks = endpoint.arrivals.filter { $0.contains("/job-") }
        #expect(looks.allSatisfy { $0.contains("/v2/ep1/") })
    }

    @Test("A former endpoint that refuses the key stops the run, and its jobs are given up only when that is asked for")
    func refusingFormer() throws {
        let second = "https://api.runpod.ai/v2/ep2"
        let journal = MemoryJournal()
        try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock) { _ in 300 }
            _ = try await Self.drive(3, clock, endpoint, journal: journal, stopAfter: 60)
            endpoint.refuse("https://api.runpod.ai/v2/ep1/")
            let halted = try await Self.drive(3, clock, endpoint, url: second, journal: journal)
            guard case .halted(let failure) = halted.outcome else {
                Issue.record("the run was left as \(halted.outcome)")
                return
            }
            #expect(failure.kind == .config)
            #expect(failure.message.contains("https://api.runpod.ai/v2/ep1"))
            #expect(failure.message.contains("RUNPOD_API_KEY") && failure.message.contains("--abandon"))
            endpoint.refuse(nil)
            let ended = try await Self.drive(3, clock, endpoint, url: second, journal: journal)
            #expect(ended.outcome == .ended)
            #expect(endpoint.requests.count == 3, "nothing was submitted again")
        }
        try VirtualTime.run { clock in
            let journal = MemoryJournal()
            let endpoint = VirtualEndpoint(clock) { _ in 300 }
            _ = try await Self.drive(3, clock, endpoint, journal: journal, stopAfter: 60)
            endpoint.refuse("https://api.runpod.ai/v2/ep1/")
            let ended = try await Self.drive(3, clock, endpoint, url: second, abandons: true, journal: journal)
            #expect(ended.outcome == .ended)
            #expect(ended.state.counts.ok == 3)
            #expect(endpoint.requests.count == 6, "all three were submitted again")
        }
    }

    @Test("A job at an endpoint that the key must not go to is given up, and the log says where it is")
    func unreachableFormer() throws {
        let journal = MemoryJournal()
        let ending = try VirtualTime.run { clock in
            let endpoint = VirtualEndpoint(clock) { _ in 300 }
            _ = try await Self.drive(
                1,
                clock,
                endpoint,
                url: "http://127.0.0.1:8000/v2/ep1",
                journal: journal,
                stopAfter: 60
            )
            // The journal's endpoint is rewritten, as if its host had been allowed then.
            let foreign = MemoryJournal()
            let events = try await journal.events(after: 0, limit: 1_000).map { event in
                guard case .attemptIntended(let ref, let nonce, let indices, _) = event.body else { return event }
                var event = event
                event.body = .attemptIntended(
                    ref,
                    nonce: nonce,
                    indices: indices,
                    endpoint: "https://jobs.example/v2/ep0"
                )
                return event
            }
            try await foreign.commit(events)
            return try await Self.drive(1, clock, endpoint, journal: foreign)
        }
        #expect(ending.outcome == .ended)
        #expect(ending.state.counts.ok == 1)
        let gone = ending.events.compactMap { event -> AttemptEnd? in
            if case .attemptEnded(_, let end) = event.body, end.kind == .gone { end } else { nil }
        }
        #expect(gone.first?.message?.contains("https://jobs.example/v2/ep0") == true)
    }
}
