import Flashpoints
import FoundationEssentials

/// What `requests` lists: the endpoint's jobs, with what can be recognised of their inputs.
///
/// RunPod publishes the operation's rate limit and nothing else, so whatever looks like a list of jobs is taken for one.
package struct JobListing: Sendable, Hashable {
    /// A job of the list.
    package struct Entry: Sendable, Hashable {
        package var id: String
        package var status: JobStatus?
        /// Which part of which run it is, when its input is shown and says so.
        package var run: RunMark?

        package init(id: String, status: JobStatus?, run: RunMark?) {
            self.id = id
            self.status = status
            self.run = run
        }
    }

    /// What the `run` member of an input says about its submission.
    package struct RunMark: Sendable, Hashable {
        package var id: String
        package var worker: Int
        package var chunk: Int
        package var attempt: Int
        package var nonce: String

        package init(id: String, worker: Int, chunk: Int, attempt: Int, nonce: String) {
            self.id = id
            self.worker = worker
            self.chunk = chunk
            self.attempt = attempt
            self.nonce = nonce
        }
    }

    package var entries: [Entry]
    /// Whether a job that is not in the list can be taken for absent: inputs are shown, and no further page is hinted at.
    package var isConclusive: Bool

    package init(entries: [Entry], isConclusive: Bool) {
        self.entries = entries
        self.isConclusive = isConclusive
    }
}

extension JobListing: Decodable {
    package init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        let lists = [value.arrayValue] + ["requests", "jobs", "data"].map { value[$0]?.arrayValue }
        guard let list = lists.compactMap({ $0 }).first else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "there is no list of jobs")
            )
        }
        let jobs = list.filter { $0["id"]?.stringValue != nil }
        guard jobs.count == list.count else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "the list is not one of jobs")
            )
        }
        let inputs = jobs.map { Self.input(of: $0) }
        entries = zip(jobs, inputs).map { job, input in
            Entry(
                id: job["id"]?.stringValue ?? "",
                status: job["status"]?.stringValue.map(JobStatus.init(rawValue:)),
                run: input?["run"].flatMap(RunMark.init)
            )
        }
        // An empty list may be one that shows only what is queued; one that says it has no more is taken at its word.
        let showsInputs = list.isEmpty ? value["hasMore"] == .bool(false) : inputs.allSatisfy { $0 != nil }
        isConclusive = showsInputs && !Self.goesOn(value, listed: list.count)
    }

    /// The job's input, also when it is told as JSON text.
    private static func input(of job: JSONValue) -> JSONValue? {
        guard let input = job["input"], input != .null else { return nil }
        guard let text = input.stringValue else { return input }
        return try? JSONCoding.decode(JSONValue.self, from: Data(text.utf8))
    }

    /// Whether the answer hints at jobs that it does not list.
    private static func goesOn(_ answer: JSONValue, listed: Int) -> Bool {
        if answer["hasMore"] == .bool(true) { return true }
        if let total = answer["total"]?.intValue, total > listed { return true }
        return ["next", "nextPage", "nextPageToken", "cursor", "nextCursor"].contains { name in
            switch answer[name] {
            case nil, .null, .bool(false), .string(""): false
            default: true
            }
        }
    }
}

extension JobListing.RunMark {
    fileprivate init?(_ run: JSONValue) {
        guard let id = run["id"]?.stringValue, let worker = run["worker"]?.intValue,
            let chunk = run["chunk"]?.intValue, let attempt = run["attempt"]?.intValue,
            let nonce = run["nonce"]?.stringValue
        else { return nil }
        self.init(id: id, worker: worker, chunk: chunk, attempt: attempt, nonce: nonce)
    }
}
