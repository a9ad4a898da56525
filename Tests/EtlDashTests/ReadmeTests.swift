import FoundationEssentials
import Settings
import Testing

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

    @Test("Its table of targets has every folder under Sources")
    func targets() throws {
        let readme = try text("README.md")
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        for folder in folders where !folder.hasPrefix(".") {
            #expect(readme.contains("| `\(folder)` |"), "\(folder)")
        }
    }

    @Test("Variables that it names are settings, the platform's or the system's")
    func variables() throws {
        let readme = try text("README.md")
        let known = Settings.Key.allCases.map(\.rawValue)
        let named = readme.matches(of: /\b(?:ETL|RUNPOD)_[A-Z_]+[A-Z]\b/).map { String($0.output) }
        let platform = ["RUNPOD_WEBHOOK_GET_JOB"]
        #expect(!named.isEmpty)
        for name in named { #expect((known + platform).contains(name), "\(name)") }
    }
}
