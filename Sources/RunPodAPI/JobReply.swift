package import Flashpoints
import FoundationEssentials

/// A job as `run`, `status`, `status-sync`, `cancel` and `retry` show it.
///
/// Read leniently: only the id and the status are needed, unknown fields are ignored.
package struct JobReply: Sendable, Hashable {
    package var id: String
    package var status: JobStatus
    /// Milliseconds in the queue, cold start included.
    package var delayTime: Int?
    /// Milliseconds on the worker.
    package var executionTime: Int?
    /// RunPod's name of the machine that has or had the job.
    package var workerId: String?
    /// The result when completed, the latest progress value before; nil when the field is missing, which is not the
    /// same as a result of `null`.
    package var output: JSONValue?
    /// What the handler or the platform says went wrong; another JSON value than a string is given as its text.
    package var error: String?
    /// How often the platform has queued the job again.
    package var retries: Int?

    package init(
        id: String,
        status: JobStatus,
        delayTime: Int? = nil,
        executionTime: Int? = nil,
        workerId: String? = nil,
        output: JSONValue? = nil,
        error: String? = nil,
        retries: Int? = nil
    ) {
        self.id = id
        self.status = status
        self.delayTime = delayTime
        self.executionTime = executionTime
        self.workerId = workerId
        self.output = output
        self.error = error
        self.retries = retries
    }
}

extension JobReply {
    /// What went wrong, fit for a line on a screen.
    ///
    /// RunPod's Python SDK puts a JSON document with a traceback into the error of a handler that raised; its
    /// `error_message` is what people want to read. Any other error is given as it is.
    package var readableError: String? { error.map(JobReply.readable(_:)) }

    /// The `error_message` of an exception as RunPod's Python SDK reports it, or the text itself.
    package static func readable(_ error: String) -> String {
        guard error.utf8.first == UInt8(ascii: "{"),
            let report = try? JSONCoding.decode(JSONValue.self, from: Data(error.utf8)),
            let message = report["error_message"]?.stringValue
        else { return error }
        return message
    }
}

extension JobReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, status, delayTime, executionTime, workerId, output, error, retries
    }

    /// Decodes leniently: only `id` and `status` are needed, a field of an unexpected type counts as missing.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        status = try container.decode(JobStatus.self, forKey: .status)
        delayTime = container.lenientInt(forKey: .delayTime)
        executionTime = container.lenientInt(forKey: .executionTime)
        workerId = try? container.decode(String.self, forKey: .workerId)
        // Not a conditional expression: its `nil` would be the JSON value `null`.
        if container.contains(.output) { output = try container.decode(JSONValue.self, forKey: .output) }
        error = try container.decodeIfPresent(JSONValue.self, forKey: .error).flatMap(\.text)
        retries = container.lenientInt(forKey: .retries)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(delayTime, forKey: .delayTime)
        try container.encodeIfPresent(executionTime, forKey: .executionTime)
        try container.encodeIfPresent(workerId, forKey: .workerId)
        try container.encodeIfPresent(output, forKey: .output)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encodeIfPresent(retries, forKey: .retries)
    }
}

extension KeyedDecodingContainer {
    /// A whole number, however it is written; nil for anything else.
    func lenientInt(forKey key: Key) -> Int? {
        guard let value = try? decodeIfPresent(JSONValue.self, forKey: key) else { return nil }
        return value.intValue ?? value.doubleValue.flatMap { Int(exactly: $0.rounded()) }
    }
}

extension JSONValue {
    /// A string as itself, `null` as nothing, any other value as one line of JSON.
    fileprivate var text: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        case .bool, .integer, .number, .array, .object:
            (try? JSONCoding.encode(self)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
