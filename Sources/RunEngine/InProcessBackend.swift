package import Coordination
package import Flashpoints
import RunPodAPI
import Synchronization

/// Runs jobs in this process, one flashpoint after another, through the pipeline that a worker runs.
package final class InProcessBackend: Backend {
    /// Processes a chunk, giving each record as it comes; cancelled through its task.
    package typealias Handler =
        @Sendable (JobInput, _ emit: @escaping @Sendable (StreamRecord) async -> Void) async throws -> Void

    /// How a job's start is told: it has no machine of its own and never waits for one.
    package static let start: (instance: String?, delayMS: Int?) = (nil, 0)

    package let endpoint: String
    private let bodies: JobBodies
    private let handler: Handler
    private let cancellations = Mutex<[String: Latch]>([:])

    /// Makes a backend.
    ///
    /// - Parameter instance: Names this process' life, so that a later one knows the jobs as gone.
    package init(instance: String, bodies: JobBodies, handler: @escaping Handler) {
        endpoint = "in-process#\(instance)"
        self.bodies = bodies
        self.handler = handler
    }

    package func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        let job = "local-\(order.nonce)"
        cancellations.withLock { $0[job] = Latch() }
        return .accepted(order.ref, job: job)
    }

    package func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard let latch = cancellations.withLock({ $0[job] }) else {
            return await report(.ended(order.ref, AttemptEnd(.gone, status: "GONE")))
        }
        defer { cancellations.withLock { $0[job] = nil } }
        let ref = order.ref
        await report(.started(ref, instance: Self.start.instance, delayMS: Self.start.delayMS))
        let end = await withTaskGroup(of: AttemptEnd?.self) { group in
            group.addTask { [bodies, handler] in
                do {
                    try await handler(try bodies.jobInput(order)) { record in await report(.record(ref, record)) }
                    return AttemptEnd(.completed, status: "COMPLETED")
                } catch is CancellationError {
                    return nil
                } catch {
                    return AttemptEnd(.failed, status: "FAILED", message: "\(error)")
                }
            }
            group.addTask {
                await latch.wait()
                return latch.isReleased ? AttemptEnd(.cancelled, status: "CANCELLED") : nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let end { await report(.ended(ref, end)) }
    }

    package func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        .ended(order.ref, .unanswered)
    }

    package func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        cancellations.withLock { $0[job] }?.release()
    }

    package func attend(report: @escaping Reporter) async {
        // There is no endpoint whose health could be asked for.
    }
}
