package import Coordination
import RunPodAPI

extension RunPodBackend {
    /// Looks for a submission's job in the endpoint's list of jobs, as far as it has one.
    ///
    /// The list proves that there is no job only when it is whole, shows the jobs' inputs, and says so twice some seconds
    /// apart: a job may take a moment to be listed. What was given up earlier is looked for in it, too.
    package func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        switch holder(of: order) {
        case .this: break
        case .former(let former): return await former.find(order, report: report)
        case .outOfReach(let why):
            var end = AttemptEnd.unanswered
            end.message = why
            return .ended(order.ref, end)
        }
        let mark = bodies.mark(order)
        do {
            for look in 0..<2 {
                if look > 0 { try await clock.sleep(for: .seconds(3)) }
                let listing = try await search.listing(since: clock.now, clock: clock) {
                    try await listedJobs(report: report)
                }
                if let listing { try await takeLate(in: listing, report: report) }
                if let job = listing?.job(of: mark) {
                    // The platform did what it answered trouble to.
                    if submissions.forget() { await report(.reachable) }
                    return .accepted(order.ref, job: job.id)
                }
                guard let listing, listing.provesAbsence else {
                    search.abandon(order)
                    return .ended(order.ref, .unanswered)
                }
            }
            let message = "the endpoint lists its jobs, and none is of this submission"
            return .ended(order.ref, AttemptEnd(.absent, status: "ABSENT", message: message))
        } catch {
            // Cancelled: whoever resumes the run looks again.
            return nil
        }
    }

    /// Takes the results of jobs that were given up and have ended since, and has those cancelled that still run: their
    /// flashpoints went out again.
    private func takeLate(in listing: JobListing, report: @escaping Reporter) async throws {
        for (order, job) in search.late(in: listing, by: bodies.mark) {
            var status = job.status
            if status == nil { status = (try? await client.status(job.id))?.status }
            try Task.checkCancellation()
            switch status {
            case .completed: await watch(order, job: job.id, report: report)
            case .failed, .cancelled, .timedOut: break
            case .inQueue, .inProgress, .unknown, nil: await report(.accepted(order.ref, job: job.id))
            }
        }
    }

    /// The endpoint's jobs, or `nil` when it does not tell them.
    ///
    /// Silence is tried against for ever, but where the endpoint answers other questions it is this operation that fails.
    private func listedJobs(report: Reporter) async throws -> JobListing? {
        var failures = 0
        return try await untilHeard(report: report) {
            do {
                return .heard(try await client.requests())
            } catch let failure as RunPodFailure {
                if case .malformedReply = failure { return .heard(nil) }
                guard failure.isTemporary else { return .heard(nil) }
                failures += 1
                if failures.isMultiple(of: 3), (try? await client.health()) != nil { return .heard(nil) }
                return .again(failure)
            }
        }
    }
}
