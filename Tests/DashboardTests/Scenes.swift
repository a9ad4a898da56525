import Canvas
import Coordination
import Flashpoints

@testable import Dashboard

/// Models made by fixed histories of events, with a fixed clock.
enum Scenes {
    /// 2025-10-02T12:01:19Z, when the run began.
    static let start: Int64 = 1_759_406_479_000

    /// Numbers and sorts what happened when.
    static func events(_ history: [(t: Double, body: Event.Body)]) -> [Event] {
        history.enumerated()
            .sorted { $0.element.t == $1.element.t ? $0.offset < $1.offset : $0.element.t < $1.element.t }
            .enumerated()
            .map { place, entry in
                let t = entry.element.t
                return Event(seq: place + 1, at: start + Int64(t * 1_000), t: t, body: entry.element.body)
            }
    }

    static func header(_ shares: [Int], chunks: [Int]? = nil) -> Event.Body {
        .runPlanned(
            RunHeader(
                run: "20251002-a7c3",
                date: "2025-10-02",
                trigger: "manual",
                cleanup: true,
                workers: shares.count,
                strategy: .even,
                flashpoints: shares.reduce(0, +),
                shares: shares,
                chunks: chunks ?? shares.map { min($0, 1) }
            )
        )
    }

    static func model(
        _ history: [(t: Double, body: Event.Body)],
        at t: Double,
        role: Dashboard.Role = .driver,
        endpoint: String = "8f3k2m1x",
        price: Double? = 0.00019,
        size: Size = Size(120, 36),
        profile: Profile = Profile()
    ) -> Model {
        var setup = Dashboard.Setup(role: role, endpoint: endpoint)
        setup.pricePerSecond = price
        setup.runsPath = "/home/ann/.local/state/etl-dash/runs"
        var model = Model(setup, size: size, profile: profile, now: start)
        var lines = LogLines()
        for event in events(history) {
            let now = max(start, event.at)
            _ = model.update(.report(.events([event])), now: now)
            let entries = lines.lines(for: event).map {
                LogEntry(at: event.at, level: $0.level, worker: $0.worker, message: $0.message)
            }
            if !entries.isEmpty { _ = model.update(.report(.lines(entries, lost: 0)), now: now) }
        }
        _ = model.update(.tick, now: start + Int64(t * 1_000))
        return model
    }

    /// What a worker did: flashpoints one after the other, each of so many seconds.
    struct Work {
        var worker: Int
        var first: Int
        var share: Int
        var ids = "fp"
        var history: [(t: Double, body: Event.Body)] = []

        var ref: AttemptRef { AttemptRef(worker: worker, chunk: worker, attempt: 1) }

        mutating func submit(at t: Double, endpoint: String = "https://api.runpod.ai/v2/8f3k2m1x") {
            let indices = IndexList(first..<first + share)
            history.append((t, .attemptIntended(ref, nonce: "n", indices: indices, endpoint: endpoint)))
        }

        mutating func accept(at t: Double, job: String) { history.append((t, .attemptAccepted(ref, job: job))) }

        mutating func begin(at t: Double, instance: String, delayMS: Int = 2_300) {
            history.append((t, .attemptStarted(ref, instance: instance, delayMS: delayMS)))
        }

        /// Flashpoints from a position in the share on, in a row, those listed with a failure.
        mutating func process(_ range: Range<Int>, from t: Double, every seconds: Double, failing: [Int: Failure] = [:])
        {
            for place in range {
                let began = t + Double(place - range.lowerBound) * seconds
                history.append((began, .flashpointStarted(ref, index: first + place, id: id(place))))
                let outcome: Settlement.Outcome = failing[place].map { .failed($0) } ?? .ok(result: ["articles": 3])
                history.append((began + seconds, settled(place, outcome, seconds: seconds)))
            }
        }

        mutating func stay(_ place: Int, since t: Double, _ stage: String, _ done: Int, _ of: Int) {
            history.append((t, .flashpointStarted(ref, index: first + place, id: id(place))))
            history.append(
                (t + 1, .flashpointProgress(ref, index: first + place, stage: stage, done: done, of: of))
            )
        }

        func settled(_ place: Int, _ outcome: Settlement.Outcome, seconds: Double?) -> Event.Body {
            .flashpointSettled(
                Settlement(
                    attempt: seconds == nil ? nil : ref,
                    worker: worker,
                    index: first + place,
                    id: id(place),
                    outcome: outcome,
                    seconds: seconds,
                    attempts: 1
                )
            )
        }

        func id(_ place: Int) -> String { "\(ids)-\(first + place)" }
    }

    private static let jobs = [
        "3c2e9a41-u1", "7d10b4c0-u1", "a19f33e2-u1", "e88d01b7-u1", "4be2c7f5-u2", "0fa6d9a3-u1", "c53b18d6-u1",
        "b77e42f9-u1",
    ]
    private static let instances = ["q1w2e3r4", "z9x8c7v6", "t5y6u7i8", "o1p2a3s4", "m3n4b5v6", "k1j2h3g4", "d5f6g7h8"]

    static func health(running: Int, starting: Int, idle: Int) -> Event.Body {
        var health = HealthCounters()
        health.running = running
        health.initializing = starting
        health.idle = idle
        return .endpointHealth(health)
    }

    /// Eight workers of which no two are in the same state, 192 seconds into the run.
    static var busy: [(t: Double, body: Event.Body)] {
        let timeout = Failure(.timeout, stage: "summarise", "no answer from the model in 60 s")
        let refused = Failure(.permanent, stage: "extract", "HTTP 403 from https://example.test/a/17")
        var history: [(t: Double, body: Event.Body)] = [(0, header(Array(repeating: 12, count: 8)))]
        var works = (1...8).map { Work(worker: $0, first: ($0 - 1) * 12, share: 12) }
        for place in 0..<8 where place != 7 {
            works[place].submit(at: 0)
            works[place].accept(at: 0.4, job: jobs[place])
            if place != 5 { works[place].begin(at: 3, instance: instances[min(place, 6)]) }
        }
        works[7].submit(at: 190)
        works[0].process(0..<8, from: 3, every: 21, failing: [4: refused])
        works[0].stay(8, since: 172, "summarise", 12, 41)
        works[1].process(0..<5, from: 3, every: 34)
        works[1].stay(5, since: 175, "translate", 20, 64)
        works[2].process(0..<12, from: 3, every: 12.5)
        works[2].history.append(
            (153.5, .attemptEnded(works[2].ref, AttemptEnd(.completed, status: "COMPLETED", executionMS: 150_000)))
        )
        works[3].process(0..<3, from: 3, every: 50)
        works[3].history += [
            (187, .attemptEnded(works[3].ref, AttemptEnd(.failed, status: "FAILED", message: "worker exited (137)"))),
            (187.1, .retryScheduled(works[3].ref.next, t: 196, why: "worker exited (137)")),
        ]
        works[4].process(0..<12, from: 3, every: 15, failing: [3: timeout, 9: timeout])
        works[4].history.append((183.2, .attemptEnded(works[4].ref, AttemptEnd(.completed, status: "COMPLETED"))))
        works[6].process(0..<4, from: 3, every: 30)
        works[6].history.append((125, .workerCancelRequested(worker: 7)))
        works[6].history.append((126, .attemptEnded(works[6].ref, AttemptEnd(.cancelled, status: "CANCELLED"))))
        for place in 4..<12 { works[6].history.append((126.1, works[6].settled(place, .cancelled, seconds: nil))) }
        for work in works { history += work.history }
        history += [
            (5, health(running: 6, starting: 1, idle: 0)),
            (180, .workerVitals(worker: 1, residentMB: 212, cpuSeconds: 31.2)),
            (191.6, health(running: 3, starting: 1, idle: 2)),
        ]
        return history
    }

    /// Four workers with twelve flashpoints on this machine, as a newcomer sees the sample.
    static var sample: [(t: Double, body: Event.Body)] {
        var history: [(t: Double, body: Event.Body)] = [(0, header([3, 3, 3, 3]))]
        let stages = ["extract", "summarise", "cluster", "load"]
        for worker in 1...4 {
            var work = Work(worker: worker, first: (worker - 1) * 3, share: 3, ids: "sample")
            work.submit(at: 0, endpoint: "http://127.0.0.1:40111/v2/local")
            work.accept(at: 0.1, job: "job-\(worker)-7f3a")
            work.begin(at: 0.4, instance: "local-\(worker)", delayMS: 300)
            let done = worker % 3
            work.process(0..<done, from: 0.4, every: 4 + Double(worker) / 2)
            let since = 0.4 + Double(done) * (4 + Double(worker) / 2)
            work.stay(done, since: since, stages[worker - 1], 3 * worker, 18)
            history += work.history
        }
        for worker in 1...4 {
            history.append(
                (10.4, .workerVitals(worker: worker, residentMB: 43 + worker, cpuSeconds: 1.2 * Double(worker)))
            )
        }
        history.append((11, health(running: 4, starting: 0, idle: 0)))
        return history
    }

    /// So many workers, most of them at work.
    static func crowd(_ workers: Int, share: Int = 50) -> [(t: Double, body: Event.Body)] {
        var history: [(t: Double, body: Event.Body)] = [(0, header(Array(repeating: share, count: workers)))]
        for worker in 1...max(1, workers) where workers > 0 {
            var work = Work(worker: worker, first: (worker - 1) * share, share: share)
            work.submit(at: 0)
            if worker % 9 != 0 {
                work.accept(at: 0.4, job: "job-\(worker)")
                if worker % 7 != 0 {
                    work.begin(at: 2, instance: "inst-\(worker)")
                    let done = worker % 11 == 0 ? share : min(share, worker * 7 % (share + 1))
                    let failing = worker % 13 == 0 ? [0: Failure(.timeout, stage: "extract", "no answer in 30 s")] : [:]
                    work.process(0..<done, from: 2, every: 180 / Double(max(1, done)), failing: failing)
                    if done < share { work.stay(done, since: 183, "extract", worker % 20, 20) }
                }
            }
            history += work.history
        }
        return history
    }

    /// The busy run after its end: what was open is done.
    static var ended: [(t: Double, body: Event.Body)] {
        let timeout = Failure(.timeout, stage: "summarise", "no answer from the model in 60 s")
        var history: [(t: Double, body: Event.Body)] = [(0, header([4, 4, 4, 4]))]
        for worker in 1...4 {
            var work = Work(worker: worker, first: (worker - 1) * 4, share: 4)
            work.submit(at: 0)
            work.accept(at: 0.4, job: jobs[worker - 1])
            work.begin(at: 3, instance: instances[worker - 1])
            work.process(
                0..<4,
                from: 3,
                every: Double(worker) * 9,
                failing: worker == 3 ? [1: timeout, 2: timeout] : [:]
            )
            let end = 3 + Double(worker) * 36
            work.history.append(
                (
                    end,
                    .attemptEnded(
                        work.ref,
                        AttemptEnd(.completed, status: "COMPLETED", executionMS: Int(end - 3) * 1_000)
                    )
                )
            )
            history += work.history
        }
        var answer = RunAnswer(
            date: "2025-10-02",
            trigger: "manual",
            cleanup: true,
            workers: 4,
            durationSeconds: 147.2,
            run: "20251002-a7c3",
            flashpoints: 16,
            succeeded: 14,
            failed: 2,
            cancelled: 0,
            wallSeconds: 147.4,
            speedup: Speedup(shareWeights: [])
        )
        answer.sequentialSeconds = 324
        answer.speedup = 2.2
        answer.efficiency = 0.55
        answer.attainable = 2.5
        history.append((147.2, .runEnded(answer)))
        return history
    }
}
