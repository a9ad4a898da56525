/// The answer of a run but for its results and failures, which ``AnswerWriter`` adds.
package struct RunAnswer: Sendable, Hashable {
    /// Whether nothing failed and nothing was cancelled.
    package var ok: Bool { failed == 0 && cancelled == 0 }
    package var date: String
    package var trigger: String
    package var cleanup: Bool
    package var workers: Int
    /// Seconds driven, gaps between drivers excluded.
    package var durationSeconds: Double
    /// The run's id.
    package var run: String
    package var flashpoints: Int
    package var succeeded: Int
    package var failed: Int
    package var cancelled: Int
    /// Seconds from the first event to the last.
    package var wallSeconds: Double
    /// Σ seconds of the settled flashpoints.
    package var sequentialSeconds: Double
    /// Nil, written as null, with nothing settled; so are the next two.
    package var speedup: Double?
    package var efficiency: Double?
    package var attainable: Double?
    /// What it costs; nil, and its fields not written, where nobody bills.
    package var bill: RunBill?

    /// Creates an answer; seconds and ratios are rounded to thousandths.
    package init(
        date: String,
        trigger: String,
        cleanup: Bool,
        workers: Int,
        durationSeconds: Double,
        run: String,
        flashpoints: Int,
        succeeded: Int,
        failed: Int,
        cancelled: Int,
        wallSeconds: Double,
        speedup: Speedup
    ) {
        func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
        self.date = date
        self.trigger = trigger
        self.cleanup = cleanup
        self.workers = workers
        self.durationSeconds = rounded(durationSeconds)
        self.run = run
        self.flashpoints = flashpoints
        self.succeeded = succeeded
        self.failed = failed
        self.cancelled = cancelled
        self.wallSeconds = rounded(wallSeconds)
        sequentialSeconds = rounded(speedup.sequentialSeconds)
        self.speedup = speedup.speedup(duration: durationSeconds).map(rounded)
        efficiency = speedup.efficiency(duration: durationSeconds).map(rounded)
        attainable = speedup.attainable.map(rounded)
    }
}

extension RunAnswer: Codable {
    /// The fields in the order in which an answer is written.
    enum CodingKeys: String, CodingKey, CaseIterable {
        case ok, date, trigger, cleanup, workers
        case durationSeconds = "duration_sec"
        case run, flashpoints, succeeded, failed, cancelled
        case wallSeconds = "wall_sec"
        case sequentialSeconds = "sequential_sec"
        case speedup, efficiency, attainable
        case billedSeconds = "billed_sec"
        case coldStartSeconds = "cold_start_sec"
        case lostSeconds = "lost_sec"
        case costEstimate = "cost_estimate"
    }

    /// Decodes an answer; `ok`, `results` and `failures` are not looked at.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        date = try fields.decode(String.self, forKey: .date)
        trigger = try fields.decode(String.self, forKey: .trigger)
        cleanup = try fields.decode(Bool.self, forKey: .cleanup)
        workers = try fields.decode(Int.self, forKey: .workers)
        durationSeconds = try fields.decode(Double.self, forKey: .durationSeconds)
        run = try fields.decode(String.self, forKey: .run)
        flashpoints = try fields.decode(Int.self, forKey: .flashpoints)
        succeeded = try fields.decode(Int.self, forKey: .succeeded)
        failed = try fields.decode(Int.self, forKey: .failed)
        cancelled = try fields.decode(Int.self, forKey: .cancelled)
        wallSeconds = try fields.decode(Double.self, forKey: .wallSeconds)
        sequentialSeconds = try fields.decode(Double.self, forKey: .sequentialSeconds)
        speedup = try fields.decodeIfPresent(Double.self, forKey: .speedup)
        efficiency = try fields.decodeIfPresent(Double.self, forKey: .efficiency)
        attainable = try fields.decodeIfPresent(Double.self, forKey: .attainable)
        bill = try fields.decodeIfPresent(Double.self, forKey: .billedSeconds).map { billed in
            RunBill(
                billedSeconds: billed,
                coldStartSeconds: try fields.decodeIfPresent(Double.self, forKey: .coldStartSeconds) ?? 0,
                lostSeconds: try fields.decodeIfPresent(Double.self, forKey: .lostSeconds) ?? 0,
                costEstimate: try fields.decodeIfPresent(Double.self, forKey: .costEstimate)
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        for key in CodingKeys.allCases {
            if let value = value(of: key) { try fields.encode(value, forKey: key) }
        }
    }

    /// A field as JSON; nil for one that is not written.
    func value(of key: CodingKeys) -> JSONValue? {
        switch key {
        case .ok: .bool(ok)
        case .date: .string(date)
        case .trigger: .string(trigger)
        case .cleanup: .bool(cleanup)
        case .workers: .integer(Int64(workers))
        case .durationSeconds: .number(durationSeconds)
        case .run: .string(run)
        case .flashpoints: .integer(Int64(flashpoints))
        case .succeeded: .integer(Int64(succeeded))
        case .failed: .integer(Int64(failed))
        case .cancelled: .integer(Int64(cancelled))
        case .wallSeconds: .number(wallSeconds)
        case .sequentialSeconds: .number(sequentialSeconds)
        case .speedup: speedup.map { .number($0) } ?? .null
        case .efficiency: efficiency.map { .number($0) } ?? .null
        case .attainable: attainable.map { .number($0) } ?? .null
        case .billedSeconds: (bill?.billedSeconds).map { .number($0) }
        case .coldStartSeconds: (bill?.coldStartSeconds).map { .number($0) }
        case .lostSeconds: (bill?.lostSeconds).map { .number($0) }
        case .costEstimate: (bill?.costEstimate).map { .number($0) }
        }
    }
}

/// A flashpoint whose result is null, and why.
package struct RunFailure: Sendable, Hashable {
    /// Position in the batch, from 0.
    package var index: Int
    package var id: String
    package var failure: Failure
    /// Submissions that carried the flashpoint.
    package var attempts: Int

    package init(index: Int, id: String, failure: Failure, attempts: Int) {
        self.index = index
        self.id = id
        self.failure = failure
        self.attempts = attempts
    }
}

extension RunFailure: Codable {
    private enum CodingKeys: String, CodingKey {
        case index, id, attempts
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        index = try fields.decode(Int.self, forKey: .index)
        id = try fields.decode(String.self, forKey: .id)
        failure = try Failure(from: decoder)
        attempts = try fields.decode(Int.self, forKey: .attempts)
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(index, forKey: .index)
        try fields.encode(id, forKey: .id)
        try failure.encode(to: encoder)
        try fields.encode(attempts, forKey: .attempts)
    }
}
