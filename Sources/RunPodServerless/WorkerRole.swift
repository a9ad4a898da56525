import ETLPipeline
import Flashpoints
import FoundationEssentials
import HTTPTransport
package import Logging
package import RunPodAPI
package import Settings

/// `etl-dash worker`: a RunPod worker whose handler is the pipeline.
package enum WorkerRole {
    /// Takes jobs and processes them until drained.
    ///
    /// - Parameters:
    ///   - environment: The platform's variables, `RUNPOD_WEBHOOK_GET_JOB` and its like.
    ///   - drain: Given when no further job is to be taken; the job in hand is finished.
    /// - Throws: `WorkerEnvironment.Problem` when the variables are not those of a worker.
    package static func run(
        _ settings: Settings,
        environment: [String: String],
        drain: Latch,
        logger: Logger
    ) async throws {
        let worker = try WorkerEnvironment(environment, freshID: { UUID().uuidString.lowercased() })
        if settings.database == nil {
            logger.warning("ETL_DATABASE is not set: clusters are returned, and loaded nowhere")
        }
        try await PipelineHost.withHandler(settings, database: settings.database) { handler in
            try await HTTPTransport.withTransport(.polls) { polls in
                try await HTTPTransport.withTransport(.control) { control in
                    let client = WorkerClient(environment: worker, polls: polls, control: control)
                    let worker = RunPodWorker(
                        client: client,
                        clock: SuspendingClock(),
                        chance: { Double.random(in: 0..<1) },
                        pulse: .shared,
                        notify: { logger.notice("\($0)") }
                    )
                    let coordinator = Coordinator(settings: settings, environment: environment, logger: logger) {
                        _ = try await handler.process($0, emit: $1)
                    }
                    try await worker.run(until: drain) { job, stream in
                        try await handle(job, stream, handler, coordinator)
                    }
                }
            }
        }
    }

    private static func handle(
        _ job: TakenJob,
        _ stream: JobStreamWriter,
        _ handler: ChunkHandler<SuspendingClock>,
        _ coordinator: Coordinator
    ) async throws -> JSONValue {
        let input: JobInput
        do {
            input = try JSONCoding.decode(JobInput.self, from: JSONCoding.encode(job.input))
        } catch let error as DecodingError {
            throw Failure(.permanent, "the job's input can't be used: \(FieldProblem(error))")
        }
        if input.isBatch { return try await coordinator.coordinate(job, input, stream) }
        let output = try await handler.process(input, nearlyDone: stream.prepareNext) { record in
            guard let value = try? record.asJSONValue() else { return }
            await stream.write(value)
        }
        return .array(try output.map { try $0.asJSONValue() })
    }
}

extension StreamRecord {
    func asJSONValue() throws -> JSONValue {
        try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(self))
    }
}
