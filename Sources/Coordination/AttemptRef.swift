/// Names one submission of one chunk.
package struct AttemptRef: Sendable, Hashable, Codable {
    /// The lane, from 1.
    package var worker: Int
    /// The chunk, numbered over the run from 1.
    package var chunk: Int
    /// The submission of the chunk, from 1.
    package var attempt: Int

    package init(worker: Int, chunk: Int, attempt: Int) {
        self.worker = worker
        self.chunk = chunk
        self.attempt = attempt
    }

    /// The submission of the same chunk that follows this one.
    package var next: AttemptRef { AttemptRef(worker: worker, chunk: chunk, attempt: attempt + 1) }
}

extension AttemptRef: CustomStringConvertible {
    package var description: String { "worker \(worker), chunk \(chunk), attempt \(attempt)" }
}
