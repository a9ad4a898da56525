import Flashpoints

/// Notices that a run only fails: too many failures in a row that are alike, or too many retries of the whole run.
///
/// A value that is told what happened; both counts begin anew when somebody lets the run go on.
struct Breaker: Sendable, Hashable, Codable {
    /// Failures in a row that are alike, without a success between them.
    private var streak = 0
    private var latest: Failure?
    /// What ``latest`` has in common with others; made only when another failure reads differently.
    private var latestKey: FailureKey?
    private var latestID = ""
    private var submissions = 0
    private var retries = 0
    /// Whether the operator has been asked since the counts are new.
    var hasAsked = false

    /// Takes a failure of a flashpoint, or of a whole job.
    ///
    /// - Parameter id: The flashpoint's, which its message may name.
    mutating func failed(_ failure: Failure, id: String = "") {
        guard let latest, latest.kind == failure.kind, latest.stage == failure.stage else {
            return begin(failure, id: id)
        }
        if latest.message == failure.message {
            streak += 1
            return
        }
        let known = latestKey ?? FailureKey(latest, id: latestID)
        let key = FailureKey(failure, id: id)
        guard known == key else { return begin(failure, id: id) }
        latestKey = known
        streak += 1
    }

    private mutating func begin(_ failure: Failure, id: String) {
        streak = 1
        latest = failure
        latestID = id
        latestKey = nil
    }

    mutating func succeeded() {
        streak = 0
        latest = nil
        latestKey = nil
    }

    mutating func submitted() { submissions += 1 }

    mutating func retried() { retries += 1 }

    /// Lets the run go on with new counts.
    mutating func reset() { self = Breaker() }

    /// Why the run is to pause and ask; `nil` while it may go on.
    func cause(by policy: RunPolicy) -> String? {
        if let limit = policy.identicalFailures, limit > 0, streak >= limit, let latest {
            let stage = latest.stage.map { " in \($0)" } ?? ""
            let message = (latestKey ?? FailureKey(latest, id: latestID)).message
            return "\(streak) failures in a row are alike (\(latest.kind.rawValue)\(stage): \(message)); "
                + "look for the cause in the log before more is paid for it"
        }
        if Double(retries) > policy.retryShare * Double(submissions) + Double(policy.retryAllowance) {
            let share = Int((policy.retryShare * 100).rounded())
            return "\(retries) of the latest \(submissions) submissions had to be made again, more than "
                + "\(share) % and \(policy.retryAllowance); look for the cause in the log before more is paid for it"
        }
        return nil
    }
}
