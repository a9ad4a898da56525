import Synchronization
package import Testing

/// Runs a test that is busy all the time on a thread of the least priority, one such test after another.
///
/// The pool has as many threads as the machine has processors. Two busy tests hold up all others of the process on a
/// small machine, and those that wait for an answer within some time then fail for want of a thread.
package struct HeavyTrait: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    @concurrent
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BackgroundExecutor.shared) {
            try await function()
        }
    }
}

extension Trait where Self == HeavyTrait {
    /// The test is busy all the time and waits for nothing.
    package static var heavy: Self { Self() }
}

/// Runs what it is given on one thread of the least priority, which ends when there is nothing to do.
private final class BackgroundExecutor: TaskExecutor {
    static let shared = BackgroundExecutor()

    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst { BackgroundThread.start { self.runAll() } }
    }

    private func runAll() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                if state.jobs.isEmpty { state.isRunning = false }
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
