import RunEngine
import TestSupport

/// An endpoint with jobs of known times, and followers who do what a planner says; time passes from event to event.
struct PollWorld {
    /// What an endpoint makes of a kind of request.
    enum Holding: Sendable {
        case holds, answersAtOnce
        /// 404, as for an operation that is not there.
        case isAbsent
    }

    struct Job: Sendable {
        /// Seconds when it is accepted, taken by a worker and done.
        var accepted: Double
        var taken: Double
        var done: Double
        /// Seconds between two records that it streams, the first at its start; none for a handler that streams nothing.
        var records: Double?
        /// Whether all records but the first are heartbeats.
        var beats = false
    }

    /// What came of it, by job.
    struct Outcome: Sendable {
        /// Requests about the job, its submission included.
        var requests: [Int]
        /// Seconds from the end of the job until it is known.
        var delays: [Double]
        /// Seconds from the start of the job until it is known.
        var startDelays: [Double]
        /// The longest time between two looks at one job.
        var longestSilence = 0.0
        var mostHeld = 0
        /// The most looks that began within ten seconds.
        var mostInTenSeconds = 0
        /// Holds of jobs that were in the queue, longer than a second.
        var heldQueued = 0

        func delay(_ quantile: Double) -> Double { Self.quantile(delays, quantile) }

        var meanRequests: Double { Double(requests.reduce(0, +)) / Double(max(requests.count, 1)) }

        static func quantile(_ values: [Double], _ quantile: Double) -> Double {
            let sorted = values.sorted()
            return sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))]
        }
    }

    private enum Event {
        case accepted(Int)
        case answered(Int, Look, asked: Double, denied: Bool)
        case thought(Int, wait: Int)
        case health
    }

    private let jobs: [Job]
    private let sync: Holding
    private let stream: Holding
    private let hasCounters: Bool
    private let roundTrip: Double
    private var planner: PollPlanner
    private var generator: SeededGenerator
    private var now = 0.0
    private var agenda: [(at: Double, number: Int, event: Event)] = []
    private var number = 0
    private var tickets: [Int: PollPlanner.Ticket] = [:]
    private var owners: [PollPlanner.Ticket: Int] = [:]
    /// The number of the wait of each job that waits.
    private var waiting: [Int: Int] = [:]
    private var told: [Double]
    private var started: Set<Int> = []
    private var lastLook: [Double]
    private var lookTimes: [Double] = []
    private var endsTold = 0
    private(set) var outcome: Outcome

    init(
        _ jobs: [Job],
        policy: PollPolicy = .thrifty,
        sync: Holding = .holds,
        stream: Holding = .holds,
        hasCounters: Bool = false,
        roundTrip: Double = 0.02,
        seed: UInt64 = 1
    ) {
        self.jobs = jobs
        self.sync = sync
        self.stream = stream
        self.hasCounters = hasCounters
        self.roundTrip = roundTrip
        planner = PollPlanner(policy)
        generator = SeededGenerator(seed: seed)
        told = Array(repeating: -1, count: jobs.count)
        lastLook = jobs.map(\.accepted)
        outcome = Outcome(
            requests: Array(repeating: 1, count: jobs.count),
            delays: [],
            startDelays: []
        )
        for place in jobs.indices { put(.accepted(place), at: jobs[place].accepted) }
        if hasCounters { put(.health, at: 0) }
    }

    /// Jobs that begin one after the other, as submissions go, with these seconds each.
    static func batch(_ seconds: [Double], records: Double?, beats: Bool = false, queue: Double = 0.02) -> [Job] {
        seconds.enumerated().map { place, seconds in
            let accepted = Double(place) / 70
            let taken = accepted + queue
            return Job(accepted: accepted, taken: taken, done: taken + seconds, records: records, beats: beats)
        }
    }

    /// Log-normally distributed seconds.
    static func seconds(_ count: Int, median: Double, sigma: Double = 0.8, seed: UInt64 = 7) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            // The sum of twelve is as good as normal.
            let normal = (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
            return median * PollWorld.exponential(sigma * normal)
        }
    }

    /// The exponential function, which the standard library has not.
    private static func exponential(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for place in 1..<60 {
            term *= x / Double(place)
            sum += term
        }
        return sum
    }

    /// Lets time pass until the end of all jobs is known.
    mutating func play() -> Outcome {
        while outcome.delays.count < jobs.count, let next = takeNext() {
            now = next.at
            switch next.event {
            case .accepted(let place):
                let ticket = planner.follow("job-\(place)", flashpoints: 1, now: .seconds(now))
                tickets[place] = ticket
                owners[ticket] = place
                wait(place)
            case .answered(let place, let look, let asked, let denied):
                answered(place, look, asked: asked, denied: denied)
            case .thought(let place, let wait):
                if waiting[place] == wait { think(place, wait) }
            case .health:
                let ends = jobs.count { $0.done <= now }
                planner.endsAnnounced(ends - endsTold, now: .seconds(now))
                endsTold = ends
                put(.health, at: now + 1)
            }
            giveOut()
        }
        var first = 0
        for (place, time) in lookTimes.enumerated() {
            while lookTimes[first] <= time - 10 { first += 1 }
            outcome.mostInTenSeconds = max(outcome.mostInTenSeconds, place - first + 1)
        }
        return outcome
    }

    private mutating func wait(_ place: Int) {
        guard let ticket = tickets[place] else { return }
        planner.wait(ticket)
        waiting[place] = number
        put(.thought(place, wait: number), at: now)
    }

    /// A follower who waits thinks again when the planner says.
    private mutating func think(_ place: Int, _ wait: Int) {
        guard let ticket = tickets[place],
            let time = planner.reconsidered(ticket, now: .seconds(now))
        else { return }
        planner.wake(ticket)
        put(.thought(place, wait: wait), at: max(time / .seconds(1), now + 0.001))
    }

    private mutating func giveOut() {
        let looks = planner.due(now: .seconds(now)) { Double.random(in: 0..<1, using: &generator) }
        for (ticket, look) in looks {
            guard let place = owners[ticket] else { continue }
            waiting[place] = nil
            ask(place, look)
        }
        outcome.mostHeld = max(outcome.mostHeld, planner.held)
    }

    private mutating func ask(_ place: Int, _ look: Look) {
        let job = jobs[place]
        count(place)
        outcome.longestSilence = max(outcome.longestSilence, now - lastLook[place])
        let arrival = now + roundTrip / 2
        var answer = arrival
        var denied = false
        switch look {
        case .state: break
        case .end(let hold):
            if job.taken > now, hold > .seconds(1) { outcome.heldQueued += 1 }
            switch sync {
            case .holds: answer = max(arrival, min(job.done, arrival + hold / .seconds(1)))
            case .answersAtOnce: break
            case .isAbsent: denied = true
            }
        case .news(let hold):
            if job.taken > now, hold > .seconds(1) { outcome.heldQueued += 1 }
            switch stream {
            case .holds:
                let next = min(job.done, nextRecord(job, after: told[place]) ?? job.done)
                answer = max(arrival, min(next, arrival + hold / .seconds(1)))
            case .answersAtOnce: break
            case .isAbsent: denied = true
            }
        }
        put(.answered(place, look, asked: now, denied: denied), at: answer + roundTrip / 2)
    }

    private func nextRecord(_ job: Job, after told: Double) -> Double? {
        guard let records = job.records else { return nil }
        guard told >= job.taken else { return job.taken }
        return job.taken + (((told - job.taken) / records).rounded(.down) + 1) * records
    }

    private mutating func answered(_ place: Int, _ look: Look, asked: Double, denied: Bool) {
        guard let ticket = tickets[place] else { return }
        let job = jobs[place]
        lastLook[place] = now
        var look = look
        if denied {
            planner.denied(ticket, look, now: .seconds(now))
            // The state is asked for instead.
            count(place)
            look = .state
        }
        let then = now - roundTrip / 2
        let phase: Sight.Phase = then < job.taken ? .queued : then < job.done ? .running : .ended
        var news = Sight.News.none
        if case .news = look, let next = nextRecord(job, after: told[place]), next <= then {
            let isFirst = told[place] < job.taken
            news = phase == .ended ? .last : job.beats && !isFirst ? .pulse : .some
            told[place] = then
        }
        if phase != .queued, started.insert(place).inserted { outcome.startDelays.append(now - job.taken) }
        let sight = Sight(phase, news: news, took: .seconds(now - asked))
        planner.saw(ticket, look, sight, now: .seconds(now), chance: Double.random(in: 0..<1, using: &generator))
        guard phase == .ended else { return wait(place) }
        if case .news = look {
            count(place)
        } else if planner.offersStream(now: .seconds(now)), !planner.isSilent {
            // The rest of the stream is read.
            count(place)
            if job.records != nil { planner.noteStreaming() }
        }
        outcome.delays.append(now - job.done)
        planner.leave(ticket, hasEnded: true, now: .seconds(now))
    }

    private mutating func count(_ place: Int) {
        outcome.requests[place] += 1
        lookTimes.append(now)
    }

    // MARK: - The agenda, a heap by time

    private mutating func put(_ event: Event, at time: Double) {
        number += 1
        agenda.append((time, number, event))
        var child = agenda.count - 1
        while child > 0, isEarlier(child, (child - 1) / 2) {
            agenda.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func takeNext() -> (at: Double, number: Int, event: Event)? {
        guard let first = agenda.first else { return nil }
        agenda.swapAt(0, agenda.count - 1)
        agenda.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < agenda.count }
            guard let least = children.min(by: isEarlier), isEarlier(least, parent) else { return first }
            agenda.swapAt(parent, least)
            parent = least
        }
    }

    private func isEarlier(_ left: Int, _ right: Int) -> Bool {
        (agenda[left].at, agenda[left].number) < (agenda[right].at, agenda[right].number)
    }
}
