/// Who does what: every flashpoint of the batch in exactly one chunk of one share.
package struct Plan: Sendable, Hashable, Codable {
    /// One for each worker, in the order of their numbers; a worker may have nothing to do.
    package var shares: [Share]

    package init(shares: [Share]) {
        self.shares = shares
    }

    /// Every chunk in the order of its id.
    package var chunks: some Sequence<Chunk> { shares.lazy.flatMap(\.chunks) }

    /// The number of flashpoints.
    package var count: Int { shares.reduce(0) { $0 + $1.count } }
}

/// The flashpoints planned for one worker.
package struct Share: Sendable, Hashable, Codable {
    /// Lane of the run, from 1.
    package var worker: Int
    /// What goes out in one job each, one after the other; none for an idle worker.
    package var chunks: [Chunk]

    package init(worker: Int, chunks: [Chunk]) {
        self.worker = worker
        self.chunks = chunks
    }

    /// The number of flashpoints.
    package var count: Int { chunks.reduce(0) { $0 + $1.indices.count } }

    /// The flashpoints' input positions, ascending.
    package var indices: [Int] { chunks.flatMap(\.indices) }
}

/// Flashpoints that go out in one job; never none.
package struct Chunk: Sendable, Hashable, Codable {
    /// Number within the run, from 1.
    package var id: Int
    /// Lane of the run, from 1.
    package var worker: Int
    /// Input positions of the flashpoints, ascending.
    package var indices: IndexList
    /// Whether the job is over the size limit: a single flashpoint that fits no job.
    package var isOversize: Bool

    package init(id: Int, worker: Int, indices: IndexList, isOversize: Bool = false) {
        self.id = id
        self.worker = worker
        self.indices = indices
        self.isOversize = isOversize
    }
}

/// How much goes out in one job.
package struct ChunkLimits: Sendable, Hashable {
    /// `ETL_CHUNK_MAX`.
    package var flashpoints: Int
    /// Bytes of the whole request body; the platform refuses more than 10 MiB.
    package var bytes: Int
    /// Bytes of a request body beside its flashpoints, at most.
    package var envelopeBytes: Int
    /// Bytes that each flashpoint adds beside its own: commas, its index and its hash.
    package var entryBytes: Int

    package init(
        flashpoints: Int = 200,
        bytes: Int = 8_000_000,
        envelopeBytes: Int = 2_048,
        entryBytes: Int = 48
    ) {
        precondition(flashpoints > 0, "a chunk holds at least one flashpoint")
        self.flashpoints = flashpoints
        self.bytes = bytes
        self.envelopeBytes = envelopeBytes
        self.entryBytes = entryBytes
    }
}
