/// What the site answers for each path, decided once.
struct SampleSiteMap: Sendable {
    enum Answer: Sendable {
        case page(SamplePage)
        /// The page was there once.
        case gone
        /// The page is at another path.
        case moved(String)
        /// A picture as SVG.
        case picture(String)
        case unknown
    }

    static let shared = SampleSiteMap(SampleNews.stories)

    private var answers: [String: Answer] = [:]

    init(_ flashpoints: [SampleFlashpoint]) {
        for flashpoint in flashpoints {
            for (number, article) in flashpoint.articles.enumerated() {
                answers[article.imagePath] = .picture(Self.picture(of: article))
                guard article.trouble != .missing else {
                    answers[article.path] = .gone
                    continue
                }
                if article.pagePath != article.path { answers[article.path] = .moved(article.pagePath) }
                let others = flashpoint.articles[(number + 1)...] + flashpoint.articles[..<number]
                answers[article.pagePath] = .page(SamplePage(article: article, related: Array(others.prefix(4))))
            }
        }
    }

    func answer(path: String) -> Answer { answers[path] ?? .unknown }

    /// Two stripes in colours that depend on the article.
    private static func picture(of article: SampleArticle) -> String {
        let hue = Int(SampleLatency.uniform(article.imagePath) * 360)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9">
            <rect width="16" height="9" fill="hsl(\(hue) 40% 75%)"/><rect y="6" width="16" height="3" \
            fill="hsl(\(hue) 35% 40%)"/></svg>
            """
    }
}
