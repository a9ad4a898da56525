import Coordination
import Flashpoints
import RunEngine
import RunPodAPI
import Synchronization

/// What is known of a job that coordinates a run elsewhere, and of the lanes that wait for what it tells.
final class RemoteJob: Sendable {
    /// What is to be done about a lane's job when the lane is cancelled.
    enum Cancelling: Sendable, Hashable {
        /// All lanes are: the coordinator itself, once.
        case everything
        /// Somebody does that already.
        case nothing
        /// This lane alone: the job that works for it.
        case child(String)
        /// This lane alone, as soon as the coordinator tells which job works for it.
        case later
        /// This lane alone, and no job of it is known.
        case unknown
    }

    private struct LaneState {
        var ref: AttemptRef
        /// Flashpoints without an outcome yet.
        var open: Set<Int>
        /// Those of them that the coordinator gave up as cancelled.
        var cancelled: Set<Int> = []
        /// The job that works for the lane at the moment.
        var child: String?
        /// Whether the latest job that worked for it has ended.
        var isIdle = false
        /// How long the jobs ran that ended since the lane told of a start last.
        var executionMS: Int?
        var isCancelling = false
        /// The job of the lane that was told to stop.
        var stopped: String?
        var hasEnded = false

        /// The lane's job when the lane is being cancelled, the first time that it is asked for.
        mutating func childToStop() -> String? {
            guard isCancelling, let child, child != stopped else { return nil }
            stopped = child
            return child
        }
    }

    private struct State {
        var lanes: [Int: LaneState] = [:]
        var hasRecords = false
        var cancelSent = false
        var isOver = false
    }

    let id: String
    let endpoint: String
    /// Whether this process submitted it.
    let isOwn: Bool
    private let state = Mutex(State())
    private let watched = Mutex<[Int: Latch]>([:])
    private let ended = Mutex<[Int: Latch]>([:])

    init(_ id: String, endpoint: String, isOwn: Bool) {
        self.id = id
        self.endpoint = endpoint
        self.isOwn = isOwn
    }

    // MARK: - Lanes

    /// Takes a lane in, with the flashpoints that it has open.
    func join(_ ref: AttemptRef, open: some Sequence<Int>) {
        state.withLock { state in
            guard state.lanes[ref.worker]?.ref != ref else { return }
            state.lanes[ref.worker] = LaneState(ref: ref, open: Set(open))
        }
    }

    /// Returns when the lane's part of the job has ended, or when the task is cancelled.
    func waitForEnd(of ref: AttemptRef) async {
        latch(ref.worker, in: watched).release()
        await latch(ref.worker, in: ended).wait()
    }

    /// Returns when the driver follows the lane, and so knows its job; or when the task is cancelled.
    private func waitForWatch(of worker: Int) async { await latch(worker, in: watched).wait() }

    private func latch(_ worker: Int, in latches: borrowing Mutex<[Int: Latch]>) -> Latch {
        latches.withLock { latches in
            let latch = latches[worker] ?? Latch()
            latches[worker] = latch
            return latch
        }
    }

    /// Notes that a lane is to be cancelled.
    func cancel(_ worker: Int) {
        state.withLock { $0.lanes[worker]?.isCancelling = true }
    }

    /// What is to be done about a lane that is to be cancelled.
    func cancelling(_ worker: Int) -> Cancelling {
        state.withLock { state in
            if state.cancelSent { return .nothing }
            if state.lanes.values.allSatisfy({ $0.isCancelling || $0.hasEnded }) {
                state.cancelSent = true
                return .everything
            }
            if let child = state.lanes[worker]?.childToStop() { return .child(child) }
            // The first lane's work is the coordinator's own.
            let mayComeUp = worker != 1 && !state.isOver && state.lanes[worker]?.isIdle == false
            return mayComeUp ? .later : .unknown
        }
    }

    /// Jobs of lanes that are being cancelled and whose job was not known when that was asked for; each once.
    func childrenToStop() -> [(ref: AttemptRef, job: String)] {
        state.withLock { state in
            state.lanes.keys.sorted().compactMap { worker in
                guard let child = state.lanes[worker]?.childToStop() else { return nil }
                return state.lanes[worker].map { ($0.ref, child) }
            }
        }
    }

    /// Takes a lane in unless the job is over or has done its part of it already.
    func admit(_ ref: AttemptRef, open: some Sequence<Int>) -> Bool {
        state.withLock { state in
            guard !state.isOver, state.lanes[ref.worker].map({ $0.ref == ref }) ?? true else { return false }
            if state.lanes[ref.worker] == nil { state.lanes[ref.worker] = LaneState(ref: ref, open: Set(open)) }
            return true
        }
    }

    /// Whether it told anything of its work.
    var hasRecords: Bool { state.withLock { $0.hasRecords } }

    /// Jobs of the lanes that nobody saw the end of.
    var children: [(worker: Int, job: String)] {
        state.withLock { state in
            state.lanes.sorted { $0.key < $1.key }.compactMap { lane in lane.value.child.map { (lane.key, $0) } }
        }
    }

    /// Whether nothing is done for it elsewhere: all lanes but the first, which is its own, are known to be idle.
    var hasOnlyItsOwnWork: Bool {
        state.withLock { state in
            state.isOver || state.lanes.values.allSatisfy { $0.ref.worker == 1 || $0.isIdle || $0.hasEnded }
        }
    }

    /// Whether the flashpoint has no outcome yet.
    func lacks(_ index: Int) -> Bool {
        state.withLock { state in state.lanes.values.contains { $0.open.contains(index) } }
    }

    // MARK: - What it tells

    /// What a record means for the lanes.
    func take(_ record: StreamRecord, laneOf: (Int) -> Int?) -> [Report] {
        if case .coordinated(let coordinated) = record { return take(coordinated, laneOf: laneOf) }
        return take(record, of: nil, laneOf: laneOf)
    }

    private func take(_ coordinated: CoordinatedRecord, laneOf: (Int) -> Int?) -> [Report] {
        let worker = coordinated.worker
        switch coordinated.body {
        case .record(let record): return take(record, of: worker, laneOf: laneOf)
        case .accepted(let job):
            return change(worker) { lane in
                // The first lane's work is done by the coordinator, where nobody can reach it.
                lane.child = worker == 1 ? nil : job
                lane.isIdle = false
                return [.log(level: .debug, worker: worker, message: "has job \(job) from the coordinator")]
            }
        case .started(let instance, let delayMS):
            return change(worker) { lane in
                guard worker != 1 else { return [.started(lane.ref, instance: instance, delayMS: delayMS)] }
                // What the coordinator does itself is in the time of its own job, which the first lane has.
                let isHere = (instance, delayMS) == InProcessBackend.start
                let part = AttemptPart(formerMS: lane.executionMS, isBilled: !isHere)
                lane.executionMS = nil
                return [.started(lane.ref, instance: instance, delayMS: delayMS, part: part)]
            }
        case .ended(_, let executionMS, _):
            return change(worker) { lane in
                lane.child = nil
                lane.isIdle = true
                if let executionMS { lane.executionMS = (lane.executionMS ?? 0) + executionMS }
                return []
            }
        case .cancelled(let index, _):
            return change(laneOf(index) ?? worker) { lane in
                lane.cancelled.insert(index)
                return []
            }
        }
    }

    private func take(_ record: StreamRecord, of worker: Int?, laneOf: (Int) -> Int?) -> [Report] {
        switch record {
        case .start(let index, _), .progress(let index, _, _, _):
            return change(laneOf(index) ?? worker) { [.record($0.ref, record)] }
        case .result(let result):
            return change(laneOf(result.index) ?? worker) { lane in
                lane.open.remove(result.index)
                return [.record(lane.ref, record)]
            }
        case .heartbeat: return change(worker ?? 1) { [.record($0.ref, record)] }
        case .log(let level, let message):
            return [.log(level: LogLevel(rawValue: level) ?? .info, worker: worker, message: message)]
        case .end, .coordinated: return []
        }
    }

    /// A result out of the coordinator's answer.
    func take(_ result: ItemResult, laneOf: (Int) -> Int?) -> [Report] {
        change(laneOf(result.index)) { lane in
            lane.open.remove(result.index)
            return [.result(lane.ref, result)]
        }
    }

    private func change(_ worker: Int?, _ body: (inout LaneState) -> [Report]) -> [Report] {
        state.withLock { state in
            guard let worker, var lane = state.lanes[worker] else { return [] }
            state.hasRecords = true
            let reports = body(&lane)
            state.lanes[worker] = lane
            return reports
        }
    }

    // MARK: - How it ends

    /// Ends the lanes that are done before the job is; the first goes on with it, as its machine does.
    func endFinishedLanes(report: Reporter) async {
        let done = state.withLock { state in
            state.lanes.values.filter { lane in
                lane.ref.worker != 1 && !lane.hasEnded && lane.isIdle && lane.open.isSubset(of: lane.cancelled)
            }.map(\.ref)
        }
        for ref in done.sorted(by: { $0.worker < $1.worker }) {
            await end(ref, AttemptEnd(.completed, status: "COMPLETED"), report: report)
        }
    }

    /// Ends all lanes that are left, as the job ended.
    func end(_ end: AttemptEnd, report: Reporter) async {
        state.withLock { $0.isOver = true }
        for ref in openLanes { await self.end(ref, end, report: report) }
    }

    /// Tells all lanes that are left that the job can't be followed.
    func refuse(_ failure: Failure, report: Reporter) async {
        state.withLock { $0.isOver = true }
        for ref in openLanes {
            await waitForWatch(of: ref.worker)
            await report(.refused(ref, failure))
            close(ref)
        }
    }

    /// The attempts that have not ended, by their lanes.
    var openLanes: [AttemptRef] {
        state.withLock { $0.lanes.values.filter { !$0.hasEnded }.map(\.ref).sorted { $0.worker < $1.worker } }
    }

    private func end(_ ref: AttemptRef, _ end: AttemptEnd, report: Reporter) async {
        // An end that comes before the driver has learned of the job would be one of a job that it does not know.
        await waitForWatch(of: ref.worker)
        guard !Task.isCancelled else { return }
        var end = end
        state.withLock { state in
            guard let lane = state.lanes[ref.worker] else { return }
            // The job's time is that of the machine that coordinated and did the first share; of another lane it is
            // that of the latest job, as those before were told when it began.
            if ref.worker != 1 { end.executionMS = lane.executionMS }
            // What the coordinator gave up is not to be tried again.
            if end.kind == .completed, !lane.open.isDisjoint(with: lane.cancelled) {
                end.kind = .cancelled
                end.status = "CANCELLED"
                end.message = end.message ?? "the coordinator gave up the rest"
            }
        }
        await report(.ended(ref, end))
        close(ref)
    }

    private func close(_ ref: AttemptRef) {
        state.withLock { $0.lanes[ref.worker]?.hasEnded = true }
        latch(ref.worker, in: ended).release()
    }
}
