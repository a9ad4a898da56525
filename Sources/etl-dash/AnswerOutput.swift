import Flashpoints
import FoundationEssentials
import RunJournal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the answer of a run goes: standard output, a file, both or neither.
struct AnswerOutput: Sendable {
    /// Whether it is printed on standard output.
    let isPrinted: Bool
    /// The file it is written to.
    let file: String?

    /// - Throws: ``UsageProblem`` when the file can't be made, which is better known before a run than after it.
    init(_ flags: OutputFlags) throws {
        isPrinted = flags.json
        file = try flags.output.map(Self.target)
    }

    /// Whether a summary for people ends the run.
    func wantsSummary(beside printsEvents: Bool) -> Bool { !isPrinted && !printsEvents }

    /// Writes the answer, its results read from the journal page by page.
    ///
    /// - Throws: `FileError` when the file can't be written; what was there before is there still.
    func deliver(_ answer: RunAnswer, from journal: SQLiteJournal) async throws {
        if let file { try await write(answer, from: journal, to: file) }
        if isPrinted {
            try await AnswerWriter(answer).write(
                results: { try await journal.results(in: $0) },
                failures: { try await journal.failures(from: $0) },
                to: { await StreamWriter.standardOutput.write($0) }
            )
        }
    }

    private func write(_ answer: RunAnswer, from journal: SQLiteJournal, to path: String) async throws {
        let isInPlace = !Self.isReplaceable(path)
        let draft = isInPlace ? path : "\(path).\(answer.run).part"
        do {
            var output = try OutputFile(path: draft, isNew: false)
            try await AnswerWriter(answer).write(
                results: { try await journal.results(in: $0) },
                failures: { try await journal.failures(from: $0) },
                to: { try output.append($0) }
            )
            try output.finish()
            guard !isInPlace else { return }
            // Readable by whom other programs' files are.
            let mask = umask(0)
            umask(mask)
            chmod(draft, 0o666 & ~mask)
            guard rename(draft, path) == 0 else { throw FileError(path: path, action: .create, code: errno) }
        } catch {
            if !isInPlace { unlink(draft) }
            throw error
        }
    }

    /// The absolute path behind `--output`, links followed.
    private static func target(_ text: String) throws -> String {
        let file = URL(filePath: text, directoryHint: .notDirectory).standardizedFileURL.resolvingSymlinksInPath()
        let path = file.path(percentEncoded: false)
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw UsageProblem("--output \(text): is a folder; name a file in it")
        }
        let folder = file.deletingLastPathComponent().path(percentEncoded: false)
        let target = isReplaceable(path) ? folder : path
        guard access(target, W_OK) == 0 else {
            throw UsageProblem("--output \(text): \(target) can't be written (\(String(cString: strerror(errno))))")
        }
        return path
    }

    /// Whether a file is there or nothing, rather than a pipe or a device, which must not be replaced.
    private static func isReplaceable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }
}
