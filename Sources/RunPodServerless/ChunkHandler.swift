package import ETLPipeline
package import Flashpoints

/// Processes a chunk as every worker does: one flashpoint after another, each told as soon as it is done.
package struct ChunkHandler<C: Clock>: Sendable where C.Duration == Duration {
    /// Takes the records in order; returns when the record's turn has come.
    package typealias Emit = @Sendable (StreamRecord) async -> Void

    private let pipeline: Pipeline<C>
    private let clock: C
    /// Pause between two heartbeats.
    private let heartbeat: Duration

    package init(pipeline: Pipeline<C>, clock: C, heartbeat: Duration = .seconds(10)) {
        self.pipeline = pipeline
        self.clock = clock
        self.heartbeat = heartbeat
    }

    /// Processes the chunk.
    ///
    /// A flashpoint that fails is a record like any other; the chunk goes on.
    ///
    /// - Parameter nearlyDone: Called when the last flashpoint enters the last stage, should it come to that.
    /// - Returns: The `result` records and the `end` record, which are the job's output.
    /// - Throws: `CancellationError` when the job was stopped.
    package func process(
        _ input: JobInput,
        nearlyDone: @escaping @Sendable () -> Void = {},
        emit: @escaping Emit
    ) async throws -> [StreamRecord] {
        let began = clock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [clock, heartbeat] in
                while true {
                    try await clock.sleep(for: heartbeat)
                    let vitals = ProcessVitals.now()
                    await emit(.heartbeat(residentMB: vitals.residentMB, cpuSeconds: vitals.cpuSeconds))
                }
            }
            defer { group.cancelAll() }
            var output: [StreamRecord] = []
            var failed = 0
            for position in input.flashpoints.indices {
                let isLast = position == input.flashpoints.count - 1
                let result = try await process(
                    input,
                    at: position,
                    lastStageBegins: { if isLast { nearlyDone() } },
                    emit
                )
                if case .failure = result.outcome { failed += 1 }
                output.append(.result(result))
                await emit(.result(result))
            }
            let end = ChunkEnd(
                ok: failed == 0,
                date: input.date,
                trigger: input.trigger,
                cleanup: input.cleanup,
                workers: 1,
                seconds: began.duration(to: clock.now).rounded,
                processed: output.count,
                failed: failed
            )
            output.append(.end(end))
            await emit(.end(end))
            return output
        }
    }

    private func process(
        _ input: JobInput,
        at position: Int,
        lastStageBegins: @escaping @Sendable () -> Void,
        _ emit: @escaping Emit
    ) async throws -> FlashpointResult {
        let flashpoint = input.flashpoints[position]
        let indices = input.run?.indices ?? []
        let hashes = input.run?.hashes ?? []
        let index = indices.indices.contains(position) ? indices[position] : position
        await emit(.start(index: index, id: flashpoint.id))
        let relay = ReportRelay(index: index, wantsDebug: input.run?.logLevel == "DEBUG", clock: clock, emit: emit)
        let outcome = try await relay.run { report in
            try await pipeline.process(
                flashpoint,
                date: input.date,
                cleanup: input.cleanup,
                lastStageBegins: lastStageBegins,
                report: report
            )
        }
        return FlashpointResult(
            index: index,
            id: flashpoint.id,
            hash: hashes.indices.contains(position) ? hashes[position] : nil,
            outcome: outcome.result,
            seconds: (outcome.seconds * 1_000).rounded() / 1_000
        )
    }
}

extension Duration {
    /// Seconds, to the millisecond.
    fileprivate var rounded: Double { (self / .milliseconds(1)).rounded() / 1_000 }
}
