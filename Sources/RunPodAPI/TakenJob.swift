package import Flashpoints

/// A job that the platform has handed to this worker.
package struct TakenJob: Sendable, Hashable {
    package var id: String
    /// What the client submitted; an empty object when the platform left it out.
    package var input: JSONValue

    package init(id: String, input: JSONValue) {
        self.id = id
        self.input = input
    }
}

/// How a job ended on the worker.
package enum JobResult: Sendable, Hashable {
    case output(JSONValue)
    /// Always text: the platform drops any other JSON value.
    case failed(String)
}

/// What a handler writes its records to while it works.
package struct JobStreamWriter: Sendable {
    /// Bytes of a record that the platform takes, its wrapping included: 1 MB, as documented.
    package static let recordLimit = 1_000_000

    private let send: @Sendable (JSONValue) async -> Void
    private let sendAndWait: @Sendable (JSONValue) async -> Bool
    private let ask: @Sendable () -> Void

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - deliver: Returns when the record has been posted, with whether the platform has it; nil where all that is sent
    ///     arrives.
    ///   - send: Returns when the record's turn has come.
    package init(
        prepareNext ask: @escaping @Sendable () -> Void = {},
        deliver: (@Sendable (JSONValue) async -> Bool)? = nil,
        _ send: @escaping @Sendable (JSONValue) async -> Void
    ) {
        self.send = send
        if let deliver {
            sendAndWait = deliver
        } else {
            sendAndWait = { record in
                await send(record)
                return true
            }
        }
        self.ask = ask
    }

    /// Sends one record after all that were written before it.
    ///
    /// Returns when the record's turn has come, so a slow platform slows the writer down. A record that can't be
    /// delivered is dropped with a notice, and so are those of the next 10 s; the job's output has to carry everything
    /// that matters. Does nothing once the job was stopped.
    package func write(_ record: JSONValue) async {
        await send(record)
    }

    /// Sends one record after all that were written before it, and returns when it has been posted.
    ///
    /// - Returns: Whether the platform has it; false also once the job was stopped.
    package func deliver(_ record: JSONValue) async -> Bool {
        await sendAndWait(record)
    }

    /// Says that the handler is nearly done, so that the worker may ask for its next job already.
    ///
    /// That job can't go to an idle worker any more, and its time on the platform runs: a moment before the end is right.
    package func prepareNext() { ask() }
}

/// What a worker does with a job: returns its output or throws why there is none.
///
/// Cancelled when the platform stops the job; what it returns then is posted nowhere.
package typealias JobHandler = @Sendable (TakenJob, JobStreamWriter) async throws -> JSONValue
