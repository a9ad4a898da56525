package import Flashpoints

/// One story of a flashpoint: articles that tell the same.
package struct NewsCluster: Sendable, Hashable, Codable {
    package var flashpointID: String
    /// The flashpoint's id and the cluster's rank in it, from 1.
    package var clusterID: String
    package var summary: String
    package var articleCount: Int
    /// At most five publishers, the one with most articles first.
    package var topDomains: [String]
    /// The language of most articles first.
    package var languages: [String]
    /// The feeds' URLs, the most central article first.
    package var urls: [String]
    /// Pictures without repetition, in the order of the articles.
    package var images: [String]

    package init(
        flashpointID: String,
        clusterID: String,
        summary: String,
        articleCount: Int,
        topDomains: [String],
        languages: [String],
        urls: [String],
        images: [String]
    ) {
        self.flashpointID = flashpointID
        self.clusterID = clusterID
        self.summary = summary
        self.articleCount = articleCount
        self.topDomains = topDomains
        self.languages = languages
        self.urls = urls
        self.images = images
    }

    private enum CodingKeys: String, CodingKey {
        case flashpointID = "flashpoint_id"
        case clusterID = "cluster_id"
        case summary
        case articleCount = "article_count"
        case topDomains = "top_domains"
        case languages, urls, images
    }
}

/// What the pipeline makes of one flashpoint.
package struct PipelineResult: Sendable, Hashable, Codable {
    /// Largest first.
    package var clusters: [NewsCluster]
    package var feeds: FeedCounts
    /// Seconds by stage.
    package var seconds: [String: Double]
    /// Whether the clusters are in a database; false when none is configured.
    package var loaded: Bool

    /// Where the feeds went: `seen` is `used` and all of `dropped` together.
    package struct FeedCounts: Sendable, Hashable, Codable {
        package var seen: Int
        package var used: Int
        package var dropped: [String: Int]
    }

    /// Reads the result off a state that has been through all stages.
    package init(_ state: FlashpointState) {
        clusters = state.clusters
        feeds = FeedCounts(
            seen: state.flashpoint.feeds.count,
            used: state.articles.count,
            dropped: state.drops.countsByReason
        )
        seconds = state.seconds
        loaded = state.isLoaded
    }

    /// The result as it travels in a job's record.
    ///
    /// - Throws: `EncodingError` when a number in it is not finite.
    package func asJSONValue() throws -> JSONValue {
        try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(self))
    }
}

extension [FeedDrop] {
    /// How many feeds each reason cost.
    package var countsByReason: [String: Int] {
        reduce(into: [:]) { counts, drop in counts[drop.reason, default: 0] += 1 }
    }
}
