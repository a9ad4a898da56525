import Flashpoints
import FoundationEssentials

/// What `requests` tells of an endpoint's jobs.
///
/// The operation is undocumented but for its rate limit, so its answer is read leniently and believed no further than it
/// goes: a job that is listed exists, but one that is not listed may exist too, unless ``provesAbsence``.
package struct JobListing: Sendable, Hashable {
    package struct Job: Sendable, Hashable {
        package var id: String
        package var status: JobStatus?
        /// Whether the job's input is shown, so that a job without a mark is surely none of ours.
        package var showsInput: Bool
        package var mark: JobMark?
    }

    package var jobs: [Job]
    /// Whether the listing has all jobs: it says so, or nothing points to further pages.
    package var isWhole: Bool
    private var saysWhole: Bool

    /// Whether a submission of which no job is listed has none.
    package var provesAbsence: Bool {
        jobs.isEmpty ? saysWhole : isWhole && jobs.allSatisfy(\.showsInput)
    }

    /// The job of a submission; of several the one that may still bring results.
    package func job(of mark: JobMark) -> Job? {
        let jobs = jobs.filter { $0.mark?.matches(mark) == true }
        return jobs.first { $0.status != .cancelled && $0.status != .failed && $0.status != .timedOut } ?? jobs.first
    }
}

/// What the input of a job of ours says about its submission.
package struct JobMark: Sendable, Hashable {
    package var run: String?
    package var worker: Int?
    package var chunk: Int?
    package var attempt: Int?
    package var nonce: String?

    package init(run: String?, worker: Int?, chunk: Int?, attempt: Int?, nonce: String?) {
        self.run = run
        self.worker = worker
        self.chunk = chunk
        self.attempt = attempt
        self.nonce = nonce
    }

    /// Whether both are of one submission, by the nonce where `other` has one, else by run, worker, chunk and attempt.
    package func matches(_ other: JobMark) -> Bool {
        if let nonce = other.nonce { return self.nonce == nonce }
        guard let run = other.run, let worker = other.worker, let chunk = other.chunk, let attempt = other.attempt
        else {
            return false
        }
        return self.run == run && self.worker == worker && self.chunk == chunk && self.attempt == attempt
    }
}

// MARK: - Reading

extension JobListing {
    /// Reads a list of jobs, at top level or as `requests`, `jobs` or `data`.
    ///
    /// - Returns: `nil` for anything else.
    init?(_ answer: JSONValue) {
        guard let elements = Self.elements(of: answer) else { return nil }
        var jobs: [Job] = []
        for element in elements {
            guard let job = Job(element) else { return nil }
            jobs.append(job)
        }
        self.jobs = jobs
        let word = Self.word(of: answer, count: jobs.count)
        saysWhole = word == true
        // A listing that is cut without a word ends at a round number.
        isWhole = word ?? (jobs.count % 10 != 0)
    }

    private static func elements(of answer: JSONValue) -> [JSONValue]? {
        if let elements = answer.arrayValue { return elements }
        for name in ["requests", "jobs", "data"] {
            guard let member = answer[name] else { continue }
            if let elements = member.arrayValue { return elements }
            for inner in ["requests", "jobs"] {
                if let elements = member[inner]?.arrayValue { return elements }
            }
        }
        return nil
    }

    /// What the answer itself says about being whole.
    private static func word(of answer: JSONValue, count: Int) -> Bool? {
        for name in ["hasMore", "has_more"] {
            if case .bool(let hasMore) = answer[name] { return !hasMore }
        }
        for name in ["next", "nextPage", "nextCursor", "next_cursor", "nextToken", "cursor"] {
            switch answer[name] {
            case nil, .null, .string(""), .bool(false): continue
            case .bool, .integer, .number, .string, .array, .object: return false
            }
        }
        for name in ["total", "totalCount", "total_count"] {
            if let total = answer[name]?.intValue { return total <= count }
        }
        return nil
    }
}

extension JobListing.Job {
    /// Reads an element with at least an `id`; its `input` may be an object or the text of one.
    fileprivate init?(_ element: JSONValue) {
        guard let id = element["id"]?.stringValue, !id.isEmpty else { return nil }
        self.id = id
        status = element["status"]?.stringValue.map { JobStatus(rawValue: $0) }
        var input = element["input"]
        if let text = input?.stringValue {
            input = try? JSONCoding.decode(JSONValue.self, from: Data(text.utf8))
        }
        showsInput = input?.objectValue != nil
        mark = input?["run"].flatMap { JobMark($0) }
    }
}

extension JobMark {
    fileprivate init?(_ run: JSONValue) {
        guard run.objectValue != nil else { return nil }
        self.init(
            run: run["id"]?.stringValue,
            worker: run["worker"]?.intValue,
            chunk: run["chunk"]?.intValue,
            attempt: run["attempt"]?.intValue,
            nonce: run["nonce"]?.stringValue
        )
    }
}
