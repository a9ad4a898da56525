import ArgumentParser
import Canvas
import Dashboard
import FoundationEssentials
import Settings
import Testing

@testable import etl_dash

@Suite("The README")
struct ReadmeTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    @Test("Its library example is code that compiles")
    func example() throws {
        let readme = try text("README.md")
        let code = try text("Tests/EtlDashTests/ReadmeExample.swift")
        #expect(readme.contains("```swift\n\(code)```\n"))
    }

    @Test("It begins with one sentence and the two commands, within 40 lines of the first screen")
    func firstScreen() throws {
        let first = try text("README.md").split(separator: "\n", omittingEmptySubsequences: false).prefix(40)
        #expect(first.contains("Modules/install && swift run etl-dash run --sample"))
        #expect(first.contains("Modules/install && swift test"))
    }

    /// `ETL_DASH_RECORD=1 swift test --filter ReadmeTests` draws the picture anew, which fails the test.
    @Test("Its picture of the screen is a frame of the recorded sample, within the first 40 lines")
    func picture() async throws {
        let arguments = ["replay", SampleRecord.file.path, "--at", "14", "--once", "--size", "100x22"]
        let replay = try #require(try EtlDash.parseAsRoot(arguments) as? ReplayCommand)
        let frame = try await replay.frame(Size(100, 22), .defaults)
        let file = Self.root.appending(path: "README.md")
        let readme = try text("README.md")
        let fence = "```text\n"
        let begin = try #require(readme.firstRange(of: fence)).upperBound
        let end = try #require(readme[begin...].firstRange(of: "```")).lowerBound
        if ProcessInfo.processInfo.environment["ETL_DASH_RECORD"] == "1", readme[begin..<end] != frame[...] {
            try Data((readme[..<begin] + frame + readme[end...]).utf8).write(to: file)
            Issue.record("drawn anew; run again without ETL_DASH_RECORD")
        }
        #expect(readme[begin..<end] == frame[...])
        #expect(readme[..<end].count { $0 == "\n" } < 40)
    }

    @Test("Keys that it lists do what it says they do")
    func keys() throws {
        let readme = try text("README.md")
        let rows = readme.matches(of: /\n\| `([^`]+)` \| ([^|\n]+) \|/).filter { $0.output.1.count <= 3 }
        #expect(rows.count >= 8)
        let hints = KeyTable.rows.flatMap { $0.keys.map(\.code) }
        for row in rows where row.output.1.count == 1 {
            let key = try #require(row.output.1.first)
            #expect(hints.contains(.character(key)), "\(key)")
        }
    }

    @Test("Its table of targets has every folder under Sources")
    func targets() throws {
        let readme = try text("README.md")
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        for folder in folders where !folder.hasPrefix(".") {
            #expect(readme.contains("| `\(folder)` |"), "\(folder)")
        }
    }

    @Test("Variables that it names are settings, the platform's or the tests'")
    func variables() throws {
        let readme = try text("README.md")
        let known = Settings.Key.allCases.map(\.rawValue)
        let named = readme.matches(of: /\b(?:ETL|RUNPOD)_[A-Z_]+[A-Z]\b/).map { String($0.output) }
        let platform = [
            "RUNPOD_WEBHOOK_GET_JOB", "RUNPOD_ENDPOINT_ID", "RUNPOD_ENDPOINT_BASE_URL", "RUNPOD_POD_ID",
            "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS", "RUNPOD_SKIP_GPU_CHECK",
        ]
        let tests = ["ETL_DASH_SDK_PYTHON", "ETL_SIM_HISTORIES", "ETL_SIM_SEED", "ETL_KILL_ALL"]
        #expect(!named.isEmpty)
        for name in named { #expect((known + platform + tests).contains(name), "\(name)") }
    }
}
