package import Flashpoints
package import FoundationEssentials

/// The bytes of one page.
package struct Page: Sendable, Hashable {
    package var body: Data
    /// The `Content-Type` that came with it, for its charset.
    package var contentType: String?
    /// Where the page was found in the end, after redirects.
    package var url: String

    package init(body: Data, contentType: String?, url: String) {
        self.body = body
        self.contentType = contentType
        self.url = url
    }
}

/// Whoever gets the page behind a feed: by HTTP, from a file, or rendered by a browser.
package protocol PageSource: Sendable {
    /// Gets one page, within the time and size that the source was told.
    ///
    /// - Throws: ``FeedDrop`` when there is no page, `CancellationError` when cancelled.
    func page(for feed: Feed) async throws -> Page
}
