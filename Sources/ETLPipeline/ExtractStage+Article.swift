import ArticleExtraction
import Flashpoints
import FoundationEssentials
import HTTPTransport

extension ExtractStage {
    /// Reads the article on a page; what the page leaves open comes from the feed.
    ///
    /// Off the caller's actor, because a long page takes the processor for a good part of a second.
    @concurrent
    func article(on page: Page, of feed: Feed) async throws -> Result<FeedArticle, FeedDrop> {
        var pageLimits = PageLimits()
        pageLimits.bytes = limits.pageBytes
        let extraction = ArticleExtractor.extract(
            Array(page.body),
            contentType: page.contentType,
            url: page.url,
            limits: pageLimits,
            isCancelled: { Task.isCancelled }
        )
        try Task.checkCancellation()
        switch extraction {
        case .dropped(let reason):
            let words = String(reason.word.map { $0 == "_" ? " " : $0 })
            return .failure(FeedDrop(words, stage: FeedDrop.extract, detail: reason.description))
        case .article(let found):
            let text = cut(found.text)
            return .success(
                FeedArticle(
                    url: feed.url,
                    domain: domain(of: feed, page: page),
                    title: found.title.isEmpty ? feed.title ?? "" : found.title,
                    text: text,
                    language: Language.decide(declared: [feed.language, found.language], text: text),
                    image: found.image ?? feed.image
                )
            )
        }
    }

    /// The text up to the limit, ended at a character.
    private func cut(_ text: String) -> String {
        guard text.utf8.count > limits.articleBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limits.articleBytes)
        while end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private func domain(of feed: Feed, page: Page) -> String {
        let host = feed.domain ?? URL(string: page.url)?.host() ?? ""
        let lowered = host.lowercased()
        return lowered.hasPrefix("www.") ? String(lowered.dropFirst(4)) : lowered
    }
}

extension ExtractStage {
    /// Splits the stage's wall time between fetching and extracting as the tasks' own times stand to each other.
    func enterSeconds(fetching: Duration, extracting: Duration, wall: Double, into state: inout FlashpointState) {
        let total = fetching + extracting
        let share = total > .zero ? fetching / total : 1
        state.seconds[FeedDrop.fetch] = wall * share
    }

    /// The failure of a flashpoint none of whose feeds can be used.
    func failure(_ drops: [FeedDrop]) -> Failure {
        let kinds = Set(drops.map(\.kind))
        let kind: FailureClass =
            if kinds == [.permanent] { .permanent } else if kinds == [.timeout] { .timeout } else { .transient }
        let counts = drops.countsByReason.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let hasPages = drops.contains { $0.stage == FeedDrop.extract }
        let feeds = drops.count == 1 ? "the only feed gave no article" : "none of \(drops.count) feeds gave an article"
        return Failure(kind, stage: hasPages ? FeedDrop.extract : FeedDrop.fetch, "\(feeds): \(counts)")
    }

    /// A feed's URL as the log may show it.
    func shownURL(_ url: String) -> String {
        String(
            redactedURL(url).filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
                .prefix(300)
        )
    }
}
