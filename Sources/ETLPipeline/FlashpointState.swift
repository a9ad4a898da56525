package import Flashpoints

/// A flashpoint on its way through the stages, with what each has added.
package struct FlashpointState: Sendable {
    package let flashpoint: Flashpoint
    package let date: NewsDate
    /// Whether the flashpoint's earlier rows of the date go when the new ones come.
    package let cleanup: Bool
    /// The usable articles, ordered by URL so that the order of the feeds changes nothing; by `extract`.
    package var articles: [FeedArticle] = []
    /// The feeds that were left out, in the order of the input; by `extract`.
    package var drops: [FeedDrop] = []
    /// One unit vector for each article; by `vectorise`.
    package var vectors: [SparseVector] = []
    /// The clusters, largest first; by `cluster`.
    package var clusters: [NewsCluster] = []
    /// Whether the clusters are in a database; by `load`.
    package var isLoaded = false
    /// Seconds by stage; a stage may enter parts of its own time under other names.
    package var seconds: [String: Double] = [:]

    package init(_ flashpoint: Flashpoint, date: NewsDate, cleanup: Bool) {
        self.flashpoint = flashpoint
        self.date = date
        self.cleanup = cleanup
    }
}

/// An article as one feed led to it.
package struct FeedArticle: Sendable, Hashable {
    /// The feed's URL as the input has it, so that results can be joined to it.
    package var url: String
    /// The publisher, without `www.`.
    package var domain: String
    /// The headline; empty when neither page nor feed has one.
    package var title: String
    /// The text, paragraphs separated by line breaks.
    package var text: String
    /// A lower-case language code, or the feed's own word for a language we have no code for.
    package var language: String?
    /// A picture's absolute URL.
    package var image: String?
    /// The sentences that tell most of the text, in its order; by `summarise`.
    package var summary: [String] = []

    package init(url: String, domain: String, title: String, text: String, language: String?, image: String?) {
        self.url = url
        self.domain = domain
        self.title = title
        self.text = text
        self.language = language
        self.image = image
    }
}

/// Why a feed gives no article.
package struct FeedDrop: Sendable, Hashable, Error {
    /// Short and of few kinds, since results count feeds by it: `http 404`, `timeout`, `duplicate`.
    package var reason: String
    /// The part of the work that gave the feed up: ``fetch`` or ``extract``.
    package var stage: String
    /// Whether another attempt could do better.
    package var kind: FailureClass
    /// What exactly happened, for the log; empty when the reason says all.
    package var detail: String

    package init(_ reason: String, stage: String, kind: FailureClass = .permanent, detail: String = "") {
        self.reason = reason
        self.stage = stage
        self.kind = kind
        self.detail = detail
    }

    package static let fetch = "fetch"
    package static let extract = "extract"
}
