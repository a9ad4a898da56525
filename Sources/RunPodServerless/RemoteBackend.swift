package import Coordination
import Flashpoints
package import RunEngine
import RunPodAPI
import Synchronization

/// Runs a whole batch as one job that coordinates itself, and hands what its stream tells to the lanes.
///
/// The batch is submitted as long as no such job has begun to work; what one that has ended leaves without an outcome
/// goes out as ordinary jobs. A lane's job is `JOB/LANE`, so that the journal tells it from one of those.
package final class RemoteBackend<Whole: Backend, Direct: Backend, C: Clock>: Backend where C.Duration == Duration {
    private let whole: Whole
    private let direct: Direct
    private let plan: RunPlan
    private let clock: C
    private let jobs = Mutex<[String: RemoteJob]>([:])
    private let submission = Mutex(Submission())
    private let place = Slots(1)
    private let follows: AsyncStream<RemoteJob>
    private let sink: AsyncStream<RemoteJob>.Continuation
    /// The lane of each flashpoint.
    private let lanes: [Int32]
    /// Flashpoints that had settled before this driver.
    private let settled: Set<Int>

    private struct Submission {
        /// Whether a coordinator has begun to work, in this driver's time or before.
        var hasBegun: Bool
        /// The job that lanes join.
        var current: RemoteJob?
        /// What became of the submission for these attempts, where that was no job.
        var outcomes: [Int: Report] = [:]
        var followed: Set<String> = []

        init(hasBegun: Bool = false) { self.hasBegun = hasBegun }
    }

    /// Makes a backend.
    ///
    /// - Parameters:
    ///   - whole: Submits the batch to a coordinator and follows its job, whatever the order's lane.
    ///   - direct: Submits chunks to the same endpoint.
    ///   - state: The run as its journal has it.
    package init(whole: Whole, direct: Direct, state: RunState, clock: C) {
        self.whole = whole
        self.direct = direct
        self.clock = clock
        plan = state.plan
        var lanes = [Int32](repeating: 0, count: plan.catalogue.count)
        for chunk in plan.plan.chunks {
            for index in chunk.indices { lanes[index] = Int32(chunk.worker) }
        }
        self.lanes = lanes
        settled = Set(state.flashpoints.standing.indices.filter { state.flashpoints.standing[$0].isSettled })
        // More jobs than a run can have: the driver retries with ordinary ones.
        (follows, sink) = AsyncStream.makeStream(of: RemoteJob.self, bufferingPolicy: .bufferingOldest(1_024))
        let known = state.lanes.compactMap(\.live).compactMap { live in
            live.job.flatMap { RemoteJobName($0, of: live.ref) }.map { (live, $0.job) }
        }
        for (live, id) in known {
            job(id, endpoint: live.endpoint, isOwn: false).join(live.ref, open: open(live.indices))
        }
        let hasBegun = state.counts.ok + state.counts.failed > 0 || known.contains { !$0.0.begun.isEmpty }
        submission.withLock { $0.hasBegun = hasBegun }
    }

    package var endpoint: String { whole.endpoint }

    private var all: IndexList { IndexList(0..<plan.catalogue.count) }

    private func open(_ indices: IndexList) -> [Int] { indices.filter { !settled.contains($0) } }

    private func lane(of index: Int) -> Int? {
        lanes.indices.contains(index) ? Int(lanes[index]) : nil
    }

    /// The order of the whole batch, which no lane has.
    private func whole(_ order: JobOrder) -> JobOrder {
        JobOrder(
            ref: AttemptRef(worker: 0, chunk: 0, attempt: order.ref.attempt),
            nonce: order.nonce,
            indices: all,
            endpoint: order.endpoint
        )
    }

    private func job(_ id: String, endpoint: String, isOwn: Bool) -> RemoteJob {
        jobs.withLock { jobs in
            let job = jobs[id] ?? RemoteJob(id, endpoint: endpoint, isOwn: isOwn)
            jobs[id] = job
            return job
        }
    }

    private func job(named name: String, of order: JobOrder) -> RemoteJob? {
        RemoteJobName(name, of: order.ref).map { job($0.job, endpoint: order.endpoint, isOwn: false) }
    }

    // MARK: - Submitting

    package func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        // One lane submits, the others take what became of it.
        let whole = try? await place.withSlot { () -> Report? in
            guard let way = way(for: order) else { return nil }
            switch way {
            case .known(let outcome): return outcome
            case .whole: return await submitWhole(order, report)
            }
        }
        // None: the lane goes its own way, unless the driver leaves.
        guard let whole else { return Task.isCancelled ? nil : await direct.submit(order, report: report) }
        return whole
    }

    private enum Way {
        case known(Report)
        case whole
    }

    /// How a submission goes; `nil` for an ordinary job.
    private func way(for order: JobOrder) -> Way? {
        let submission = submission.withLock { $0 }
        if let current = submission.current, current.admit(order.ref, open: open(order.indices)) {
            return .known(.accepted(order.ref, job: RemoteJobName.text(current.id, order.ref)))
        }
        if hasBegun { return nil }
        return submission.outcomes[order.ref.attempt].map { .known($0.about(order.ref)) } ?? .whole
    }

    private var hasBegun: Bool {
        submission.withLock { $0.hasBegun || $0.current?.hasRecords == true }
    }

    private func submitWhole(_ order: JobOrder, _ report: @escaping Reporter) async -> Report? {
        guard let outcome = await whole.submit(whole(order), report: report) else { return nil }
        switch outcome {
        case .accepted(_, let id):
            let job = job(id, endpoint: order.endpoint, isOwn: true)
            submission.withLock { $0.current = job }
            return join(job, order)
        case .ended(_, let end) where end.kind == .oversize:
            let message = "the endpoint does not take the batch as one job: \(end.message ?? end.status)"
            return keep(.refused(order.ref, Failure(.config, message)), order)
        default: return keep(outcome, order)
        }
    }

    private func keep(_ outcome: Report, _ order: JobOrder) -> Report {
        submission.withLock { $0.outcomes[order.ref.attempt] = outcome }
        return outcome.about(order.ref)
    }

    private func join(_ job: RemoteJob, _ order: JobOrder) -> Report {
        job.join(order.ref, open: open(order.indices))
        return .accepted(order.ref, job: RemoteJobName.text(job.id, order.ref))
    }

    package func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        if hasBegun { return await direct.find(order, report: report) }
        var wanted = whole(order)
        // Another lane's nonce went out with it.
        wanted.nonce = ""
        guard let found = await whole.find(wanted, report: report) else { return nil }
        guard case .accepted(_, let id) = found else { return found.about(order.ref) }
        return join(job(id, endpoint: order.endpoint, isOwn: true), order)
    }

    // MARK: - Following

    package func watch(_ order: JobOrder, job name: String, report: @escaping Reporter) async {
        guard let job = job(named: name, of: order) else {
            return await direct.watch(order, job: name, report: report)
        }
        job.join(order.ref, open: open(order.indices))
        if submission.withLock({ $0.followed.insert(job.id).inserted }) { sink.yield(job) }
        await job.waitForEnd(of: order.ref)
    }

    package func attend(report: @escaping Reporter) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.whole.attend(report: report) }
            for await job in follows {
                group.addTask { await self.follow(job, report) }
            }
            group.cancelAll()
        }
    }

    private func follow(_ job: RemoteJob, _ report: @escaping Reporter) async {
        let order = JobOrder(
            ref: AttemptRef(worker: 0, chunk: 0, attempt: 1),
            nonce: "",
            indices: all,
            endpoint: job.endpoint
        )
        await whole.watch(order, job: job.id) { news in await self.take(news, of: job, report) }
    }

    private func take(_ news: Report, of job: RemoteJob, _ report: @escaping Reporter) async {
        switch news {
        case .record(_, let record):
            for told in job.take(record, laneOf: lane) { await report(told) }
            for child in job.childrenToStop() { await stop(child.job, of: child.ref, in: job, report) }
            await job.endFinishedLanes(report: report)
        case .result(_, let result):
            for told in job.take(result, laneOf: lane) { await report(told) }
        case .started(_, let instance, let delayMS, _):
            if let first = job.openLanes.first(where: { $0.worker == 1 }) {
                await report(.started(first, instance: instance, delayMS: delayMS))
            }
            let place = instance.map { " on instance \($0)" } ?? ""
            await report(.log(level: .info, worker: nil, message: "The coordinator runs as job \(job.id)\(place)"))
        case .ended(_, let end): await finish(job, end, report)
        case .refused(_, let failure): await job.refuse(failure, report: report)
        case .uncancelled(_, let name, let why):
            for ref in job.openLanes.prefix(1) { await report(.uncancelled(ref, job: name, why: why)) }
        case .log, .unreachable, .reachable, .health: await report(news)
        case .accepted, .unknown: break
        }
    }

    private func finish(_ job: RemoteJob, _ end: AttemptEnd, _ report: @escaping Reporter) async {
        let isUnbegun = !hasBegun && !job.hasRecords
        if end.kind == .failed, isUnbegun {
            let message = "the coordinator, job \(job.id), could not begin: \(end.message ?? end.status)"
            if job.isOwn { return await job.refuse(Failure(.config, message), report: report) }
            // Of a former driver, which was told: what kept it from beginning may have been put right.
            return await job.end(AttemptEnd(.gone, status: end.status, message: message), report: report)
        }
        if end.kind != .completed {
            await withDiscardingTaskGroup { group in
                for child in job.children {
                    group.addTask { await self.takeOver(child.job, ofLane: child.worker, from: job, report) }
                }
            }
        }
        guard !Task.isCancelled else { return }
        await job.end(end, report: report)
    }

    /// Ends a lane's job that its coordinator left behind, and takes what it told and nobody passed on: that is paid for.
    ///
    /// A coordinator that is stopped cancels its jobs; one that died can't.
    private func takeOver(
        _ child: String,
        ofLane worker: Int,
        from job: RemoteJob,
        _ report: @escaping Reporter
    ) async {
        let order = JobOrder(
            ref: AttemptRef(worker: worker, chunk: 0, attempt: 0),
            nonce: "",
            indices: IndexList(lanes.indices.filter { lanes[$0] == Int32(worker) }),
            endpoint: job.endpoint
        )
        await direct.cancel(order, job: child) { _ in }
        await direct.watch(order, job: child) { news in
            switch news {
            case .record(_, .result(let result)) where job.lacks(result.index):
                for told in job.take(.result(result), laneOf: self.lane) { await report(told) }
            case .result(_, let result) where job.lacks(result.index):
                for told in job.take(result, laneOf: self.lane) { await report(told) }
            default: break
            }
        }
    }

    // MARK: - Cancelling

    package func cancel(_ order: JobOrder, job name: String, report: @escaping Reporter) async {
        guard let job = job(named: name, of: order) else {
            return await direct.cancel(order, job: name, report: report)
        }
        job.cancel(order.ref.worker)
        // Where the whole run is cancelled, the other lanes come at once.
        guard (try? await clock.sleep(for: .milliseconds(200))) != nil else { return }
        switch job.cancelling(order.ref.worker) {
        case .nothing, .later: break
        case .everything:
            guard await stopLanes(of: job, report) else { return }
            await whole.cancel(whole(order), job: job.id, report: { await self.take($0, of: job, report) })
        case .child(let child): await stop(child, of: order.ref, in: job, report)
        case .unknown:
            let why =
                "no job of this worker is known here, and its coordinator can only be cancelled with the whole run"
            await report(.uncancelled(order.ref, job: job.id, why: why))
        }
    }

    /// Stops the jobs of the lanes, and waits a little for their coordinator to pass on what they told: nobody else can,
    /// once it is stopped itself.
    ///
    /// - Returns: False when the task was cancelled.
    private func stopLanes(of job: RemoteJob, _ report: @escaping Reporter) async -> Bool {
        for child in job.childrenToStop() { await stop(child.job, of: child.ref, in: job, report) }
        for _ in 0..<30 where !job.hasOnlyItsOwnWork {
            guard (try? await clock.sleep(for: .milliseconds(100))) != nil else { return false }
        }
        return !Task.isCancelled
    }

    private func stop(_ child: String, of ref: AttemptRef, in job: RemoteJob, _ report: @escaping Reporter) async {
        let order = JobOrder(ref: ref, nonce: "", indices: [], endpoint: job.endpoint)
        await direct.cancel(order, job: child, report: report)
    }
}

/// The name under which a lane has its part of a coordinator's job.
struct RemoteJobName: Sendable, Hashable {
    /// The coordinator's job.
    let job: String

    /// Reads a name; `nil` for that of an ordinary job.
    init?(_ name: String, of ref: AttemptRef) {
        let suffix = "/\(ref.worker)"
        guard name.hasSuffix(suffix) else { return nil }
        job = String(name.dropLast(suffix.count))
    }

    static func text(_ job: String, _ ref: AttemptRef) -> String { "\(job)/\(ref.worker)" }
}

extension Report {
    /// What became of a submission, about another attempt that went with it.
    fileprivate func about(_ ref: AttemptRef) -> Report {
        switch self {
        case .accepted(_, let job): .accepted(ref, job: job)
        case .unknown(_, let why, let status): .unknown(ref, why: why, status: status)
        case .refused(_, let failure): .refused(ref, failure)
        case .ended(_, let end): .ended(ref, end)
        case .started, .record, .result, .uncancelled, .health, .unreachable, .reachable, .log: self
        }
    }
}
