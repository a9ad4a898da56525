import RunPodAPI

/// Decides which jobs of an endpoint are looked at next, and how; a state machine without a clock.
///
/// `now` is the time since any fixed start and never goes back. A held request tells the end of its job at once and
/// costs a place for a minute; so every running job has one while there are places, and beyond that the jobs nearest
/// their expected end, then the oldest, have them and the others are swept with plain looks. Where the endpoint holds
/// `stream` alone, that is asked again as soon as a heartbeat has ended it, and soon after other news. Where it holds
/// nothing all are swept: seldom while its counters tell that jobs end, and then at once. Jobs in the queue hold no place.
package struct PollPlanner: Sendable {
    /// A job's number here, in the order in which they came.
    package typealias Ticket = Int

    private struct Course: Sendable {
        let job: String
        let flashpoints: Int
        let since: Duration
        var phase: Sight.Phase?
        var startedAt: Duration?
        /// Whether the next look may be given out.
        var isWaiting = false
        /// The look under way.
        var look: Look?
        /// No look before.
        var due: Duration
        /// No plain look before.
        var sweepDue: Duration
        var newsDue: Duration
        /// The latest pause between two readings, while nothing or nothing but heartbeats come.
        var newsPause: Duration?
        var askedAt: Duration
        var streams = false
        /// Whether the endpoint does not tell what this job streams.
        var isUnstreamed = false

        /// Whether its look is held for longer than a plain one may take.
        var holdsPlace: Bool {
            switch look {
            case .end(let hold), .news(let hold): hold > .seconds(1)
            case .state, nil: false
            }
        }
    }

    package let policy: PollPolicy
    private var courses: [Ticket: Course] = [:]
    /// Tickets of the jobs that are followed, ascending.
    private var order: [Ticket] = []
    private var lastTicket = 0
    /// Jobs that wait and were not thought of since something about them changed.
    private var fresh: [Ticket] = []
    /// Whether all jobs that wait are to be thought of.
    private var isStale = false
    /// Whether a job that waits could be held, were there a place.
    private var hasUnheld = false
    private var heldCount = 0
    private var runningCount = 0
    private var sync = HoldVerdict()
    private var stream = HoldVerdict()
    private var sweeps: TokenBucket
    /// How long requests are held at present.
    private var hold: Duration
    private var cutAt: Duration?
    /// Jobs that have ended, with their seconds and flashpoints.
    private var ended = (jobs: 0, seconds: 0.0, flashpoints: 0)
    private var hasStreamed = false
    /// Ends that the endpoint's counters have told and that are still to be found.
    private var sought = 0
    private var soughtAt = Duration.zero
    /// Ends that were found and that the counters have not told yet.
    private var surplus = 0
    /// Whether the endpoint has such counters.
    private var hasCounters = false
    /// Ends that the counters have told at all.
    private var announced = 0
    /// Until when some jobs' ends are told by nothing but the counters, their news being read too recently.
    private var openUntil = Duration.zero

    package init(_ policy: PollPolicy) {
        self.policy = policy
        hold = policy.hold
        sweeps = TokenBucket(rate: policy.sweepRate, capacity: policy.sweepRate)
    }
}

// MARK: - What happens

extension PollPlanner {
    /// A job is to be followed from now on.
    package mutating func follow(_ job: String, flashpoints: Int, now: Duration) -> Ticket {
        lastTicket += 1
        courses[lastTicket] = Course(
            job: job,
            flashpoints: max(flashpoints, 1),
            since: now,
            due: now,
            sweepDue: now,
            newsDue: now,
            askedAt: now
        )
        order.append(lastTicket)
        return lastTicket
    }

    /// A job is followed no more: it has ended, or its follower leaves.
    package mutating func leave(_ ticket: Ticket, hasEnded: Bool, now: Duration) {
        guard let course = courses.removeValue(forKey: ticket) else { return }
        if hasEnded { count(course, now) }
        order.remove(at: place(of: ticket))
        if course.holdsPlace { heldCount -= 1 }
        if course.phase == .running { runningCount -= 1 }
    }

    /// Whoever follows the job can take its next look.
    package mutating func wait(_ ticket: Ticket) {
        courses[ticket]?.isWaiting = true
        fresh.append(ticket)
    }

    /// The time has come to think of a job that waits again.
    package mutating func wake(_ ticket: Ticket) { fresh.append(ticket) }

    /// The job is to be looked at soon, as after it was cancelled.
    package mutating func hurry(_ job: String, now: Duration) {
        for ticket in order where courses[ticket]?.job == job {
            courses[ticket]?.due = now
            courses[ticket]?.sweepDue = now
            if isOpen(now) { courses[ticket]?.newsDue = now }
            fresh.append(ticket)
        }
    }

    /// A look was answered.
    ///
    /// - Parameter chance: In `0..<1`, so that jobs that began together are not looked at together.
    package mutating func saw(_ ticket: Ticket, _ look: Look, _ sight: Sight, now: Duration, chance: Double) {
        let verdicts = (sync.kind, stream.kind)
        let mayHold = sync.mayHold(now: now)
        // What is answered early because the job has started is no sign of a request that is not held.
        let hasMoved = courses[ticket]?.phase != sight.phase && sight.phase != .ended
        if !hasMoved || sight.news != .none { judge(look, sight, now) }
        if verdicts != (sync.kind, stream.kind) || sought > 0 { isStale = true }
        if mayHold, !sync.mayHold(now: now), verdicts.0 != sync.kind { readNewsOfAll(now) }
        guard var course = courses[ticket] else { return }
        if course.holdsPlace, course.look == look { heldCount -= 1 }
        if course.look == look { course.look = nil }
        if course.phase == .running { runningCount -= 1 }
        if sight.phase == .running { runningCount += 1 }
        course.phase = sight.phase
        course.askedAt = now
        if sight.phase == .running, course.startedAt == nil {
            course.startedAt = now
            if !policy.holdsQueued { course.newsDue = sync.mayHold(now: now) ? now + newsPause : now }
        }
        if sight.news != .none {
            course.streams = true
            hasStreamed = true
        }
        switch sight.phase {
        case .queued where !policy.holdsQueued:
            let age = now - course.since
            let fair = Duration.seconds(Double(order.count - runningCount) / policy.sweepRate)
            course.due = now + max(fair, min(max(age, policy.sweep.lowerBound), policy.queueSweep)) * jitter(chance)
        case .queued, .running, .ended:
            course.due = now
            plan(&course, after: look, sight, now)
            course.sweepDue = now + sweepPause(course, now) * jitter(chance)
        }
        courses[ticket] = course
    }

    /// A job has streamed something.
    package mutating func noteStreaming() { hasStreamed = true }

    /// The endpoint knows no such operation, or so it says, though it knows the job.
    package mutating func denied(_ ticket: Ticket, _ look: Look, now: Duration) {
        let verdicts = (sync.kind, stream.kind)
        switch look {
        case .end: sync.denied(now: now)
        case .news: stream.denied(now: now)
        case .state: break
        }
        // A verdict that an attempt after a long time has confirmed changes nothing for the others.
        if verdicts != (sync.kind, stream.kind) {
            isStale = true
            if case .end = look { readNewsOfAll(now) }
        }
        release(ticket)
        courses[ticket]?.due = now + policy.sweep.lowerBound
    }

    /// The endpoint does not tell what this job streams, whatever it tells of others.
    package mutating func unstreamed(_ ticket: Ticket) {
        release(ticket)
        courses[ticket]?.isUnstreamed = true
    }

    /// From now on nothing else tells the end of a job before its news are read.
    private mutating func readNewsOfAll(_ now: Duration) {
        for ticket in order {
            if let due = courses[ticket]?.newsDue, due > now { courses[ticket]?.newsDue = now }
        }
    }

    /// A held request came to nothing after `took`: something on the way may not let it be held so long.
    package mutating func cut(after took: Duration, now: Duration) {
        guard took >= .seconds(5), cutAt.map({ now - $0 >= .seconds(60) }) ?? true else { return }
        cutAt = now
        hold = max(min(.seconds(10), policy.hold), hold / 2)
    }

    /// The endpoint's counters of ended jobs have moved.
    package mutating func endsAnnounced(_ count: Int, now: Duration) {
        hasCounters = true
        guard count > 0 else { return }
        announced += count
        // Some were found before they were told.
        let known = min(count, surplus)
        surplus -= known
        sought = min(sought + count - known, order.count)
        soughtAt = now
        isStale = true
    }

    private mutating func judge(_ look: Look, _ sight: Sight, _ now: Duration) {
        let isEmpty = sight.news == .none && sight.phase != .ended
        switch look {
        case .end(let wait):
            if isEmpty { sync.answered(after: sight.took, of: wait, now: now) } else { sync.served() }
        case .news(let wait):
            if isEmpty { stream.answered(after: sight.took, of: wait, now: now) } else { stream.served() }
        case .state: return
        }
        // A hold that lasted is a step back to the full length.
        if isEmpty, sight.took >= hold * 0.8 { hold = min(policy.hold, hold * 1.05) }
    }

    private mutating func plan(
        _ course: inout Course,
        after look: Look,
        _ sight: Sight,
        _ now: Duration
    ) {
        switch look {
        case .news(let wait):
            switch sight.news {
            case .last:
                course.newsDue = now
                course.newsPause = nil
            case .some where isOpen(now):
                course.newsDue = now + min(newsPause, openNewsPause)
                course.newsPause = nil
                openUntil = max(openUntil, course.newsDue)
            case .some:
                course.newsDue = now + newsPause
                course.newsPause = nil
            case .pulse where isOpen(now):
                // One that had waited to be read came at once, and the next is held for.
                course.newsDue = sight.took < .seconds(1) ? now + .seconds(1) : now
            case .pulse:
                let pause = max(newsPause, min((course.newsPause ?? newsPause) * 2, policy.quietNews))
                course.newsPause = pause
                course.newsDue = now + pause
            case .none where sight.took < wait / 2:
                // Not held: whoever asks again at once asks all the time.
                let longest = max(policy.news.upperBound, .seconds(60))
                let pause = min(max((course.newsPause ?? newsPause) * 2, .seconds(1)), longest)
                course.newsPause = pause
                course.newsDue = now + pause
            case .none:
                course.newsDue = now
            }
        case .end(let wait):
            if sight.took < wait / 2 { course.due = now + .seconds(1) }
        case .state: break
        }
    }

    private mutating func count(_ course: Course, _ now: Duration) {
        if sought > 0 { sought -= 1 } else { surplus = min(surplus + 1, 100) }
        ended.jobs += 1
        ended.seconds += max(0, (now - (course.startedAt ?? course.since)) / .seconds(1))
        ended.flashpoints += course.flashpoints
    }
}

// MARK: - What is to be done

extension PollPlanner {
    /// Gives out the looks that are due, each to a job that waits for one.
    ///
    /// - Parameter chance: Fresh numbers in `0..<1`.
    package mutating func due(now: Duration, chance: () -> Double) -> [(ticket: Ticket, look: Look)] {
        var looks: [(ticket: Ticket, look: Look)] = []
        var swept: [Ticket] = []
        let isContested = isContested
        var candidates = fresh
        if isStale || hasUnheld && heldCount < policy.held {
            candidates = isContested ? urgencies(order, now).map(\.ticket) : order
            hasUnheld = false
        }
        fresh = []
        isStale = false
        for ticket in candidates {
            guard let course = courses[ticket], course.isWaiting else { continue }
            let isRunning = course.phase == .running || policy.holdsQueued
            let mayHold = sync.mayHold(now: now) || stream.mayHold(now: now)
            if isRunning, mayHold, heldCount < policy.held {
                if let look = heldLook(course, now, isContested: isContested, chance: chance) {
                    give(look, to: ticket, now)
                    looks.append((ticket, look))
                } else if isSearched(course, now) {
                    swept.append(ticket)
                }
            } else if isRunning {
                swept.append(ticket)
                if mayHold { hasUnheld = true }
            } else if course.due <= now {
                let look = sync.mayHold(now: now) && heldCount < policy.held ? Look.end(hold: .seconds(1)) : .state
                // As many as the rate allows, together with the sweep.
                guard sweeps.take(now: now) else {
                    courses[ticket]?.due = now + .milliseconds(50)
                    continue
                }
                give(look, to: ticket, now)
                looks.append((ticket, look))
            }
        }
        if !swept.isEmpty { sweep(swept, now, into: &looks) }
        return looks
    }

    /// When a waiting job is to be thought of again; `nil` when it does not wait.
    package func reconsidered(_ ticket: Ticket, now: Duration) -> Duration? {
        guard let course = courses[ticket], course.isWaiting else { return nil }
        let time = course.phase == .running || policy.holdsQueued ? lookDue(course, now) : course.due
        return max(time, now + .milliseconds(20))
    }

    /// When a running job may get its next look.
    private func lookDue(_ course: Course, _ now: Duration) -> Duration {
        let due = max(course.due, now)
        let mayHold = sync.mayHold(now: now) || stream.mayHold(now: now)
        guard mayHold, heldCount < policy.held else { return max(due, course.sweepDue) }
        let newsDue = readsNews(course, now) ? max(due, course.newsDue) : due
        // The last second before the news are due is not worth a hold.
        if sync.mayHold(now: now) { return newsDue - due < .seconds(1) ? newsDue : due }
        guard isSearched(course, now) else { return newsDue }
        return course.isUnstreamed ? max(due, course.sweepDue) : min(newsDue, max(due, course.sweepDue))
    }

    /// Whether the endpoint's counters are worth asking for often: nothing is held, so they tell of ends first.
    package func wantsCounters(now: Duration) -> Bool {
        guard !order.isEmpty, !sync.mayHold(now: now) else { return false }
        return !stream.mayHold(now: now) || now < openUntil && order.count <= policy.searched
    }

    /// Jobs that are followed.
    package var count: Int { order.count }

    /// Requests that the endpoint holds now.
    package var held: Int { heldCount }

    /// Whether no job so far has streamed anything, and enough have ended to tell.
    package var isSilent: Bool { !hasStreamed && ended.jobs >= 3 }

    /// Whether the endpoint offers `stream`, as far as is known.
    package func offersStream(now: Duration) -> Bool { stream.isOffered(now: now) }

    private var isContested: Bool { (policy.holdsQueued ? order.count : runningCount) > policy.held }

    /// The look of a job that may have a place; `nil` while its news are fresh and nothing tells its end.
    private func heldLook(
        _ course: Course,
        _ now: Duration,
        isContested: Bool,
        chance: () -> Double
    ) -> Look? {
        let full = isContested ? min(hold, policy.contestedHold) : hold
        // Holds that began together don't end together.
        let wait = max(.seconds(1), full * (0.85 + 0.15 * chance()))
        let readsNews = readsNews(course, now)
        guard course.due <= now else { return nil }
        if readsNews, course.newsDue <= now {
            return .news(hold: stream.mayHold(now: now) ? wait : .seconds(1))
        }
        guard sync.mayHold(now: now) else {
            return readsNews || course.isUnstreamed || !stream.mayHold(now: now) ? nil : .news(hold: wait)
        }
        guard readsNews else { return .end(hold: wait) }
        let fresh = course.newsDue - now
        if fresh < .seconds(1) { return nil }
        return .end(hold: fresh <= full ? fresh : wait)
    }

    /// Whether what the job streams is read while it runs.
    private func readsNews(_ course: Course, _ now: Duration) -> Bool {
        stream.isOffered(now: now) && !isSilent && !course.isUnstreamed
    }

    /// Whether nothing tells of a running job's end but reading its news, since `stream` alone is held.
    private func isOpen(_ now: Duration) -> Bool { !sync.mayHold(now: now) && stream.mayHold(now: now) }

    /// Whether a running job that holds no place, though it may, is looked at plainly: when the counters tell that one of
    /// a few has ended, and when only that tells its end.
    private func isSearched(_ course: Course, _ now: Duration) -> Bool {
        isOpen(now) && (course.isUnstreamed || isGateTrusted && order.count <= policy.searched)
    }

    /// Plain looks at those of the jobs that are due, as many as the rate allows, the stalest first.
    private mutating func sweep(_ tickets: [Ticket], _ now: Duration, into looks: inout [(ticket: Ticket, look: Look)])
    {
        var sought = self.sought * 2
        var candidates: [Ticket] = []
        for ticket in sought > 0 ? urgencies(tickets, now).map(\.ticket) : tickets {
            guard let course = courses[ticket], course.due <= now else { continue }
            if course.sweepDue <= now {
                candidates.append(ticket)
            } else if sought > 0, course.askedAt < soughtAt {
                sought -= 1
                candidates.append(ticket)
            }
        }
        let stalest = candidates.map { (courses[$0]?.askedAt ?? now, $0) }.sorted(by: <)
        for (_, ticket) in stalest {
            guard let course = courses[ticket] else { continue }
            guard sweeps.take(now: now) else {
                courses[ticket]?.sweepDue = now + .milliseconds(50)
                continue
            }
            let readsNews = readsNews(course, now) && course.newsDue <= now
            let isWorthIt = readsNews && (!stream.mayHold(now: now) || course.streams)
            let look = isWorthIt ? Look.news(hold: .seconds(1)) : .state
            give(look, to: ticket, now)
            looks.append((ticket, look))
        }
    }

    private mutating func give(_ look: Look, to ticket: Ticket, _ now: Duration) {
        courses[ticket]?.isWaiting = false
        courses[ticket]?.look = look
        courses[ticket]?.askedAt = now
        guard courses[ticket]?.holdsPlace == true else { return }
        heldCount += 1
        switch look {
        case .end: sync.tried(now: now)
        case .news: stream.tried(now: now)
        case .state: break
        }
    }

    private mutating func release(_ ticket: Ticket) {
        if courses[ticket]?.holdsPlace == true { heldCount -= 1 }
        courses[ticket]?.look = nil
    }

    // MARK: - Times

    /// Time between two readings of a job's news.
    private var newsPause: Duration {
        min(max(.seconds(Double(order.count) * policy.newsInterval), policy.news.lowerBound), policy.news.upperBound)
    }

    /// The longest of these times where nothing else tells a job's end: with all jobs together as many requests as
    /// heartbeats cost that end the holds of all places.
    private var openNewsPause: Duration { policy.openNews * max(1, Double(order.count) / Double(policy.held)) }

    /// The pause after a plain look: the jobs share the rate, those that can't have ended wait longer.
    private func sweepPause(_ course: Course, _ now: Duration) -> Duration {
        let sharing = max(1, order.count - heldCount)
        let fair = Duration.seconds(Double(sharing) / policy.sweepRate)
        let least = isContested ? policy.contestedSweep : policy.sweep.lowerBound
        var pause = min(max(fair, least), policy.sweep.upperBound)
        if wantsCounters(now: now), isGateTrusted { pause = max(pause, policy.gatedSweep) }
        if let expected = expectedEnd(of: course) {
            // Half of the expected time is early for an end.
            let half = (expected + (course.startedAt ?? now)) / 2
            pause = max(pause, min(half - now, policy.sweep.upperBound))
        }
        return pause
    }

    /// Whether the counters have told of the ends so far; they may lag, and some endpoints have none.
    private var isGateTrusted: Bool { hasCounters && announced + 3 >= ended.jobs }

    private func expectedEnd(of course: Course) -> Duration? {
        guard ended.jobs >= 3, let startedAt = course.startedAt else { return nil }
        return startedAt + .seconds(ended.seconds / Double(ended.flashpoints) * Double(course.flashpoints))
    }

    /// The tickets, those of jobs nearest their expected end first, and then the oldest.
    private func urgencies(_ tickets: [Ticket], _ now: Duration) -> [(left: Duration, ticket: Ticket)] {
        tickets.compactMap { ticket -> (left: Duration, ticket: Ticket)? in
            guard let course = courses[ticket], course.isWaiting else { return nil }
            return (max(.zero, (expectedEnd(of: course) ?? now) - now), ticket)
        }.sorted(by: <)
    }

    private func jitter(_ chance: Double) -> Double { 0.9 + 0.2 * chance }

    private func place(of ticket: Ticket) -> Int {
        var range = 0..<order.count
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = order[middle] <= ticket ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
