import Flashpoints
import FoundationEssentials
import RunJournal

/// The answer of a run as the output of the job that coordinated it.
enum CoordinatorAnswer {
    /// Bytes up to which the results are in it: RunPod takes 10 MB, its own wrapping included.
    static let limit = 8_000_000

    private struct TooLarge: Error {}

    /// The whole answer; without `results`, and with `"results_in": "stream"`, when it would exceed the limit.
    ///
    /// Where the failures alone exceed it they are left out too, which `failures_in` says.
    static func value(_ answer: RunAnswer, of run: some RunResults, limit: Int = limit) async throws -> JSONValue {
        do {
            return try decode(
                try await bytes(answer, limit) {
                    try await run.results(in: $0)
                } failures: {
                    try await run.failures(from: $0)
                }
            )
        } catch is TooLarge {
            return try await summary(answer, of: run, limit)
        }
    }

    private static func summary(_ answer: RunAnswer, of run: some RunResults, _ limit: Int) async throws -> JSONValue {
        var members: [String: JSONValue]
        do {
            let whole = try await bytes(answer, limit) { page in
                // One short word for each; they are taken out again.
                Array(repeating: nil, count: page.count)
            } failures: {
                try await run.failures(from: $0)
            }
            members = try decode(whole).objectValue ?? [:]
        } catch is TooLarge {
            members = try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(answer)).objectValue ?? [:]
            members["failures_in"] = "stream"
        }
        members["results"] = nil
        members["results_in"] = "stream"
        return .object(members)
    }

    private static func bytes(
        _ answer: RunAnswer,
        _ limit: Int,
        results: AnswerWriter.Results,
        failures: AnswerWriter.Failures
    ) async throws -> Data {
        var bytes = Data()
        try await AnswerWriter(answer).write(results: results, failures: failures) { piece in
            bytes += piece
            if bytes.count > limit { throw TooLarge() }
        }
        return bytes
    }

    private static func decode(_ bytes: Data) throws -> JSONValue {
        try JSONCoding.decode(JSONValue.self, from: bytes)
    }
}
