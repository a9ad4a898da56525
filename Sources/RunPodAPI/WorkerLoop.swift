import AsyncAlgorithms
package import Flashpoints

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
    /// Posts one record of the job's stream, or gives up on it.
    func stream(_ record: JSONValue) async
    /// Posts the result, again until it is acknowledged or there is no hope.
    func finish(_ result: JobResult, streamed: Bool) async throws
    /// Returns when the platform wants the job stopped, or when the task is cancelled.
    func stopped() async
    /// Lets go of a job of which nothing is posted.
    func abandon()
}

/// Takes jobs and works on them, one after another, until there are no more.
///
/// The next job is asked for while the result of the last is posted, or as soon as the handler says so, and begins when
/// that is done. A handler that throws has failed its job and no more: the error is posted as text. Of a stopped job
/// nothing is posted.
///
/// - Throws: `CancellationError`, or what the source threw; a result in hand may then not have been posted.
package func runWorkerLoop<Source: JobSource>(_ source: Source, handler: @escaping JobHandler) async throws {
    while let held = try await source.next() {
        let (result, streamed) = await work(on: held, handler: handler) { source.prepareNext() }
        try Task.checkCancellation()
        source.prepareNext()
        if let result {
            try await held.finish(result, streamed: streamed)
        } else {
            held.abandon()
        }
    }
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
    // A channel holds nothing: a record is taken when the one before it has been posted.
    let records = AsyncChannel<JSONValue>()
    return await withTaskGroup(of: Step.self) { group in
        group.addTask {
            do {
                let writer = JobStreamWriter(prepareNext: prepareNext) { await records.send($0) }
                return .handled(.output(try await handler(held.job, writer)))
            } catch {
                return .handled(.failed(describeHandlerError(error)))
            }
        }
        group.addTask {
            var count = 0
            for await record in records {
                await held.stream(record)
                count += 1
            }
            return .streamEnded(records: count)
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
                group.cancelAll()
                records.finish()
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
