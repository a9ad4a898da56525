import ArgumentParser
import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import RunEngine

/// Reports of a run that is made up as it is read, those of a tenth of a second at once, as an engine's feed gives them.
struct ScreenBenchFeed: AsyncSequence, Sendable {
    enum Course: String, Sendable, CaseIterable, ExpressibleByArgument {
        /// There is no dashboard either: what the runtime costs.
        case asleep
        /// The run has ended; nothing more comes.
        case ended
        /// Every worker is at work and says nothing.
        case quiet
        /// So many events a second.
        case busy
        /// The log is full, then nothing more comes.
        case full
    }

    let course: Course
    let workers: Int
    /// Flashpoints of a worker.
    let share: Int
    /// Events a second.
    let rate: Int
    /// Lines of a full log.
    let lines: Int
    let level: Coordination.LogLevel

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// All events of a run that ends, for a file.
    static func endedRun(workers: Int, flashpoints: Int) throws -> [Event] {
        let (plan, _) = benchPlan(flashpoints: flashpoints, workers: workers, perChunk: flashpoints)
        return try Simulation.play(plan, startDelay: 1) { index in 5 + Double(index % 7) }.events
    }

    struct Iterator: AsyncIteratorProtocol {
        private let feed: ScreenBenchFeed
        private var log: LogLines
        private var ready: [ScreenReport] = []
        private var seq = 0
        private var steps: [Int]
        private var lane = 0
        private var sent = 0
        private let start = ContinuousClock.now
        private var hasBegun = false

        init(_ feed: ScreenBenchFeed) {
            self.feed = feed
            log = LogLines(level: feed.level)
            steps = Array(repeating: 0, count: feed.workers)
        }

        mutating func next() async -> ScreenReport? {
            if !hasBegun {
                hasBegun = true
                begin()
                ready.reverse()
            }
            while !Task.isCancelled {
                if let report = ready.popLast() { return report }
                guard feed.course == .busy else {
                    try? await Task.sleep(for: .seconds(86_400))
                    return nil
                }
                try? await Task.sleep(for: .milliseconds(100))
                work()
            }
            return nil
        }

        private mutating func begin() {
            if feed.course == .ended {
                let events = (try? ScreenBenchFeed.endedRun(workers: feed.workers, flashpoints: feed.workers * 6)) ?? []
                report(events)
                return
            }
            let header = RunHeader(
                run: "20250101-bnch",
                date: "2025-01-01",
                trigger: "bench",
                cleanup: true,
                workers: feed.workers,
                strategy: .even,
                flashpoints: feed.workers * feed.share,
                shares: Array(repeating: feed.share, count: feed.workers),
                chunks: Array(repeating: 1, count: feed.workers)
            )
            var events = [event(.runPlanned(header))]
            for worker in 1...feed.workers {
                let attempt = AttemptRef(worker: worker, chunk: worker, attempt: 1)
                let first = (worker - 1) * feed.share
                let indices = IndexList(first..<first + feed.share)
                events += [
                    event(
                        .attemptIntended(
                            attempt,
                            nonce: "n\(worker)",
                            indices: indices,
                            endpoint: "https://api.runpod.ai/v2/bench"
                        )
                    ),
                    event(.attemptAccepted(attempt, job: "7d10b4a2-\(worker)-u1")),
                    event(.attemptStarted(attempt, instance: "k1j2h3g\(worker)", delayMS: 2_300)),
                    event(.flashpointStarted(attempt, index: first, id: "flashpoint-\(first)")),
                ]
            }
            report(events)
            if feed.course == .full { fillLog() }
        }

        private mutating func fillLog() {
            let now = wallTime()
            for first in stride(from: 0, to: feed.lines, by: 1_000) {
                let lines = (first..<Swift.min(first + 1_000, feed.lines)).map { number in
                    let worker = number % feed.workers + 1
                    let message = "Worker \(worker) completed flashpoint 2025-01-01-\(number)-strait-shipping in 12.4 s"
                    return LogEntry(at: now, level: .info, worker: worker, message: message)
                }
                ready.append(.lines(lines, lost: 0))
            }
        }

        /// Makes the events that should have come by now.
        private mutating func work() {
            let due = Int(seconds * Double(feed.rate))
            var events: [Event] = []
            while sent < due {
                events.append(event(nextBody()))
                sent += 1
            }
            report(events)
            ready.reverse()
        }

        /// A worker after the other: begins a flashpoint, tells three stages, settles it.
        private mutating func nextBody() -> Event.Body {
            lane = lane % feed.workers + 1
            let step = steps[lane - 1]
            steps[lane - 1] = step + 1
            let attempt = AttemptRef(worker: lane, chunk: lane, attempt: 1)
            let (flashpoint, stage) = (step / 5 % feed.share, step % 5)
            let index = (lane - 1) * feed.share + flashpoint
            let id = "flashpoint-\(index)"
            switch stage {
            case 0: return .flashpointStarted(attempt, index: index, id: id)
            case 1...3:
                let name = ["extract", "transform", "load"][stage - 1]
                return .flashpointProgress(attempt, index: index, stage: name, done: 12 * stage, of: 37)
            default:
                let isFailed = index % 40 == 7
                return .flashpointSettled(
                    Settlement(
                        attempt: attempt,
                        worker: lane,
                        index: index,
                        id: id,
                        outcome: isFailed
                            ? .failed(timeout)
                            : .ok(result: ["articles": 12]),
                        seconds: 4.2,
                        attempts: 1
                    )
                )
            }
        }

        private var seconds: Double { start.duration(to: .now) / .seconds(1) }

        private mutating func event(_ body: Event.Body) -> Event {
            seq += 1
            return Event(seq: seq, at: wallTime(), t: seconds, body: body)
        }

        private mutating func report(_ events: [Event]) {
            let lines = events.flatMap { event in
                log.lines(for: event).map {
                    LogEntry(at: event.at, level: $0.level, worker: $0.worker, message: $0.message)
                }
            }
            if !events.isEmpty { ready.append(.events(events)) }
            if !lines.isEmpty { ready.append(.lines(lines, lost: 0)) }
        }
    }
}

/// Milliseconds since 1970.
func wallTime() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

/// Here, since an asynchronous sequence has a `Failure` of its own.
private let timeout = Failure(.timeout, stage: "extract", "no answer within 30 s")
