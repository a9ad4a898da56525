import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes the files that operators ask for at the screen; none that is there already is touched.
struct ScreenFiles: Sendable {
    /// Wall time in milliseconds since 1970.
    let now: @Sendable () -> Int64

    static let system = ScreenFiles(now: NewRun.Sources.system.wallTime)

    /// Writes a file.
    ///
    /// - Parameter folder: The run's; `nil` when there is none, as of a recording in a file.
    /// - Returns: What was written, in a sentence.
    func save(_ request: SaveRequest, of folder: RunFolder?) async -> Result<String, SaveProblem> {
        do {
            let path = try Self.path(request.path)
            switch request.content {
            case .text(let text):
                var output = try Self.create(path)
                try output.append(Array(text.utf8))
                try output.finish()
            case .results:
                guard let folder else { throw SaveProblem("a recording has no results to write") }
                try await writeAnswer(of: folder, to: path)
            }
            return .success("written to \(path)")
        } catch let problem as SaveProblem {
            return .failure(problem)
        } catch {
            return .failure(SaveProblem("\(error)"))
        }
    }

    /// Writes the answer as it stands, `null` for what has no result yet.
    private func writeAnswer(of folder: RunFolder, to path: String) async throws {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let state = try await journal.loadState().state
        var output = try Self.create(path)
        do {
            try await AnswerWriter(state.finalAnswer ?? state.answer(at: now(), now: state.t)).write(
                results: { try await journal.results(in: $0) },
                failures: { try await journal.failures(from: $0) },
                to: { try output.append($0) }
            )
            try output.finish()
        } catch {
            // Half an answer is none.
            unlink(path)
            throw error
        }
        try journal.close()
    }

    private static func create(_ path: String) throws -> OutputFile { try OutputFile(path: path, isNew: true) }

    /// The absolute path behind what was typed.
    private static func path(_ text: String) throws -> String {
        let home = FileManager.default.homeDirectoryForCurrentUser
        let file =
            text.hasPrefix("~/")
            ? home.appending(path: text.dropFirst(2)) : URL(filePath: text, directoryHint: .notDirectory)
        let path = file.standardizedFileURL.path(percentEncoded: false)
        guard access(path, F_OK) != 0 else { throw SaveProblem("\(path) is there already; give another name") }
        return path
    }
}
