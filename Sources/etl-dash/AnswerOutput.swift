import Flashpoints
import RunJournal

/// Where the answer of a run goes: standard output, a file, both or neither.
struct AnswerOutput: Sendable {
    /// Whether it is printed on standard output.
    let isPrinted: Bool
    /// The file it is written to.
    let target: OutputTarget?

    /// - Throws: ``UsageProblem`` when the file can't be made, which is better known before a run than after it.
    init(_ flags: OutputFlags) throws {
        isPrinted = flags.json
        target = try flags.output.map { text throws(UsageProblem) in try OutputTarget(text) }
    }

    /// Whether a summary for people ends the run.
    func wantsSummary(beside printsEvents: Bool) -> Bool { !isPrinted && !printsEvents }

    /// Writes the answer, its results read from the journal page by page.
    ///
    /// - Throws: `FileError` when the file can't be written; what was there before is there still.
    func deliver(_ answer: RunAnswer, from journal: SQLiteJournal) async throws {
        if let target {
            try await target.write(mark: answer.run) { append in
                try await Self.write(answer, from: journal, to: append)
            }
        }
        if isPrinted {
            try await Self.write(answer, from: journal) { await StreamWriter.standardOutput.write($0) }
        }
    }

    /// Gives the answer to `sink` in pieces.
    static func write(
        _ answer: RunAnswer,
        from results: some RunResults,
        to sink: ([UInt8]) async throws -> Void
    ) async throws {
        try await AnswerWriter(answer).write(
            results: { try await results.results(in: $0) },
            failures: { try await results.failures(from: $0) },
            to: sink
        )
    }
}
