import Synchronization

/// Time that passes only when nobody has anything left to do: a clock, and the one thread of all who go by it.
///
/// Whatever is run in it goes the same way every time: jobs run in the order in which they became runnable, sleepers
/// wake in the order of their deadlines and, at the same deadline, in the order in which they went to sleep. A sleep
/// of no length lets everybody else who is runnable go first.
package final class VirtualTime: Clock, TaskExecutor {
    package struct Instant: InstantProtocol {
        package var sinceStart: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(sinceStart: sinceStart + duration) }
        package func duration(to other: Instant) -> Duration { other.sinceStart - sinceStart }
        package static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }
    }

    /// Nobody could go on any more: all wait for one another, or for somebody outside.
    package struct Deadlock: Error, Hashable, CustomStringConvertible {
        /// When it came to that.
        package var sinceStart: Duration

        package var description: String {
            "nothing can go on after \(sinceStart) of virtual time: nobody is runnable and nobody sleeps, "
                + "and the body has not returned; it may wait only for this clock and for its own tasks"
        }
    }

    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(sinceStart: .zero)
        var jobs: [UnownedJob] = []
        /// Earliest deadline first, and then whoever came first.
        var sleepers: [Sleeper] = []
        var nextID = 0

        mutating func takeSleeper(_ id: Int) -> Sleeper? {
            guard let place = sleepers.firstIndex(where: { $0.id == id }) else { return nil }
            return sleepers.remove(at: place)
        }
    }

    private let state = Mutex(State())
    private let wallStart: Int64

    private init(startingAt wallTime: Int64) {
        wallStart = wallTime
    }

    /// Runs an asynchronous body, and all that it starts, on this thread until it returns; time costs nothing.
    ///
    /// The body's structured children inherit the thread. Cancelling the calling task cancels the body.
    ///
    /// - Parameters:
    ///   - wallTime: Wall time at the start, in milliseconds since 1970.
    ///   - body: May wait for this clock and for its own tasks, and for nobody outside; `Task.yield` is outside, since
    ///     it goes by way of the global executor, and a sleep of no length does its work here.
    /// - Throws: What the body throws; ``Deadlock`` when it can't go on, after it was cancelled to let it clean up.
    package static func run<Value: Sendable>(
        startingAt wallTime: Int64 = 0,
        _ body: @escaping @Sendable (VirtualTime) async throws -> Value
    ) throws -> Value {
        let time = VirtualTime(startingAt: wallTime)
        let outcome = Outcome<Value>()
        // Unstructured because a synchronous caller has no other way to begin one, and this thread must stay free to
        // run it; it can't outlive the call but in a deadlock.
        let entry = Task(executorPreference: time) {
            do {
                outcome.settle(.success(try await body(time)))
            } catch {
                outcome.settle(.failure(error))
            }
        }
        while true {
            if let settled = outcome.value { return try settled.get() }
            if Task.isCancelled { entry.cancel() }
            if time.runJobs() || time.advance() { continue }
            let deadlock = Deadlock(sinceStart: time.now.sinceStart)
            entry.cancel()
            while time.runJobs() || time.advance() {}
            throw deadlock
        }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        private let settled = Mutex<Result<Value, any Error>?>(nil)

        var value: Result<Value, any Error>? { settled.withLock { $0 } }

        func settle(_ result: Result<Value, any Error>) { settled.withLock { $0 = result } }
    }

    // MARK: - The thread

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs what is runnable; false when nothing is.
    private func runJobs() -> Bool {
        let jobs = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        return !jobs.isEmpty
    }

    /// Moves time to the earliest deadline and wakes all who sleep until then; false when nobody sleeps.
    private func advance() -> Bool {
        let due = state.withLock { state in
            guard let first = state.sleepers.first else { return [Sleeper]() }
            state.now = max(state.now, first.deadline)
            let due = Array(state.sleepers.prefix { $0.deadline <= state.now })
            state.sleepers.removeFirst(due.count)
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }

    // MARK: - The clock

    package var now: Instant { state.withLock { $0.now } }

    package var minimumResolution: Duration { Duration(attoseconds: 1) }

    /// Wall time in milliseconds since 1970.
    package var wallTime: Int64 {
        let (seconds, attoseconds) = now.sinceStart.components
        return wallStart + seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }

    /// Sleeps until time gets there.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    let deadline = max(deadline, state.now)
                    let place = state.sleepers.firstPlace { $0.deadline > deadline }
                    state.sleepers.insert(Sleeper(id: id, deadline: deadline, continuation: continuation), at: place)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.takeSleeper(id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

extension Array {
    /// The first place whose element fulfils the condition, which must then hold for all that follow; else the end.
    fileprivate func firstPlace(where condition: (Element) -> Bool) -> Int {
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = condition(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
