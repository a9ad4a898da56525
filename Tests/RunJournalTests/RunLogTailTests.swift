import Coordination
import FoundationEssentials
import RunJournal
import TestSupport
import Testing

@Suite("Tail of a run's log")
struct RunLogTailTests {
    private static func line(_ number: Int, _ message: String? = nil) -> RunLog.Line {
        RunLog.Line(at: Int64(number), level: .info, worker: number % 3, message: message ?? "line \(number)")
    }

    private static func all(_ tail: inout RunLogTail) -> [RunLog.Line] {
        var lines: [RunLog.Line] = []
        while true {
            let (next, hasMore) = tail.next()
            lines += next
            if !hasMore { return lines }
        }
    }

    @Test("gives the last lines of what is there, then what is added", arguments: [1, 7, 40_000])
    func follows(limit: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            let log = try RunLog(path: path)
            // More than one block of the file.
            let written = (1...30_000).map { Self.line($0) }
            log.append(written)
            var tail = RunLogTail(path: path, limit: limit)
            #expect(Self.all(&tail) == written.suffix(limit))
            #expect(Self.all(&tail).isEmpty)
            log.append([Self.line(1, "next")])
            #expect(Self.all(&tail) == [Self.line(1, "next")])
        }
    }

    @Test("waits for a file that is not there yet, and for the end of a line")
    func torn() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "run.log")
            var tail = RunLogTail(path: file.path, limit: 100)
            #expect(tail.next().lines.isEmpty)
            let text = "no line of a log\n\(Self.line(1))\n\(Self.line(2))"
            try Data(text.utf8.dropLast(3)).write(to: file)
            #expect(Self.all(&tail) == [Self.line(1)])
            let handle = try RunLogFile(file)
            try handle.append(String(text.suffix(3)) + "\n")
            #expect(Self.all(&tail) == [Self.line(2)])
        }
    }

    @Test("goes on in a log that was cut, and in one that was put in its place, once it has read the old one")
    func rotated() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "run.log")
            try Data("\(Self.line(1))\n\(Self.line(2))\n".utf8).write(to: file)
            var tail = RunLogTail(path: file.path)
            #expect(Self.all(&tail) == [Self.line(1), Self.line(2)])
            try Data("\(Self.line(3))\n".utf8).write(to: file, options: [])
            #expect(Self.all(&tail) == [Self.line(3)])
            let handle = try RunLogFile(file)
            try handle.append("\(Self.line(4))\n")
            let old = folder.appending(path: "run.log.1")
            try FileManager.default.moveItem(at: file, to: old)
            #expect(Self.all(&tail) == [Self.line(4)])
            try Data("\(Self.line(5))\n".utf8).write(to: file)
            #expect(Self.all(&tail) == [Self.line(5)])
            #expect(Self.all(&tail).isEmpty)
        }
    }

    @Test("gives nothing of what is there when no line of it is wanted")
    func onlyNew() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            let log = try RunLog(path: path)
            log.append([Self.line(1)])
            var tail = RunLogTail(path: path, limit: 0)
            #expect(Self.all(&tail).isEmpty)
            log.append([Self.line(2)])
            #expect(Self.all(&tail) == [Self.line(2)])
        }
    }

    /// A file that text is added to, without the care that the log itself takes.
    private struct RunLogFile {
        let file: URL

        init(_ file: URL) throws { self.file = file }

        func append(_ text: String) throws {
            let data = try Data(contentsOf: file) + Data(text.utf8)
            // In place: a new file of that name would not be the one that is followed.
            try data.write(to: file, options: [])
        }
    }
}
