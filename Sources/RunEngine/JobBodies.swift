package import Coordination
package import Flashpoints
package import FoundationEssentials
import RunPodAPI

/// Builds the requests that submit a run's chunks.
package struct JobBodies: Sendable {
    /// Bounds of a job's life, from the settings.
    package struct Limits: Sendable, Hashable {
        /// `REQUEST_TIMEOUT`: the most one flashpoint may take.
        package var requestTimeout: Duration
        /// `JOB_TIMEOUT_S`: the most one job may take.
        package var jobTimeout: Duration

        package init(requestTimeout: Duration, jobTimeout: Duration) {
            self.requestTimeout = requestTimeout
            self.jobTimeout = jobTimeout
        }
    }

    /// How flashpoints travel.
    package enum Payload: Sendable, Hashable {
        case full
        case ids
    }

    /// What a coordinator elsewhere is told beside the run's header.
    package struct Batch: Sendable, Hashable {
        /// How often it tries a failed flashpoint again.
        package var retries: Int

        package init(retries: Int) {
            self.retries = retries
        }
    }

    /// Makes each request one for a coordinator: a batch of the run's own trigger, to be split there.
    package var batch: Batch?

    private let plan: RunPlan
    private let spool: SpoolReader
    private let limits: Limits
    private let payload: Payload
    private let logLevel: String

    package init(plan: RunPlan, spool: SpoolReader, limits: Limits, payload: Payload = .full, logLevel: String) {
        self.plan = plan
        self.spool = spool
        self.limits = limits
        self.payload = payload
        self.logLevel = logLevel
    }

    /// The ids of the attempt's flashpoints, in its order.
    package func ids(_ order: JobOrder) -> [String] { order.indices.map(plan.catalogue.id) }

    /// What the input of the attempt's job says about it, as far as the order knows.
    func mark(_ order: JobOrder) -> JobMark {
        JobMark(
            run: plan.header.run,
            worker: order.ref.worker,
            chunk: order.ref.chunk,
            attempt: order.ref.attempt,
            nonce: order.nonce.isEmpty ? nil : order.nonce
        )
    }

    /// The whole request body, `input` and `policy`.
    ///
    /// - Throws: `FileError` when the spool can't be read.
    package func request(_ order: JobOrder) throws -> Data {
        var body = Data(#"{"input":"#.utf8)
        body.append(contentsOf: try input(order))
        let execution = executionTimeout(flashpoints: order.indices.count)
        let life = life(flashpoints: order.indices.count)
        let policy =
            #","policy":{"executionTimeout":\#(execution.wholeMilliseconds),"ttl":\#(life.wholeMilliseconds)}}"#
        body.append(contentsOf: Data(policy.utf8))
        return body
    }

    /// The job's input as a handler in this process gets it.
    package func jobInput(_ order: JobOrder) throws -> JobInput {
        try JSONCoding.decode(JobInput.self, from: Data(try input(order)))
    }

    /// The time the job may take: that of its flashpoints together, at most a job's own, at most the platform's 7 days.
    func executionTimeout(flashpoints: Int) -> Duration {
        min(limits.jobTimeout, limits.requestTimeout * max(flashpoints, 1), .seconds(604_800))
    }

    /// The time after which the platform forgets the job, whatever it is at: its execution and 1.5 h in the queue.
    func life(flashpoints: Int) -> Duration {
        min(executionTimeout(flashpoints: flashpoints) + .seconds(5_400), .seconds(604_800))
    }

    private func input(_ order: JobOrder) throws -> [UInt8] {
        let header = plan.header
        let run = RunReference(
            id: header.run,
            worker: order.ref.worker,
            workers: header.workers,
            chunk: order.ref.chunk,
            attempt: order.ref.attempt,
            nonce: order.nonce,
            logLevel: logLevel,
            indices: Array(order.indices),
            hashes: order.indices.map(plan.catalogue.hash)
        )
        let writer: JobInputWriter
        if let batch {
            writer = try JobInputWriter(
                date: header.date,
                trigger: header.trigger,
                cleanup: header.cleanup,
                run: run,
                more: [
                    "workers": .integer(Int64(header.workers)), "strategy": .string(header.strategy.rawValue),
                    "retries": .integer(Int64(batch.retries)),
                    "max_failures": plan.policy.maxFailures.map { .integer(Int64($0)) } ?? .null,
                ]
            )
        } else {
            writer = try JobInputWriter(
                date: header.date,
                trigger: JobInput.workerTrigger,
                cleanup: header.cleanup,
                run: run
            )
        }
        switch payload {
        case .ids:
            return try writer.encode(ids: ids(order))
        case .full:
            let lines = try order.indices.map { index in
                try spool.line(offset: Int(plan.catalogue.offset(index)), length: plan.catalogue.length(index))
            }
            return writer.encode(lines: lines)
        }
    }
}

extension Duration {
    /// Milliseconds, fractions cut.
    var wholeMilliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
