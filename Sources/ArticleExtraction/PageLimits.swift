/// The bounds within which a page is read, so that a hostile one costs no more than an honest one.
package struct PageLimits: Sendable, Hashable {
    /// Bytes read of a page; what comes after is ignored.
    package var bytes: Int
    /// Open elements at one place; where a page nests deeper, reading ends there.
    package var depth: Int
    /// Elements and runs of text kept of a page; reading ends at the next.
    package var nodes: Int
    /// Attributes kept of one element; further ones are ignored.
    package var attributes: Int
    /// Characters below which a text is no article, one of Chinese, Japanese or Korean counting as two.
    package var shortestText: Int
    /// Bytes of UTF-8 kept of a text; its further paragraphs are left out, and one longer than all that is cut.
    package var longestText: Int

    package init(
        bytes: Int = 10_000_000,
        depth: Int = 512,
        nodes: Int = 400_000,
        attributes: Int = 200,
        shortestText: Int = 250,
        longestText: Int = 500_000
    ) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.attributes = attributes
        self.shortestText = shortestText
        self.longestText = longestText
    }
}

/// A bound of `PageLimits` that a page exceeded.
package enum PageCut: String, Sendable, Hashable, CaseIterable {
    case depth
    case nodes
    case bytes
    case text
}
