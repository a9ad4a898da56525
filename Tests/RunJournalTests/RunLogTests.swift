import Coordination
import FoundationEssentials
import RunJournal
import TestSupport
import Testing

@Suite("The log of a run", .timeLimit(.minutes(5)))
struct RunLogTests {
    private static func line(_ message: String, worker: Int? = 1, level: LogLevel = .info) -> RunLog.Line {
        RunLog.Line(at: SampleRun.createdAt, level: level, worker: worker, message: message)
    }

    @Test(
        "A line tells time, level, worker and message",
        arguments: [
            (line("Worker 1 starting"), "2025-10-02T12:04:31.120Z INFO    w1 Worker 1 starting"),
            (line("x", worker: nil, level: .warning), "2025-10-02T12:04:31.120Z WARNING - x"),
            (line("", worker: 12, level: .error), "2025-10-02T12:04:31.120Z ERROR   w12 "),
            (line("a\nb\t\\n\u{1b}[2J", level: .debug), #"2025-10-02T12:04:31.120Z DEBUG   w1 a\nb\t\\n\u{1b}[2J"#),
            (line("\r\n"), #"2025-10-02T12:04:31.120Z INFO    w1 \r\n"#),
            (line("  é🌍  "), "2025-10-02T12:04:31.120Z INFO    w1   é🌍  "),
        ]
    )
    func text(_ line: RunLog.Line, _ text: String) {
        #expect(line.description == text)
        #expect(RunLog.Line(text) == line)
    }

    @Test(
        "What is no line of a log is not taken for one",
        arguments: [
            "", "hello", "2025-10-02T12:04:31.120Z", "2025-10-02T12:04:31.120Z INFO", "yesterday INFO w1 x",
            "2025-10-02T12:04:31.120Z LOUD w1 x", "2025-10-02T12:04:31.120Z INFO worker x",
        ]
    )
    func noLine(_ text: String) {
        #expect(RunLog.Line(text) == nil)
    }

    @Test(
        "Escapes that were cut off do no harm",
        arguments: [#"a\"#, #"a\u"#, #"a\u{"#, #"a\u{zz}"#, #"\u{ffffffff}"#]
    )
    func brokenEscapes(_ message: String) {
        #expect(RunLog.Line("2025-10-02T12:04:31.120Z INFO    w1 \(message)") != nil)
    }

    @Test("Batches are appended, also to the log of an earlier driver")
    func appends() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            let first = try RunLog(path: path)
            #expect(first.append([Self.line("one"), Self.line("two")]) == nil)
            #expect(first.append([]) == nil)
            let second = try RunLog(path: path)
            #expect(second.append([Self.line("three")]) == nil)
            let lines = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n")
            #expect(lines.map { RunLog.Line($0)?.message } == ["one", "two", "three"])
        }
    }

    @Test("A line that a crash cut off does not swallow the next")
    func torn() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            try Data("2025-10-02T12:04:31.120Z INF".utf8).write(to: URL(filePath: path))
            #expect(try RunLog(path: path).append([Self.line("next"), Self.line("last")]) == nil)
            let lines = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n")
            #expect(lines.map { RunLog.Line($0)?.message } == [nil, "next", "last"])
        }
    }

    @Test("A disk that is full is told once", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func full() throws {
        let log = try RunLog(path: "/dev/full")
        #expect(log.append([Self.line("one")]) == JournalError(path: "/dev/full", .diskFull))
        #expect(log.append([Self.line("two")]) == nil)
    }

    @Test("A log that can't be opened is named")
    func unopened() {
        let error = #expect(throws: JournalError.self) { _ = try RunLog(path: "/no/such/folder/run.log") }
        #expect(error?.path == "/no/such/folder/run.log")
    }
}
