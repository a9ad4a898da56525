import Flashpoints

/// Why a run's workers were busy for less than 0.6 of the time.
package enum EfficiencyCause: Sendable, Hashable {
    /// The other workers waited for the one with the most to do.
    case largestShare(worker: Int, seconds: Double)
    /// Workers had no flashpoint at all.
    case idleWorkers(Int)
    /// Jobs waited for a machine, cold starts included.
    case queueDelay(seconds: Double)
    /// Seconds went into tries without a result, and into the pauses after them.
    case retries(seconds: Double)

    /// Seconds of work were lost when the run was stopped, and done again.
    case stop(seconds: Double)

    /// Efficiency below which a summary names the cause.
    package static let threshold = 0.6

    /// The cause in a sentence.
    package var text: String {
        switch self {
        case .largestShare(let worker, let seconds):
            "the largest share, worker \(worker)'s, took \(Self.rounded(seconds)) s while others had finished"
        case .idleWorkers(1): "1 worker had no flashpoint"
        case .idleWorkers(let count): "\(count) workers had no flashpoint"
        case .queueDelay(let seconds):
            "jobs waited \(Self.rounded(seconds)) s in all for a machine (queue and cold start)"
        case .retries(let seconds): "\(Self.rounded(seconds)) s in all went into retries"
        case .stop(let seconds): "\(Self.rounded(seconds)) s of work in all went with the stop and were done again"
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }
}

extension Overview {
    /// What cost the most of the workers' time; `nil` when the efficiency is no less than 0.6 or not known yet.
    ///
    /// Compares worker-seconds: of workers without a share, of waiting for the lane with the most to do, in the queue, in retries, lost by stops.
    package var efficiencyCause: EfficiencyCause? {
        let duration = answer?.durationSeconds ?? t
        guard let efficiency = efficiency(duration: duration), efficiency < EfficiencyCause.threshold else {
            return nil
        }
        let sharing = lanes.filter { $0.share > 0 }
        let idle = lanes.count - sharing.count
        guard let largest = sharing.max(by: { $0.seconds < $1.seconds }) else { return nil }
        let queue = sharing.reduce(0) { $0 + $1.queueSeconds }
        let retries = sharing.reduce(0) { $0 + $1.retrySeconds }
        let stopped = sharing.reduce(0) { $0 + $1.stoppedSeconds }
        let imbalance = sharing.reduce(0) { $0 + largest.seconds - $1.seconds }
        let candidates: [(lost: Double, cause: EfficiencyCause)] = [
            (Double(idle) * duration, .idleWorkers(idle)),
            (imbalance, .largestShare(worker: largest.worker, seconds: largest.seconds)),
            (queue, .queueDelay(seconds: queue)),
            (retries, .retries(seconds: retries)),
            (stopped, .stop(seconds: stopped)),
        ]
        guard let worst = candidates.max(by: { $0.lost < $1.lost }), worst.lost > 0 else { return nil }
        return worst.cause
    }
}
