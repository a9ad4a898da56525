package import Coordination
import Flashpoints
import RunPodAPI
import Synchronization

/// An endpoint whose jobs take virtual time and nothing else; they report as a worker of ours does.
///
/// Like an endpoint in the cloud it outlives its drivers: whoever follows a job hears all of it from the start.
package final class SimulatedBackend: Backend {
    private struct Moment {
        var instant: VirtualTime.Instant
        var report: Report

        var isEnd: Bool {
            if case .ended = report { true } else { false }
        }
    }

    private struct Job {
        var moments: [Moment]
        let cancellation = Latch()
    }

    private struct State {
        var jobs: [String: Job] = [:]
        var orders: [JobOrder] = []
    }

    package let endpoint: String
    private let clock: VirtualTime
    private let catalogue: Catalogue
    private let course: @Sendable (JobOrder) -> SimulatedCourse
    private let state = Mutex(State())

    /// Makes an endpoint.
    ///
    /// - Parameters:
    ///   - course: What becomes of each submission.
    package init(
        clock: VirtualTime,
        catalogue: Catalogue,
        endpoint: String = "simulated",
        course: @escaping @Sendable (JobOrder) -> SimulatedCourse
    ) {
        self.clock = clock
        self.catalogue = catalogue
        self.endpoint = endpoint
        self.course = course
    }

    /// Every submission that reached the endpoint, in order.
    package var orders: [JobOrder] { state.withLock { $0.orders } }

    package func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        let course = course(order)
        if course.silence > 0 {
            await report(.unreachable(since: clock.wallTime, cause: "the endpoint does not answer"))
            guard course.silence.isFinite else {
                // Not a sleep: time would jump to its end. Over only when the driver leaves.
                await Latch().wait()
                return nil
            }
            guard await pass(course.silence) else { return nil }
            await report(.reachable)
        }
        let job = accept(order, course)
        guard await pass(course.answerDelay) else { return nil }
        switch course.answer {
        case .accepted: return .accepted(order.ref, job: job)
        case .refused(let failure): return .refused(order.ref, failure)
        case .lost: return .unknown(order.ref, why: "the connection ended before the answer")
        }
    }

    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard let cancellation = state.withLock({ $0.jobs[job]?.cancellation }) else {
            await report(.ended(order.ref, AttemptEnd(.lost, status: "NOT_FOUND", message: "there is no job \(job)")))
            return
        }
        var place = 0
        while let moment = moment(place, of: job), !Task.isCancelled {
            if moment.instant > clock.now {
                await sleep(until: moment.instant, orUntil: cancellation)
                // What comes next may be another now.
                continue
            }
            await report(moment.report)
            place += 1
        }
    }

    package func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        .ended(order.ref, .unanswered)
    }

    package func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        let now = clock.now
        let cancellation = state.withLock { state -> Latch? in
            guard let end = state.jobs[job]?.moments.first(where: \.isEnd), end.instant > now else { return nil }
            state.jobs[job]?.moments.removeAll { $0.instant > now }
            let cancelled = AttemptEnd(.cancelled, status: "CANCELLED")
            state.jobs[job]?.moments.append(Moment(instant: now, report: .ended(order.ref, cancelled)))
            return state.jobs[job]?.cancellation
        }
        cancellation?.release()
    }

    package func attend(report: @escaping Reporter) async {}

    // MARK: - Jobs

    private func accept(_ order: JobOrder, _ course: SimulatedCourse) -> String {
        let runs =
            switch course.answer {
            case .accepted: true
            case .refused: false
            case .lost(let runs): runs
            }
        let moments = runs ? moments(of: order, course) : []
        return state.withLock { state in
            state.orders.append(order)
            let job = "job-\(state.orders.count)"
            if runs { state.jobs[job] = Job(moments: moments) }
            return job
        }
    }

    /// All that the job will report, in the order of time.
    private func moments(of order: JobOrder, _ course: SimulatedCourse) -> [Moment] {
        var moments: [Moment] = []
        var instant = clock.now.advanced(by: .seconds(course.startDelay))
        let start = instant
        func tell(_ report: Report, after seconds: Double = 0) {
            moments.append(Moment(instant: instant.advanced(by: .seconds(seconds)), report: report))
        }
        let instance = "simulated-\(order.ref.worker)"
        tell(.started(order.ref, instance: instance, delayMS: Int((course.startDelay * 1_000).rounded())))
        for index in order.indices.prefix(course.resultsBeforeEnd ?? order.indices.count) {
            let (id, seconds) = (catalogue.id(index), course.seconds(index))
            tell(.record(order.ref, .start(index: index, id: id)))
            instant = instant.advanced(by: .seconds(seconds))
            let outcome: Result<JSONValue, Failure> =
                course.failures[index].map { .failure($0) } ?? .success(.object(["simulated_sec": .number(seconds)]))
            let result = FlashpointResult(
                index: index,
                id: id,
                hash: catalogue.hash(index),
                outcome: outcome,
                seconds: seconds
            )
            for _ in 0..<course.copies { tell(.record(order.ref, .result(result)), after: course.lateness) }
        }
        var end = course.end
        end.executionMS = end.executionMS ?? Int((start.duration(to: instant) / .milliseconds(1)).rounded())
        tell(.ended(order.ref, end))
        return moments.enumerated().sorted { left, right in
            left.element.instant == right.element.instant
                ? left.offset < right.offset : left.element.instant < right.element.instant
        }.map(\.element)
    }

    private func moment(_ place: Int, of job: String) -> Moment? {
        state.withLock { state in
            guard let moments = state.jobs[job]?.moments, place < moments.count else { return nil }
            return moments[place]
        }
    }

    // MARK: - Waiting

    /// Lets seconds pass; false when the task is cancelled.
    private func pass(_ seconds: Double) async -> Bool {
        guard seconds > 0 else { return true }
        return (try? await clock.sleep(for: .seconds(seconds))) != nil
    }

    private func sleep(until instant: VirtualTime.Instant, orUntil cancellation: Latch) async {
        let clock = clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(until: instant) }
            group.addTask { await cancellation.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
