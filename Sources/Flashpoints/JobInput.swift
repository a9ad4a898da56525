/// What a job carries as its `input`: the seed's fields, and one object of ours.
///
/// A handler that knows only the first four fields works. With `RUNPOD_PAYLOAD=ids` the flashpoints travel as bare
/// ids, which decode as flashpoints without feeds.
package struct JobInput: Sendable, Hashable {
    /// The day whose news it is, `YYYY-MM-DD`.
    package var date: String
    /// Who asks; `etl_worker` for a chunk.
    package var trigger: String
    /// Whether earlier rows of the date go when new ones come.
    package var cleanup: Bool
    /// The chunk.
    package var flashpoints: [Flashpoint]
    /// Where the chunk belongs; missing when somebody else submitted the job.
    package var run: RunReference?

    package init(date: String, trigger: String, cleanup: Bool, flashpoints: [Flashpoint], run: RunReference?) {
        self.date = date
        self.trigger = trigger
        self.cleanup = cleanup
        self.flashpoints = flashpoints
        self.run = run
    }

    /// The trigger that makes a worker process its chunk rather than coordinate a run.
    package static let workerTrigger = "etl_worker"
}

/// Which part of which run a job is.
package struct RunReference: Sendable, Hashable, Codable {
    package var id: String
    /// Lane of the run, from 1.
    package var worker: Int
    package var workers: Int
    /// Chunk of the run, from 1.
    package var chunk: Int
    /// Submission of the chunk, from 1.
    package var attempt: Int
    /// Fresh for each submission.
    package var nonce: String
    /// `LOG_LEVEL` of the run.
    package var logLevel: String
    /// Input positions of the flashpoints, in their order.
    package var indices: [Int]
    /// Content hashes of the flashpoints, in their order.
    package var hashes: [String]

    package init(
        id: String,
        worker: Int,
        workers: Int,
        chunk: Int,
        attempt: Int,
        nonce: String,
        logLevel: String,
        indices: [Int],
        hashes: [String]
    ) {
        self.id = id
        self.worker = worker
        self.workers = workers
        self.chunk = chunk
        self.attempt = attempt
        self.nonce = nonce
        self.logLevel = logLevel
        self.indices = indices
        self.hashes = hashes
    }

    package enum CodingKeys: String, CodingKey {
        case id, worker, workers, chunk, attempt, nonce, indices, hashes
        case logLevel = "log_level"
    }
}
