import FoundationEssentials
import TestSupport
import Testing

@testable import ArticleExtraction

/// Measures extraction on annotated pages, which are their publishers' and so not in this repository.
///
/// `ETL_DASH_ARTICLES` names a folder with `html/KEY.html` and `ground-truth.json` in the form of the
/// article-extraction-benchmark of scrapinghub, unpacked. The metric is that benchmark's: runs of four words, precision and
/// recall averaged over the pages, and the F1 of the two.
@Suite("Quality of extraction", .heavy)
struct QualityTests {
    private static let folder = ProcessInfo.processInfo.environment["ETL_DASH_ARTICLES"]

    private struct Annotation: Decodable {
        var articleBody: String
        var url: String?
    }

    @Test(
        "On annotated pages F1 is at least 0.96",
        .enabled(if: folder != nil, "ETL_DASH_ARTICLES names no folder of annotated pages")
    )
    func annotatedPages() throws {
        let folder = URL(filePath: try #require(Self.folder))
        let data = try Data(contentsOf: folder.appending(path: "ground-truth.json"))
        let annotations = try JSONDecoder().decode([String: Annotation].self, from: data)
        var precision = 0.0
        var recall = 0.0
        for (key, annotation) in annotations {
            let page = [UInt8](try Data(contentsOf: folder.appending(path: "html/\(key).html")))
            let extraction = ArticleExtractor.extract(page, contentType: "text/html", url: annotation.url)
            let found = Self.runs(of: (try? extraction.article().text) ?? "")
            let expected = Self.runs(of: annotation.articleBody)
            let shared = expected.reduce(0) { $0 + min($1.value, found[$1.key] ?? 0) }
            let foundCount = found.values.reduce(0, +)
            precision += foundCount == 0 ? 0 : Double(shared) / Double(foundCount)
            recall += Double(shared) / Double(max(1, expected.values.reduce(0, +)))
        }
        precision /= Double(annotations.count)
        recall /= Double(annotations.count)
        let score = 2 * precision * recall / (precision + recall)
        print("extraction: \(annotations.count) pages, precision \(precision), recall \(recall), F1 \(score)")
        #expect(score >= 0.96)
    }

    private static func runs(of text: String) -> [[Substring]: Int] {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        guard !words.isEmpty else { return [:] }
        return (0...max(0, words.count - 4)).reduce(into: [:]) { runs, start in
            runs[Array(words[start..<min(start + 4, words.count)]), default: 0] += 1
        }
    }
}
