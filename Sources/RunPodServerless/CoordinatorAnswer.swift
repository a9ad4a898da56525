import Flashpoints
import FoundationEssentials
import RunJournal

/// The answer of a run as the output of the job that coordinated it.
enum CoordinatorAnswer {
    /// Bytes up to which the results are in it: RunPod takes 10 MB, its own wrapping included.
    static let limit = 8_000_000

    /// An answer without the results that the stream has.
    struct Summary: Sendable {
        var value: JSONValue
        /// What it tells, the lost counted as failed.
        var answer: RunAnswer
        /// Results that neither the stream nor the answer could take.
        var lost: [ResultDelivery.Undelivered]
    }

    private struct TooLarge: Error {}

    /// The whole answer; `nil` when it would exceed the limit.
    static func whole(_ answer: RunAnswer, of run: some RunResults, limit: Int = limit) async throws -> JSONValue? {
        do {
            return try decode(
                try await bytes(answer, limit) {
                    try await run.results(in: $0)
                } failures: {
                    try await run.failures(from: $0)
                }
            )
        } catch is TooLarge {
            return nil
        }
    }

    /// The answer with `"results_in": "stream"`.
    ///
    /// It has `results` only when the stream did not take some: those stand at their places, the others are null. What
    /// has no room in the answer either is among the failures. Where the failures alone exceed the limit they are left out
    /// too, which `failures_in` says.
    static func summary(
        _ answer: RunAnswer,
        of run: some RunResults,
        undelivered: [ResultDelivery.Undelivered],
        limit: Int = limit
    ) async throws -> Summary {
        var room: Int
        var hasFailures = true
        do {
            room = limit - (try await frame(answer, limit) { try await run.failures(from: $0) })
        } catch is TooLarge {
            hasFailures = false
            room = limit - (try await frame(answer, .max) { _ in [] })
        }
        // Each may turn out to need a failure instead.
        room -= undelivered.count * 400
        var carried: [Int: [UInt8]] = [:]
        var lost: [ResultDelivery.Undelivered] = []
        var failures: [RunFailure] = []
        for result in undelivered {
            guard let bytes = try await run.results(in: result.index..<result.index + 1).first ?? nil else { continue }
            if bytes.count <= room {
                room -= bytes.count
                carried[result.index] = bytes
            } else {
                lost.append(result)
                failures.append(RunFailure(result, bytes: bytes.count))
            }
        }
        var answer = answer
        answer.succeeded -= lost.count
        answer.failed += lost.count
        let whole = try await bytes(answer, .max) { page in
            page.map { carried[$0] }
        } failures: { index in
            guard hasFailures else { return [] }
            let page = try await run.failures(from: index)
            let own = failures.filter { $0.index >= index && $0.index <= page.last?.index ?? .max }
            return (page + own).sorted { $0.index < $1.index }
        }
        var members = try decode(whole).objectValue ?? [:]
        if carried.isEmpty { members["results"] = nil }
        members["results_in"] = "stream"
        if !hasFailures {
            members["failures"] = nil
            members["failures_in"] = "stream"
        }
        return Summary(value: .object(members), answer: answer, lost: lost)
    }

    /// Bytes of an answer without a result.
    private static func frame(_ answer: RunAnswer, _ limit: Int, failures: AnswerWriter.Failures) async throws -> Int {
        try await bytes(answer, limit, results: { Array(repeating: nil, count: $0.count) }, failures: failures).count
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

extension RunFailure {
    /// A result that was made and can be brought nowhere.
    fileprivate init(_ result: ResultDelivery.Undelivered, bytes: Int) {
        let message =
            "its result of \(bytes) bytes is lost: the stream of the coordinator's job did not take it, and its answer "
            + "has no room for it"
        self.init(
            index: result.index,
            id: result.id,
            failure: Failure(.infra, message),
            attempts: result.attempts
        )
    }
}
