import Flashpoints
import RunPodAPI

/// What a coordinator finds out about itself before it begins.
struct CoordinatorRestart: Sendable, Hashable {
    /// Whether the platform gave the job to a worker before.
    var isRestart = false
    /// Jobs of the former coordinator that were cancelled.
    var cancelled = 0

    /// Asks the endpoint about the job, and cancels what a former coordinator of it has left running.
    ///
    /// What the endpoint does not tell is taken for a first start: then jobs left behind run to their end, and nobody
    /// takes their results.
    ///
    /// - Throws: `Failure` of class config when the endpoint refuses the key or the address.
    static func look(_ job: String, client: RunPodClient) async throws -> CoordinatorRestart {
        var found = CoordinatorRestart()
        do {
            found.isRestart = try await client.status(job).retries.map { $0 > 0 } ?? false
        } catch RunPodFailure.refusedByEndpoint(_, let explanation) {
            throw Failure(.config, "this worker can't coordinate a run: \(explanation)")
        } catch let error as CancellationError {
            throw error
        } catch {
            // Silence is no answer: the run's own requests are tried again for ever.
        }
        guard found.isRestart, let listing = try? await client.requests() else { return found }
        for left in listing.jobs where left.mark?.run == job {
            guard let status = left.status, !status.isTerminal else { continue }
            if (try? await client.cancel(left.id)) != nil { found.cancelled += 1 }
        }
        return found
    }
}
