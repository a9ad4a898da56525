import FoundationEssentials
import Testing

@testable import Settings

@Suite("What is made from the table of settings")
struct SettingsTextsTests {
    @Test("The table has one row for each setting, in the order of their names' declaration")
    func tableIsComplete() {
        #expect(SettingsTable.rows.map(\.key) == Settings.Key.allCases)
    }

    @Test(
        "Each row has a help sentence, and its default is a value that it would take itself",
        arguments: Settings.Key.allCases
    )
    func rows(key: Settings.Key) throws {
        #expect(key.help.hasSuffix("."))
        #expect(key.help.count <= 110)
        #expect(key.defaultText.isEmpty == false)
        let row = try #require(SettingsTable.rows.first { $0.key == key })
        guard let literal = row.fallbackLiteral else { return }
        var settings = Settings.defaults
        try row.read(literal, into: &settings, surroundings: Surroundings(environment: [:], workingDirectory: "/"))
        #expect(row.text(in: settings) == row.text(in: .defaults))
    }

    /// `ETL_DASH_RECORD=1 swift test --filter SettingsTests` writes the file.
    @Test(".env.example at the top of the package is what the table makes")
    func exampleFile() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: ".env.example")
        if ProcessInfo.processInfo.environment["ETL_DASH_RECORD"] == "1" {
            try Data(Settings.exampleFile().utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == Settings.exampleFile())
    }

    @Test("Copied as it is, the example changes nothing, and its key and endpoint are comments")
    func exampleIsHarmless() async throws {
        let settings = try await load(envFile: Settings.exampleFile())
        let untouched = try await load()
        #expect(settings.warnings.isEmpty)
        #expect(settings.childEnvironment(from: [:]) == untouched.childEnvironment(from: [:]))
        #expect(settings.provenance(of: .runpodAPIKey) == .default)
        #expect(settings.provenance(of: .runpodEndpoint) == .default)
        #expect(settings.provenance(of: .runpodWorkers) != .default)
    }

    @Test("With every comment mark of a setting taken away, the placeholders alone are wrong")
    func exampleUncommented() async throws {
        let lines = Settings.exampleFile().split(separator: "\n", omittingEmptySubsequences: false)
        let uncommented = lines.map { line in
            Settings.Key.allCases.contains { line.hasPrefix("# \($0.rawValue)=") } ? line.dropFirst(2) : line
        }
        let found = try await problems(envFile: uncommented.joined(separator: "\n"))
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.contains("placeholder") })
    }

    @Test("The help names every setting with flag, purpose and default", arguments: Settings.Key.allCases)
    func help(key: Settings.Key) {
        let help = Settings.helpText()
        #expect(
            help.contains("\n  \(key.rawValue)\(key.flag.map { " (\($0))" } ?? "")\n      \(key.help)\n      Give ")
        )
        #expect(help.contains("Default: \(key.defaultText)."))
    }

    @Test("A child's environment has the settings without key and endpoint, wherever those came from")
    func childEnvironment() async throws {
        let parent = [
            "PATH": "/bin", "HOME": "/home/ann", "RUNPOD_API_KEY": "rpa_0123456789", "ETL_DATE": "2025-01-01",
            "RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/abc",
        ]
        var settings = try await load(
            envFile: "REQUEST_TIMEOUT=5\nETL_DATABASE=/data/n.db\nRUNPOD_API_KEY=rpa_9876543210",
            environment: parent,
            flags: [.retries: "1"]
        )
        settings.logLevel = .debug
        settings.date = nil
        let child = settings.childEnvironment(from: parent)
        #expect(child["RUNPOD_API_KEY"] == nil)
        #expect(child["RUNPOD_ENDPOINT"] == nil)
        #expect(child.values.allSatisfy { !$0.contains("rpa_") && !$0.contains("api.runpod.ai") })
        #expect(child["PATH"] == "/bin")
        #expect(child["REQUEST_TIMEOUT"] == "5")
        #expect(child["ETL_RETRIES"] == "1")
        #expect(child["LOG_LEVEL"] == "DEBUG")
        #expect(child["ETL_DATE"] == nil)
        #expect(child["ETL_DATABASE"] == "/data/n.db")

        let inChild = try Settings.load(environment: child, envFile: .none)
        #expect(inChild.childEnvironment(from: [:]) == settings.childEnvironment(from: [:]))
    }

    @Test("A child that is given no database of its own is given the local one")
    func childDatabase() async throws {
        let settings = try await load()
        #expect(
            settings.childEnvironment(from: [:])["ETL_DATABASE"] == "/home/ann/.local/state/etl-dash/news.sqlite"
        )
    }
}
