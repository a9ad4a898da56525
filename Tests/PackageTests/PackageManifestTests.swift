import FoundationEssentials
import Subprocess
import Testing

@Suite("The package")
struct PackageManifestTests {
    private struct SupportedFeatures: Decodable {
        struct Lists: Decodable { var upcoming: [Feature] }
        struct Feature: Decodable {
            var name: String
            /// The language mode that has it on by itself.
            var languageMode: String?

            enum CodingKeys: String, CodingKey {
                case name
                case languageMode = "enabled_in"
            }
        }
        var features: Lists
    }

    @Test(
        "The compiler knows each upcoming feature of the manifest, and does not have it on already",
        .timeLimit(.minutes(5))
    )
    func upcomingFeatures() async throws {
        let manifest = try Repository.text(of: "Package.swift")
        let list = try #require(manifest.split(separator: "let upcomingFeatures = [").dropFirst().first)
        let names = list.prefix { $0 != "]" }.split(separator: "\"").enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }
            .map { String($0.element) }
        #expect(names.count >= 6)

        let result = try await run(
            .name("swiftc"),
            arguments: ["-print-supported-features"],
            output: .string(limit: 1 << 20),
            error: .discarded
        )
        let supported = try JSONDecoder().decode(SupportedFeatures.self, from: Data(result.standardOutput.utf8))
        let upcoming = Set(supported.features.upcoming.filter { $0.languageMode != "6" }.map(\.name))
        #expect(Set(names).subtracting(upcoming) == [])
    }

    @Test("The top level holds what it is meant to hold and nothing else")
    func topLevel() throws {
        let expected: Set<String> = ["Package.swift", "Sources", "Tests", "Modules", "README.md"]
        let ignored = Set(try Repository.text(of: ".gitignore").split(separator: "\n").map(String.init))
        let names = Set(try Repository.names(in: "."))
        #expect(names.filter { !$0.hasPrefix(".") }.subtracting(expected).subtracting(ignored) == [])
        #expect(names.isSuperset(of: ["Package.swift", "Sources", "Tests", "Modules", ".env.example"]))
    }

    @Test("Every folder under Sources is a target that the table of imports knows")
    func folders() throws {
        let manifest = try Repository.text(of: "Package.swift")
        let folders = try Repository.names(in: "Sources").filter { !$0.hasPrefix(".") }
        #expect(folders.filter { !manifest.contains("\"\($0)\"") } == [])
        #expect(Set(folders).subtracting(ImportTable.rows.keys) == [])
    }
}
