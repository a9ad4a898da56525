import ArticleExtraction
import Testing

extension Extraction {
    /// The article, or a failure of the test that says what came instead.
    func article(sourceLocation: SourceLocation = #_sourceLocation) throws -> Article {
        guard case .article(let article) = self else {
            throw UnexpectedExtraction(found: "\(self)", sourceLocation: sourceLocation)
        }
        return article
    }

    var dropReason: DropReason? {
        if case .dropped(let reason) = self { reason } else { nil }
    }
}

struct UnexpectedExtraction: Error, CustomStringConvertible {
    var found: String
    var sourceLocation: SourceLocation

    var description: String { "an article was expected at \(sourceLocation), not \(found)" }
}

/// Extracts from markup, which goes in as UTF-8.
func extract(
    _ markup: String,
    contentType: String? = "text/html; charset=utf-8",
    url: String? = nil,
    limits: PageLimits = PageLimits()
) -> Extraction {
    ArticleExtractor.extract(Array(markup.utf8), contentType: contentType, url: url, limits: limits)
}
