import Coordination
import FoundationEssentials
import RunJournal
import TestSupport
import Testing

@Suite("Searching a run's log")
struct RunLogSearchTests {
    /// Lines of two workers by turns, one each 10 ms.
    private func fill(_ path: String, count: Int, padding: Int = 0) throws {
        let log = try RunLog(path: path)
        let words = String(repeating: "x", count: padding)
        log.append(
            (0..<count).map { place in
                let message = "line \(place) \(words)"
                return RunLog.Line(at: Int64(place) * 10, level: .info, worker: place % 2 + 1, message: message)
            }
        )
    }

    private func numbers(_ lines: [RunLog.Line]) -> [Int] {
        lines.compactMap { Int($0.message.split(separator: " ")[1]) }
    }

    @Test("It finds the last lines of a worker up to every moment", arguments: [0, 90])
    func everyMoment(padding: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            try fill(path, count: 200, padding: padding)
            let search = try #require(RunLogSearch(path: path))
            for moment in stride(from: Int64(-5), through: 2_005, by: 5) {
                let expected = (0..<200).filter { $0 % 2 == 1 && Int64($0) * 10 <= moment }.suffix(3)
                let found = search.lines(of: 2, in: -100...moment, limit: 3)
                #expect(numbers(found) == Array(expected), "at \(moment)")
            }
        }
    }

    @Test("Lines before the time are not given, nor those of other workers or of no interest")
    func filters() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            try fill(path, count: 50)
            let search = try #require(RunLogSearch(path: path))
            #expect(numbers(search.lines(of: 1, in: 300...340, limit: 9)) == [30, 32, 34])
            let some = search.lines(of: 1, in: 0...340, limit: 2) { !$0.message.hasPrefix("line 32") }
            #expect(numbers(some) == [30, 34])
            #expect(search.lines(of: 3, in: 0...1_000, limit: 9).isEmpty)
        }
    }

    @Test("A log that a crash cut inside a line, an empty one and one that is not there do no harm")
    func torn() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            #expect(RunLogSearch(path: path) == nil)
            try Data().write(to: URL(filePath: path))
            #expect(try #require(RunLogSearch(path: path)).lines(of: 1, in: 0...9, limit: 3).isEmpty)
            let text = "rubbish\n1970-01-01T00:00:00.005Z INFO    w1 line 7\n1970-01-0"
            try Data(text.utf8).write(to: URL(filePath: path))
            let lines = try #require(RunLogSearch(path: path)).lines(of: 1, in: 0...9, limit: 3)
            #expect(numbers(lines) == [7])
        }
    }

    @Test("In a large log it reads a bounded piece")
    func large() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            try fill(path, count: 20_000, padding: 200)
            let search = try #require(RunLogSearch(path: path))
            #expect(numbers(search.lines(of: 1, in: 0...100_000, limit: 2)) == [9_998, 10_000])
            // Far more than is looked at lies between.
            #expect(search.lines(of: 5, in: 0...200_000, limit: 2).isEmpty)
        }
    }
}
