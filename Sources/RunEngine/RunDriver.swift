package import Coordination
package import Flashpoints
package import RunJournal

/// Drives a run: one task that takes messages in batches, reduces them, commits, acts, publishes, in this order.
///
/// Time, randomness and ids are given to it, and it starts no task of its own outside its group; so in virtual time on
/// one thread the same run goes the same way every time.
package struct RunDriver<C: Clock, B: Backend, J: Journal>: Sendable where C.Duration == Duration {
    /// How a run was left.
    package enum Outcome: Sendable, Hashable {
        /// All is settled.
        case ended
        /// The endpoint refuses us or never answered; the run can be resumed.
        case halted(Failure)
        /// Somebody asked to stop; the run can be resumed.
        case stopped
        /// Somebody asked to stop while the journal could not grow, so that what came last is not kept; the run can be
        /// resumed, and hears of it again.
        case unkept(JournalError)
    }

    /// What a driver can't make itself.
    package struct Sources: Sendable {
        /// Wall time in milliseconds since 1970.
        package var wallTime: @Sendable () -> Int64
        /// A fresh number in `0..<1` at each call.
        package var chance: @Sendable () -> Double
        /// A fresh nonce at each call.
        package var nonce: @Sendable () -> String

        package init(
            wallTime: @escaping @Sendable () -> Int64,
            chance: @escaping @Sendable () -> Double,
            nonce: @escaping @Sendable () -> String
        ) {
            self.wallTime = wallTime
            self.chance = chance
            self.nonce = nonce
        }
    }

    private let clock: C
    private let backend: B
    private let journal: J
    private let sources: Sources
    private let control: RunControl
    private let feed: EventFeed
    private let options: DriverOptions
    private var began: C.Instant
    private let drivenBefore: Double
    /// How long a stop waits for what is still being streamed, in seconds.
    private let drainSeconds: Double = 1

    private var state: RunState
    private var seq: Int
    /// Seconds driven at the latest timer that came due.
    private var reached: Double = 0
    private var isStopping = false
    /// Why the run leaves by itself: the endpoint refuses us or never answered, or it would have asked and nobody looks on.
    private var leaving: Failure?
    private var isShortOfSpace = false
    private var looksForSpace = false
    /// Wall time in milliseconds since 1970, and seconds driven, when messages were taken last.
    private var latest: (at: Int64, t: Double)?
    private var isDrained = false
    /// The latest order of each worker.
    private var orders: [Int: JobOrder] = [:]

    /// Makes the driver of a run that is new, or resumed when it has events already.
    ///
    /// - Parameters:
    ///   - state: The fold of the journal's events.
    ///   - seq: Number of the latest event of the journal, 0 for a new run.
    package init(
        state: RunState,
        seq: Int,
        clock: C,
        backend: B,
        journal: J,
        sources: Sources,
        control: RunControl,
        feed: EventFeed,
        options: DriverOptions = DriverOptions()
    ) {
        self.state = state
        self.seq = seq
        self.clock = clock
        self.backend = backend
        self.journal = journal
        self.sources = sources
        self.control = control
        self.feed = feed
        self.options = options
        began = clock.now
        drivenBefore = state.t
    }

    /// Drives the run until it ends, halts, or is told to stop.
    ///
    /// A run that has ended goes on when a command that waits already reopens it.
    ///
    /// - Returns: How the run was left, and its state; of one that is ``Outcome/unkept(_:)`` more than the journal has.
    /// - Throws: What kept the journal from being written; nothing is submitted from then on. `CancellationError` when
    ///   the task is cancelled.
    package consuming func run() async throws -> (outcome: Outcome, state: RunState) {
        var driver = self
        driver.began = driver.clock.now
        let outcome = try await withThrowingDiscardingTaskGroup { group in
            defer {
                group.cancelAll()
                driver.feed.finish()
                for message in driver.control.mailbox.close() { message.turnDown() }
            }
            let (backend, report) = (driver.backend, driver.control.reporter)
            group.addTask { await backend.attend(report: report) }
            var batch = Batch()
            let header = driver.state.plan.header
            let hasEnded = driver.state.phase == .ended
            driver.reduce(driver.seq == 0 ? .runPlanned(header) : .runResumed(endpoint: backend.endpoint), in: &batch)
            if hasEnded, !driver.control.mailbox.isEmpty { try await driver.takeMessages(in: &batch) }
            while true {
                driver.submitReady(in: &batch)
                do {
                    try await driver.settle(&batch, in: &group)
                } catch let error as JournalError where error.reason == .diskFull && driver.control.isStopping {
                    return Outcome.unkept(error)
                }
                if let outcome = driver.outcome { return outcome }
                batch = Batch()
                try await driver.takeMessages(in: &batch)
            }
        }
        return (outcome, driver.state)
    }
}

// MARK: - A batch

extension RunDriver {
    /// What one turn of the loop brings about.
    private struct Batch {
        var events: [Event] = []
        var actions: [Action] = []
        var receipts: [(reply: @Sendable (Receipt) -> Void, receipt: Receipt)] = []
    }

    /// What is done once the events that call for it are kept.
    private enum Action {
        case submit(JobOrder)
        case watch(JobOrder, job: String)
        case cancel(JobOrder, job: String)
        case find(JobOrder)
        case setTimer(RunTimer, due: Double)
        case drain
        case lookForSpace
    }

    /// Seconds driven; never less than a timer that came due was set to, however the clock's seconds round.
    private var t: Double {
        let (seconds, attoseconds) = began.duration(to: clock.now).components
        return max(reached, drivenBefore + Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// Takes all that waits in the mailbox, or what comes first.
    private mutating func takeMessages(in batch: inout Batch) async throws {
        let messages = await control.mailbox.take()
        guard !Task.isCancelled else {
            for message in messages { message.turnDown() }
            throw CancellationError()
        }
        noticeSleep(in: &batch)
        for message in messages { take(message, in: &batch) }
    }

    /// Says when the machine slept, since what the endpoint did meanwhile comes all at once; nothing is decided by it.
    private mutating func noticeSleep(in batch: inout Batch) {
        let now = (at: sources.wallTime(), t: t)
        defer { latest = now }
        guard let latest else { return }
        let gap = Double(now.at - latest.at) / 1_000 - (now.t - latest.t)
        guard abs(gap) > 60 else { return }
        let minutes = Int((abs(gap) / 60).rounded())
        let what =
            gap > 0 ? "slept or had its clock set forward, \(minutes) min" : "had its clock set back \(minutes) min"
        let message = "this machine \(what); no deadline goes by that, and jobs are asked how they are"
        reduce(.log(level: .warning, worker: nil, message: message), in: &batch)
    }

    private mutating func take(_ message: DriverMessage, in batch: inout Batch) {
        switch message {
        case .report(let report):
            guard let body = state.admit(report, now: t) else { return }
            reduce(body, in: &batch)
        case .timer(let timer, let due):
            reached = max(reached, due)
            reduce(.timerFired(timer), in: &batch)
        case .command(let command, let reply):
            switch state.admit(command) {
            case .success(let body):
                reduce(body, in: &batch)
                batch.receipts.append((reply, .accepted))
            case .failure(let refusal):
                batch.receipts.append((reply, refusal.receipt))
            }
        case .stop: stop(in: &batch)
        case .drained:
            isDrained = true
        case .lookForSpace:
            looksForSpace = false
            _ = hasRoom(in: &batch)
        }
    }

    /// Submits nothing more from now on, and leaves once what is being sent and streamed has come in, or has had its time.
    private mutating func stop(in batch: inout Batch) {
        if !isStopping { batch.actions.append(.drain) }
        isStopping = true
    }

    /// Reduces an event and at once all that follows from it.
    private mutating func reduce(_ body: Event.Body, in batch: inout Batch) {
        var waiting = [body]
        while let body = waiting.popLast() {
            var event = Event(seq: 0, at: sources.wallTime(), t: t, body: body)
            if body.isPublished {
                seq += 1
                event.seq = seq
                batch.events.append(event)
            }
            note(body)
            var follows: [Event.Body] = []
            for effect in state.reduce(event) { perform(effect, follows: &follows, in: &batch) }
            waiting += follows.reversed()
        }
    }

    /// Keeps the order of an attempt that is to be submitted.
    private mutating func note(_ body: Event.Body) {
        guard case .attemptIntended(let ref, let nonce, let indices, let endpoint) = body else { return }
        orders[ref.worker] = JobOrder(ref: ref, nonce: nonce, indices: indices, endpoint: endpoint)
    }

    /// Turns the effects that only want an id or a random number into events, and keeps the others for later.
    private mutating func perform(_ effect: Effect, follows: inout [Event.Body], in batch: inout Batch) {
        switch effect {
        case .record(let body):
            follows.append(body)
        case .intend(let ref, let indices):
            let (nonce, endpoint) = (sources.nonce(), backend.endpoint)
            follows.append(.attemptIntended(ref, nonce: nonce, indices: indices, endpoint: endpoint))
        case .backOff(let ref, let ceiling, let why):
            follows.append(.retryScheduled(ref, t: t + ceiling * sources.chance(), why: why))
        case .halt(let failure):
            // Like a stop: a submission that is on its way may be accepted, and would be paid for twice.
            leaving = leaving ?? failure
            stop(in: &batch)
        case .submit(let ref):
            batch.actions.append(.submit(order(ref, endpoint: backend.endpoint)))
        case .watch(let ref, let job, let endpoint):
            batch.actions.append(.watch(order(ref, endpoint: endpoint), job: job))
        case .cancelJob(let ref, let job, let endpoint):
            batch.actions.append(.cancel(order(ref, endpoint: endpoint), job: job))
        case .find(let ref, let endpoint):
            batch.actions.append(.find(order(ref, endpoint: endpoint)))
        case .ask(let why):
            if options.asksOperator {
                follows.append(.runPaused(why: why))
            } else {
                // Left like a stop, so that what is being streamed is not lost.
                follows.append(.log(level: .error, worker: nil, message: why))
                leaving = leaving ?? Failure(.transient, why)
                stop(in: &batch)
            }
        case .setTimer(let timer, let due):
            batch.actions.append(.setTimer(timer, due: due))
        }
    }

    /// The order of an attempt that is out; of one that a former driver submitted, as the state knows it.
    private func order(_ ref: AttemptRef, endpoint: String) -> JobOrder {
        if let order = orders[ref.worker], order.ref == ref { return order }
        let indices = state.lanes[ref.worker - 1].live?.indices ?? []
        return JobOrder(ref: ref, nonce: "", indices: indices, endpoint: endpoint)
    }

    /// Intends what may be sent now, or ends the run; once is enough, since an intent makes nothing else ready.
    private mutating func submitReady(in batch: inout Batch) {
        let effects = state.ready(at: sources.wallTime(), now: t)
        let maySend = !isStopping && (!effects.contains(where: \.isIntent) || hasRoom(in: &batch))
        for effect in effects where maySend || !effect.isIntent {
            var follows: [Event.Body] = []
            perform(effect, follows: &follows, in: &batch)
            for body in follows { reduce(body, in: &batch) }
        }
    }

    /// Whether there is room for what a job brings; without it nothing is sent, and it is looked for again.
    private mutating func hasRoom(in batch: inout Batch) -> Bool {
        let free = journal.freeBytes()
        let isShort = free.map { $0 < options.reserve } ?? false
        if isShort != isShortOfSpace {
            isShortOfSpace = isShort
            let megabytes = (free: (free ?? 0) / 1_000_000, needed: options.reserve / 1_000_000)
            let why =
                "only \(megabytes.free) MB are free for the run's journal, and \(megabytes.needed) MB are kept in reserve"
            reduce(isShort ? .diskFull(why: why) : .diskFree, in: &batch)
        }
        if isShort, !looksForSpace {
            looksForSpace = true
            batch.actions.append(.lookForSpace)
        }
        return !isShort
    }

    // MARK: - Committing and acting

    /// Commits the batch, then does what it permits, then tells about it.
    private mutating func settle(
        _ batch: inout Batch,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        options.moment?(.beforeCommit)
        do {
            try await commit(&batch)
        } catch {
            for (reply, _) in batch.receipts { reply(.tooLate("the run's journal can't be written: \(error)")) }
            throw error
        }
        options.moment?(.afterCommit)
        for action in batch.actions {
            act(action, in: &group)
            options.moment?(.afterAction)
        }
        if !batch.events.isEmpty { await feed.publish(batch.events) }
        for (reply, receipt) in batch.receipts { reply(receipt) }
    }

    /// Commits the batch's events; on a full disk again and again, until there is room or the run is to be left.
    ///
    /// Meanwhile reports wait in the mailbox, and backends with what does not fit in there: nothing is dropped.
    private mutating func commit(_ batch: inout Batch) async throws {
        var isFull = false
        while true {
            let journalled = batch.events.filter(\.isJournalled)
            do {
                if !journalled.isEmpty { try await journal.commit(journalled, leaving: state) }
                break
            } catch let error as JournalError where error.reason == .diskFull {
                if !isFull {
                    isFull = true
                    await tell(.diskFull(why: "\(error)"), before: &batch)
                }
                guard await control.pause(2, on: clock) else { throw error }
            }
        }
        guard isFull else { return }
        seq += 1
        batch.events.append(Event(seq: seq, at: sources.wallTime(), t: t, body: .diskFree))
    }

    /// Publishes an event ahead of a batch that can't be committed, which is numbered anew behind it.
    private mutating func tell(_ body: Event.Body, before batch: inout Batch) async {
        let first = batch.events.first?.seq ?? seq + 1
        for place in batch.events.indices { batch.events[place].seq += 1 }
        seq += 1
        await feed.publish([Event(seq: first, at: sources.wallTime(), t: t, body: body)])
    }

    private func act(_ action: Action, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let (backend, report, mailbox) = (backend, control.reporter, control.mailbox)
        switch action {
        case .submit(let order):
            group.addTask {
                if let outcome = await backend.submit(order, report: report) { await report(outcome) }
            }
        case .watch(let order, let job):
            group.addTask { await backend.watch(order, job: job, report: report) }
        case .cancel(let order, let job):
            group.addTask { await backend.cancel(order, job: job, report: report) }
        case .find(let order):
            group.addTask {
                if let found = await backend.find(order, report: report) { await report(found) }
            }
        case .setTimer(let timer, let due):
            send(.timer(timer, due: due), after: max(0, due - t), to: mailbox, in: &group)
        case .drain:
            send(.drained, after: drainSeconds, to: mailbox, in: &group)
        case .lookForSpace:
            send(.lookForSpace, after: 5, to: mailbox, in: &group)
        }
    }

    private func send(
        _ message: DriverMessage,
        after seconds: Double,
        to mailbox: Mailbox<DriverMessage>,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        group.addTask { [clock] in
            guard (try? await clock.sleep(for: .seconds(seconds))) != nil else { return }
            await mailbox.send(message)
        }
    }

    /// How the run is left, when it is.
    private var outcome: Outcome? {
        if state.phase == .ended { return .ended }
        let isQuiet = state.lanes.allSatisfy { $0.live == nil }
        guard isStopping, isQuiet || isDrained else { return nil }
        return leaving.map { .halted($0) } ?? .stopped
    }
}

extension Effect {
    fileprivate var isIntent: Bool {
        if case .intend = self { true } else { false }
    }
}

extension Event.Body {
    /// Whether anybody but the state hears of it.
    fileprivate var isPublished: Bool {
        if case .timerFired = self { false } else { true }
    }
}
