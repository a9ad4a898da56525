/// A record in the stream of a coordinator's job: what one of the run's workers says, or what is known of its job.
///
/// On the wire it is the worker's own record with the lane as `worker` beside it; what is known of a job is an `event`
/// of its own, `attempt` or `cancelled`, which other readers pass over.
package struct CoordinatedRecord: Sendable, Hashable {
    package enum Body: Sendable, Hashable {
        /// What the worker says.
        indirect case record(StreamRecord)
        /// A job of the worker's share was submitted.
        case accepted(job: String)
        /// It has a machine.
        case started(instance: String?, delayMS: Int?)
        /// It has ended; the handler's or the platform's words are the message.
        case ended(status: String, executionMS: Int?, message: String?)
        /// A flashpoint is given up without a result, because somebody cancelled its job or the rest of the run.
        case cancelled(index: Int, id: String)
    }

    /// Lane of the run, from 1.
    package var worker: Int
    package var body: Body

    package init(worker: Int, _ body: Body) {
        self.worker = worker
        self.body = body
    }
}

extension CoordinatedRecord: Codable {
    private enum Keys: String, CodingKey {
        case event, worker, state, job, instance, status, message, index, id
        case delayMS = "delay_ms"
        case executionMS = "execution_ms"
    }

    private enum State: String, Codable {
        case accepted, started, ended
    }

    /// Decodes a record that has a `worker`.
    ///
    /// - Throws: `DecodingError` for an unknown `event` or a missing field.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        worker = try fields.decode(Int.self, forKey: .worker)
        switch try fields.decode(String.self, forKey: .event) {
        case "attempt":
            switch try fields.decode(State.self, forKey: .state) {
            case .accepted: body = .accepted(job: try fields.decode(String.self, forKey: .job))
            case .started:
                body = .started(
                    instance: try fields.decodeIfPresent(String.self, forKey: .instance),
                    delayMS: try fields.decodeIfPresent(Int.self, forKey: .delayMS)
                )
            case .ended:
                body = .ended(
                    status: try fields.decode(String.self, forKey: .status),
                    executionMS: try fields.decodeIfPresent(Int.self, forKey: .executionMS),
                    message: try fields.decodeIfPresent(String.self, forKey: .message)
                )
            }
        case "cancelled":
            body = .cancelled(
                index: try fields.decode(Int.self, forKey: .index),
                id: try fields.decode(String.self, forKey: .id)
            )
        default: body = .record(try StreamRecord(plain: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(worker, forKey: .worker)
        switch body {
        case .record(let record): try record.encode(to: encoder)
        case .accepted(let job):
            try fields.encode("attempt", forKey: .event)
            try fields.encode(State.accepted, forKey: .state)
            try fields.encode(job, forKey: .job)
        case .started(let instance, let delayMS):
            try fields.encode("attempt", forKey: .event)
            try fields.encode(State.started, forKey: .state)
            try fields.encodeIfPresent(instance, forKey: .instance)
            try fields.encodeIfPresent(delayMS, forKey: .delayMS)
        case .ended(let status, let executionMS, let message):
            try fields.encode("attempt", forKey: .event)
            try fields.encode(State.ended, forKey: .state)
            try fields.encode(status, forKey: .status)
            try fields.encodeIfPresent(executionMS, forKey: .executionMS)
            try fields.encodeIfPresent(message, forKey: .message)
        case .cancelled(let index, let id):
            try fields.encode("cancelled", forKey: .event)
            try fields.encode(index, forKey: .index)
            try fields.encode(id, forKey: .id)
        }
    }
}
