/// How a run treats failure: its budgets and its pauses.
package struct RunPolicy: Sendable, Hashable, Codable {
    /// How often a flashpoint is tried again after a failure of its own (`timeout`, `transient`).
    package var retries = 3
    /// How often it is tried again because the platform lost the job; the user's budget is not charged.
    package var infraRetries = 5
    /// How often it is tried again because an answer did not fit the chunk.
    package var contractRetries = 1
    /// Ceiling of the first pause; each further one doubles it.
    package var backOffBase: Double = 1
    /// Ceiling of every pause, in seconds.
    package var backOffCap: Double = 60
    /// Seconds to wait before an attempt whose submission got no answer is given up.
    package var unknownGrace: Double = 5
    /// Failed flashpoints beyond which the rest is cancelled; `nil` for no limit.
    package var maxFailures: Int?
    /// Seconds without any answer, before the first job was accepted, after which the run gives up; `nil` for never.
    ///
    /// What a journal says of it is of no account: see ``RunState/silenceLimit``.
    package var silenceLimit: Double?

    /// Identical failures in a row at which the run pauses and asks; `nil` for never.
    package var identicalFailures: Int? = 10
    /// Retries of the whole run that need no leave, beside the share of its submissions.
    package var retryAllowance = 10
    /// Share of the submissions that may be retries before the run pauses and asks.
    package var retryShare = 0.1

    package init() {}

    /// Decodes leniently: a journal of an earlier version has fewer fields, which get their defaults.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        retries = try fields.decodeIfPresent(Int.self, forKey: .retries) ?? retries
        infraRetries = try fields.decodeIfPresent(Int.self, forKey: .infraRetries) ?? infraRetries
        contractRetries = try fields.decodeIfPresent(Int.self, forKey: .contractRetries) ?? contractRetries
        backOffBase = try fields.decodeIfPresent(Double.self, forKey: .backOffBase) ?? backOffBase
        backOffCap = try fields.decodeIfPresent(Double.self, forKey: .backOffCap) ?? backOffCap
        unknownGrace = try fields.decodeIfPresent(Double.self, forKey: .unknownGrace) ?? unknownGrace
        maxFailures = try fields.decodeIfPresent(Int.self, forKey: .maxFailures)
        silenceLimit = try fields.decodeIfPresent(Double.self, forKey: .silenceLimit)
        // Absent when there is no limit, and in journals that are older than it.
        identicalFailures = try fields.decodeIfPresent(Int.self, forKey: .identicalFailures)
        retryAllowance = try fields.decodeIfPresent(Int.self, forKey: .retryAllowance) ?? retryAllowance
        retryShare = try fields.decodeIfPresent(Double.self, forKey: .retryShare) ?? retryShare
    }

    /// Ceiling of the pause before try number `tries` + 1; the pause itself is drawn evenly between zero and it.
    ///
    /// Full jitter, so that lanes that failed together don't come back together.
    package func backOffCeiling(tries: Int) -> Double {
        min(backOffCap, backOffBase * Double(1 << min(max(tries - 1, 0), 16)))
    }
}
