package import Flashpoints
import Synchronization

/// Whoever hands out jobs, one at a time.
package protocol JobSource: Sendable {
    associatedtype Job: HeldJob

    /// The next job, once there is one; nil when no more will come.
    ///
    /// - Throws: `CancellationError` when the task was cancelled.
    func next() async throws -> Job?
    /// Asks for the next job now, so that it is there when its turn comes; again has no effect until then.
    func prepareNext()
}

/// A job in this worker's hands, and the ways to tell the platform about it.
package protocol HeldJob: Sendable {
    var job: TakenJob { get }
    /// Posts one record of the job's stream, or gives up on it; whether it was delivered.
    func stream(_ record: JSONValue) async -> Bool
    /// Posts the result, again until it is acknowledged or there is no hope.
    func finish(_ result: JobResult, streamed: Bool) async throws
    /// Returns when the platform wants the job stopped, or when the task is cancelled.
    func stopped() async
    /// Lets go of a job of which nothing is posted.
    func abandon()
}

/// Takes jobs and works on them, one after another, until there are no more.
///
/// The next job is asked for when the handler is done, or as soon as it says so, and begins while the result of the last
/// is posted. One result at a time is on its way; as long as the platform does not take it no further job is asked for
/// than the one that has begun meanwhile. A handler that throws has failed its job and no more: the error is posted as
/// text. Of a stopped job nothing is posted.
///
/// - Throws: `CancellationError`, or what the source threw; a result in hand may then not have been posted.
package func runWorkerLoop<Source: JobSource>(_ source: Source, handler: @escaping JobHandler) async throws {
    let post = Post()
    try await withThrowingTaskGroup(of: Void.self) { group in
        while let held = try await source.next() {
            let (result, streamed) = await work(on: held, handler: handler) {
                // A job that is taken now would wait for two results.
                if !post.isUnderWay { source.prepareNext() }
            }
            try Task.checkCancellation()
            try await group.next()
            source.prepareNext()
            guard let result else {
                held.abandon()
                continue
            }
            post.begin()
            group.addTask {
                defer { post.end() }
                try await held.finish(result, streamed: streamed)
            }
        }
        try await group.waitForAll()
    }
}

/// Whether a result is on its way.
private final class Post: Sendable {
    private let state = Mutex(false)

    var isUnderWay: Bool { state.withLock { $0 } }
    func begin() { state.withLock { $0 = true } }
    func end() { state.withLock { $0 = false } }
}

private enum Step: Sendable {
    case handled(JobResult)
    case streamEnded(records: Int)
    case stopped
}

/// The result, or nil when the job was stopped before its result was ready to be posted; and whether anything was
/// streamed.
private func work<Job: HeldJob>(
    on held: Job,
    handler: @escaping JobHandler,
    prepareNext: @escaping @Sendable () -> Void
) async -> (JobResult?, streamed: Bool) {
    let records = RecordLane()
    return await withTaskGroup(of: Step.self) { group in
        group.addTask {
            do {
                let writer = JobStreamWriter(prepareNext: prepareNext, deliver: records.deliver, records.send)
                return .handled(.output(try await handler(held.job, writer)))
            } catch {
                return .handled(.failed(describeHandlerError(error)))
            }
        }
        group.addTask {
            .streamEnded(records: await records.run { await held.stream($0) })
        }
        group.addTask {
            await held.stopped()
            return .stopped
        }
        defer { group.cancelAll() }
        var result: JobResult?
        for await step in group {
            switch step {
            case .handled(let outcome):
                result = outcome
                records.finish()
            case .streamEnded(let count):
                // The handler's end comes first, unless all of this was cancelled.
                return (result, count > 0)
            case .stopped:
                // First, so that a handler that notices has no way any more to post something.
                records.finish()
                group.cancelAll()
                await group.waitForAll()
                return (nil, false)
            }
        }
        return (nil, false)
    }
}

/// The text that the platform and its clients get to see of a handler's error.
private func describeHandlerError(_ error: any Error) -> String {
    switch error {
    case let failure as Failure: failure.stage.map { "\($0): \(failure.message)" } ?? failure.message
    case is CancellationError: "the handler gave up"
    default: "\(error)"
    }
}
