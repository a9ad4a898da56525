/// One record of a worker's stream about the chunk it works on.
///
/// On the wire each is a JSON object with a key `event`. No record has a top-level key `error` and none is empty:
/// RunPod's SDK ends a generator at the first and drops the second. Indices are those of the run's input.
package enum StreamRecord: Sendable, Hashable {
    /// Work on a flashpoint began.
    case start(index: Int, id: String)
    /// A stage of a flashpoint moved on.
    case progress(index: Int, stage: String, done: Int, of: Int)
    /// A line for the run's log.
    case log(level: String, message: String)
    /// A flashpoint is done, well or not.
    case result(FlashpointResult)
    /// The worker is alive, with its memory in megabytes and the processor time it has used so far.
    case heartbeat(residentMB: Int, cpuSeconds: Double)
    /// Nothing more comes.
    case end(ChunkEnd)
    /// What a coordinator relays from one of its workers, or knows of its job.
    case coordinated(CoordinatedRecord)

    /// The record itself where a coordinator relays it, and the lane it comes from; nil for what is none of a worker.
    package var relayed: (worker: Int?, record: StreamRecord)? {
        guard case .coordinated(let coordinated) = self else { return (nil, self) }
        guard case .record(let record) = coordinated.body else { return nil }
        return (coordinated.worker, record)
    }
}

/// What became of one flashpoint, as its worker tells it.
package struct FlashpointResult: Sendable, Hashable {
    /// Position in the run's input.
    package var index: Int
    /// The flashpoint's id.
    package var id: String
    /// The content hash that came with the job, given back.
    package var hash: String?
    /// The result, or why there is none.
    package var outcome: Result<JSONValue, Failure>
    /// Seconds the pipeline took over it.
    package var seconds: Double

    package init(index: Int, id: String, hash: String?, outcome: Result<JSONValue, Failure>, seconds: Double) {
        self.index = index
        self.id = id
        self.hash = hash
        self.outcome = outcome
        self.seconds = seconds
    }
}

/// The summary that closes a chunk: the seed's handler answer and two counts.
package struct ChunkEnd: Sendable, Hashable, Codable {
    package var ok: Bool
    package var date: String
    package var trigger: String
    package var cleanup: Bool
    package var workers: Int
    package var seconds: Double
    package var processed: Int
    package var failed: Int

    package init(
        ok: Bool,
        date: String,
        trigger: String,
        cleanup: Bool,
        workers: Int,
        seconds: Double,
        processed: Int,
        failed: Int
    ) {
        self.ok = ok
        self.date = date
        self.trigger = trigger
        self.cleanup = cleanup
        self.workers = workers
        self.seconds = seconds
        self.processed = processed
        self.failed = failed
    }

    package enum CodingKeys: String, CodingKey {
        case ok, date, trigger, cleanup, workers, processed, failed
        case seconds = "duration_sec"
    }
}

extension StreamRecord: Codable {
    private enum Keys: String, CodingKey {
        case event, worker, index, id, stage, done, of, level, message, hash, ok, result, failure
        case seconds = "duration_sec"
        case residentMB = "rss_mb"
        case cpuSeconds = "cpu_sec"
    }

    /// Decodes a record of ours.
    ///
    /// - Throws: `DecodingError` for an unknown `event` or a missing field.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        if fields.contains(.worker) {
            self = .coordinated(try CoordinatedRecord(from: decoder))
        } else {
            try self.init(plain: decoder)
        }
    }

    /// Decodes a record of a worker, whether somebody relays it or not.
    init(plain decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        switch try container.decode(String.self, forKey: .event) {
        case "start":
            self = .start(
                index: try container.decode(Int.self, forKey: .index),
                id: try container.decode(String.self, forKey: .id)
            )
        case "progress":
            self = .progress(
                index: try container.decode(Int.self, forKey: .index),
                stage: try container.decode(String.self, forKey: .stage),
                done: try container.decode(Int.self, forKey: .done),
                of: try container.decode(Int.self, forKey: .of)
            )
        case "log":
            self = .log(
                level: try container.decode(String.self, forKey: .level),
                message: try container.decode(String.self, forKey: .message)
            )
        case "result":
            let ok = try container.decode(Bool.self, forKey: .ok)
            let outcome: Result<JSONValue, Failure> =
                ok
                ? .success(try container.decodeIfPresent(JSONValue.self, forKey: .result) ?? .null)
                : .failure(try container.decode(Failure.self, forKey: .failure))
            self = .result(
                FlashpointResult(
                    index: try container.decode(Int.self, forKey: .index),
                    id: try container.decode(String.self, forKey: .id),
                    hash: try container.decodeIfPresent(String.self, forKey: .hash),
                    outcome: outcome,
                    seconds: try container.decodeIfPresent(Double.self, forKey: .seconds) ?? 0
                )
            )
        case "heartbeat":
            self = .heartbeat(
                residentMB: try container.decode(Int.self, forKey: .residentMB),
                cpuSeconds: try container.decode(Double.self, forKey: .cpuSeconds)
            )
        case "end":
            self = .end(try ChunkEnd(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .event,
                in: container,
                debugDescription: "no record of ours is called \(other)"
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .start(let index, let id):
            try container.encode("start", forKey: .event)
            try container.encode(index, forKey: .index)
            try container.encode(id, forKey: .id)
        case .progress(let index, let stage, let done, let of):
            try container.encode("progress", forKey: .event)
            try container.encode(index, forKey: .index)
            try container.encode(stage, forKey: .stage)
            try container.encode(done, forKey: .done)
            try container.encode(of, forKey: .of)
        case .log(let level, let message):
            try container.encode("log", forKey: .event)
            try container.encode(level, forKey: .level)
            try container.encode(message, forKey: .message)
        case .result(let result):
            try container.encode("result", forKey: .event)
            try container.encode(result.index, forKey: .index)
            try container.encode(result.id, forKey: .id)
            try container.encodeIfPresent(result.hash, forKey: .hash)
            try container.encode(result.seconds, forKey: .seconds)
            switch result.outcome {
            case .success(let value):
                try container.encode(true, forKey: .ok)
                try container.encode(value, forKey: .result)
            case .failure(let failure):
                try container.encode(false, forKey: .ok)
                try container.encode(failure, forKey: .failure)
            }
        case .heartbeat(let residentMB, let cpuSeconds):
            try container.encode("heartbeat", forKey: .event)
            try container.encode(residentMB, forKey: .residentMB)
            try container.encode(cpuSeconds, forKey: .cpuSeconds)
        case .end(let end):
            try container.encode("end", forKey: .event)
            try end.encode(to: encoder)
        case .coordinated(let coordinated):
            try coordinated.encode(to: encoder)
        }
    }
}
