package import Coordination
import Flashpoints
package import RunJournal

/// Drives a run: one task that takes messages in batches, reduces them, commits, acts, publishes, in this order.
///
/// Time, randomness and ids are given to it, and it starts no task of its own outside its group; so in virtual time on
/// one thread the same run goes the same way every time.
package struct RunDriver<C: Clock, B: Backend, J: Journal>: Sendable where C.Duration == Duration {
    private let clock: C
    private let backend: B
    private let journal: J
    private let sources: RunSources
    private let control: RunControl
    private let feed: EventFeed
    private let began: C.Instant
    private let drivenBefore: Double
    /// How long a stop waits for what is still being streamed, in seconds.
    private let drainSeconds: Double = 1

    private var state: RunState
    private var seq: Int
    private var isStopping = false
    private var orders: [AttemptRef: JobOrder] = [:]

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
        sources: RunSources,
        control: RunControl,
        feed: EventFeed
    ) {
        self.state = state
        self.seq = seq
        self.clock = clock
        self.backend = backend
        self.journal = journal
        self.sources = sources
        self.control = control
        self.feed = feed
        began = clock.now
        drivenBefore = state.t
    }

    /// Drives the run until it ends, halts, or is told to stop.
    ///
    /// - Parameter lingers: Whether to stay after the end for commands that reopen the run, until told to stop.
    /// - Returns: How the run was left, and its state.
    /// - Throws: What kept the journal from being written; nothing is submitted from then on. `CancellationError` when
    ///   the task is cancelled.
    package consuming func run(lingers: Bool = false) async throws -> (outcome: RunOutcome, state: RunState) {
        var driver = self
        let outcome = try await withThrowingDiscardingTaskGroup { group in
            defer {
                group.cancelAll()
                driver.feed.finish()
                for message in driver.control.mailbox.close() {
                    if case .command(_, let reply) = message { reply(.tooLate("the run is not driven any more")) }
                }
            }
            let (backend, report) = (driver.backend, driver.control.reporter)
            group.addTask { await backend.attend(report: report) }
            var batch = Batch()
            let header = driver.state.plan.header
            driver.reduce(driver.seq == 0 ? .runPlanned(header) : .runResumed(endpoint: backend.endpoint), in: &batch)
            while true {
                driver.submitReady(in: &batch)
                try await driver.settle(batch, in: &group)
                if let outcome = driver.outcome(of: batch, lingers: lingers) { return outcome }
                let messages = await driver.control.mailbox.take()
                try Task.checkCancellation()
                batch = Batch()
                for message in messages { driver.take(message, in: &batch) }
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
        var effects: [Effect] = []
        var receipts: [(reply: @Sendable (Receipt) -> Void, receipt: Receipt)] = []
        var halted: Failure?
        var isLeaving = false
    }

    private var t: Double {
        let (seconds, attoseconds) = began.duration(to: clock.now).components
        return drivenBefore + Double(seconds) + Double(attoseconds) / 1e18
    }

    private mutating func take(_ message: DriverMessage, in batch: inout Batch) {
        switch message {
        case .report(let report):
            guard let body = state.admit(report, now: t) else { return }
            reduce(body, in: &batch)
        case .timer(let timer):
            reduce(.timerFired(timer), in: &batch)
        case .command(let command, let reply):
            switch state.admit(command) {
            case .success(let body):
                reduce(body, in: &batch)
                batch.receipts.append((reply, .accepted))
            case .failure(let refusal):
                batch.receipts.append((reply, refusal.receipt))
            }
        case .stop:
            isStopping = true
            batch.isLeaving = state.lanes.allSatisfy { $0.live == nil }
        case .leave:
            batch.isLeaving = true
        }
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

    /// Keeps the orders of the attempts that are out.
    private mutating func note(_ body: Event.Body) {
        if case .attemptIntended(let ref, let nonce, let indices, let endpoint) = body {
            orders[ref] = JobOrder(ref: ref, nonce: nonce, indices: indices, endpoint: endpoint)
        } else if case .attemptEnded(let ref, _) = body {
            orders[ref] = nil
        }
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
            batch.halted = failure
        case .submit, .watch, .cancelJob, .setTimer:
            batch.effects.append(effect)
        }
    }

    private mutating func submitReady(in batch: inout Batch) {
        guard !isStopping, batch.halted == nil else { return }
        for effect in state.ready(at: sources.wallTime(), now: t) {
            var follows: [Event.Body] = []
            perform(effect, follows: &follows, in: &batch)
            for body in follows { reduce(body, in: &batch) }
        }
    }

    // MARK: - Committing and acting

    /// Commits the batch, then does what it permits, then tells about it.
    private mutating func settle(_ batch: Batch, in group: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        let journalled = batch.events.filter(\.isJournalled)
        if !journalled.isEmpty { try await journal.commit(journalled) }
        for effect in batch.effects { act(effect, in: &group) }
        if !batch.events.isEmpty { await feed.publish(batch.events) }
        for (reply, receipt) in batch.receipts { reply(receipt) }
        if isStopping, !batch.isLeaving {
            let (clock, mailbox, drain) = (clock, control.mailbox, drainSeconds)
            group.addTask {
                try? await clock.sleep(for: .seconds(drain))
                await mailbox.send(.leave)
            }
        }
    }

    private func act(_ effect: Effect, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let (backend, report, clock, mailbox) = (backend, control.reporter, clock, control.mailbox)
        switch effect {
        case .submit(let ref):
            guard let order = orders[ref] else { return }
            group.addTask {
                if let outcome = await backend.submit(order, report: report) { await report(outcome) }
            }
        case .watch(let ref, let job, let endpoint):
            let order = order(ref, endpoint: endpoint)
            group.addTask { await backend.watch(order, job: job, report: report) }
        case .cancelJob(let ref, let job, let endpoint):
            let order = order(ref, endpoint: endpoint)
            group.addTask { await backend.cancel(order, job: job, report: report) }
        case .setTimer(let timer, let due):
            let wait = max(0, due - t)
            group.addTask {
                guard (try? await clock.sleep(for: .seconds(wait))) != nil else { return }
                await mailbox.send(.timer(timer))
            }
        case .record, .intend, .backOff, .halt:
            // Dealt with while reducing.
            return
        }
    }

    /// The order of an attempt; of one that a former driver submitted, as the state knows it.
    private func order(_ ref: AttemptRef, endpoint: String) -> JobOrder {
        orders[ref]
            ?? JobOrder(
                ref: ref,
                nonce: "",
                indices: state.lanes[ref.worker - 1].live?.indices ?? [],
                endpoint: endpoint
            )
    }

    private func outcome(of batch: Batch, lingers: Bool) -> RunOutcome? {
        if let failure = batch.halted { return .halted(failure) }
        if state.phase == .ended, !lingers { return .ended }
        return batch.isLeaving ? (state.phase == .ended ? .ended : .stopped) : nil
    }
}

extension Event.Body {
    /// Whether anybody but the state hears of it.
    fileprivate var isPublished: Bool {
        if case .timerFired = self { false } else { true }
    }
}
