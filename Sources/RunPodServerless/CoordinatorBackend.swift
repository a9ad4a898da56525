package import Coordination
import Flashpoints
package import RunEngine
package import RunPodAPI
import Synchronization

/// Runs the first worker's jobs in this process and those of the others at the endpoint that this process works for.
///
/// The coordinator takes a worker of the endpoint away from its own jobs, so where there is no other they would wait for
/// ever: once its own share is done it takes a job that has not left the queue, cancels it and does it itself, one
/// after another.
package final class CoordinatorBackend<Local: Backend, Remote: Backend, C: Clock>: Backend
where C.Duration == Duration {
    private let local: Local
    private let remote: Remote
    private let clock: C
    private let patience: Duration
    private let isQueued: @Sendable (_ job: String) async -> Bool
    /// This process does one chunk at a time.
    private let place = Slots(1)
    private let ownShareIsDone: Latch
    private let taken = Mutex<[String: Taken]>([:])

    /// A job of the endpoint's that this process does itself.
    private struct Taken {
        /// Its name in this process, once it is under way here.
        var local: String?
        /// Whether the driver wants it cancelled.
        var isCancelled = false
    }

    /// Makes a backend.
    ///
    /// - Parameters:
    ///   - ownShareIsDone: Given once all of the first worker's share has settled; from then on this process is free.
    ///   - patience: How long a job is left in the queue.
    ///   - isQueued: Whether the endpoint still has the job in its queue; false where it does not tell.
    package init(
        local: Local,
        remote: Remote,
        clock: C,
        ownShareIsDone: Latch,
        patience: Duration = .seconds(30),
        isQueued: @escaping @Sendable (_ job: String) async -> Bool
    ) {
        self.local = local
        self.remote = remote
        self.clock = clock
        self.ownShareIsDone = ownShareIsDone
        self.patience = patience
        self.isQueued = isQueued
    }

    package var endpoint: String { remote.endpoint }

    package func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        order.isOwn ? await local.submit(order, report: report) : await remote.submit(order, report: report)
    }

    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard order.isOwn else { return await watchRemote(order, job, report) }
        // Cancelled while it waits: then the driver leaves.
        try? await place.withSlot { await local.watch(order, job: job, report: report) }
    }

    package func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        order.isOwn ? await local.find(order, report: report) : await remote.find(order, report: report)
    }

    package func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        if order.isOwn { return await local.cancel(order, job: job, report: report) }
        let held = taken.withLock { taken in
            taken[job]?.isCancelled = true
            return taken[job]
        }
        guard let held else { return await remote.cancel(order, job: job, report: report) }
        // Else it has not begun here and finds out by itself.
        if let name = held.local { await local.cancel(order, job: name, report: report) }
    }

    package func attend(report: @escaping Reporter) async { await remote.attend(report: report) }

    // MARK: - Taking over

    private func watchRemote(_ order: JobOrder, _ job: String, _ report: @escaping Reporter) async {
        let course = RemoteCourse()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [remote] in
                await remote.watch(order, job: job) { news in
                    if !course.keep(news) { await report(news) }
                }
                guard let end = course.finish() else { return true }
                await report(.ended(order.ref, end))
                return true
            }
            group.addTask {
                await self.takeOver(order, job, course, report)
                return false
            }
            // The end of the watch is that of the job, unless it was taken over meanwhile.
            if await group.next() == true, !course.isTaken { group.cancelAll() }
            await group.waitForAll()
        }
    }

    /// Waits until the job has been in the queue for too long and this process is free, and does it; returns when that
    /// is done, or when the task is cancelled.
    private func takeOver(
        _ order: JobOrder,
        _ job: String,
        _ course: RemoteCourse,
        _ report: @escaping Reporter
    ) async {
        while (try? await clock.sleep(for: patience)) != nil {
            await ownShareIsDone.wait()
            let isDone = try? await place.withSlot {
                guard await isQueued(job), course.take() else { return false }
                await doHere(order, job, course, report)
                return true
            }
            if isDone != false { return }
        }
    }

    private func doHere(
        _ order: JobOrder,
        _ job: String,
        _ course: RemoteCourse,
        _ report: @escaping Reporter
    ) async {
        taken.withLock { $0[job] = Taken() }
        defer { taken.withLock { $0[job] = nil } }
        let message = "no machine took its job for \(patience.inSeconds) s, so the coordinator does it itself"
        await report(.log(level: .info, worker: order.ref.worker, message: message))
        await remote.cancel(order, job: job, report: report)
        guard let end = await course.end() else { return }
        // A machine may have had it by then, and even have finished it.
        let rest = IndexList(order.indices.filter { !course.hasResult(of: $0) })
        guard end.kind == .cancelled, !rest.isEmpty else { return await report(.ended(order.ref, end)) }
        var own = order
        own.indices = rest
        guard case .accepted(_, let name) = await local.submit(own, report: report) else { return }
        let isCancelled = taken.withLock { taken in
            taken[job]?.local = name
            return taken[job]?.isCancelled ?? false
        }
        if isCancelled { await local.cancel(own, job: name, report: report) }
        await local.watch(own, job: name, report: report)
    }
}

/// What is known of a job at the endpoint that this process may take over.
private final class RemoteCourse: Sendable {
    private struct State {
        var told: Set<Int> = []
        var end: AttemptEnd?
        var isTaken = false
    }

    private let state = Mutex(State())
    private let over = Latch()

    var isTaken: Bool { state.withLock { $0.isTaken } }

    func hasResult(of index: Int) -> Bool { state.withLock { $0.told.contains(index) } }

    /// Notes what the endpoint tells; true for the end, which means nothing yet.
    func keep(_ news: Report) -> Bool {
        state.withLock { state in
            switch news {
            case .ended(_, let end):
                state.end = end
                return true
            case .record(_, .result(let result)): state.told.insert(result.index)
            case .result(_, let result): state.told.insert(result.index)
            case .accepted, .unknown, .refused, .started, .record, .uncancelled, .health, .unreachable, .reachable,
                .log:
                break
            }
            return false
        }
    }

    /// Closes the watch.
    ///
    /// - Returns: How the job ended, when that is for the watch to tell.
    func finish() -> AttemptEnd? {
        let end = state.withLock { $0.isTaken ? nil : $0.end }
        over.release()
        return end
    }

    /// Claims the job for this process; false when it has ended.
    func take() -> Bool {
        state.withLock { state in
            guard state.end == nil, !over.isReleased else { return false }
            state.isTaken = true
            return true
        }
    }

    /// How the job ended, once the watch is over; nil when it was given up.
    func end() async -> AttemptEnd? {
        await over.wait()
        return state.withLock { $0.end }
    }
}

extension JobOrder {
    /// Whether it is of the coordinator's own share.
    fileprivate var isOwn: Bool { ref.worker == 1 }
}

extension Duration {
    /// Seconds, whole ones without a fraction.
    fileprivate var inSeconds: String {
        let seconds = (self / .milliseconds(100)).rounded() / 10
        return seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}
