import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread of its own, and the clock of those who run on it, for what must go on whatever the rest of the process does.
///
/// A handler that computes for a minute without a pause holds a thread of the pool, which on a machine of one core has no
/// other; pings must go out nevertheless, or the platform takes the worker for lost. Sleeping belongs here too, because
/// the standard clocks wake their sleepers by way of the pool. One for as long as the process lives, so that a job which
/// comes late still finds it.
package final class PulseThread: TaskExecutor, Clock {
    package typealias Instant = SuspendingClock.Instant

    package static let shared = PulseThread()

    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var sleepers: [Sleeper] = []
        var nextID = 0
        /// Whether the pipe holds a byte.
        var isRung = false
    }

    private let state = Mutex(State())
    private let pipeEnds: (reading: Int32, writing: Int32)

    private init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { preconditionFailure("no pipe for the pulse: errno \(errno)") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        pipeEnds = (ends[0], ends[1])
        start()
    }

    // MARK: - Executor and clock

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        change { $0.jobs.append(job) }
    }

    package var now: Instant { SuspendingClock().now }
    package var minimumResolution: Duration { .milliseconds(1) }

    /// Sleeps until then; never less.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = change { state in
                    if Task.isCancelled { return true }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Changes what the thread has to do, and wakes it.
    private func change<Value>(_ body: (inout State) -> Value) -> Value {
        let (value, mustRing) = state.withLock { state in
            let value = body(&state)
            defer { state.isRung = true }
            return (value, !state.isRung)
        }
        if mustRing {
            var byte: UInt8 = 0
            _ = write(pipeEnds.writing, &byte, 1)
        }
        return value
    }

    // MARK: - The thread

    private func start() {
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context { Unmanaged<PulseThread>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        let outcome = pthread_create(&thread, nil, { body($0) }, context)
        #else
        var thread = pthread_t()
        let outcome = pthread_create(&thread, nil, body, context)
        #endif
        guard outcome == 0 else { preconditionFailure("no thread for the pulse: errno \(outcome)") }
    }

    private func run() {
        while true {
            let now = now
            let (jobs, due, next) = state.withLock { state in
                let due = state.sleepers.filter { $0.deadline <= now }
                state.sleepers.removeAll { $0.deadline <= now }
                defer { state.jobs = [] }
                return (state.jobs, due, state.sleepers.map(\.deadline).min())
            }
            for sleeper in due { sleeper.continuation.resume() }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            if jobs.isEmpty, due.isEmpty { wait(until: next) }
        }
    }

    private func wait(until deadline: Instant?) {
        // Rounded up: waking too early would only mean to wait again.
        let rest = deadline.map { (now.duration(to: $0) / .milliseconds(1)).rounded(.up) }
        var polled = [pollfd(fd: pipeEnds.reading, events: Int16(POLLIN), revents: 0)]
        _ = poll(&polled, 1, rest.map { Int32(clamping: Int64(max(0, $0))) } ?? -1)
        state.withLock { state in
            var buffer = [UInt8](repeating: 0, count: 16)
            while read(pipeEnds.reading, &buffer, buffer.count) > 0 {}
            state.isRung = false
        }
    }
}
