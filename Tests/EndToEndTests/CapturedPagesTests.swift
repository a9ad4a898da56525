import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

/// The whole job over real pages: those that the Python wheel mediacloud-metadata 2.1.0 brings for its own tests.
///
/// They belong to their publishers and are in no repository of ours, so `ETL_DASH_CAPTURED_PAGES` names the folder into
/// which the wheel was unpacked.
@Suite("Captured pages", .timeLimit(.minutes(5)))
struct CapturedPagesTests {
    private static let folder = ProcessInfo.processInfo.environment["ETL_DASH_CAPTURED_PAGES"]

    /// The pages' paths, sorted.
    private static func pages(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".html") }.sorted()
            .map { folder + "/" + $0 }
    }

    @Test(
        "All flashpoints settle, every page is used or dropped with a reason, and the stories are in SQLite",
        .enabled(if: folder != nil, "ETL_DASH_CAPTURED_PAGES names no folder with the unpacked wheel")
    )
    func wholeJob() async throws {
        let pages = try Self.pages(in: try #require(Self.folder))
        try #require(pages.count == 87, "the wheel has 87 pages")
        let script: ScriptedServer.Script = { request in
            guard let number = Int(request.target.dropFirst()), pages.indices.contains(number) else {
                return .answer(404)
            }
            return .answer(200, data: try Data(contentsOf: URL(filePath: pages[number])), type: "text/html")
        }
        try await withScriptedServer(script) { server in
            try await Installation.with { etlDash in
                let flashpoints = (0..<12).map { index in
                    Flashpoint(
                        id: "captured-\(index)",
                        feeds: stride(from: index, to: pages.count, by: 12).map { Feed(url: "\(server.url)/\($0)") }
                    )
                }
                try etlDash.write("batch.json", String(decoding: JSONCoding.encode(flashpoints), as: UTF8.self))
                let outcome = try await etlDash.run(
                    ["run", "batch.json", "--json", "--workers", "4", "--date", "2025-01-01"],
                    within: .seconds(280)
                )
                #expect([.code(0), .code(1)].contains(outcome.ending), "\(outcome.errorText)")
                try expectAllAccountedFor(try outcome.answer(), flashpoints)
                let clusters = try await etlDash.clusters(of: "20250101")
                let used = try used(try outcome.answer())
                #expect(clusters.articles == used.filter { $0.value > 0 })
                #expect(used.values.reduce(0, +) > 40, "most pages have an article")
            }
        }
    }

    private func expectAllAccountedFor(_ answer: JSONValue, _ flashpoints: [Flashpoint]) throws {
        let (succeeded, failed) = (answer["succeeded"]?.intValue ?? 0, answer["failed"]?.intValue ?? 0)
        #expect(succeeded + failed == flashpoints.count)
        #expect(answer["cancelled"] == 0)
        for (flashpoint, result) in zip(flashpoints, try #require(answer["results"]?.arrayValue)) where result != .null
        {
            let feeds = try #require(result["feeds"])
            let dropped = feeds["dropped"]?.objectValue?.values.compactMap(\.intValue).reduce(0, +)
            #expect(feeds["seen"]?.intValue == flashpoint.feeds.count)
            #expect((feeds["used"]?.intValue ?? 0) + (dropped ?? 0) == flashpoint.feeds.count)
        }
    }

    /// Articles used by flashpoint.
    private func used(_ answer: JSONValue) throws -> [String: Int] {
        let results = try #require(answer["results"]?.arrayValue)
        return Dictionary(
            uniqueKeysWithValues: results.enumerated().map { ("captured-\($0)", $1["feeds"]?["used"]?.intValue ?? 0) }
        )
    }
}
